/** The energy of one pair over its distance, and of the picture while points move: hard cutoff against envelope. */

import { lineChart } from '../../draw/chart.js';
import { write } from '../../draw/mark.js';
import { axis, fixed, placeOn, plain, scientific, ticksOf, tickText } from '../../draw/numbers.js';

/** @typedef {import('../../core/protocol.js').RadiusCurve} Curve */
/** @typedef {import('../../core/protocol.js').RadiusEnergy} Energy */
/** @typedef {import('../../draw/surface.js').Surface} Surface */
/** @typedef {import('../../draw/surface.js').Box} Box */

/** Moves that the axis always has room for. */
const FEWEST = 24;

/** A jump as it is printed: one of rounding's size keeps its power of ten. @param {number} jump */
export function jumpText(jump) {
  if (jump === 0) return '0';
  return jump >= 1e-3 ? fixed(jump, 3) : scientific(jump);
}

/** @param {Surface} face @param {Curve} curve @param {Box} box */
export function paintCurve(face, curve, box) {
  const { theme } = face;
  lineChart(
    face,
    {
      yName: 'energy φ of one pair',
      xName: `distance, cutoff at ${plain(curve.cutoff)}`,
      cursor: curve.cutoff,
      yRange: { from: -1.1, to: 0.6 },
      series: [
        { name: 'hard', x: curve.r.data, y: curve.hard.data, colour: theme.message, dash: 1 },
        { name: 'envelope', x: curve.r.data, y: curve.enveloped.data, colour: theme.total, dash: 0 },
      ],
    },
    box,
  );
}

/** @param {Surface} face @param {Energy} energy @param {Box} box */
export function paintHistory(face, energy, box) {
  const { ctx, theme, small, line } = face;
  const [hard, smooth] = [energy.history_hard.data, energy.history_enveloped.data];
  ctx.font = face.font(small, 700);
  const ends = ctx.measureText('envelope').width;
  const yAxis = axis([...hard, ...smooth, -0.5, 0.5]);
  const area = {
    x: box.x + small * 2.4,
    y: box.y + small * 1.9,
    width: box.width - small * 3.2 - ends,
    height: box.height - small * 3.4,
  };
  const last = Math.max(FEWEST, hard.length - 1);
  const at = (/** @type {number} */ k, /** @type {number} */ value) => ({
    x: area.x + (k / last) * area.width,
    y: area.y + (1 - placeOn(yAxis, value)) * area.height,
  });
  paintScale(face, yAxis, at, area, box);
  if (hard.length < 2) {
    write(face, 'Drag a point: see it jump.', area.x + area.width / 2, area.y + area.height / 2, { colour: theme.ink });
    return;
  }
  const jumps = Array.from(energy.changed.data.keys()).filter((k) => (energy.changed.data[k] ?? 0) > 0);
  for (const k of jumps) {
    const { x } = at(k - 0.5, 0);
    ctx.strokeStyle = theme.hairline;
    ctx.lineWidth = line * 1.4;
    path(ctx, [
      { x, y: area.y },
      { x, y: area.y + area.height },
    ]);
  }
  const tails = [
    { name: 'hard', data: hard, colour: theme.message, dash: [line * 2.8, line * 1.8] },
    { name: 'envelope', data: smooth, colour: theme.total, dash: [] },
  ].map(({ name, data, colour, dash }) => {
    const points = Array.from(data, (value, k) => at(k, value));
    ctx.strokeStyle = colour;
    ctx.lineWidth = line * 1.15;
    ctx.setLineDash(dash);
    path(ctx, points);
    ctx.setLineDash([]);
    return { name, colour, end: points[points.length - 1] ?? at(0, 0) };
  });
  paintTails(face, tails);
  if (jumps.length > 0)
    write(face, 'grey bars: edges came or went', area.x + area.width / 2, area.y + area.height + small * 0.9, {
      colour: theme.quiet,
      halo: null,
    });
}

/**
 * @param {Surface} face @param {import('../../draw/numbers.js').Axis} yAxis
 * @param {(k: number, value: number) => {x: number, y: number}} at @param {Box} area @param {Box} box
 */
function paintScale(face, yAxis, at, area, box) {
  const { ctx, theme, small } = face;
  const quiet = { colour: theme.quiet, halo: null };
  write(face, 'change of the energy, move by move', box.x + small * 0.3, box.y + small * 0.8, {
    ...quiet,
    align: 'left',
  });
  for (const value of ticksOf(yAxis, Math.max(3, Math.floor(area.height / (small * 1.6))))) {
    const { y } = at(0, value);
    ctx.strokeStyle = value === 0 ? theme.edge : theme.hairline;
    ctx.lineWidth = value === 0 ? 2 : 1;
    path(ctx, [
      { x: area.x, y },
      { x: area.x + area.width, y },
    ]);
    write(face, tickText(value), area.x - small * 0.5, y, { ...quiet, align: 'right' });
  }
}

/** The names at the ends of both lines, apart from each other. @param {Surface} face @param {readonly {name: string, colour: string, end: {x: number, y: number}}[]} tails */
function paintTails(face, tails) {
  const { small } = face;
  const [one, two] = tails;
  if (one && two) {
    const apart = Math.max(0, small * 1.15 - Math.abs(one.end.y - two.end.y)) / 2;
    const sign = one.end.y < two.end.y ? -1 : 1;
    write(face, one.name, one.end.x + small * 0.4, one.end.y + sign * apart, {
      align: 'left',
      weight: 700,
      colour: one.colour,
    });
    write(face, two.name, two.end.x + small * 0.4, two.end.y - sign * apart, {
      align: 'left',
      weight: 700,
      colour: two.colour,
    });
  }
}

/** @param {CanvasRenderingContext2D} ctx @param {readonly {x: number, y: number}[]} points */
function path(ctx, points) {
  ctx.beginPath();
  for (const { x, y } of points) ctx.lineTo(x, y);
  ctx.stroke();
}

/** The remembered energies as a table. @param {Energy} energy @returns {import('../../draw/pane.js').Table} */
export function historyTable(energy) {
  const rows = Array.from(energy.history_hard.data, (hard, k) => [
    String(k),
    plain(hard, 4),
    plain(energy.history_enveloped.data[k] ?? 0, 4),
    String(energy.changed.data[k] ?? 0),
  ]);
  return { columns: ['move', 'change, hard', 'change, enveloped', 'edges that came or went'], rows };
}
