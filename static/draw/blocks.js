/**
 * A matrix with its blocks framed, and columns beside it with the same rows: y = D x, drawn.
 *
 *   paintBlocks(face, { values, sizes: [1, 3, 5], title, name: (block) => '0e' }, box)  -> the cells' side
 *   paintStrip(face, { values, sizes, title }, corner, side)                            one column
 *
 * Colours diverge about 0. A cell that is 0 has no colour, only a hairline: what is empty is seen to be empty.
 */

import { write } from './mark.js';
import { diverging, mix } from './palette.js';

/** @typedef {import('./surface.js').Surface} Surface */
/** @typedef {import('./surface.js').Box} Box */
/** @typedef {import('./surface.js').Point} Point */
/**
 * @typedef {object} BlockData
 * @property {ArrayLike<number>} values (k, k), or (k) of a strip
 * @property {readonly number[]} sizes of the blocks; they sum to k
 * @property {string} [title] above
 * @property {(block: number) => string} [name] of a block, at the left of its rows
 * @property {number} [range] the value of full colour; 1 unless told
 * @property {boolean} [framed] frames around the blocks; yes unless told
 */

/** Below this a value is drawn as the zero that it is up to rounding. */
const ZERO = 1e-6;

/** @param {Surface} face @param {BlockData} data @param {Box} box @returns {{x: number, y: number, side: number}} */
export function paintBlocks(face, data, box) {
  const { small } = face;
  const k = data.sizes.reduce((a, b) => a + b, 0);
  const top = data.title ? small * 1.7 : 0;
  const left = data.name ? small * 2.1 : 0;
  const side = Math.max(2, Math.min((box.width - left) / k, (box.height - top) / k));
  const [x, y] = [box.x + left + (box.width - left - side * k) / 2, box.y + top + (box.height - top - side * k) / 2];
  if (data.title) write(face, data.title, x + (side * k) / 2, y - small * 0.85, { weight: 650, halo: null });
  cells(face, data, k, k, x, y, side);
  face.ctx.strokeStyle = face.theme.edge;
  face.ctx.lineWidth = 1.6;
  face.ctx.strokeRect(x, y, side * k, side * k);
  let at = 0;
  data.sizes.forEach((size, block) => {
    const [bx, by] = [x + at * side, y + at * side];
    if (data.framed !== false) frame(face, bx, by, size * side, size * side);
    if (data.name && size * side >= small * 1.05) {
      write(face, data.name(block), x - small * 0.5, by + (size * side) / 2, {
        align: 'right',
        colour: face.theme.quiet,
        weight: 650,
        halo: null,
      });
    }
    at += size;
  });
  return { x, y, side };
}

/** @param {Surface} face @param {BlockData} data @param {Point} corner @param {number} side @param {number} [width] of a cell */
export function paintStrip(face, data, corner, side, width = side) {
  const k = data.sizes.reduce((a, b) => a + b, 0);
  cells(face, data, k, 1, corner.x, corner.y, side, width);
  let at = 0;
  for (const size of data.sizes) {
    frame(face, corner.x, corner.y + at * side, width, size * side);
    at += size;
  }
  if (data.title)
    write(face, data.title, corner.x + width / 2, corner.y - face.small * 0.85, { weight: 650, halo: null });
}

/** @param {Surface} face @param {BlockData} data @param {number} rows @param {number} columns @param {number} x @param {number} y @param {number} side @param {number} [width] */
function cells({ ctx, theme }, data, rows, columns, x, y, side, width = side) {
  const gap = side > 14 ? 1 : side > 6 ? 0.5 : 0;
  const range = data.range ?? 1;
  for (let i = 0; i < rows; i += 1) {
    for (let j = 0; j < columns; j += 1) {
      const value = data.values[i * columns + j] ?? 0;
      const zero = Math.abs(value) < ZERO;
      ctx.fillStyle = zero ? theme.card : shade(value / range, theme.dark);
      ctx.fillRect(x + j * width + gap, y + i * side + gap, width - 2 * gap, side - 2 * gap);
      if (zero && side > 6) {
        ctx.strokeStyle = mix(theme.hairline, theme.paper, 0.35);
        ctx.lineWidth = 1;
        ctx.strokeRect(x + j * width + gap, y + i * side + gap, width - 2 * gap, side - 2 * gap);
      }
    }
  }
}

/** Blue above 0, orange below, as the lobes; small values are still told from empty cells. @param {number} t @param {boolean} dark */
export function shade(t, dark) {
  const sign = t < 0 ? -1 : 1;
  return diverging(-sign * Math.min(1, 0.12 + 0.88 * Math.abs(t) ** 0.8), dark);
}

/** @param {Surface} face @param {number} x @param {number} y @param {number} width @param {number} height */
function frame({ ctx, theme, line }, x, y, width, height) {
  ctx.strokeStyle = theme.ink;
  ctx.lineWidth = line * 0.85;
  ctx.lineJoin = 'miter';
  ctx.strokeRect(x, y, width, height);
  ctx.lineJoin = 'round';
}
