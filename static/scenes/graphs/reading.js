/** What the frames of `graphs` say, read the same way by stage, control panel and phones. */

import { linesOf } from '../../draw/cloud.js';
import { fixed, scientific } from '../../draw/numbers.js';

/** @typedef {import('../../core/protocol.js').GraphsPicture} Picture */
/** @typedef {import('../../core/protocol.js').GraphsTasks} Tasks */
/** @typedef {import('../../core/protocol.js').GraphsDuel} Duel */

export const ACT = { graph: 0, matrix: 1, list: 2, shuffled: 3, nodes: 4, pairs: 5, whole: 6, duel: 7, outputs: 8 };

/** Pairs a < b of a (2, e) list with both directions. @param {{data: ArrayLike<number>}} edges */
export function pairsOf({ data }) {
  const lines = linesOf(data);
  return Array.from({ length: lines.length / 2 }, (_, k) => {
    /** @type {[number, number]} */
    const pair = [lines[2 * k] ?? 0, lines[2 * k + 1] ?? 0];
    return pair;
  });
}

/** Which node of the drawing has an id. @param {ArrayLike<number>} ids */
export function nodesById(ids) {
  const nodes = new Int32Array(ids.length);
  for (let i = 0; i < ids.length; i += 1) nodes[ids[i] ?? 0] = i;
  return nodes;
}

/** @param {number} count @param {string} noun */
export const counted = (count, noun) => `${count} ${noun}${count === 1 ? '' : 's'}`;

/** @param {number} error */
export const errorText = (error) => (error === 0 ? '0' : error > 0.01 ? fixed(error, 2) : scientific(error));

/** All digits that tell a number from its neighbors. @param {number} value */
export const everyDigit = (value) => String(value).replace('-', '−');

/** A letter for a colour, which is never told by hue alone. @param {number} colour */
export const letter = (colour) => String.fromCharCode(65 + (colour % 26));
