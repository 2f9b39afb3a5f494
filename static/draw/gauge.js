/**
 * An error on a logarithmic gauge from 10⁻¹⁷ to 10¹ with three zones: rounding, approximate, broken.
 *
 *   paintGauge(face, { dtype: 'float32', rows: [{ name: 'EGNN', mean: 2.5e-7, max: 4.1e-7 }, …] }, box?)
 *   zoneOf(error, limits)   the word that is written beside the number
 *
 * Filled marker = mean, open marker = max; both stand as text too, and the zone as a word: never colour alone.
 */

import { roundBox, write } from './mark.js';
import { fixed, power, scientific } from './numbers.js';
import { mix } from './palette.js';

/** @typedef {import('./surface.js').Surface} Surface */
/** @typedef {import('./surface.js').Box} Box */
/** @typedef {'rounding' | 'approximate' | 'broken'} Zone */
/** @typedef {{rounding: number, broken: number}} Limits rounding: at most; broken: from */
/** @typedef {{name: string, mean: number, max?: number, colour?: string, note?: string}} GaugeRow NaN: not measured yet */
/**
 * @typedef {object} GaugeData
 * @property {readonly GaugeRow[]} rows
 * @property {'float32' | 'float64'} [dtype] float32 unless told; chooses the limits
 * @property {Limits} [limits] instead of the dtype's
 * @property {string} [title]
 */

/** Zones of a relative equivariance error, as the server's symmetry check names them. */
export const LIMITS = { float32: { rounding: 1e-5, broken: 1e-2 }, float64: { rounding: 1e-12, broken: 1e-2 } };
const LOWEST = -17;
const HIGHEST = 1;

/** @param {number} error @param {Limits} limits @returns {Zone} */
export function zoneOf(error, limits) {
  if (error <= limits.rounding) return 'rounding';
  return error < limits.broken ? 'approximate' : 'broken';
}

/** Where an error stands on the gauge, 0 at the left end, 1 at the right; 0 stands at the left, NaN at the right. @param {number} error */
export function gaugePlace(error) {
  if (Number.isNaN(error)) return 1;
  const decade = error > 0 ? Math.log10(error) : LOWEST;
  return Math.min(1, Math.max(0, (decade - LOWEST) / (HIGHEST - LOWEST)));
}

/** What is written beside a row's marker: the mean, the maximum, the zone. @param {GaugeRow} row @param {Limits} limits */
export function gaugeWords(row, limits) {
  if (Number.isNaN(row.mean)) return 'not measured yet';
  const most = row.max === undefined ? '' : `, max ${scientific(row.max)}`;
  return `${scientific(row.mean)}${most}: ${zoneOf(row.max ?? row.mean, limits)}`;
}

/**
 * @param {Surface} face
 * @param {GaugeData} data
 * @param {Box} [box]
 */
export function paintGauge(face, data, box = face.box) {
  const limits = data.limits ?? LIMITS[data.dtype ?? 'float32'];
  const { small, unit } = face;
  const inset = small * 1.2;
  const x = box.x + inset;
  const width = box.width - 2 * inset;
  const titled = data.title ? unit * 1.6 : 0;
  if (data.title)
    write(face, data.title, box.x + small * 0.2, box.y + unit * 0.7, {
      align: 'left',
      weight: 700,
      size: unit,
      halo: null,
    });
  const top = box.y + titled + small * 1.5;
  const zones = zonesOf(face, limits);
  paintZoneNames(face, zones, { x, y: top, width, height: 0 });
  const step = Math.min(small * 4.6, (box.y + box.height - small * 1.7 - top) / Math.max(1, data.rows.length));
  const foot = top + step * data.rows.length;
  // Text stands on plain paper above its band: over a zone its place would be read as a value.
  const band = Math.max(small * 0.7, Math.min(small * 1.9, step - small * 1.7));
  const rows = data.rows.map((row, k) => ({ row, box: { x, y: top + (k + 1) * step - band, width, height: band } }));
  for (const { box: place } of rows) paintBand(face, zones, place);
  paintAxis(
    face,
    { x, y: top, width, height: foot - top },
    rows.map(({ box: place }) => place),
  );
  rows.forEach(({ row, box: place }, k) => paintRow(face, row, limits, place, k));
}

/** @typedef {{zone: Zone, from: number, to: number, colour: string}} Band */

/** @param {Surface} face @param {Limits} limits @returns {Band[]} */
function zonesOf({ theme }, limits) {
  const a = gaugePlace(limits.rounding);
  const b = gaugePlace(limits.broken);
  return [
    { zone: 'rounding', from: 0, to: a, colour: theme.total },
    { zone: 'approximate', from: a, to: b, colour: theme.quiet },
    { zone: 'broken', from: b, to: 1, colour: theme.message },
  ];
}

