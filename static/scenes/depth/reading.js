/** What the frames of `depth` say, in the words and rows that stage, control panel and phones share. */

import { plain } from '../../draw/numbers.js';

/** @typedef {import('../../core/protocol.js').DepthDrawing} Graph */
/** @typedef {import('../../core/protocol.js').DepthCourse} Course */
/** @typedef {import('../../core/protocol.js').DepthCursor} Cursor */

/** @param {Graph} graph */
export const nodesOf = (graph) => graph.positions.data.length / 2;

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
    const quiet =
      zeros === 0 ? '' : ` ${counted(zeros, 'node')} have influence 0 all the same: an activation is flat there.`;
    return `No node lies beyond ${hops} of node ${node}: it hears all ${n}.${quiet}`;
  }
  const inside = zeros - outside;
  const also = inside > 0 ? ` So it is for ${inside} within, where an activation is flat.` : '';
  return `${outside} of ${n} nodes ${outside === 1 ? 'lies' : 'lie'} beyond ${hops}: exactly 0${outside === 1 ? '' : ' for each of them'}.${also}`;
}

/**
 * The drawing widened to the shape of its box, at most so much: between nodes of a graph no distance means anything.
 * @param {ArrayLike<number>} positions @param {import('../../draw/surface.js').Box} box @param {number} [most]
 */
export function widened(positions, { width, height }, most = 2.6) {
  const list = Array.from(positions);
  const reach = (/** @type {0 | 1} */ k) => {
    const values = list.filter((_, i) => i % 2 === k);
    return Math.max(...values) - Math.min(...values);
  };
  const [across, up] = [reach(0), reach(1)];
  const factor = across > 0 && up > 0 ? Math.min(most, Math.max(1, ((width / height) * up) / across)) : 1;
  return list.map((value, i) => (i % 2 === 0 ? value * factor : value));
}
