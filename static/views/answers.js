/** What is answered, as stage and phone both show it: the options with their bars, the numbers, the lines, the words. */

import { el } from '../core/element.js';
import { histogram } from '../draw/chart.js';
import { plain } from '../draw/numbers.js';
import { Sketch } from '../draw/sketch.js';
import { surface } from '../draw/surface.js';

/** @typedef {import('../core/protocol.js').Question} Question */
/** @typedef {import('../core/protocol.js').Counts} Counts */
/** @typedef {import('../core/protocol.js').Given} Given */
/** @typedef {{counts: Counts, numbers: {data: Float32Array}, lines: {data: Float32Array}, curve?: {data: Float32Array}}} Answers */

const LETTERS = 'ABCDEF';
const BINS = 12;

/** The letter of an option. @param {number} option */
export const letter = (option) => LETTERS[option] ?? String(option + 1);

/**
 * The options, with their counts where they are known.
 * @param {Question} question
 * @param {{counts?: Counts | null, own?: number | null, pick?: (option: number) => void}} [how] `pick` makes them buttons
 */
export function optionList(question, { counts = null, own = null, pick } = {}) {
  const options = question.options ?? [];
  const most = Math.max(1, ...(counts?.options ?? []), ...(counts?.before ?? []));
  return el(
    'ol',
    { class: 'options' },
    ...options.map((words, option) => {
      const count = counts?.options[option];
      const right = counts?.truth === words;
      const parts = [
        el('span', { class: 'letter', 'aria-hidden': 'true' }, letter(option)),
        el('span', { class: 'option-words' }, words),
      ];
      if (count !== undefined) {
        const before = counts?.before[option];
        if (before !== undefined) parts.push(bar(before / most, 'bar before'));
        parts.push(
          bar(count / most, 'bar'),
          el('span', { class: 'option-count' }, before === undefined ? String(count) : `${before} → ${count}`),
        );
        if (right) parts.push(el('span', { class: 'option-right' }, counts?.computed ? '✓ computed' : '✓ right'));
      }
      const chosen = own === option;
      const state = `option${right ? ' right' : ''}${chosen ? ' chosen' : ''}`;
      const body = pick
        ? el(
            'button',
            { type: 'button', class: state, 'aria-pressed': String(chosen), onclick: () => pick(option) },
            ...parts,
          )
        : el('div', { class: state }, ...parts);
      if (chosen && !pick) body.append(el('span', { class: 'option-own' }, 'your answer'));
      return el('li', {}, body);
    }),
  );
}

/** @param {number} share @param {string} kind */
function bar(share, kind) {
  const element = el('span', { class: kind, 'aria-hidden': 'true' });
  element.style.setProperty('--share', share.toFixed(4));
  return element;
}

/**
 * A picture of numbers or lines in an element of its own.
 * @param {Question} question
 * @param {Answers} answers
 * @param {Given | null} own
 */
export function answerPicture(question, answers, own) {
  const place = el('div', { class: 'answer-picture' });
  const draw = question.kind === 'line' ? linesOf(question, answers, own) : numbersOf(question, answers);
  const face = surface(place, { label: pictureWords(question, answers), draw });
  return { place, destroy: () => face.destroy() };
}

/** @param {Question} question @param {Answers} answers @param {Given | null} own */
function linesOf({ x, y }, { lines, curve }, own) {
  if (!x || !y) throw new Error('a question for a line has two axes');
  const sketch = new Sketch({ x, y });
  if (own?.line) sketch.heights = [...own.line];
  return (/** @type {import('../draw/surface.js').Surface} */ face) =>
    sketch.paint(face, { lines: lines.data, curve: curve?.data ?? [] });
}

/** @param {Question} question @param {Answers} answers */
function numbersOf({ y }, { numbers, counts }) {
  if (!y) throw new Error('a question for a number has an axis');
  const { low, high, title } = y;
  const whole = Number.isInteger(low) && Number.isInteger(high) && high - low < 24;
  const bins = whole ? high - low + 1 : BINS;
  const width = whole ? 1 : (high - low) / bins;
  const place = (/** @type {number} */ value) =>
    Math.min(bins - 1, Math.max(0, Math.floor((value - low) / width + (whole ? 0.5 : 0))));
  const tally = new Float32Array(bins);
  for (const value of numbers.data) tally[place(value)] = (tally[place(value)] ?? 0) + 1;
  const name = (/** @type {number} */ bin) => plain(low + width * bin, 3);
  const truth = counts.truth;
  return (/** @type {import('../draw/surface.js').Surface} */ face) =>
    histogram(face, {
      counts: tally,
      name,
      xName: title,
      yName: 'answers',
      ...(typeof truth === 'number' ? { lit: place(truth) } : {}),
    });
}

/** @param {Question} question @param {Answers} answers */
function pictureWords({ kind }, { numbers, lines, counts }) {
  if (kind === 'line') return `${lines.data.length / 16} lines that were drawn, and what is computed`;
  const middle = numbers.data[Math.floor(numbers.data.length / 2)];
  const truth = typeof counts.truth === 'number' ? `; computed: ${plain(counts.truth, 3)}` : '';
  return `${numbers.data.length} numbers${middle === undefined ? '' : `, the median ${plain(middle, 3)}`}${truth}`;
}

/**
 * What the reveal says in words.
 * @param {Question} question
 * @param {{counts: Counts, curve: {data: Float32Array}}} result
 * @param {number} answered how many; 0 where nobody is counted
 */
export function verdict(question, { counts, curve }, answered) {
  const right = counts.right === null || answered === 0 ? '' : ` ${counts.right} of ${answered} predicted it.`;
  const source = counts.computed ? 'Computed' : 'Right';
  if (typeof counts.truth === 'number') return `${source}: ${plain(counts.truth, 4)}.${right}`;
  if (typeof counts.truth === 'string') return `${source}: ${counts.truth}.${right}`;
  if (question.kind !== 'line') return '';
  return curve.data.length > 0 ? 'Green with dots: what is computed. Blue: what you drew.' : 'What you drew.';
}
