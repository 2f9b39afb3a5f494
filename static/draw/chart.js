/**
 * Lines over axes, and bars.
 *
 *   lineChart(face, { series: [{ name: 'EGNN', x, y }, …], xName: 'training examples', yName: 'test error', yLog: true }, box?)
 *   histogram(face, { counts, xName: 'degree', yName: 'nodes' }, box?)
 *   chartTable(data)            rows for a text twin
 *
 * A series is told apart by colour and dash and by its name at the end of its line.
 */

import { roundBox, write } from './mark.js';
import { axis, placeOn, plain, ticksOf, tickText } from './numbers.js';

/** @typedef {import('./surface.js').Surface} Surface */
/** @typedef {import('./surface.js').Box} Box */
/** @typedef {import('./numbers.js').Axis} Axis */
/**
 * @typedef {object} Series
 * @property {string} name
 * @property {ArrayLike<number>} x
 * @property {ArrayLike<number>} y NaN, and on a log axis what is not above 0, leaves a gap
 * @property {string} [colour]
 * @property {number} [dash] which dash; the series' place unless told
 * @property {boolean} [points] dots at the data, for few measurements
 */
/**
 * @typedef {object} ChartData
 * @property {readonly Series[]} series
 * @property {string} [title]
 * @property {string} [xName]
 * @property {string} [yName] stands above the axis, upright
 * @property {boolean} [xLog]
 * @property {boolean} [yLog]
 * @property {{from?: number, to?: number}} [xRange]
 * @property {{from?: number, to?: number}} [yRange]
 * @property {number} [cursor] an x that is marked by a vertical line
 */
/**
 * @typedef {object} HistogramData
 * @property {ArrayLike<number>} counts (bins,)
 * @property {(bin: number) => string} [name] of a bin; its number unless told
 * @property {string} [title]
 * @property {string} [xName]
 * @property {string} [yName]
 * @property {number} [lit] a bin that stands out
 * @property {string} [colour]
 */

/** In units of the line width. */
const DASHES = [[], [3.2, 2.4], [0.2, 2.4], [5, 2, 0.2, 2]];

/**
 * @param {Surface} face
 * @param {ChartData} data
 * @param {Box} [box]
 * @returns {(x: number, y: number) => {x: number, y: number}} where a point of the axes lies, for marks of a scene's own
 */
export function lineChart(face, data, box = face.box) {
  const { series } = data;
  const xAxis = axis(all(series, 'x'), { log: data.xLog, ...tight(series, data) });
  const yAxis = axis(all(series, 'y'), { log: data.yLog, ...data.yRange });
  const ends = endLabels(face, series);
  const area = plotArea(face, data, box, yAxis, ends);
  paintAxes(face, data, area, xAxis, yAxis);
  const at = (/** @type {number} */ x, /** @type {number} */ y) => ({
    x: area.x + placeOn(xAxis, x) * area.width,
    y: area.y + (1 - placeOn(yAxis, y)) * area.height,
  });
  const { ctx, theme } = face;
  if (data.cursor !== undefined) {
    const { x } = at(data.cursor, yAxis.hi);
    ctx.strokeStyle = theme.ink;
    ctx.lineWidth = 2;
    ctx.beginPath();
    ctx.moveTo(x, area.y);
    ctx.lineTo(x, area.y + area.height);
    ctx.stroke();
  }
  /** @type {{y: number, name: string, colour: string, x: number}[]} */
  const tails = [];
  ctx.save();
  ctx.beginPath();
  ctx.rect(area.x - face.line * 3, area.y - face.line * 3, area.width + face.line * 6, area.height + face.line * 6);
  ctx.clip();
  series.forEach((one, k) => {
    const colour = one.colour ?? theme.hues[k % theme.hues.length] ?? theme.ink;
    const tail = paintSeries(face, one, k, colour, at, yAxis.log);
    if (tail) tails.push({ ...tail, name: one.name, colour });
  });
  ctx.restore();
  if (ends > 0) paintEnds(face, tails, area);
  return at;
}

/** The x axis ends where the data end, unless told. @param {readonly Series[]} series @param {ChartData} data */
function tight(series, { xRange, xLog }) {
  const xs = [...all(series, 'x')].filter((x) => Number.isFinite(x) && (!xLog || x > 0));
  if (xs.length < 2) return { ...xRange };
  const [lo, hi] = [Math.min(...xs), Math.max(...xs)];
  return lo < hi ? { from: lo, to: hi, ...xRange } : { ...xRange };
}

