/**
 * Numbers as they are printed: a typographic minus, tidy fixed decimals, powers of ten as superscripts.
 *
 *   fixed(-1.5, 2)          "−1.50"
 *   tidy(0.30000000004)     "0.3"           at most `digits` decimals, no trailing zeros
 *   scientific(2.5e-7)      "2.5·10⁻⁷"
 *   plain(v)                tidy near one, scientific far from it
 *   power(-7)               "10⁻⁷"
 *   errorText(0)            "0"             an error, or a relative change: exactly 0 is said as such
 *   column([1, -2.25])      ["1.00", "−2.25"]   the same decimals for all, as few as tell them apart
 *
 * and the numbers at which an axis has its ticks: 1-2-5 on a linear one; powers of ten on a logarithmic one, with 2 and 5 when
 * it is short.
 *
 *   linearTicks(0, 7.3, 5)      [0, 2, 4, 6]
 *   logTicks(0.03, 20, 6)       [0.1, 1, 10]
 *   axis(values, {log, from})   {lo, hi, log}: the range that shows all values, rounded outwards
 *   placeOn(axis, value)        0 at lo, 1 at hi
 *   tickText(value, log)
 */

/** @typedef {{lo: number, hi: number, log: boolean}} Axis */

const SUPERSCRIPTS = '⁰¹²³⁴⁵⁶⁷⁸⁹';
const MINUS = '\u2212';

/**
 * What is said of a number that is none, or null.
 * @param {number} value
 * @returns {string | null}
 */
function unusual(value) {
  if (Number.isNaN(value)) return 'not a number';
  if (value === Infinity) return '∞';
  if (value === -Infinity) return `${MINUS}∞`;
  return null;
}

/** @param {string} text */
function minus(text) {
  return text.replace('-', MINUS);
}

/**
 * Fixed decimals; a zero that was rounded has no sign.
 * @param {number} value
 * @param {number} [digits]
 */
export function fixed(value, digits = 2) {
  const said = unusual(value);
  if (said !== null) return said;
  const text = value.toFixed(digits);
  return Number(text) === 0 ? text.replace('-', '') : minus(text);
}

/**
 * At most `digits` decimals, without trailing zeros.
 * @param {number} value
 * @param {number} [digits]
 */
export function tidy(value, digits = 2) {
  const text = fixed(value, digits);
  return /\.\d/.test(text) ? text.replace(/\.?0+$/, '') : text;
}

/** An integer as superscript. @param {number} exponent */
export function superscript(exponent) {
  const digits = [...String(Math.abs(exponent))].map((digit) => SUPERSCRIPTS[Number(digit)]).join('');
  return exponent < 0 ? `⁻${digits}` : digits;
}

/** A power of ten. @param {number} exponent */
export function power(exponent) {
  return `10${superscript(exponent)}`;
}

/**
 * Mantissa and power of ten.
 * @param {number} value
 * @param {number} [digits] decimals of the mantissa
 */
export function scientific(value, digits = 1) {
  const said = unusual(value);
  if (said !== null) return said;
  if (value === 0) return '0';
  const [mantissa = '', exponent = '0'] = value.toExponential(digits).split('e');
  return `${minus(mantissa)}·${power(Number(exponent))}`;
}

/**
 * Tidy from 0.01 to 10 000, scientific outside; zero is 0.
 * @param {number} value
 * @param {number} [digits]
 */
export function plain(value, digits = 2) {
  const size = Math.abs(value);
  if (size !== 0 && Number.isFinite(value) && (size < 0.01 || size >= 1e4)) return scientific(value, 1);
  return tidy(value, digits);
}

/**
 * The values of one matrix or column, all with the same decimals: as few as show each to `digits` decimals.
 * @param {ArrayLike<number>} values
 * @param {number} [digits] at most
 * @returns {string[]}
 */
export function column(values, digits = 2) {
  const list = Array.from(values);
  const needed = (/** @type {number} */ d) =>
    list.every((v) => !Number.isFinite(v) || Math.abs(Number(v.toFixed(d)) - Number(v.toFixed(digits))) < 1e-12);
  let least = digits;
  while (least > 0 && needed(least - 1)) least -= 1;
  return list.map((v) => fixed(v, least));
}

