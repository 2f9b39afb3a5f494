/**
 * All models side by side: a row for each, a column for each kind of transform in each precision, and first the transform
 * on the stage. A cell carries its error, and its zone as a colour and as a mark. And the scalars of each node, as bars.
 */

import { printed, zoneColour } from '../../draw/errors.js';
import { roundBox, write } from '../../draw/mark.js';
import { fade } from '../../draw/palette.js';
import { colours } from './picture.js';

/** @typedef {{made: ArrayLike<number>, after: ArrayLike<number>, columns: number, opacity: number}} Scalars (n, k) each */
/** @typedef {import('../../draw/surface.js').Surface} Surface */
/** @typedef {import('../../draw/surface.js').Box} Box */
/** @typedef {import('../../core/protocol.js').RotationTable} Table */
/** @typedef {{error: number, zone: string}} Cell */

export const MARKS = /** @type {Record<string, string>} */ ({ rounding: '✓', approximate: '≈', broken: '✗' });
const KINDS = /** @type {const} */ (['rotation', 'reflection', 'translation']);
const DTYPES = /** @type {const} */ (['float32', 'float64']);
const OVERFLOW = 1e29;

/** @param {number} error */
function told(error) {
  return error >= OVERFLOW ? 'overflow' : printed(error);
}

/** The cells of a row: this transform, then every kind in float32 and float64. @param {Table} table @param {number} row @returns {(Cell | undefined)[]} */
export function cellsOf(table, row) {
  const cells = table.lines[row]?.cells ?? [];
  return [
    table.present[row],
    ...KINDS.flatMap((kind) => DTYPES.map((dtype) => cells.find((cell) => cell.kind === kind && cell.dtype === dtype))),
  ];
}

/** @param {Surface} face @param {Box} box @param {Table} table */
export function paintTable(face, box, table) {
  const { small, theme, ctx } = face;
  ctx.font = face.font(small, 600);
  const names = table.lines.map((line) => ctx.measureText(line.name).width);
  const left = Math.min(box.width * 0.36, Math.max(small * 9, ...names) + small * 1.2);
  const gap = small * 0.55;
  const wide = (box.width - left - 3 * gap - small * 0.5) / 7;
  const head = small * 3.4;
  const high = Math.min(small * 4.6, (box.height - head) / Math.max(table.of, 1));
  const at = (/** @type {number} */ column) => box.x + left + column * wide + Math.ceil(column / 2) * gap;
  const top = box.y + Math.max(0, (box.height - head - high * table.of) / 2) + head;

  write(face, 'this turn', at(0) + wide / 2, top - small * 2.3, { weight: 700 });
  write(face, table.dtype, at(0) + wide / 2, top - small * 0.9, { colour: theme.quiet });
  KINDS.forEach((kind, k) => {
    write(face, `${kind}s`, at(1 + 2 * k) + wide, top - small * 2.3, { weight: 700 });
    DTYPES.forEach((dtype, d) =>
      write(face, dtype, at(1 + 2 * k + d) + wide / 2, top - small * 0.9, { colour: theme.quiet }),
    );
  });
  table.lines.forEach((line, row) => {
    const y = top + row * high;
    write(face, line.name, box.x + small * 0.4, y + high / 2, { align: 'left', weight: 600, halo: null });
    cellsOf(table, row).forEach((cell, column) => {
      if (cell) paintCell(face, { x: at(column), y, width: wide, height: high }, cell);
    });
  });
}

/** @param {Surface} face @param {Box} box @param {Cell} cell */
function paintCell(face, { x, y, width, height }, { error, zone }) {
  const { ctx, theme, small } = face;
  const colour = zoneColour(theme, zone);
  roundBox(ctx, x + 2, y + 2, width - 4, height - 4, 6);
  ctx.fillStyle = fade(colour, zone === 'broken' ? 0.3 : 0.14);
  ctx.fill();
  const text = told(error);
  ctx.font = face.font(small, 600);
  const size = Math.max(
    small,
    Math.min(small * 1.25, (small * (width - small * 0.6)) / ctx.measureText(text).width, height * 0.36),
  );
  const middle = x + width / 2;
  write(face, MARKS[zone] ?? '', middle, y + height * 0.3, {
    size: Math.min(small * 1.4, height * 0.4),
    weight: 700,
    colour,
    halo: null,
  });
  write(face, text, middle, y + height * 0.7, { size, weight: zone === 'broken' ? 700 : 500, halo: null });
}

/** The same for a reader. @param {Table} table */
export function wordsOf(table) {
  return {
    columns: [
      'model',
      `this turn: ${table.words}, ${table.dtype}`,
      ...KINDS.flatMap((kind) => DTYPES.map((dtype) => `${kind}s, ${dtype}`)),
    ],
    rows: table.lines.map((line, row) => [
      line.name,
      ...cellsOf(table, row).map((cell) => (cell ? `${told(cell.error)}, ${cell.zone}` : '')),
    ]),
  };
}

/** A bar that grew by more than this is cut. */
const MOST = 2;

/** The first scalar of each node. @param {ArrayLike<number>} values (n, k) @param {number} columns */
function first(values, columns) {
  return Array.from({ length: Math.floor(values.length / columns) }, (_, i) => values[i * columns] ?? 0);
}

/** @param {Surface} face @param {Box} box @param {Scalars} scalars */
export function paintScalars(face, box, { made, after, columns, opacity }) {
  const { ctx, theme, small, line } = face;
  const tone = colours(theme);
  const expected = first(after, columns);
  const got = first(made, columns);
  const n = expected.length || 1;
  const top = box.y + small * 1.9;
  const bottom = box.y + box.height - small * 0.5;
  const inner = { left: box.x + small * 1.2, right: box.x + box.width - small * 1.2 };
  const reach = Math.max(1e-12, ...expected.map(Math.abs));
  const grown = opacity > 0 ? Math.max(...got.map(Math.abs)) / reach : 1;
  const full = reach * Math.min(MOST, Math.max(1, grown));
  const middle = (top + bottom) / 2;
  const half = (bottom - top) / 2;
  const height = (/** @type {number} */ value) => Math.max(-1, Math.min(1, value / full)) * half;
  write(face, 'scalars: must not change', box.x + box.width / 2, box.y + small * 0.9, { colour: theme.quiet });
  const slot = (inner.right - inner.left) / n;
  const wide = Math.min(slot * 0.8, face.unit * 1.5);
  for (let i = 0; i < n; i += 1) {
    const x = inner.left + slot * (i + 0.5);
    ctx.globalAlpha = opacity;
    const now = height(got[i] ?? 0);
    ctx.fillStyle = tone.made;
    if (opacity > 0)
      ctx.fillRect(x - wide * 0.28, Math.min(middle, middle - now), wide * 0.56, Math.max(2, Math.abs(now)));
    ctx.globalAlpha = 1;
    const was = height(expected[i] ?? 0);
    ctx.strokeStyle = tone.after;
    ctx.lineWidth = Math.min(line * 0.8, wide * 0.16);
    ctx.setLineDash([5, 4]);
    ctx.strokeRect(x - wide / 2, Math.min(middle, middle - was), wide, Math.max(1, Math.abs(was)));
    ctx.setLineDash([]);
  }
  ctx.strokeStyle = theme.edge;
  ctx.lineWidth = 2;
  ctx.beginPath();
  ctx.moveTo(inner.left, middle);
  ctx.lineTo(inner.right, middle);
  ctx.stroke();
}
