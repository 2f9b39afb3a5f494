/**
 * Reading a trace: rows of its tensors, who hears whom, and what stands in a node in each phase, and what is said of the
 * class at work, the same on stage, phones and control panel. Nothing is computed.
 *
 * Update r turns features r - 1 into features r; `sent`, `self` and `totals` of update r stand at index r - 1.
 */

import { tidy } from '../../draw/numbers.js';

/** @typedef {import('../../core/protocol.js').RoundsTrace} TraceFrame */
/** @typedef {Pick<import('../../core/protocol.js').RoundsProgress, 'answered' | 'of'>} Counts */
/** @typedef {import('../../core/protocol.js').RoundsGraph} GraphFrame */
/** @typedef {import('../../core/protocol.js').RoundsTerms} TermsFrame */
/**
 * Graph, trace and terms that belong together, as one.
 * @typedef {Pick<GraphFrame, 'edges' | 'positions' | 'seats'> & Omit<TraceFrame, 't' | 'seq' | 'by' | 'graph'> & Terms} Trace
 */
/** @typedef {{[P in 'self' | 'totals']: TermsFrame[P] | null}} Terms null where the server told only a node's own, on phones */
/** @typedef {import('../../core/protocol.js').RoundsCursor} Cursor */
/** @typedef {Cursor['phase']} Phase */
/** @typedef {import('../../core/protocol.js').Tensor<Float32Array>} Floats */
/** @typedef {{source: number, weight: number}} Incoming */

/** Who sends to each node, so that it is looked up once a trace. */
/** @type {WeakMap<Trace, Incoming[][]>} */
const known = new WeakMap();

/** Puts the frames together that name one another; it returns the same object until one of them is another. */
export class Reader {
  /** @type {readonly unknown[]} */
  #made = [];
  /** @type {Trace | null} */
  #trace = null;

  /** @param {boolean} all whether the terms of all nodes are told here, and waited for */
  constructor(all) {
    this.all = all;
  }

