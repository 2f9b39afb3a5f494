/**
 * The one number of a scene, large, with what it measures above it and what it means below it: colour and a word.
 *
 *   const number = headline(host.side);
 *   number.show({ of: 'change of the output', value: '0', tone: 'same', words: 'exactly unchanged' });
 *   number.destroy();
 */

import { el } from '../core/element.js';

/** @typedef {'sound' | 'between' | 'broken' | 'same' | 'other' | 'plain'} Tone same, other: neither is good or bad by itself */
/** @typedef {{of: string, value: string, words: string, tone: Tone}} Reading */

const COLOURS = {
  sound: 'var(--total)',
  between: 'var(--quiet)',
  broken: 'var(--message)',
  same: 'var(--total)',
  other: 'var(--message)',
  plain: 'var(--ink)',
};
export const MARKS = { sound: '✓ ', between: '≈ ', broken: '✗ ', same: '= ', other: '≠ ', plain: '' };

/** The tone of a zone of `models/symmetry/equivariance.py`. @param {string} zone @returns {Tone} */
export function toneOf(zone) {
  return zone === 'rounding' ? 'sound' : zone === 'broken' ? 'broken' : 'between';
}

/** The colour of a tone, for a style. @param {Tone} tone */
export function toneColour(tone) {
  return COLOURS[tone];
}

/**
 * @param {HTMLElement} parent
 * @param {number} [size] em of the number
 * @returns {{element: HTMLElement, show: (reading: Reading | null) => void, destroy: () => void}}
 */
export function headline(parent, size = 3) {
  const [of, value, words] = [el('p'), el('p'), el('p', { role: 'status' })];
  const element = el('div', {}, of, value, words);
  Object.assign(value.style, { fontSize: `${size}em`, fontWeight: '700', lineHeight: '1.1', letterSpacing: '-0.02em' });
  Object.assign(words.style, { fontWeight: '700' });
  for (const line of [of, value, words]) line.style.margin = '0';
  parent.append(element);
  return {
    element,
    show(reading) {
      element.hidden = reading === null;
      if (reading === null) return;
      of.textContent = reading.of;
      value.textContent = reading.value;
      words.textContent = `${MARKS[reading.tone]}${reading.words}`;
      for (const line of [value, words]) line.style.color = COLOURS[reading.tone];
    },
    destroy: () => element.remove(),
  };
}
