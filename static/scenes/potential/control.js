/** What the instructor has beside the parameters: all hands off, and the positions as a file. */

import { el } from '../../core/element.js';

/** @typedef {import('../../core/scene.js').Host} Host */
/** @typedef {import('../../core/scene.js').View} View */

/** @param {Host} host @returns {View} */
export function control(host) {
  const button = (/** @type {string} */ text, /** @type {() => void} */ act) =>
    el('button', { type: 'button', class: 'button', onclick: act }, text);
  const save = () => {
    const text = host.latest('potential.xyz')?.text;
    if (!text) return;
    const address = URL.createObjectURL(new Blob([text], { type: 'chemical/x-xyz' }));
    el('a', { href: address, download: 'cluster.xyz' }).click();
    URL.revokeObjectURL(address);
  };
  const box = el(
    'div',
    { class: 'line buttons' },
    button('All hands off', () => void host.send({ t: 'potential.release' })),
    button('Save positions (extended XYZ)', save),
  );
  host.main.append(box);
  return { update() {} };
}
