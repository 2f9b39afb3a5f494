/** What the instructor has beside the parameters: rotate the room, back to rest, and a point through the cutoff. */

import { el } from '../../core/element.js';

/** @typedef {import('../../core/scene.js').Host} Host */
/** @typedef {import('../../core/scene.js').View} View */
/** @typedef {import('../../core/protocol.js').Command} Command */

/** @param {Host} host @returns {View} */
export function control(host) {
  const button = (/** @type {string} */ text, /** @type {Command} */ command) =>
    el('button', { type: 'button', class: 'button', onclick: () => void host.send(command) }, text);
  const turn = button('Rotate the room', { t: 'radius.turn', quaternion: null });
  const rest = button('Back to rest', { t: 'radius.turn', quaternion: [0, 0, 0, 1] });
  const cross = button('Lead a point through the cutoff', { t: 'radius.cross' });
  const line = el('div', { class: 'line buttons' }, turn, rest, cross);
  host.main.append(line);
  const show = () => {
    const periodic = host.latest('radius.graph')?.periodic ?? false;
    turn.disabled = periodic;
    rest.disabled = periodic;
  };
  show();
  return { update: show };
}
