/** Handles on the input, and settings at one press. */

import { el } from '../../core/element.js';

/** @typedef {import('../../core/scene.js').Host} Host */
/** @typedef {import('../../core/scene.js').View} View */

const EXPLODE = {
  model: 'egnn',
  nodes: 100,
  connected: true,
  layers: 8,
  aggregation: 'sum',
  gain: 'one',
  normalize: false,
  tanh: false,
};
const TAMED = { ...EXPLODE, aggregation: 'mean', gain: 'paper' };
const USUAL = { ...EXPLODE, nodes: 16, connected: false, layers: 4, aggregation: 'mean', gain: 'visible' };

/** Handles on the input, and three settings at one press. @param {Host} host @returns {View} */
export function control(host) {
  const now = () => host.latest('egnn.shown');
  const button = (/** @type {string} */ text, /** @type {() => unknown} */ act) =>
    el('button', { type: 'button', class: 'button', onclick: () => void act() }, text);
  const turn = (/** @type {{shift?: [number, number, number], mirror?: boolean}} */ changes) => {
    const shown = now();
    if (shown)
      host.send({
        t: 'egnn.turn',
        quaternion: shown.quaternion,
        shift: shown.offset,
        mirror: shown.mirror,
        ...changes,
      });
  };
  const tune = (/** @type {import('../../core/schema.js').Values} */ values) => () => host.send({ t: 'tune', values });
  host.main.append(
    el(
      'div',
      { class: 'line buttons' },
      button('Mirror', () => turn({ mirror: !now()?.mirror })),
      button('Shift by b', () => turn({ shift: now()?.offset[0] ? [0, 0, 0] : [10, 5, 0] })),
      button('Back to x', () => host.send({ t: 'egnn.turn', quaternion: [0, 0, 0, 1] })),
    ),
    el(
      'div',
      { class: 'line buttons' },
      button('Explode: 100 nodes, sum, gain 1', tune(EXPLODE)),
      button('Tame: mean, gain 0.001', tune(TAMED)),
      button('16 nodes again', tune(USUAL)),
    ),
  );
  return { update() {} };
}
