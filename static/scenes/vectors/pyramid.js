/**
 * The numbers of an arrow as bars, one row for each degree l: above each bar the function Y_lm that it belongs to.
 * A dashed outline is the value before the turn. Up and blue is positive, down and orange negative.
 */

import { signColours } from '../../draw/lobes.js';
import { roundBox, write } from '../../draw/mark.js';
import { fixed } from '../../draw/numbers.js';
import { fade, mix } from '../../draw/palette.js';

/** @typedef {import('../../draw/surface.js').Surface} Surface */
/** @typedef {import('../../draw/surface.js').Box} Box */
/** @typedef {import('./icons.js').Icons} Icons */
/**
 * @typedef {object} PyramidData
 * @property {number} degree
 * @property {ArrayLike<number>} values ((degree + 1)²)
 * @property {ArrayLike<number>} [ghosts] before the turn
 * @property {Icons | null} icons
 * @property {number} [chosen] a degree whose row stands out
 * @property {(degree: number) => string} [note] at the right end of a row
 * @property {boolean} [numbers] values in print where they have room; yes unless told
 */

/** The least value of a full bar, so that bars do not jump under a drag. */
const FULL = 1.8;
const SUBSCRIPTS = '₀₁₂₃₄₅₆';

/** @param {number} degree */
export function block(degree) {
  return `Y${SUBSCRIPTS[degree] ?? ''}`;
}

/** @param {Surface} face @param {PyramidData} data @param {Box} box @returns {Box[]} the rows, for a finger */
export function paintPyramid(face, data, box) {
  const { ctx, small } = face;
  const rows = data.degree + 1;
  const left = small * 2.9;
  ctx.font = face.font(small, 650);
  const right = data.note
    ? Math.max(...Array.from({ length: rows }, (_, l) => ctx.measureText(data.note?.(l) ?? '').width)) + small * 1.2
    : small * 0.6;
  const height = Math.min(box.height / rows, small * 7.6);
  const top = box.y + (box.height - height * rows) / 2;
  const widest = 2 * data.degree + 1;
  const cell = Math.min((box.width - left - right) / widest, small * 4.2);
  const size = (/** @type {ArrayLike<number>} */ list) => Math.max(0, ...Array.from(list, Math.abs));
  const range = Math.max(FULL, size(data.values), data.ghosts ? size(data.ghosts) : 0);
  /** @type {Box[]} */
  const found = [];
  for (let l = 0; l < rows; l += 1) {
    const row = { x: box.x, y: top + l * height, width: box.width, height };
    found.push(row);
    paintRow(face, data, l, row, { left, right, cell, range });
  }
  return found;
}

/** @param {Surface} face @param {PyramidData} data @param {number} l @param {Box} row @param {{left: number, right: number, cell: number, range: number}} fit */
function paintRow(face, data, l, row, { left, right, cell, range }) {
  const { ctx, theme, small, line } = face;
  const count = 2 * l + 1;
  const middle = row.x + left + (row.width - left - right) / 2;
  const x = middle - (count * cell) / 2;
  const gap = Math.min(4, row.height * 0.04);
  roundBox(ctx, x - 5, row.y + gap, count * cell + 10, row.height - 2 * gap, 10);
  ctx.fillStyle = mix(theme.paper, theme.dark ? '#ffffff' : theme.edge, theme.dark ? 0.06 : 0.11);
  ctx.fill();
  if (data.chosen === l) {
    ctx.strokeStyle = theme.ink;
    ctx.lineWidth = line;
    ctx.stroke();
  }
  write(face, block(l), row.x + left - small * 0.7, row.y + row.height / 2, {
    align: 'right',
    size: face.unit,
    weight: 700,
    halo: null,
  });
  if (data.note)
    write(face, data.note(l), row.x + row.width - small * 0.2, row.y + row.height / 2, {
      align: 'right',
      weight: 650,
      halo: null,
    });
  const icon = data.icons ? Math.min(cell * 0.98, (row.height - 2 * gap) * 0.48) : 0;
  ctx.font = face.font(small, 600);
  const printed = data.numbers !== false && cell > ctx.measureText('−0.00').width + 3 && row.height > small * 4.4;
  const foot = printed ? small * 1.2 : small * 0.2;
  const bars = { y: row.y + gap + icon + 3, height: row.height - 2 * gap - icon - foot - 6 };
  for (let m = 0; m < count; m += 1) {
    const index = l * l + m;
    const at = x + (m + 0.5) * cell;
    if (icon > 0) data.icons?.stamp(face, index, at, row.y + gap + icon / 2, icon);
    paintBar(face, data, index, at, bars, Math.min(cell * 0.52, small * 1.7), range);
    if (printed)
      write(face, fixed(data.values[index] ?? 0, 2), at, row.y + row.height - gap - foot * 0.5, {
        halo: null,
        weight: 600,
      });
  }
}

/** @param {Surface} face @param {PyramidData} data @param {number} index @param {number} x @param {{y: number, height: number}} area @param {number} width @param {number} range */
function paintBar({ ctx, theme }, data, index, x, area, width, range) {
  const zero = area.y + area.height / 2;
  const scale = area.height / 2 / range;
  ctx.strokeStyle = fade(theme.edge, 0.9);
  ctx.lineWidth = 1.5;
  ctx.beginPath();
  ctx.moveTo(x - width * 0.8, zero);
  ctx.lineTo(x + width * 0.8, zero);
  ctx.stroke();
  const { positive, negative } = signColours(theme);
  const value = data.values[index] ?? 0;
  const length = Math.abs(value) * scale;
  ctx.fillStyle = value >= 0 ? positive : negative;
  roundBox(
    ctx,
    x - width / 2,
    value >= 0 ? zero - length : zero,
    width,
    Math.max(length, 0.8),
    Math.min(3, length / 2),
  );
  ctx.fill();
  const before = data.ghosts?.[index];
  if (before === undefined) return;
  ctx.strokeStyle = theme.ink;
  ctx.lineWidth = 2;
  ctx.setLineDash([4, 4]);
  const ghost = Math.abs(before) * scale;
  ctx.strokeRect(x - width * 0.62, before >= 0 ? zero - ghost : zero, width * 1.24, ghost);
  ctx.setLineDash([]);
}
