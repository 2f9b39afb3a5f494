/**
 * Small marks that several drawings share: arrowheads, tags of text with a halo, chips with a number, boxes.
 *
 *   arrow(ctx, from, to, {colour, width})       a shaft with a head at `to`
 *   write(face, text, x, y, {…})                text with a halo of paper, so that it is read over lines
 *   chip(face, text, x, y, {fill, size})        a rounded label with a value
 *   tick(ctx, x, y, size, colour)               a check mark
 *   roundBox(ctx, x, y, w, h, r)                a path
 */

/** @typedef {import('./surface.js').Surface} Surface */
/** @typedef {import('./surface.js').Point} Point */
/**
 * @typedef {object} TextStyle
 * @property {number} [size] pixels; the surface's `small` unless told
 * @property {number} [weight]
 * @property {string} [colour]
 * @property {string | null} [halo] null: none
 * @property {CanvasTextAlign} [align]
 * @property {CanvasTextBaseline} [baseline]
 */

import { textOn } from './palette.js';

/**
 * @param {CanvasRenderingContext2D} ctx
 * @param {Point} from
 * @param {Point} to
 * @param {{colour: string, width: number, head?: number}} style
 */
export function arrow(ctx, from, to, { colour, width, head = width * 3.4 }) {
  const dx = to.x - from.x;
  const dy = to.y - from.y;
  const length = Math.hypot(dx, dy);
  if (length < 1) return;
  const size = Math.min(head, length);
  const [ux, uy] = [dx / length, dy / length];
  const foot = { x: to.x - ux * size, y: to.y - uy * size };
  ctx.strokeStyle = colour;
  ctx.fillStyle = colour;
  ctx.lineWidth = width;
  if (length > size) {
    ctx.beginPath();
    ctx.moveTo(from.x, from.y);
    ctx.lineTo(foot.x + ux, foot.y + uy);
    ctx.stroke();
  }
  ctx.beginPath();
  ctx.moveTo(to.x, to.y);
  ctx.lineTo(foot.x - uy * size * 0.46, foot.y + ux * size * 0.46);
  ctx.lineTo(foot.x + uy * size * 0.46, foot.y - ux * size * 0.46);
  ctx.closePath();
  ctx.fill();
}

/**
 * @param {Surface} face
 * @param {string} text
 * @param {number} x
 * @param {number} y
 * @param {TextStyle} [style]
 */
export function write(face, text, x, y, style = {}) {
  const { ctx, theme } = face;
  const { size = face.small, weight = 500, colour = theme.ink, align = 'center', baseline = 'middle' } = style;
  const halo = style.halo === undefined ? theme.paper : style.halo;
  ctx.font = face.font(size, weight);
  ctx.textAlign = align;
  ctx.textBaseline = baseline;
  if (halo !== null) {
    ctx.strokeStyle = halo;
    ctx.lineWidth = size * 0.28;
    ctx.strokeText(text, x, y);
  }
  ctx.fillStyle = colour;
  ctx.fillText(text, x, y);
}

/** @param {CanvasRenderingContext2D} ctx @param {number} x @param {number} y @param {number} w @param {number} h @param {number} r */
export function roundBox(ctx, x, y, w, h, r) {
  const radius = Math.max(0, Math.min(r, w / 2, h / 2));
  ctx.beginPath();
  ctx.moveTo(x + radius, y);
  ctx.arcTo(x + w, y, x + w, y + h, radius);
  ctx.arcTo(x + w, y + h, x, y + h, radius);
  ctx.arcTo(x, y + h, x, y, radius);
  ctx.arcTo(x, y, x + w, y, radius);
  ctx.closePath();
}

/**
 * @param {Surface} face
 * @param {string} text
 * @param {number} x the middle
 * @param {number} y the middle
 * @param {{fill: string, size?: number, outline?: string}} style
 */
export function chip(face, text, x, y, { fill, size = face.small, outline = face.theme.paper }) {
  const { ctx } = face;
  ctx.font = face.font(size, 600);
  const w = ctx.measureText(text).width + size * 0.8;
  const h = size * 1.4;
  roundBox(ctx, x - w / 2, y - h / 2, w, h, h / 2);
  ctx.fillStyle = fill;
  ctx.strokeStyle = outline;
  ctx.lineWidth = 2;
  ctx.fill();
  ctx.stroke();
  write(face, text, x, y + size * 0.04, { size, weight: 600, colour: textOn(fill), halo: null });
}

/** @param {CanvasRenderingContext2D} ctx @param {number} x @param {number} y @param {number} size @param {string} colour */
export function tick(ctx, x, y, size, colour) {
  ctx.beginPath();
  ctx.moveTo(x - size * 0.5, y + size * 0.02);
  ctx.lineTo(x - size * 0.12, y + size * 0.38);
  ctx.lineTo(x + size * 0.5, y - size * 0.36);
  ctx.strokeStyle = colour;
  ctx.lineWidth = Math.max(2, size * 0.24);
  ctx.stroke();
}