/**
 * An error or a relative change: exactly 0 as such, two decimals where it is visible, a power of ten where it is not.
 * @param {number} error
 */
export function errorText(error) {
  return error === 0 ? '0' : error >= 0.01 && error < 1000 ? fixed(error, 2) : scientific(error);
}

/** The 1-2-5 step at or above a width. @param {number} width */
export function roundStep(width) {
  const decade = 10 ** Math.floor(Math.log10(width));
  const step = [1, 2, 5, 10].find((factor) => factor * decade >= width * (1 - 1e-9)) ?? 10;
  return step * decade;
}

/** @param {number} lo @param {number} hi @param {number} [count] at most about this many @returns {number[]} */
export function linearTicks(lo, hi, count = 5) {
  if (!(hi > lo)) return [lo];
  const step = roundStep((hi - lo) / count);
  const first = Math.ceil(lo / step - 1e-9);
  const last = Math.floor(hi / step + 1e-9);
  // `|| 0` turns a negative zero into zero.
  return Array.from({ length: last - first + 1 }, (_, k) => Number(((first + k) * step).toPrecision(12)) || 0);
}

/** @param {number} lo above 0 @param {number} hi @param {number} [count] @returns {number[]} */
export function logTicks(lo, hi, count = 6) {
  const first = Math.ceil(Math.log10(lo) - 1e-9);
  const last = Math.floor(Math.log10(hi) + 1e-9);
  const decades = last - first + 1;
  if (decades < 3) {
    const all = [];
    for (let e = first - 1; e <= last; e += 1)
      for (const f of [1, 2, 5]) all.push(Number((f * 10 ** e).toPrecision(12)));
    return all.filter((v) => v >= lo * (1 - 1e-9) && v <= hi * (1 + 1e-9));
  }
  const every = Math.ceil(decades / count);
  const ticks = [];
  for (let e = first; e <= last; e += 1) if (e % every === 0) ticks.push(Number(`1e${e}`));
  return ticks;
}

/**
 * @param {Iterable<number>} values
 * @param {{log?: boolean, from?: number, to?: number}} [options] ends that are given
 * @returns {Axis}
 */
export function axis(values, { log = false, from, to } = {}) {
  let lo = from ?? Infinity;
  let hi = to ?? -Infinity;
  for (const value of values) {
    if (!Number.isFinite(value) || (log && value <= 0)) continue;
    if (from === undefined) lo = Math.min(lo, value);
    if (to === undefined) hi = Math.max(hi, value);
  }
  if (!(lo < Infinity && hi > -Infinity))
    return log ? { lo: 0.1, hi: 1, log } : { lo: from ?? 0, hi: to ?? (from ?? 0) + 1, log };
  if (log) {
    const even = hi / lo < 1.2 ? 2 : 1;
    return { lo: from ?? lo / even / 1.15, hi: to ?? hi * even * 1.15, log };
  }
  if (!(hi > lo)) [lo, hi] = [from ?? lo - 0.5, to ?? lo + 0.5];
  const step = roundStep((hi - lo) / 5);
  return { lo: from ?? Math.floor(lo / step + 1e-9) * step, hi: to ?? Math.ceil(hi / step - 1e-9) * step, log };
}

/** @param {Axis} axis @param {number} value */
export function placeOn({ lo, hi, log }, value) {
  if (log) return Math.log(value / lo) / Math.log(hi / lo);
  return (value - lo) / (hi - lo);
}

/** @param {Axis} axis @param {number} [count] */
export function ticksOf({ lo, hi, log }, count = 5) {
  return log ? logTicks(lo, hi, count) : linearTicks(lo, hi, count);
}

/** @param {number} value @param {boolean} [log] */
export function tickText(value, log = false) {
  const decade = Math.log10(value);
  if (log && Number.isInteger(decade) && (decade > 4 || decade < -3)) return power(decade);
  return Math.abs(value) < 1e5 && Math.abs(value) >= 1e-3 ? tidy(value, 4) : plain(value);
}
