/** What the frames of `depth` say, in the words and rows that stage, control panel and phones share. */

import { plain } from '../../draw/numbers.js';

/** @typedef {import('../../core/protocol.js').DepthDrawing} Graph */
/** @typedef {import('../../core/protocol.js').DepthCourse} Course */
/** @typedef {import('../../core/protocol.js').DepthCursor} Cursor */

/** @param {Graph} graph */
export const nodesOf = (graph) => graph.positions.data.length / 2;

/** Pairs, each line once. @param {Graph} graph */
export function linesOf({ edges: { data } }) {
  const count = data.length / 2;
  /** @type {number[]} */
  const pairs = [];
  for (let e = 0; e < count; e += 1) {
    const [a, b] = [data[e] ?? 0, data[count + e] ?? 0];
    if (a < b) pairs.push(a, b);
  }
  return pairs;
}

/** The nodes within so many hops of one, itself left out. @param {Graph} graph @param {number} node @param {number} round */
export function heardBy(graph, node, round) {
  const n = nodesOf(graph);
  return Array.from({ length: n }, (_, v) => v).filter((v) => {
    const hops = graph.hops.data[node * n + v] ?? -1;
    return v !== node && hops >= 0 && hops <= round;
  });
}

/** The colours of a round, in [−1, 1]. @param {Course} course @param {number} round @param {number} nodes */
export const coloursAt = (course, round, nodes) => course.colours.data.subarray(round * nodes, (round + 1) * nodes);

/** @param {number} count @param {string} noun */
export const counted = (count, noun) => `${count} ${noun}${count === 1 ? '' : 's'}`;

/** @param {number} value */
export const exactly = (value) => (value === 0 ? '0' : plain(value));

/** The number that fits the course: an energy, or the size where weights act. @param {Course} course @param {number} round */
export function fitting(course, round) {
  const at = (/** @type {{data: ArrayLike<number>}} */ { data }) => data[round] ?? NaN;
  if (course.propagation === 'S') return { name: 'degree-normalized energy', value: at(course.normalised) };
  if (course.propagation === 'P') return { name: 'Dirichlet energy', value: at(course.plain) };
  return { name: 'largest |h|', value: at(course.size) };
}

/** What the round's influence says. @param {Graph} graph @param {Cursor} cursor */
export function reachWords(graph, { round, node, outside, zeros }) {
  const n = nodesOf(graph);
  const hops = counted(round, 'hop');
  if (outside === 0) {
    const quiet = zeros === 0 ? '' : ` ${counted(zeros, 'node')} have influence 0 all the same: an activation is flat there.`;
    return `No node lies beyond ${hops} of node ${node}: it hears all ${n}.${quiet}`;
  }
  const inside = zeros - outside;
  const also = inside > 0 ? `, and for ${inside} within, where an activation is flat` : '';
  return `Exactly 0 for all ${outside} of ${n} nodes beyond ${hops}${also}.`;
}
