/** What the scene says in words: its questions, its notes on how it was measured, its quotations. */

import { el } from '../../core/element.js';

/** @typedef {import('../../core/protocol.js').ShiftsGuess} Guess */
/** @typedef {import('../../core/protocol.js').ShiftsNeural} Neural */

/** @type {Record<string, string>} */
export const QUESTIONS = {
  augmented: 'Each point gets 7 turned copies. What will the learning curve do?',
  invariant: 'The kernel is made invariant to the turn, to every angle. What will the curve do?',
  degree: 'Networks that learn forces: scalars alone (l = 0), then vectors (l = 1). What will the curve do?',
};
/** A change, the words of its button, and those that are counted. @type {readonly [Guess['change'], string, string][]} */
export const CHANGES = [
  ['same', 'Stay as it is', 'stay'],
  ['shift', 'Shift, same slope', 'shift'],
  ['steeper', 'Fall faster', 'fall faster'],
];
export const FIRST_NEURAL = 4;
export const PUBLISHED = 6;
const THEORY =
  'Theory (Tahmasebi and Jegelka, arXiv:2303.14269): a finite group multiplies the samples; a continuous one lowers the dimension, here 3 to 2.';

/** `l = 1` and `n = 8` stay on one line. @param {string} words */
export const bound = (words) => words.replace(/\b([ln]) = (?=\d)/g, '$1\u00a0=\u00a0');

/** @template {HTMLElement} E @param {E} element @param {Record<string, string>} style @returns {E} */
export function styled(element, style) {
  Object.assign(element.style, style);
  return element;
}

/** What the class expects. @param {readonly number[]} counts of same, shift, steeper */
export function crowdWords(counts) {
  const all = counts.reduce((a, b) => a + b, 0);
  if (all === 0) return 'Predict on the phones.';
  return `${all} prediction${all === 1 ? '' : 's'}: ${CHANGES.map(([, , word], k) => `${word} ${counts[k] ?? 0}`).join(', ')}.`;
}

/** How it was measured. @param {number} position @param {Neural | undefined} neural @returns {readonly string[]} */
export function notes(position, neural) {
  if (position === 0)
    return [
      'Kernel ridge regression on random points, Matérn-3/2 kernel. Nothing is trained; every point of the curves is computed in front of you.',
    ];
  if (position >= PUBLISHED) return [];
  if (position < FIRST_NEURAL) {
    const how =
      'Matérn-3/2, ridge 10⁻⁸, the best of 5 lengths on validation points. In brackets: 95 % of bootstrap draws over the repetitions.';
    if (position === 1) return [how];
    return position === 2 ? [how, 'With their copies, 32 to 256 points are as many as 256 to 2048.'] : [THEORY];
  }
  const honest =
    neural?.potential === 'lennard-jones'
      ? 'A pair potential depends on distances alone: l = 0 can say all of it.'
      : 'Stillinger-Weber was chosen: its angles are a product of degrees 0 to 2, which flatters l = 2.';
  return [
    honest,
    'No slope is fitted where training error exceeds half of test error. In brackets: 95 % of bootstrap draws.',
  ];
}

/** The statements with their sources. @param {HTMLOListElement} list @param {import('../../core/protocol.js').ShiftsPublished | undefined} published */
export function quote(list, published) {
  const items = (published?.statements ?? []).map(({ words, source }) =>
    el('li', {}, el('q', {}, words), styled(el('div', {}, source), { color: 'var(--quiet)', fontSize: '0.85em' })),
  );
  list.replaceChildren(...items);
}
