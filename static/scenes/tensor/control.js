/** What the instructor has beside the parameters: a random rotation, back to none, arrows at right angles or in line. */

import { el } from '../../core/element.js';

/** @typedef {import('../../core/scene.js').Host} Host */
/** @typedef {import('../../core/scene.js').View} View */

const TURNED = 3;

/** @param {Host} host @returns {View} */
export function control(host) {
  const button = (/** @type {string} */ text, /** @type {() => unknown} */ act) =>
    el('button', { type: 'button', class: 'button', onclick: () => void act() }, text);
  const random = button('Random rotation', () => host.send({ t: 'tensor.random' }));
  const back = button('Turn back', () => host.send({ t: 'tensor.turn', quaternion: [0, 0, 0, 1] }));
  const across = button('Right angle', () => {
    host.send({ t: 'tensor.point', arrow: 'v', at: [1, 0, 0] });
    host.send({ t: 'tensor.point', arrow: 'w', at: [0, 1, 0] });
  });
  const along = button('In line', () => {
    const v = host.latest('tensor.task')?.v;
    if (v) host.send({ t: 'tensor.point', arrow: 'w', at: v });
  });
  const said = el('p', { role: 'status' });
  host.main.append(el('div', { class: 'line buttons' }, across, along, random, back), said);
  const show = () => {
    const turning = host.latest('tensor.task')?.act === TURNED;
    random.disabled = !turning;
    back.disabled = !turning;
    said.textContent = turning
      ? 'Drag the picture to turn both arrows.'
      : 'Drag the tip of an arrow. Arrow keys turn v, with Shift w.';
  };
  show();
  return { update: show };
}
