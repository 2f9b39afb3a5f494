/**
 * A guess among answers that stand in a row, on a phone: one back, one on, and a button that says it. Three controls,
 * however many answers there are.
 *
 *   const guess = stepper(host.side, { answers: ['l = 1', 'l = 2'], each: 'degree', act: 'See', label: 'See what it sees',
 *                                      chose: () => show(), said: (index) => host.send(…) });
 *   guess.index                 the answer that is shown
 *   guess.show(1)               what was said before, where the hand has not chosen yet
 *   guess.step(-1)              a key, or a wheel
 */

import { el } from '../core/element.js';

/**
 * @typedef {object} StepperData
 * @property {readonly string[]} answers
 * @property {string} each what an answer is, for screen readers
 * @property {string} act the button that says it
 * @property {string} label the same in full
 * @property {() => unknown} chose another answer is shown
 * @property {(index: number) => unknown} said
 */

/** @param {HTMLElement} parent @param {StepperData} data */
export function stepper(parent, { answers, each, act, label, chose, said }) {
  let index = 0;
  let touched = false;
  const button = (/** @type {string} */ text, /** @type {string} */ words, /** @type {() => unknown} */ deed) =>
    el('button', { type: 'button', class: 'button', 'aria-label': words, onclick: () => void deed() }, text);
  const less = button('−', `one ${each} less`, () => step(-1));
  const more = button('+', `one ${each} more`, () => step(1));
  const value = el('output');
  const say = button(act, label, () => {
    touched = true;
    said(index);
  });
  say.classList.add('primary');
  const line = el('div', { role: 'group', 'aria-label': `Your ${each}` }, less, value, more, say);
  Object.assign(line.style, {
    display: 'grid',
    gridTemplateColumns: '56px 1fr 56px 1.1fr',
    gap: '0.5rem',
    alignItems: 'center',
  });
  for (const part of [less, more, say]) part.style.minHeight = '52px';
  // Words are longer than a number: what has several lines keeps its height from answer to answer.
  const size = Math.max(...answers.map((answer) => answer.length)) > 8 ? '1.1em' : '1.5em';
  Object.assign(value.style, { fontSize: size, fontWeight: '700', lineHeight: '1.15', textAlign: 'center' });
  parent.append(line);

  function write() {
    value.textContent = answers[index] ?? '';
    less.disabled = index === 0;
    more.disabled = index === answers.length - 1;
  }
  /** @param {number} to */
  function set(to) {
    index = Math.min(answers.length - 1, Math.max(0, to));
    write();
  }
  /** @param {number} by */
  function step(by) {
    touched = true;
    set(index + by);
    chose();
  }
  write();
  return {
    get index() {
      return index;
    },
    /** @param {number} to */
    show(to) {
      if (!touched) set(to);
    },
    step,
    destroy: () => line.remove(),
  };
}