/** @param {Surface} face @param {readonly Band[]} zones @param {Box} box whose top the names stand on */
function paintZoneNames(face, zones, box) {
  const { ctx, theme, small } = face;
  ctx.font = face.font(small, 650);
  for (const { zone, from, to, colour } of zones) {
    const w = (to - from) * box.width;
    const short = { rounding: 'round.', approximate: 'approx.', broken: 'broken' }[zone];
    const text = ctx.measureText(zone).width <= w - 4 ? zone : short;
    const size = Math.min(small, (small * (w - 1)) / Math.max(1, ctx.measureText(text).width));
    const x = box.x + ((from + to) / 2) * box.width;
    write(face, text, x, box.y - small * 0.5, { weight: 650, colour: mix(colour, theme.ink, 0.35), halo: null, size });
    ctx.font = face.font(small, 650);
  }
}

/** @param {Surface} face @param {readonly Band[]} zones @param {Box} box */
function paintBand(face, zones, box) {
  const { ctx, theme } = face;
  for (const { from, to, colour } of zones) {
    const x = box.x + from * box.width;
    const w = (to - from) * box.width;
    roundBox(ctx, x + 1, box.y, w - 2, box.height, 5);
    ctx.fillStyle = mix(theme.paper, colour, theme.dark ? 0.26 : 0.15);
    ctx.fill();
    ctx.fillStyle = colour;
    ctx.fillRect(x + 1, box.y + box.height - face.line, w - 2, face.line);
  }
}

/** @param {Surface} face @param {Box} box @param {readonly Box[]} bands */
function paintAxis(face, box, bands) {
  const { ctx, theme, small } = face;
  const decade = box.width / (HIGHEST - LOWEST);
  const every = [1, 2, 3, 4, 6].find((step) => step * decade > small * 2.9) ?? 6;
  ctx.strokeStyle = mix(theme.hairline, theme.edge, 0.35);
  ctx.lineWidth = 1;
  for (let e = LOWEST + 1; e <= HIGHEST; e += 1) {
    const x = box.x + (e - LOWEST) * decade;
    if (e % every !== 0) continue;
    ctx.beginPath();
    for (const { y, height } of bands) {
      ctx.moveTo(x, y);
      ctx.lineTo(x, y + height - face.line);
    }
    ctx.stroke();
    write(face, e === 0 ? '1' : power(e), x, box.y + box.height + small * 0.9, { colour: theme.quiet, halo: null });
  }
}

/** @param {Surface} face @param {GaugeRow} row @param {Limits} limits @param {Box} box the row's band @param {number} k */
function paintRow(face, row, limits, box, k) {
  const { ctx, theme, small, line } = face;
  const colour = row.colour ?? theme.hues[k % theme.hues.length] ?? theme.ink;
  const textY = box.y - small * 0.72;
  write(face, row.name, box.x + 1, textY, { align: 'left', weight: 700, halo: null });
  ctx.font = face.font(small, 700);
  const room = box.width - ctx.measureText(row.name).width - small;
  ctx.font = face.font(small, 500);
  const short = Number.isNaN(row.mean)
    ? ''
    : `${scientific(row.max ?? row.mean)}: ${zoneOf(row.max ?? row.mean, limits)}`;
  const words = [gaugeWords(row, limits), short].find((text) => ctx.measureText(text).width <= room) ?? '';
  write(face, words, box.x + box.width - 1, textY, { align: 'right', halo: null });
  if (Number.isNaN(row.mean)) return;
  const y = box.y + (box.height - line) / 2;
  const from = box.x + gaugePlace(row.mean) * box.width;
  const r = Math.min(small * 0.5, box.height * 0.3);
  if (row.max !== undefined) {
    const to = box.x + gaugePlace(row.max) * box.width;
    ctx.strokeStyle = colour;
    ctx.lineWidth = line;
    ctx.beginPath();
    ctx.moveTo(from, y);
    ctx.lineTo(to, y);
    ctx.stroke();
    diamond(ctx, to, y, r * 1.3, theme.paper, colour, line);
  }
  ctx.beginPath();
  ctx.arc(from, y, r, 0, 2 * Math.PI);
  ctx.fillStyle = colour;
  ctx.strokeStyle = theme.paper;
  ctx.lineWidth = 2;
  ctx.fill();
  ctx.stroke();
}

/** @param {CanvasRenderingContext2D} ctx @param {number} x @param {number} y @param {number} r @param {string} fill @param {string} stroke @param {number} width */
function diamond(ctx, x, y, r, fill, stroke, width) {
  ctx.beginPath();
  ctx.moveTo(x - r, y);
  ctx.lineTo(x, y - r);
  ctx.lineTo(x + r, y);
  ctx.lineTo(x, y + r);
  ctx.closePath();
  ctx.fillStyle = fill;
  ctx.strokeStyle = stroke;
  ctx.lineWidth = width;
  ctx.fill();
  ctx.stroke();
}

/** The gauge's rows for a text twin. @param {GaugeData} data @returns {import('./pane.js').Table} */
export function gaugeTable(data) {
  const limits = data.limits ?? LIMITS[data.dtype ?? 'float32'];
  return {
    columns: ['model', 'mean error', 'largest error', 'zone'],
    rows: data.rows.map(({ name, mean, max }) => [
      name,
      Number.isNaN(mean) ? 'not measured yet' : scientific(mean),
      max === undefined ? '' : Number.isNaN(max) ? fixed(max) : scientific(max),
      Number.isNaN(mean) ? '' : zoneOf(max ?? mean, limits),
    ]),
  };
}
