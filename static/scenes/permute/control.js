/** New ids at one press. */

import { el } from '../../core/element.js';

/** @typedef {import('../../core/scene.js').Host} Host */
/** @typedef {import('../../core/scene.js').View} View */

/** @param {Host} host @returns {View} */
export function control(host) {
  const button = el(
    'button',
    { type: 'button', class: 'button', onclick: () => host.send({ t: 'permute.shuffle' }, { matters: true }) },
    'Shuffle the ids',
  );
  host.main.append(button);
  return { update() {} };
}
