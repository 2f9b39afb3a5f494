/** Gaps at one press. */

import { el } from '../../core/element.js';

/** @typedef {import('../../core/scene.js').Host} Host */
/** @typedef {import('../../core/scene.js').View} View */

/** Gaps at one press; the slider among the parameters has all others. @param {Host} host @returns {View} */
export function control(host) {
  const gap = (/** @type {number} */ a, /** @type {string} */ text) =>
    el(
      'button',
      { type: 'button', class: 'button', onclick: () => void host.send({ t: 'tune', values: { gap: a } }) },
      text,
    );
  const back = el(
    'button',
    { type: 'button', class: 'button', onclick: () => void host.send({ t: 'canon.turn', quaternion: [0, 0, 0, 1] }) },
    'Turn back',
  );
  const line = el(
    'div',
    { class: 'line buttons' },
    gap(0.3, 'Gap 0.3'),
    gap(0.05, 'Gap 0.05'),
    gap(0, 'Close the gap'),
    back,
  );
  host.main.append(line);
  return { update() {} };
}
