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
 */

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
