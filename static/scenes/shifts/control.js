/** Train one point of the table again. */

import { el } from '../../core/element.js';
import { act } from './acts.js';
import { bound, FIRST_NEURAL, PUBLISHED } from './words.js';

/** @typedef {import('../../core/scene.js').Host} Host */
/** @typedef {import('../../core/scene.js').View} View */

/** Train one point of the table again. @param {Host} host @returns {View} */
export function control(host) {
  const begin = el(
    'button',
    {
      type: 'button',
      class: 'button',
      onclick: () => host.send({ t: 'shifts.train', on: !(host.latest('shifts.live')?.running ?? false) }),
    },
    'Train the live point',
  );
  const words = el('p', { role: 'status' });
  const box = el('div', { class: 'line buttons' }, begin);
  host.main.append(box, words);
  const show = () => {
    const { position, live } = act(host);
    begin.disabled = position < FIRST_NEURAL || position >= PUBLISHED;
    begin.textContent = live?.running ? 'Stop the live point' : 'Train the live point';
    words.textContent = begin.disabled
      ? 'The live point trains beside the curves of the networks, at positions 5 and 6.'
      : bound(live?.words ?? '');
  };
  return {
    update: show,
  };
}
