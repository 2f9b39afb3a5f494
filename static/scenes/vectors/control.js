/** What the instructor has beside the parameters: a random rotation, back to none, and how many students have aimed. */

import { el } from '../../core/element.js';

/** @typedef {import('../../core/scene.js').Host} Host */
/** @typedef {import('../../core/scene.js').View} View */

const PREDICT = 3;

/** @param {Host} host @returns {View} */
export function control(host) {
  const button = (/** @type {string} */ text, /** @type {() => unknown} */ act) =>
    el('button', { type: 'button', class: 'button', onclick: () => void act() }, text);
  const random = button('Random rotation', () => host.send({ t: 'vectors.random' }));
  const back = button('Turn back', () => host.send({ t: 'vectors.turn', quaternion: [0, 0, 0, 1] }));
  const said = el('p', { role: 'status' });
  host.main.append(el('div', { class: 'line buttons' }, random, back), said);
  const show = () => {
    const shown = host.latest('vectors.shown');
    const turning = (shown?.act ?? 0) >= PREDICT;
    random.disabled = !turning;
    back.disabled = !turning;
    const aims = shown?.aims ?? 0;
    const students =
      aims === 0
        ? 'No student has aimed an arrow yet.'
        : `${aims} ${aims === 1 ? 'student has' : 'students have'} aimed an arrow.`;
    said.textContent = `${turning ? 'Drag the picture to turn everything.' : 'Drag the picture to aim the arrow.'} ${students}`;
  };
  show();
  return { update: show };
}
