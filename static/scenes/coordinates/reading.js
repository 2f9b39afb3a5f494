/** What the networks say, in words and numbers. */

import { fixed, scientific, tidy } from '../../draw/numbers.js';

/** @typedef {import('../../core/scene.js').Host} Host */
/** @typedef {import('../../draw/headline.js').Tone} Tone */

export const ROTATED = 5;

export const NAMES = /** @type {Record<string, string>} */ ({
  nothing: 'the graph alone',
  types: 'atom types',
  distances: 'types, distances',
  xyz: 'types, raw x, y, z',
});

/** @param {number} change */
export const printed = (change) => (change === 0 ? '0' : change >= 0.001 ? tidy(change, 3) : scientific(change));

/** @param {number} change @param {string} zone @returns {[Tone, string]} */
export function verdict(change, zone) {
  if (change === 0) return ['same', 'unchanged, exactly'];
  return zone === 'rounding' ? ['same', 'unchanged to rounding'] : ['other', 'changed'];
}

/** The number of the network that is looked at. @param {Host} host @param {boolean} named whether nothing else says which @returns {import('../../draw/headline.js').Reading | null} */
export function reading(host, named) {
  const outputs = host.latest('coordinates.outputs');
  const last = outputs?.answers.at(-1);
  if (!outputs || !last) return null;
  const rotated = outputs.act === ROTATED;
  const [change, zone] = rotated ? [last.rotation, last.rotation_zone] : [last.drag, last.drag_zone];
  const [tone, word] = verdict(change, zone);
  const [before, after] = rotated ? [last.dragged, last.rotated] : [last.rest, last.dragged];
  return {
    of: `${named ? `${NAMES[last.given]}: ` : 'relative '}change by the ${rotated ? 'rotation' : 'drag'}`,
    value: printed(change),
    words: `${word}: ${fixed(before, 4)} → ${fixed(after, 4)}`,
    tone,
  };
}

/** @param {Host} host @returns {[string, string][]} */
export function pairs(host) {
  const outputs = host.latest('coordinates.outputs');
  const positions = host.latest('coordinates.positions');
  const rows = (outputs?.answers ?? []).flatMap(
    (a) =>
      /** @type {[string, string][]} */ ([
        [`${NAMES[a.given]}: output`, `${fixed(a.rest, 4)} → ${fixed(a.dragged, 4)}`],
        [`${NAMES[a.given]}: change by the drag`, printed(a.drag)],
        ...(outputs?.act === ROTATED ? [[`${NAMES[a.given]}: change by the rotation`, printed(a.rotation)]] : []),
      ]),
  );
  return [['atoms dragged', positions && positions.moved.length > 0 ? positions.moved.join(', ') : 'none'], ...rows];
}
