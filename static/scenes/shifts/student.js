/** Predict the next curve. */

import { el } from '../../core/element.js';
import { Pane } from '../../draw/pane.js';
import { act, linesOf, paint, quotations } from './acts.js';
import { tableOf } from './picture.js';
import { bound, CHANGES, FIRST_NEURAL, PUBLISHED, QUESTIONS } from './words.js';

/** @typedef {import('../../core/scene.js').Host} Host */
/** @typedef {import('../../core/scene.js').View} View */
/** @typedef {import('../../core/protocol.js').ShiftsGuess} Guess */

/** Predict the next curve. @param {Host} host @returns {View} */
export function student(host) {
  const pane = new Pane(host);
  const face = pane.surface({ label: 'Learning curves', draw: (it) => paint(host, it) });
  const text = pane.twin('Errors: mean, smallest to largest');
  const quotes = quotations(host, face);
  const ask = el('p', { role: 'status' });
  const row = el('div', { class: 'touch', role: 'group', 'aria-label': 'your prediction' });
  /** @type {Record<string, string>} */
  const mine = {};
  const buttons = CHANGES.map(([change, words]) =>
    el('button', { type: 'button', class: 'button', onclick: () => say(change) }, words),
  );
  row.append(...buttons);
  host.side.append(ask, row);

  /** @param {Guess['change']} change */
  function say(change) {
    const subject = host.latest('shifts.step')?.subject;
    if (!subject) return;
    mine[subject] = change;
    host.send({ t: 'shifts.guess', subject, change });
    show();
  }

  /** What was found so far. @param {ReturnType<typeof act>} now */
  function found({ position, kernel, neural, live, published }) {
    if (position === 0) return '';
    if (position >= PUBLISHED) return published?.here.slice(0, 2).join(' ') ?? '';
    if (position < FIRST_NEURAL)
      return kernel?.verdict || `Measured: ${kernel?.measured ?? 0} of ${kernel?.wanted ?? 0}.`;
    return live?.running ? live.words : (neural?.verdict ?? '');
  }

  function show() {
    const now = act(host);
    if (!now.step) return;
    const { subject } = now.step;
    ask.textContent = bound([found(now), subject ? (QUESTIONS[subject] ?? '') : ''].filter(Boolean).join(' '));
    row.style.display = subject ? 'grid' : 'none';
    CHANGES.forEach(([change], k) =>
      buttons[k]?.setAttribute('aria-pressed', String(subject !== null && mine[subject ?? ''] === change)),
    );
    quotes.show();
    text.table(tableOf(linesOf(host)));
    face.describe(now.step.label);
    face.invalidate();
  }
  return {
    update(frame) {
      if (frame.t === 'shifts.mine') mine[frame.subject] = frame.change;
      show();
    },
  };
}
