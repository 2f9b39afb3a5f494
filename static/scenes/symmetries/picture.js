/** The ring and its copy in their plane, what degree l keeps of each as a curve around them, and the separations as bars. */

import { arrow, roundBox, write } from '../../draw/mark.js';
import { power } from '../../draw/numbers.js';
import { fade, mix } from '../../draw/palette.js';

/** @typedef {import('../../draw/surface.js').Surface} Surface */
/** @typedef {import('../../draw/surface.js').Box} Box */
/** @typedef {import('../../draw/surface.js').Point} Point */

/** Radii in halves of the box's side: where the spokes end, where a field of 0 lies, and how far one of size 1 goes. */
const SPOKE = 0.42;
const ZERO = 0.68;
const SWING = 0.26;
const [LOWEST, HIGHEST] = [-17, 1];

/**
 * @typedef {object} RingsPicture
 * @property {ArrayLike<number>} ring (fold, 2)
 * @property {ArrayLike<number>} turned (fold, 2)
 * @property {ArrayLike<number>} curves (2, m), or empty
 * @property {number} degree 0: none
 * @property {boolean} sees whether this degree tells the two apart
 */

/** @param {Surface} face @param {RingsPicture} picture @param {Box} box */
export function paintRings(face, { ring, turned, curves, degree, sees }, box) {
  const { theme, unit, small } = face;
  const centre = { x: box.x + box.width / 2, y: box.y + box.height / 2 };
  const half = Math.min(box.width, box.height) / 2;
  const m = curves.length / 2;
  const rows = [0, 1].map((k) => Array.from({ length: m }, (_, i) => curves[k * m + i] ?? 0));
  if (m > 0) {
    circle(face, centre, ZERO * half, theme.hairline);
    const [first, second] = rows.map((row) => outline(row, centre, half));
    fill(face, first ?? [], fade(theme.self, 0.14));
    if (sees) fill(face, second ?? [], fade(theme.message, 0.14));
    trace(face, first ?? [], theme.self, face.line * 2, []);
    trace(face, second ?? [], theme.message, face.line * 1.5, [face.line * 3, face.line * 2.6]);
  }
  const reach = m > 0 ? SPOKE : 0.8;
  if (m === 0) turn(face, [ring, turned], centre, reach * half * 0.6);
  spokes(face, turned, centre, reach * half, theme.message, true);
  spokes(face, ring, centre, reach * half, theme.self, false);
  disc(face, centre, unit * 0.34, theme.ink);
  if (degree > 0) {
    const text = `l = ${degree}: the curves ${sees ? 'differ' : 'coincide'}`;
    const y = Math.min(centre.y + half + unit * 0.4, box.y + box.height - small * 1.2);
    write(face, text, centre.x, y, { size: unit * 1.05, weight: 700, colour: sees ? theme.message : theme.total });
  }
}

/** @param {readonly number[]} row @param {Point} centre @param {number} half @returns {Point[]} */
function outline(row, centre, half) {
  return row.map((value, i) => {
    const angle = (2 * Math.PI * i) / row.length;
    const r = half * (ZERO + SWING * value);
    return { x: centre.x + r * Math.cos(angle), y: centre.y - r * Math.sin(angle) };
  });
}

/** @param {Surface} face @param {readonly Point[]} points */
function path({ ctx }, points) {
  ctx.beginPath();
  points.forEach(({ x, y }, i) => (i === 0 ? ctx.moveTo(x, y) : ctx.lineTo(x, y)));
  ctx.closePath();
}

/** @param {Surface} face @param {readonly Point[]} points @param {string} colour */
function fill(face, points, colour) {
  path(face, points);
  face.ctx.fillStyle = colour;
  face.ctx.fill();
}

/** @param {Surface} face @param {readonly Point[]} points @param {string} colour @param {number} width @param {number[]} dash */
function trace(face, points, colour, width, dash) {
  const { ctx } = face;
  path(face, points);
  ctx.setLineDash(dash);
  ctx.strokeStyle = colour;
  ctx.lineWidth = width;
  ctx.stroke();
  ctx.setLineDash([]);
}

/** @param {Surface} face @param {Point} centre @param {number} r @param {string} colour */
function circle({ ctx, line }, centre, r, colour) {
  ctx.beginPath();
  ctx.arc(centre.x, centre.y, r, 0, 2 * Math.PI);
  ctx.strokeStyle = colour;
  ctx.lineWidth = line * 0.7;
  ctx.stroke();
}

/** @param {Surface} face @param {Point} at @param {number} r @param {string} colour */
function disc({ ctx }, at, r, colour) {
  ctx.beginPath();
  ctx.arc(at.x, at.y, r, 0, 2 * Math.PI);
  ctx.fillStyle = colour;
  ctx.fill();
}

/**
 * The copy is dashed and open, the ring solid: neither is told by colour alone.
 * @param {Surface} face @param {ArrayLike<number>} ends (n, 2) @param {Point} centre @param {number} length @param {string} colour @param {boolean} open
 */
function spokes(face, ends, centre, length, colour, open) {
  const { ctx, line, unit, theme } = face;
  const r = Math.min(unit * 0.62, length * 0.1);
  for (let i = 0; i + 1 < ends.length; i += 2) {
    const at = { x: centre.x + length * (ends[i] ?? 0), y: centre.y - length * (ends[i + 1] ?? 0) };
    ctx.strokeStyle = colour;
    ctx.lineWidth = line * (open ? 1 : 1.4);
    ctx.setLineDash(open ? [line * 2.4, line * 2.2] : []);
    ctx.beginPath();
    ctx.moveTo(centre.x, centre.y);
    ctx.lineTo(at.x, at.y);
    ctx.stroke();
    ctx.setLineDash([]);
    disc(face, at, r, open ? theme.paper : colour);
    ctx.beginPath();
    ctx.arc(at.x, at.y, r, 0, 2 * Math.PI);
    ctx.lineWidth = line * 1.2;
    ctx.stroke();
  }
}

