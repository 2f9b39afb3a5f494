/** On the control panel: the same with other weights. */

import { el } from '../../core/element.js';

/** @typedef {import('../../core/scene.js').Host} Host */
/** @typedef {import('../../core/scene.js').View} View */

const MOST = 999;

/** @param {Host} host @returns {View} */
export function control(host) {
  const another = () => {
    const seed = host.latest('karate.untrained')?.seed ?? 0;
    host.send({ t: 'tune', values: { seed: seed < MOST ? seed + 1 : 0 } });
  };
  const box = el(
    'div',
    { class: 'line buttons' },
    el('button', { type: 'button', class: 'button', onclick: another }, 'Another seed'),
  );
  host.main.append(box);
  return { update() {} };
}
