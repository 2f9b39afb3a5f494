/** Turns of the input at one press. */

import { el } from '../../core/element.js';
import { about, identity, multiply } from '../../draw/camera.js';
import { quaternion } from './hand.js';

/** @typedef {import('../../core/scene.js').Host} Host */
/** @typedef {import('../../core/scene.js').View} View */
/** @typedef {import('../../draw/camera.js').Quaternion} Quaternion */

/** @param {Host} host @returns {View} */
export function control(host) {
  const button = (
    /** @type {string} */ words,
    /** @type {(now: {quaternion: Quaternion, mirror: boolean}) => {quaternion: Quaternion, mirror: boolean}} */ next,
  ) =>
    el(
      'button',
      {
        type: 'button',
        class: 'button',
        onclick: () => {
          const machine = host.latest('gvp.machine');
          if (machine)
            host.send({
              t: 'gvp.turn',
              ...next({ quaternion: quaternion(machine.quaternion), mirror: machine.mirror }),
            });
        },
      },
      words,
    );
  const box = el(
    'div',
    { class: 'line buttons' },
    button('Turn by 45°', (now) => ({
      ...now,
      quaternion: multiply(about([0.3, 0.4, 1], Math.PI / 4), now.quaternion),
    })),
    button('Mirror', (now) => ({ ...now, mirror: !now.mirror })),
    button('As it came', () => ({ quaternion: identity(), mirror: false })),
  );
  host.main.append(box);
  return { update() {} };
}
