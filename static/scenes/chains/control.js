/** One layer more or less at one press. */

import { el } from '../../core/element.js';

/** @typedef {import('../../core/scene.js').Host} Host */
/** @typedef {import('../../core/scene.js').View} View */

/** @param {Host} host @returns {View} */
export function control(host) {
  const to = (/** @type {number} */ step) => () => {
    const shown = host.latest('chains.number');
    if (shown) host.send({ t: 'position', to: Math.min(shown.most, Math.max(0, shown.layers + step)) });
  };
  const less = el('button', { type: 'button', class: 'button', onclick: to(-1) }, '− layer');
  const more = el('button', { type: 'button', class: 'button', onclick: to(1) }, '+ layer');
  const box = el('div', { class: 'line buttons' }, less, more);
  host.main.append(box);
  return { update() {} };
}
