/**
 * Relative errors by kind of transform, on the logarithmic gauge of `gauge.js` in one picture with three zones: for each kind
 * the mean and the maximum of each output. Dots are means, bars reach to the maximum; scalars and vectors differ by shape
 * and by row, not by color alone.
 *
 *   paintErrors(face, { now: [{ output: 'vectors', error: 3e-7, zone: 'rounding' }], rows, limits, kinds: ['now', 'rotation'] })
 */

import { gaugePlace } from './gauge.js';
import { write } from './mark.js';
import { power, scientific } from './numbers.js';
import { fade } from './palette.js';

/** @typedef {import('./surface.js').Surface} Surface */
/** @typedef {import('../core/protocol.js').RotationRow} Row */
/** @typedef {import('../core/protocol.js').RotationError} Now */
/** @typedef {{rounding: number, broken: number}} Limits */
/** @typedef {{rows: readonly Row[], now: readonly Now[], limits: Limits, kinds: readonly string[]}} Readings */
/** @typedef {(error: number) => number} Axis pixels from an error, on the scale of `gauge.js` */

export const ZONES = /** @type {const} */ (['rounding', 'approximate', 'broken']);
const KINDS = { now: 'this transform', rotation: 'rotations', reflection: 'reflections', translation: 'translations' };

/** An error in print; 0 is said to be exact. @param {number} value */
export function printed(value) {
  return value === 0 ? '0' : value >= 1e-2 && value < 99.5 ? value.toPrecision(2) : scientific(value, 1);
}

/** Sound, doubtful or broken: colour with a word and a mark. @param {import('./surface.js').Theme} theme @param {string} zone */
export function zoneColour(theme, zone) {
  return zone === 'rounding' ? theme.total : zone === 'broken' ? theme.message : theme.quiet;
}

/** @param {Surface} face @param {Readings} readings */
export function paintErrors(face, { rows, now, limits, kinds }) {
  const { theme, width, height, small } = face;
  const [left, right] = [small * 0.5, width - small * 0.5];
  const at = (/** @type {number} */ error) => left + gaugePlace(error) * (right - left - small * 0.6);
  const top = small * 2.6;
  const bottom = height - small * 1.9;
  paintZones(face, at, limits, { left, right, top, bottom });
  const lane = (bottom - top) / kinds.length;
  kinds.forEach((kind, k) => {
    const y = top + lane * k;
    const found = rows.filter((row) => row.kind === kind);
    const readings = kind === 'now' ? now.map(({ output, error }) => ({ output, mean: error, maximum: error })) : found;
    const size = Math.min(small, lane * 0.36);
    const name = KINDS[/** @type {keyof typeof KINDS} */ (kind)];
    write(face, name, left + small * 0.4, y + size * 0.85, { size, align: 'left', weight: 600 });
    const worst = Math.max(...readings.map(({ maximum }) => maximum));
    if (readings.length > 0) {
      const text = kind === 'now' ? printed(worst) : `max ${printed(worst)}`;
      // Beside its name: at the right end it would stand in the zone "broken", whatever it says.
      face.ctx.font = face.font(size, 600);
      const after = left + small * 0.4 + face.ctx.measureText(name).width + size * 0.7;
      write(face, text, after, y + size * 0.85, { size, align: 'left', weight: 700 });
    }
    readings.forEach((reading, r) => {
      const line = y + lane * (readings.length > 1 ? 0.56 + 0.26 * r : 0.68);
      paintReading(face, at, reading, line, Math.min(small * 0.42, lane * 0.13));
    });
    if (k > 0) rule(face, left, right, y, theme.hairline);
  });
}

/** @typedef {{left: number, right: number, top: number, bottom: number}} Frame */
/** @param {Surface} face @param {Axis} at @param {Limits} limits @param {Frame} frame */
function paintZones(face, at, { rounding, broken }, { left, right, top, bottom }) {
  const { ctx, theme, small } = face;
  const borders = [left, at(rounding), at(broken), right];
  ZONES.forEach((zone, k) => {
    const [from = 0, to = 0] = [borders[k], borders[k + 1]];
    const colour = zoneColour(theme, zone);
    ctx.fillStyle = zone === 'approximate' ? fade(theme.edge, 0.14) : fade(colour, 0.16);
    ctx.fillRect(from, top, to - from, bottom - top);
    ctx.fillStyle = colour;
    ctx.fillRect(from, top - small * 0.18, to - from - 2, small * 0.18);
    // The narrow zone in the middle would print over its neighbors: its word stands a line higher.
    const y = top - small * (zone === 'approximate' ? 1.75 : 0.78);
    write(face, zone, Math.min(right - small * 1.6, Math.max(left + small * 1.9, (from + to) / 2)), y, {
      weight: 700,
      colour,
    });
  });
  for (let decade = -16; decade <= 0; decade += 4) {
    const x = at(10 ** decade);
    ctx.strokeStyle = theme.hairline;
    ctx.lineWidth = 1;
    ctx.beginPath();
    ctx.moveTo(x, top);
    ctx.lineTo(x, bottom);
    ctx.stroke();
    write(face, decade === 0 ? '1' : power(decade), x, bottom + small * 0.95, { colour: theme.quiet });
  }
}

/** @param {Surface} face @param {Axis} at @param {{output: string, mean: number, maximum: number}} reading @param {number} y @param {number} r */
function paintReading({ ctx, theme, line }, at, { output, mean, maximum }, y, r) {
  const colour = theme.ink;
  const [from, to] = [at(mean), at(maximum)];
  ctx.strokeStyle = colour;
  ctx.fillStyle = colour;
  ctx.lineWidth = line;
  ctx.beginPath();
  ctx.moveTo(from, y);
  ctx.lineTo(to, y);
  ctx.moveTo(to, y - r);
  ctx.lineTo(to, y + r);
  ctx.stroke();
  ctx.beginPath();
  if (output === 'vectors') {
    ctx.moveTo(from + r * 1.2, y);
    ctx.lineTo(from - r * 0.8, y - r);
    ctx.lineTo(from - r * 0.8, y + r);
    ctx.closePath();
  } else ctx.arc(from, y, r * 0.9, 0, 2 * Math.PI);
  ctx.fill();
}

/** @param {Surface} face @param {number} from @param {number} to @param {number} y @param {string} colour */
function rule({ ctx }, from, to, y, colour) {
  ctx.strokeStyle = colour;
  ctx.lineWidth = 1;
  ctx.beginPath();
  ctx.moveTo(from, y);
  ctx.lineTo(to, y);
  ctx.stroke();
}

/** The readings as a table, this transform first. @param {readonly Row[]} rows @param {readonly Now[]} now @param {string} words of this transform */
export function errorsTable(rows, now, words) {
  return {
    columns: ['transform', 'output', 'mean error', 'largest error', 'samples', 'zone'],
    rows: [
      ...now.map(({ output, error, zone }) => [
        `this one: ${words}`,
        output,
        printed(error),
        printed(error),
        '1',
        zone,
      ]),
      ...rows.map((row) => [
        row.kind,
        row.output,
        printed(row.mean),
        printed(row.maximum),
        String(row.samples),
        row.zone,
      ]),
    ],
  };
}
