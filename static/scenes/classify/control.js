/** On the control panel: the drawings that will be told apart, and the newest, each to be taken off by a button. */

import { el } from '../../core/element.js';

/** @typedef {import('../../core/scene.js').Host} Host */
/** @typedef {import('../../core/scene.js').View} View */

/** @param {Host} host @returns {View} */
export function control(host) {
  const box = el('div', { class: 'line buttons', role: 'group', 'aria-label': 'Take a drawing off the wall' });
  const words = el('p');
  host.main.append(words, box);
  const button = (/** @type {string} */ text, /** @type {number} */ number) =>
    el(
      'button',
      {
        type: 'button',
        class: 'button',
        'aria-label': `Take off ${text}`,
        onclick: () => host.send({ t: 'classify.drop', number }),
      },
      `✕ ${text}`,
    );
  const show = () => {
    const [contest, wall] = [host.latest('classify.contest'), host.latest('classify.wall')];
    const numbers = contest?.drawing && wall ? [...wall.numbers.data] : [];
    const own = contest?.own ?? 0;
    words.hidden = box.hidden = numbers.length === 0;
    words.textContent = 'Take a drawing off the wall; the next one moves up.';
    const last = numbers.at(-1) ?? 0;
    box.replaceChildren(
      ...numbers.slice(0, own).map((number, k) => button(String(k + 1), number)),
      ...(numbers.length > own ? [button('the newest', last)] : []),
    );
  };
  show();
  return {
    update(frame) {
      if (frame.t === 'classify.contest' || frame.t === 'classify.wall') show();
    },
  };
}
