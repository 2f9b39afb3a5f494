/** Atoms back to rest, and turns of the room, at one press. */

import { el } from '../../core/element.js';

/** @typedef {import('../../core/scene.js').Host} Host */
/** @typedef {import('../../core/scene.js').View} View */

/** @param {Host} host @returns {View} */
export function control(host) {
  const button = (/** @type {string} */ name, /** @type {() => void} */ act) =>
    el('button', { type: 'button', class: 'button', onclick: act }, name);
  const turned = (/** @type {number} */ by) => ((host.latest('coordinates.positions')?.turn ?? 0) + by) % 360;
  host.main.append(
    el(
      'div',
      { class: 'line buttons' },
      button('Atoms back to rest', () => host.send({ t: 'coordinates.rest' }, { matters: true })),
      button('Rotate the room by 30°', () =>
        host.send({ t: 'coordinates.turn', turn: turned(30), tilt: host.latest('coordinates.positions')?.tilt ?? 0 }),
      ),
      button('Rotate back', () => host.send({ t: 'coordinates.turn', turn: 0, tilt: 0 })),
    ),
  );
  return { update() {} };
}
