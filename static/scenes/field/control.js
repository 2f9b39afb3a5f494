/** Moves of the room at one press. */

import { el } from '../../core/element.js';
import { PUSH } from './picture.js';

/** @typedef {import('../../core/scene.js').Host} Host */
/** @typedef {import('../../core/scene.js').View} View */

/** @param {Host} host @returns {View} */
export function control(host) {
  const now = () => host.latest('field.moved');
  const move = (
    /** @type {Partial<{turn: number, tilt: number, mirror: boolean, shift: [number, number, number]}>} */ change,
  ) => {
    const at = now();
    if (at)
      host.send({ t: 'field.place', turn: at.turn, tilt: at.tilt, mirror: at.mirror, shift: at.shift, ...change });
  };
  const button = (/** @type {string} */ name, /** @type {() => void} */ act) =>
    el('button', { type: 'button', class: 'button', onclick: act }, name);
  host.main.append(
    el(
      'div',
      { class: 'line buttons' },
      button('Push', () => move({ shift: now()?.shift[0] === 0 ? PUSH : [0, 0, 0] })),
      button('Turn by 30°', () => move({ turn: ((now()?.turn ?? 0) + 30) % 360 })),
      button('Tilt by 30°', () => move({ tilt: ((now()?.tilt ?? 0) + 30) % 360 })),
      button('Mirror', () => move({ mirror: !now()?.mirror })),
      button('Back', () => move({ turn: 0, tilt: 0, mirror: false, shift: [0, 0, 0] })),
    ),
  );
  return { update() {} };
}
