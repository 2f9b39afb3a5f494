/** The pictures of the other two questions, and of what random weights do over seeds. */

import { write } from '../../draw/mark.js';
import { fade } from '../../draw/palette.js';

/** @typedef {import('../../draw/surface.js').Surface} Surface */
/** @typedef {import('../../draw/surface.js').Box} Box */

/**
 * Counts as dots over an axis, one row a series, equal ones stacked; a dashed line where a verdict changes.
 * @param {Surface} face @param {readonly {name: string, values: readonly number[], colour: string, square?: boolean}[]} rows
 * @param {{from: number, to: number, limit: number, name: string}} axis @param {Box} [box]
 */
export function dotRows(face, rows, axis, box = face.box) {
  const { ctx, theme, small, line } = face;
  const left = box.x + small * 0.8;
  const width = box.width - small * 1.6;
  const foot = box.y + box.height - small * 2.6;
  const x = (/** @type {number} */ value) => left + ((value - axis.from) / (axis.to - axis.from)) * width;
  const high = (foot - box.y) / rows.length;
  const most = Math.max(
    4,
    ...rows.flatMap(({ values }) => values.map((value) => values.filter((other) => other === value).length)),
  );
  const r = Math.max(
    2,
    Math.min(small * 0.36, (width / (axis.to - axis.from)) * 0.42, (high - small * 1.9) / (2 * most)),
  );
  ctx.strokeStyle = theme.ink;
  ctx.lineWidth = line * 0.8;
  ctx.setLineDash([line * 2, line * 2]);
  ctx.beginPath();
  ctx.moveTo(x(axis.limit - 0.5), box.y + small * 1.5);
  ctx.lineTo(x(axis.limit - 0.5), foot);
  ctx.stroke();
  ctx.setLineDash([]);
  rows.forEach(({ name, values, colour, square }, k) => {
    const base = box.y + (k + 1) * high;
    write(face, name, left, base - high + small * 0.8, { align: 'left', weight: 650, colour });
    ctx.strokeStyle = theme.hairline;
    ctx.lineWidth = 2;
    ctx.beginPath();
    ctx.moveTo(left, base);
    ctx.lineTo(left + width, base);
    ctx.stroke();
    /** @type {Map<number, number>} */
    const stacks = new Map();
    ctx.fillStyle = colour;
    for (const value of values) {
      const below = stacks.get(value) ?? 0;
      stacks.set(value, below + 1);
      const y = base - r - 2 - below * 2 * r;
      ctx.beginPath();
      if (square) ctx.rect(x(value) - r * 0.85, y - r * 0.85, r * 1.7, r * 1.7);
      else ctx.arc(x(value), y, r * 0.92, 0, 2 * Math.PI);
      ctx.fill();
    }
  });
  for (let value = axis.from; value <= axis.to; value += 4)
    write(face, String(value), x(value), foot + small * 0.9, { colour: theme.quiet, halo: null });
  write(face, axis.name, left + width, foot + small * 2.1, { align: 'right', colour: theme.quiet, halo: null });
}

/**
 * The scores of the hidden edges above those of the absent pairs: the AUC is how often one above lies further right.
 * @param {Surface} face @param {ArrayLike<number>} scores h_u . h_v, the hidden edges first @param {number} hidden how many those are @param {Box} box
 */
