/** The scalars of each node before and after: a filled bar for f(g·x) inside an open one for g·f(x) = f(x). */

import { write } from '../../draw/mark.js';
import { colours } from './picture.js';

/** @typedef {import('../../draw/surface.js').Surface} Surface */
/** @typedef {import('../../draw/surface.js').Box} Box */
/** @typedef {{made: ArrayLike<number>, after: ArrayLike<number>, columns: number, opacity: number}} Scalars (n, k) each */

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