/** @param {readonly Series[]} series @param {'x' | 'y'} key */
function* all(series, key) {
  for (const one of series) for (let i = 0; i < one[key].length; i += 1) yield one[key][i] ?? NaN;
}

/** Width that the names at the ends need; 0 for a single series. @param {Surface} face @param {readonly Series[]} series */
function endLabels(face, series) {
  if (series.length < 2 && !series[0]?.name) return 0;
  face.ctx.font = face.font(face.small, 600);
  return Math.max(0, ...series.map(({ name }) => face.ctx.measureText(name).width)) + face.small * 0.9;
}

/** @param {Surface} face @param {ChartData} data @param {Box} box @param {Axis} yAxis @param {number} ends @returns {Box} */
function plotArea(face, data, box, yAxis, ends) {
  const { small, unit, ctx } = face;
  ctx.font = face.font();
  const labels = ticksOf(yAxis).map((v) => ctx.measureText(tickText(v, yAxis.log)).width);
  const left = Math.max(small, ...labels) + small * 0.9;
  const top = (data.title ? unit * 1.5 : 0) + (data.yName ? small * 1.6 : small * 0.7);
  const bottom = small * 1.7 + (data.xName ? small * 1.3 : 0);
  const right = Math.min(box.width * 0.4, Math.max(small * 0.9, ends));
  return {
    x: box.x + left,
    y: box.y + top,
    width: Math.max(10, box.width - left - right),
    height: Math.max(10, box.height - top - bottom),
  };
}

/** @param {Surface} face @param {Pick<ChartData, 'title' | 'xName' | 'yName'>} data @param {Box} area @param {Axis | null} xAxis @param {Axis} yAxis */
function paintAxes(face, data, area, xAxis, yAxis) {
  const { ctx, theme, small, unit } = face;
  const foot = area.y + area.height;
  const quiet = { colour: theme.quiet, halo: null };
  ctx.strokeStyle = theme.hairline;
  ctx.lineWidth = 1;
  for (const value of ticksOf(yAxis, Math.max(2, Math.min(6, Math.floor(area.height / (small * 2.2)))))) {
    const y = area.y + (1 - placeOn(yAxis, value)) * area.height;
    ctx.beginPath();
    ctx.moveTo(area.x, y);
    ctx.lineTo(area.x + area.width, y);
    ctx.stroke();
    write(face, tickText(value, yAxis.log), area.x - small * 0.5, y, { ...quiet, align: 'right' });
  }
  ctx.strokeStyle = theme.edge;
  ctx.lineWidth = 2;
  ctx.beginPath();
  ctx.moveTo(area.x, foot);
  ctx.lineTo(area.x + area.width, foot);
  ctx.stroke();
  let taken = -Infinity;
  for (const value of xAxis ? ticksOf(xAxis, Math.max(2, Math.floor(area.width / (small * 4)))) : []) {
    const x = area.x + placeOn(xAxis ?? yAxis, value) * area.width;
    ctx.beginPath();
    ctx.moveTo(x, foot);
    ctx.lineTo(x, foot + small * 0.28);
    ctx.stroke();
    const text = tickText(value, xAxis?.log);
    ctx.font = face.font();
    const half = ctx.measureText(text).width / 2;
    if (x - half < taken) continue;
    taken = x + half + small * 0.5;
    write(face, text, x, foot + small * 0.95, quiet);
  }
  const left = { ...quiet, align: /** @type {const} */ ('left') };
  if (data.xName) write(face, data.xName, area.x + area.width, foot + small * 2.25, { ...quiet, align: 'right' });
  if (data.yName) write(face, data.yName, area.x, area.y - small * 0.95, left);
  if (data.title)
    write(face, data.title, area.x, area.y - unit * 0.8 - (data.yName ? small * 1.5 : 0), {
      align: 'left',
      weight: 700,
      size: unit,
      halo: null,
    });
}

/**
 * @param {Surface} face @param {Series} one @param {number} k @param {string} colour
 * @param {(x: number, y: number) => {x: number, y: number}} at @param {boolean} yLog
 * @returns {{x: number, y: number} | null} its last point
 */