export function scoreRows(face, scores, hidden, box) {
  const { ctx, theme, small, line } = face;
  const area = { x: box.x + small, width: box.width - small * 2 };
  const list = Array.from(scores);
  const lo = Math.min(0, ...list);
  const hi = Math.max(1e-9, ...list);
  const x = (/** @type {number} */ value) => area.x + ((value - lo) / (hi - lo)) * area.width;
  const rows = [
    { name: `${hidden} hidden edges`, values: list.slice(0, hidden), colour: theme.bias, y: box.y + box.height * 0.3 },
    {
      name: `${list.length - hidden} absent pairs`,
      values: list.slice(hidden),
      colour: theme.quiet,
      y: box.y + box.height * 0.68,
    },
  ];
  for (const { name, values, colour, y } of rows) {
    write(face, name, area.x, y - box.height * 0.17, { align: 'left', weight: 700, colour });
    ctx.strokeStyle = theme.edge;
    ctx.lineWidth = 2;
    ctx.beginPath();
    ctx.moveTo(area.x, y);
    ctx.lineTo(area.x + area.width, y);
    ctx.stroke();
    ctx.strokeStyle = fade(colour, 0.85);
    ctx.lineWidth = line * 1.3;
    for (const value of values) {
      ctx.beginPath();
      ctx.moveTo(x(value), y - box.height * 0.1);
      ctx.lineTo(x(value), y);
      ctx.stroke();
    }
    if (list.length > 0) write(face, '0', x(0), y + small * 0.8, { colour: theme.quiet, halo: null });
  }
  write(face, 'hᵤ · hᵥ: a higher score says “edge” →', area.x + area.width, box.y + box.height - small * 1.2, {
    align: 'right',
    colour: theme.quiet,
    halo: null,
  });
}

/**
 * A chain and a ring of each size, ✓ or ✗ once they were asked; those that were trained on above the others.
 * @param {Surface} face @param {readonly number[]} sizes @param {number} seen @param {ArrayLike<number>} right (2 · sizes,) @param {Box} [box]
 */
export function graphGrid(face, sizes, seen, right, box = face.box) {
  const { small } = face;
  const half = box.height / 2;
  const columns = Math.max(seen, sizes.length - seen);
  [
    ['trained on', 0, seen],
    ['never seen', seen, sizes.length],
  ].forEach(([name, from, to], row) => {
    const top = box.y + row * half;
    const ends = sizes.slice(Number(from), Number(to));
    write(face, `${name}: ${ends[0] ?? 0} to ${ends[ends.length - 1] ?? 0} nodes`, box.x + small * 0.4, top + small, {
      align: 'left',
      weight: 700,
    });
    const head = small * 2;
    const width = box.width / columns;
    const height = (half - head) / 2;
    ends.forEach((size, k) => {
      [false, true].forEach((ring, kind) => {
        const cell = { x: box.x + k * width, y: top + head + kind * height, width, height };
        const index = 2 * (Number(from) + k) + kind;
        oneGraph(face, size, ring, right.length > index ? right[index] === 1 : null, cell);
      });
    });
  });
}

/** @param {Surface} face @param {number} size @param {boolean} ring @param {boolean | null} right @param {Box} box */
function oneGraph(face, size, ring, right, box) {
  const { ctx, theme, line, small } = face;
  const reach = Math.min(box.width, box.height) * 0.34;
  const centre = { x: box.x + box.width / 2, y: box.y + box.height / 2 };
  // An open chain lies on an arc, so that it is as large as its ring and its two ends are seen.
  const span = ring ? 2 * Math.PI : 1.35 * Math.PI;
  const start = ring ? -Math.PI / 2 : -Math.PI / 2 - span / 2;
  const places = Array.from({ length: size }, (_, i) => {
    const angle = start + (span * i) / (ring ? size : size - 1);
    return { x: centre.x + reach * Math.cos(angle), y: centre.y + reach * Math.sin(angle) };
  });
  const colour = right === false ? theme.message : right === true ? theme.total : theme.edge;
  ctx.strokeStyle = colour;
  ctx.lineWidth = line;
  ctx.beginPath();
  for (const { x, y } of places) ctx.lineTo(x, y);
  if (ring) ctx.closePath();
  ctx.stroke();
  ctx.fillStyle = colour;
  for (const { x, y } of places) {
    ctx.beginPath();
    ctx.arc(x, y, Math.max(line * 1.3, Math.min(small * 0.32, reach * 0.16)), 0, 2 * Math.PI);
    ctx.fill();
  }
  if (right !== null)
    write(face, right ? '✓' : '✗', centre.x, centre.y, {
      size: Math.max(small, reach * 0.55),
      weight: 800,
      colour,
      halo: null,
    });
}
