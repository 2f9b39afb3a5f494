/**
 * Colours: Okabe-Ito hues that reach 3:1 on their theme, viridis, a diverging scale, the text colour for a fill.
 *
 *   HUES                        the hues allowed on light and on dark, in the order in which series take them
 *   ROLES                       one colour for one part of a formula and of its picture:
 *                               self (the node itself), message (from a neighbor), total (sum, update), bias
 *   viridis(t)                  t in [0, 1] -> "#rrggbb", dark to bright
 *   diverging(t, dark)          t in [−1, 1] -> blue, grey, vermillion
 *   scale({lo, hi, signed, dark}) -> (value) => "#rrggbb"
 *   domain(values, signed)      -> {lo, hi}; symmetric about 0 when signed
 *   textOn(fill)                black or white, whichever contrasts more
 *   contrast(a, b), mix(a, b, t), fade(colour, opacity), channels(colour)
 *
 * A colour is "#rrggbb" throughout; only `fade` gives "rgba(…)".
 */

/** @typedef {{lo: number, hi: number}} Domain */
/** @typedef {Domain & {signed?: boolean, dark?: boolean}} ScaleOptions */
/** @typedef {(value: number) => string} Scale */

export const HUES = {
  light: ['#0072b2', '#d55e00', '#009e73', '#8a3fa0'],
  dark: ['#56b4e9', '#e69f00', '#2fc79a', '#cf94df'],
};

const VIRIDIS = ['440154', '482878', '3e4989', '31688e', '26828e', '1f9e89', '35b779', '6dcd59', 'b4de2c', 'fde725'];
const DIVERGING = {
  light: ['00558a', '3f8fc4', '9dc3de', 'dfe2e7', 'f0b48c', 'e07a35', 'b34700'],
  dark: ['7cc8f7', '3a93cf', '1f5a85', '3a414c', '86431a', 'd1691f', 'ffa060'],
};
const STEPS = 256;

/** Red, green and blue in 0…255. @param {string} colour @returns {[number, number, number]} */
export function channels(colour) {
  const value = Number.parseInt(colour.replace('#', ''), 16);
  return [(value >> 16) & 255, (value >> 8) & 255, value & 255];
}

/** @param {readonly number[]} rgb */
function hex(rgb) {
  return `#${rgb
    .map((c) =>
      Math.round(Math.min(255, Math.max(0, c)))
        .toString(16)
        .padStart(2, '0'),
    )
    .join('')}`;
}

/** Between two colours. @param {string} a @param {string} b @param {number} t 0 gives a, 1 gives b */
export function mix(a, b, t) {
  const from = channels(a);
  const to = channels(b);
  return hex(from.map((c, k) => c + ((to[k] ?? c) - c) * t));
}

/** The colour at an opacity. @param {string} colour @param {number} opacity */
export function fade(colour, opacity) {
  const [r, g, b] = channels(colour);
  return `rgba(${r}, ${g}, ${b}, ${opacity})`;
}

/** Relative luminance after WCAG 2. @param {string} colour */
function luminance(colour) {
  const [r, g, b] = channels(colour).map((c) => {
    const s = c / 255;
    return s <= 0.04045 ? s / 12.92 : ((s + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * (r ?? 0) + 0.7152 * (g ?? 0) + 0.0722 * (b ?? 0);
}

/** Contrast ratio after WCAG 2, from 1 to 21. @param {string} a @param {string} b */
export function contrast(a, b) {
  const [dim = 0, bright = 0] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (bright + 0.05) / (dim + 0.05);
}

/** Black or white, whichever is read better on the fill. @param {string} fill */
export function textOn(fill) {
  return contrast(fill, '#ffffff') >= contrast(fill, '#000000') ? '#ffffff' : '#000000';
}

/**
 * A table of colours between anchors, looked up many times a frame.
 * @param {readonly string[]} anchors
 * @returns {string[]}
 */
function table(anchors) {
  const last = anchors.length - 1;
  return Array.from({ length: STEPS }, (_, i) => {
    const at = (i / (STEPS - 1)) * last;
    const k = Math.min(last - 1, Math.floor(at));
    return mix(anchors[k] ?? '', anchors[k + 1] ?? '', at - k);
  });
}

const VIRIDIS_TABLE = table(VIRIDIS);
const DIVERGING_TABLE = { light: table(DIVERGING.light), dark: table(DIVERGING.dark) };

/** @param {readonly string[]} colours @param {number} t */
function pick(colours, t) {
  const inside = Number.isNaN(t) ? 0 : Math.min(1, Math.max(0, t));
  return colours[Math.round(inside * (STEPS - 1))] ?? '#000000';
}

/** @param {number} t in [0, 1]; outside is clamped */
export function viridis(t) {
  return pick(VIRIDIS_TABLE, t);
}

/** @param {number} t in [−1, 1]; outside is clamped @param {boolean} [dark] */
export function diverging(t, dark = false) {
  return pick(dark ? DIVERGING_TABLE.dark : DIVERGING_TABLE.light, (t + 1) / 2);
}

/**
 * The colour of a value within a domain.
 * @param {ScaleOptions} options
 * @returns {Scale}
 */
export function scale({ lo, hi, signed = false, dark = false }) {
  const width = hi - lo || 1;
  if (!signed) return (value) => viridis((value - lo) / width);
  const reach = Math.max(Math.abs(lo), Math.abs(hi)) || 1;
  return (value) => diverging(value / reach, dark);
}

/**
 * The smallest and the largest finite value; about 0 when signed; never empty.
 * @param {ArrayLike<number>} values
 * @param {boolean} [signed]
 * @returns {Domain}
 */
export function domain(values, signed = false) {
  let lo = Infinity;
  let hi = -Infinity;
  for (let i = 0; i < values.length; i += 1) {
    const value = values[i] ?? NaN;
    if (!Number.isFinite(value)) continue;
    if (value < lo) lo = value;
    if (value > hi) hi = value;
  }
  if (lo > hi) return signed ? { lo: -1, hi: 1 } : { lo: 0, hi: 1 };
  if (signed) {
    const reach = Math.max(Math.abs(lo), Math.abs(hi)) || 1;
    return { lo: -reach, hi: reach };
  }
  return lo === hi ? { lo: lo - 0.5, hi: hi + 0.5 } : { lo, hi };
}