function paintSeries(face, one, k, colour, at, yLog) {
  const { ctx, line } = face;
  ctx.strokeStyle = colour;
  ctx.fillStyle = colour;
  ctx.lineWidth = line * 1.15;
  ctx.setLineDash((DASHES[(one.dash ?? k) % DASHES.length] ?? []).map((d) => d * line * 1.15));
  ctx.beginPath();
  /** @type {{x: number, y: number}[]} */
  const drawn = [];
  let down = false;
  for (let i = 0; i < one.x.length; i += 1) {
    const [x, y] = [one.x[i] ?? NaN, one.y[i] ?? NaN];
    if (!Number.isFinite(x) || !Number.isFinite(y) || (yLog && y <= 0)) {
      down = false;
      continue;
    }
    const p = at(x, y);
    if (down) ctx.lineTo(p.x, p.y);
    else ctx.moveTo(p.x, p.y);
    down = true;
    drawn.push(p);
  }
  ctx.stroke();
  ctx.setLineDash([]);
  if (one.points || drawn.length === 1) {
    for (const p of drawn) {
      ctx.beginPath();
      ctx.arc(p.x, p.y, line * 1.7, 0, 2 * Math.PI);
      ctx.fill();
    }
  }
  return drawn[drawn.length - 1] ?? null;
}

/** Names at the ends, pushed apart where lines end together. @param {Surface} face @param {{x: number, y: number, name: string, colour: string}[]} tails @param {Box} area */
function paintEnds(face, tails, area) {
  const apart = face.small * 1.15;
  const placed = [...tails].sort((a, b) => a.y - b.y).map((tail) => ({ ...tail, at: tail.y }));
  for (let k = 1; k < placed.length; k += 1) {
    const [before, here] = [placed[k - 1], placed[k]];
    if (before && here) here.at = Math.max(here.at, before.at + apart);
  }
  const over = (placed[placed.length - 1]?.at ?? 0) - (area.y + area.height);
  for (const { x, at, name, colour } of placed) {
    const y = over > 0 ? at - over : at;
    write(face, name, Math.min(x, area.x + area.width) + face.small * 0.5, y, { align: 'left', weight: 650, colour });
  }
}

/**
 * @param {Surface} face
 * @param {HistogramData} data
 * @param {Box} [box]
 */
export function histogram(face, data, box = face.box) {
  const { ctx, theme, small, unit } = face;
  const counts = Array.from(data.counts);
  const yAxis = axis(counts, { from: 0, to: Math.max(1, ...counts) * 1.06 });
  const area = plotArea(face, { ...data, series: [] }, box, yAxis, 0);
  paintAxes(face, data, area, null, yAxis);
  const step = area.width / Math.max(1, counts.length);
  const names = counts.map((_, k) => data.name?.(k) ?? String(k));
  ctx.font = face.font();
  const widest = Math.max(1, ...names.map((name) => ctx.measureText(name).width)) + small * 0.5;
  const every = Math.max(1, Math.ceil(widest / step));
  counts.forEach((count, k) => {
    const h = placeOn(yAxis, count) * area.height;
    const gap = Math.min(step * 0.14, unit * 0.3);
    const x = area.x + k * step;
    const lit = data.lit === k;
    ctx.fillStyle = lit ? theme.message : (data.colour ?? theme.self);
    if (h > 0) {
      roundBox(ctx, x + gap, area.y + area.height - h, step - 2 * gap, h, Math.min(4, h / 2));
      ctx.fill();
      ctx.fillRect(x + gap, area.y + area.height - h / 2, step - 2 * gap, h / 2 - 1);
    }
    if (count > 0 && step > small * 1.6)
      write(face, plain(count), x + step / 2, area.y + area.height - h - small * 0.6, { weight: 600 });
    if (k % every === 0)
      write(face, names[k] ?? '', x + step / 2, area.y + area.height + small * 0.95, {
        colour: lit ? theme.ink : theme.quiet,
        weight: lit ? 700 : 500,
        halo: null,
      });
  });
}

/** The lines' points for a text twin, one column a series. @param {ChartData} data @returns {import('./pane.js').Table} */
export function chartTable(data) {
  const xs = [...new Set(all(data.series, 'x'))].sort((a, b) => a - b);
  const found = data.series.map(({ x, y }) => new Map(Array.from(x, (value, i) => [value, y[i] ?? NaN])));
  return {
    columns: [data.xName ?? 'x', ...data.series.map(({ name }) => name || (data.yName ?? 'y'))],
    rows: xs.map((x) => [plain(x), ...found.map((one) => (one.has(x) ? plain(one.get(x) ?? NaN, 4) : ''))]),
  };
}