  /**
   * The trace as a whole; null while a frame is missing or names another than the one that is here.
   * @param {GraphFrame | undefined} graph
   * @param {TraceFrame | undefined} trace
   * @param {TermsFrame} [terms]
   * @returns {Trace | null}
   */
  read(graph, trace, terms) {
    if (graph === undefined || trace === undefined || trace.graph !== graph.version) return null;
    if (this.all && terms?.trace !== trace.version) return null;
    if ([graph, trace, terms].some((frame, i) => frame !== this.#made[i])) {
      const { edges, positions, seats } = graph;
      const { self, totals } = this.all && terms ? terms : { self: null, totals: null };
      this.#made = [graph, trace, terms];
      this.#trace = { ...trace, edges, positions, seats, self, totals };
    }
    return this.#trace;
  }
}

/** n @param {Trace} trace */
export function nodes(trace) {
  return trace.features.shape[1] ?? 0;
}

/** d @param {Trace} trace */
export function width(trace) {
  return trace.features.shape[2] ?? 0;
}

/** Updates that the trace holds to the end; fewer than R while the class computes. @param {Trace} trace */
export function revealed(trace) {
  return (trace.features.shape[0] ?? 1) - 1;
}

/** One node's row of an (r, n, d) tensor. @param {Floats} tensor @param {number} r index @param {number} node @returns {number[]} */
export function row(tensor, r, node) {
  const [, n = 0, d = 0] = tensor.shape;
  const start = (r * n + node) * d;
  return Array.from(tensor.data.subarray(start, start + d));
}

/** All rows at one index, (n, d) flat. @param {Floats} tensor @param {number} r @returns {Float32Array} */
export function slab(tensor, r) {
  const [, n = 0, d = 0] = tensor.shape;
  return tensor.data.subarray(r * n * d, (r + 1) * n * d);
}

/** The rows of a matrix. @param {Floats} matrix @returns {number[][]} */
export function rowsOf(matrix) {
  const [rows = 0, columns = 0] = matrix.shape;
  return Array.from({ length: rows }, (_, i) => Array.from(matrix.data.subarray(i * columns, (i + 1) * columns)));
}

/** The messages that reach a node, by source. @param {Trace} trace @param {number} node @returns {Incoming[]} */
export function incoming(trace, node) {
  let all = known.get(trace);
  if (all === undefined) {
    all = Array.from({ length: nodes(trace) }, () => []);
    const { data } = trace.edges;
    const count = data.length / 2;
    for (let e = 0; e < count; e += 1) {
      all[data[count + e] ?? 0]?.push({ source: data[e] ?? 0, weight: trace.weights.data[e] ?? 1 });
    }
    known.set(trace, all);
  }
  return all[node] ?? [];
}

/** Each message's way, source and target. @param {Trace} trace @returns {[number, number][]} */
export function ways(trace) {
  const { data } = trace.edges;
  const count = data.length / 2;
  return Array.from({ length: count }, (_, e) => [data[e] ?? 0, data[count + e] ?? 0]);
}

/** Each pair once, flat (m, 2), for the drawing. @param {Trace} trace @returns {number[]} */
export function links(trace) {
  return ways(trace).flatMap(([v, u]) => (v < u ? [v, u] : []));
}

/** What a phase shows in the nodes, and in the matrix beside them. @typedef {{tensor: Floats, at: number, part: 'h' | 'self' | 'message' | 'total'}} Stand */

/**
 * Which numbers stand in the nodes at the cursor: what is told of the phase, else the features before it.
 * @param {Trace} trace
 * @param {number} round
 * @param {Phase} phase
 * @returns {Stand}
 */
export function standing(trace, round, phase) {
  if (phase === 'messages') return { tensor: trace.sent, at: round - 1, part: 'message' };
  if (phase === 'self' && trace.self) return { tensor: trace.self, at: round - 1, part: 'self' };
  if (phase === 'total' && trace.totals) return { tensor: trace.totals, at: round - 1, part: 'total' };
  return { tensor: trace.features, at: colouredBy(round, phase), part: 'h' };
}

/** The features that colour the nodes: the new ones from the phase `update` on. @param {number} round @param {Phase} phase */
export function colouredBy(round, phase) {
  return phase === 'input' || phase === 'update' ? round : round - 1;
}

/** A vector as text: a single number plain, more in parentheses. @param {readonly number[]} values @param {number} [digits] */
export function vector(values, digits = 2) {
  const texts = values.map((value) => tidy(value, digits));
  return texts.length === 1 ? (texts[0] ?? '') : `(${texts.join(',\u00a0')})`; // in one piece where a line breaks
}

/** A vector that must be short: of more than three numbers the first two. @param {readonly number[]} values @param {number} [digits] */
export function brief(values, digits = 2) {
  if (values.length <= 3) return vector(values, digits);
  return `${vector(values.slice(0, 2), digits).slice(0, -1)}, …)`;
}

/** A vector inside a node: up to two numbers, of more the first. @param {readonly number[]} values */
export function inside(values) {
  if (values.length > 2) return tidy(values[0] ?? 0, 1);
  return values.map((value) => tidy(value, 1)).join(', ');
}

/** Counted in words: "1 node", "8 nodes". @param {number} count @param {string} noun */
export function counted(count, noun) {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** Old id to new id. @param {ArrayLike<number>} order order[new] = old @returns {number[]} */
export function newIds(order) {
  const ids = new Array(order.length);
  for (let i = 0; i < order.length; i += 1) ids[order[i] ?? 0] = i;
  return ids;
}

/** "23 of 31 nodes done" @param {Counts} progress */
export function progressWords({ answered, of }) {
  return `${answered} of ${counted(of, 'node')} done`;
}

/** "waiting for 8 more nodes" @param {Counts} progress */
export function waitingWords({ answered, of }) {
  const missing = of - answered;
  return missing > 0 ? `waiting for ${missing} more node${missing === 1 ? '' : 's'}` : 'the update closes now';
}

/** What a verdict says of one feature. @param {boolean} right */
export function rightWords(right) {
  return right ? '✓ right' : '✗ not right';
}

/** @param {number} tries @param {number} most */
export function triesWords(tries, most) {
  const left = most - tries;
  return left === 1 ? 'one try left' : `${left} tries left`;
}
