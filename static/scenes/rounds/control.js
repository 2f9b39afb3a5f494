/** Beside the generated panel: new ids, the barrier, and how many are missing. */

import { el } from '../../core/element.js';
import { progressWords } from './reading.js';

/** @typedef {import('../../core/scene.js').Host} Host */
/** @typedef {import('../../core/scene.js').View} View */

/** @param {Host} host @returns {View} */
export function control(host) {
  const matters = { matters: true };
  const button = (/** @type {string} */ text, /** @type {() => void} */ deed) =>
    el('button', { type: 'button', class: 'button', onclick: deed }, text);
  const shuffle = button('Shuffle the ids', () => host.send({ t: 'rounds.shuffle' }, matters));
  const back = button('Ids back', () => host.send({ t: 'rounds.shuffle', back: true }, matters));
  const close = button('Close this update now', () => host.send({ t: 'rounds.close' }, matters));
  const count = el('p', { role: 'status', class: 'rounds-missing' });
  const computing = el('div', { class: 'rounds-control', hidden: true }, close, count);
  const ids = el('div', { class: 'rounds-control' }, shuffle, back);
  host.main.append(ids, computing);
  return {
    update(frame) {
      if (frame.t === 'rounds.trace') ids.hidden = frame.computing;
      if (frame.t === 'rounds.shuffle') back.disabled = frame.order === null;
      if (frame.t !== 'rounds.progress') return;
      computing.hidden = !frame.open;
      const missing = frame.of - frame.answered;
      count.textContent = `${progressWords(frame)}, ${missing} missing`;
    },
  };
}