/**
 * The arc from the first spoke of the ring to that of the copy.
 * @param {Surface} face @param {readonly [ArrayLike<number>, ArrayLike<number>]} rings @param {Point} centre @param {number} r
 */
function turn(face, rings, centre, r) {
  const { ctx, theme, line, unit } = face;
  const [from, to] = /** @type {[number, number]} */ (rings.map((ends) => -Math.atan2(ends[1] ?? 0, ends[0] ?? 0)));
  const place = (/** @type {number} */ angle, at = r) => ({
    x: centre.x + at * Math.cos(angle),
    y: centre.y + at * Math.sin(angle),
  });
  const head = Math.min(0.5, (unit * 0.8) / r) * Math.sign(to - from);
  ctx.strokeStyle = theme.ink;
  ctx.lineWidth = line;
  ctx.beginPath();
  ctx.arc(centre.x, centre.y, r, from, to - head, to < from);
  ctx.stroke();
  arrow(ctx, place(to - head), place(to), { colour: theme.ink, width: line });
  const middle = place((from + to) / 2, r + unit * 0.7);
  write(face, 'half a fold', middle.x, middle.y, { align: 'left', weight: 650 });
}

/** @typedef {{separations: readonly number[], rounding: number, degree: number, of: number}} BarsPicture of: bars in all */

/** Separations on a logarithmic axis: bars that stay in the zone of rounding, and bars that leave it. @param {Surface} face @param {BarsPicture} picture @param {Box} box */
export function paintBars(face, { separations, rounding, degree, of }, box) {
  const { small, unit } = face;
  const area = {
    x: box.x + small * 2.9,
    y: box.y + unit * 2.4,
    width: box.width - small * 3.2,
    height: box.height - unit * 4.6,
  };
  const at = (/** @type {number} */ value) => {
    const decade = value > 0 ? Math.log10(value) : LOWEST;
    return area.y + area.height * (1 - (Math.min(HIGHEST, Math.max(LOWEST, decade)) - LOWEST) / (HIGHEST - LOWEST));
  };
  paintScale(face, rounding, at, area, box);
  const step = area.width / of;
  for (let k = 0; k < of; k += 1) {
    const value = separations[k];
    const bar = { x: area.x + (k + 0.5) * step, step, foot: area.y + area.height, chosen: k + 1 === degree };
    write(face, String(k + 1), bar.x, bar.foot + face.small * 0.95, {
      weight: bar.chosen ? 800 : 500,
      colour: bar.chosen ? face.theme.ink : face.theme.quiet,
    });
    if (value === undefined) write(face, '?', bar.x, bar.foot - face.small, { colour: face.theme.quiet });
    else paintBar(face, value, value > rounding, at(value), bar);
  }
  write(face, 'degree l', area.x + area.width / 2, area.y + area.height + face.small * 2.3, { weight: 700 });
}

/**
 * The decades, and the zone of rounding.
 * @param {Surface} face @param {number} rounding @param {(value: number) => number} at @param {Box} area @param {Box} box
 */
function paintScale(face, rounding, at, area, box) {
  const { ctx, theme, small, unit, line } = face;
  const foot = area.y + area.height;
  ctx.fillStyle = mix(theme.paper, theme.total, theme.dark ? 0.24 : 0.13);
  ctx.fillRect(area.x, at(rounding), area.width, foot - at(rounding));
  ctx.fillStyle = theme.total;
  ctx.fillRect(area.x, at(rounding) - line * 0.5, area.width, line);
  write(face, 'separation', area.x - small * 2.7, box.y + unit * 0.7, { align: 'left', weight: 700 });
  roundBox(ctx, area.x + area.width - small * 11.6, box.y + unit * 0.7 - small * 0.5, small, small, 3);
  ctx.fillStyle = theme.total;
  ctx.fill();
  write(face, `rounding, to ${power(Math.round(Math.log10(rounding)))}`, area.x + area.width, box.y + unit * 0.7, {
    align: 'right',
    weight: 650,
    colour: theme.total,
  });
  for (let decade = -16; decade <= 0; decade += 4) {
    const y = at(10 ** decade);
    ctx.fillStyle = theme.hairline;
    ctx.fillRect(area.x, y, area.width, 1);
    write(face, decade === 0 ? '1' : power(decade), area.x - small * 0.4, y, { align: 'right', colour: theme.quiet });
  }
}

/**
 * @param {Surface} face @param {number} value @param {boolean} sees it is above rounding @param {number} y
 * @param {{x: number, step: number, foot: number, chosen: boolean}} bar
 */
function paintBar(face, value, sees, y, { x, step, foot, chosen }) {
  const { ctx, theme, small, line } = face;
  const top = Math.min(y, foot - line);
  roundBox(ctx, x - step * 0.34, top, step * 0.68, foot - top, Math.min(6, step * 0.2));
  ctx.fillStyle = sees ? theme.message : theme.total;
  ctx.fill();
  if (chosen) {
    ctx.strokeStyle = theme.ink;
    ctx.lineWidth = line;
    ctx.stroke();
  }
  write(face, sees ? value.toFixed(1) : '≈0', x, top - small * 0.75, {
    weight: 700,
    colour: sees ? theme.message : theme.ink,
  });
}
