/** Small matrices with their numbers in brackets, a column and a row beside them, and a share as a bar. */

import { shade } from '../../draw/blocks.js';
import { write } from '../../draw/mark.js';
import { fixed } from '../../draw/numbers.js';
import { fade, textOn } from '../../draw/palette.js';

/** @typedef {import('../../draw/surface.js').Surface} Surface */
/** @typedef {import('../../draw/surface.js').Box} Box */

/** What is smaller is printed as the zero that it is. */
const ZERO = 1e-7;

/**
 * A matrix of numbers in a box, its cells as square as they can be.
 * @param {Surface} face @param {ArrayLike<number>} values @param {number} rows @param {number} columns @param {Box} box
 * @param {{colour?: string}} [style] colour of the brackets
 * @returns {Box} what it took
 */
export function paintNumbers(face, values, rows, columns, box, { colour = face.theme.ink } = {}) {
  const { ctx, theme, unit, line } = face;
  const side = Math.min(box.width / columns, box.height / rows);
  const wide = Math.min(box.width / columns, side * 1.25);
  const [w, h] = [wide * columns, side * rows];
  const [x, y] = [box.x + (box.width - w) / 2, box.y + (box.height - h) / 2];
  const size = Math.min(unit * 1.25, side * 0.44, wide * 0.275);
  for (let i = 0; i < rows; i += 1) {
    for (let j = 0; j < columns; j += 1) {
      const value = values[i * columns + j] ?? 0;
      const zero = Math.abs(value) < ZERO;
      const fill = zero ? theme.card : shade(value, theme.dark);
      ctx.fillStyle = fill;
      ctx.fillRect(x + j * wide + 1.5, y + i * side + 1.5, wide - 3, side - 3);
      if (zero) {
        ctx.strokeStyle = theme.hairline;
        ctx.lineWidth = 1;
        ctx.strokeRect(x + j * wide + 1.5, y + i * side + 1.5, wide - 3, side - 3);
      }
      if (size < face.small * 0.98) continue;
      write(face, zero ? '0' : fixed(value, 2), x + (j + 0.5) * wide, y + (i + 0.5) * side, {
        size,
        weight: 620,
        halo: null,
        colour: zero ? theme.quiet : textOn(fill),
      });
    }
  }
  const hook = Math.min(12, wide * 0.16);
  ctx.strokeStyle = colour;
  ctx.lineWidth = line * 1.1;
  for (const [edge, inward] of /** @type {const} */ ([
    [x - 5, hook],
    [x + w + 5, -hook],
  ])) {
    ctx.beginPath();
    ctx.moveTo(edge + inward, y - 4);
    ctx.lineTo(edge, y - 4);
    ctx.lineTo(edge, y + h + 4);
    ctx.lineTo(edge + inward, y + h + 4);
    ctx.stroke();
  }
  return { x, y, width: w, height: h };
}

/** A share of a whole as a bar with its number. @param {Surface} face @param {number} share @param {Box} box @param {string} colour */
export function paintShare({ ctx, theme }, share, box, colour) {
  ctx.fillStyle = fade(theme.edge, 0.2);
  ctx.fillRect(box.x, box.y, box.width, box.height);
  ctx.fillStyle = colour;
  ctx.fillRect(box.x, box.y, box.width * share, box.height);
}
