/**
 * Adjacency and feature matrix beside each other, row by row the nodes; rows travel when the nodes get new ids.
 *
 * A[u, v] = 1 where v sends to u. The right matrix holds what stands in the nodes: features, own terms, what is sent,
 * totals.
 */

import { roundBox, write } from '../../draw/mark.js';
import { Matrix } from '../../draw/matrix.js';
import { superscript, tidy } from '../../draw/numbers.js';
import { domain, scale, textOn } from '../../draw/palette.js';
import { eased } from '../../draw/particles.js';
import { incoming, newIds, nodes, slab, standing, width } from './reading.js';

/** @typedef {import('../../draw/pane.js').Pane} Pane */
/** @typedef {import('../../draw/surface.js').Surface} Surface */
/** @typedef {import('../../draw/surface.js').Box} Box */
/** @typedef {import('./reading.js').Trace} Trace */
/** @typedef {import('./reading.js').Phase} Phase */

const TRAVEL = 1400;
/** Nodes up to which the features are written as numbers. */
const MOST_WIDE = 14;
const ADJACENCY = 'A: who hears whom';
const TITLES = { self: 'kept', message: 'sent', total: 'total' };

export class Matrices {
  #adjacency = new Matrix();
  #features = new Matrix();
  /** @type {Trace | null} */
  trace = null;
  round = 0;
  /** @type {Phase} */
  phase = 'input';
  /** @type {number | null} */
  linked = null;
  /** @type {number[]} old id to the id it has now; */
  #ids = [];
  /** @type {number[]} and to the one it had before */
  #before = [];
  #began = -Infinity;

  /** @param {Pane} pane @param {HTMLElement} parent */
  constructor(pane, parent) {
    this.still = pane.host.reducedMotion;
    this.face = pane.surface({ label: 'Adjacency and feature matrix', draw: (face) => this.#draw(face) }, parent);
  }

  /** New ids, order[new id] = old id; none: the ids of the trace. @param {ArrayLike<number> | null} order @param {number} n */
  reorder(order, n) {
    const ids = order === null ? Array.from({ length: n }, (_, i) => i) : newIds(order);
    if (this.#ids.length === n && ids.some((id, i) => id !== this.#ids[i])) {
      this.#before = this.#ids;
      this.#began = performance.now();
      this.face.animate(this.#began + TRAVEL);
    } else {
      this.#before = ids;
    }
    this.#ids = ids;
    this.changed();
  }

  changed() {
    this.face.invalidate();
  }

  /** The node whose row is under the pointer. @param {MouseEvent} event @returns {number | null} */
  hit(event) {
    const at = this.face.point(event);
    const cell = this.#adjacency.hit(at) ?? this.#features.hit(at);
    if (cell === null) return null;
    const node = this.#ids.indexOf(cell.row >= 0 ? cell.row : cell.column);
    return node < 0 ? null : node;
  }

  /** @param {Surface} face */
  #draw(face) {
    const { trace } = this;
    if (trace === null) return;
    const [n, d] = [nodes(trace), width(trace)];
    const t = this.still() ? 1 : eased((face.now - this.#began) / TRAVEL);
    const stand = standing(trace, this.round, this.phase);
    const numbers = slab(stand.tensor, stand.at);
    const links = new Float32Array(n * n);
    for (let u = 0; u < n; u += 1) for (const { source } of incoming(trace, u)) links[u * n + source] = 1;
    const signed = numbers.some((value) => value < 0);
    const range = domain(numbers, signed);
    const moving = t < 1;
    const wide = widthOfFeatures(face, n, d);
    this.#paintAdjacency(face, links, n, moving, wide);
    const title = stand.part === 'h' ? `H⁽${superscript(stand.at)}⁾` : TITLES[stand.part];
    const lit = this.linked === null || moving ? [] : incoming(trace, this.linked).map(({ source }) => source);
    const rowsLit = lit.map((source) => this.#ids[source] ?? 0);
    this.#paintFeatures(face, numbers, { rows: n, columns: d, title, signed, range, rowsLit }, moving, wide);
    if (!moving) return;
    const colours = scale({ ...range, signed, dark: face.theme.dark });
    this.#paintTravel(face, t, links, n, n, this.#adjacency, (v) => (v ? face.theme.self : null), true);
    this.#paintTravel(face, t, numbers, n, d, this.#features, colours, false);
  }

  /** Both matrices have the names and the linked row of the present ids; while cells travel they are empty. @param {Surface} face @param {boolean} moving */
  #look(face, moving) {
    const name = (/** @type {number} */ k) => (moving ? '' : String(k));
    return {
      rowName: name,
      columnName: name,
      align: /** @type {const} */ ('left'),
      ...(this.linked === null || moving ? {} : { linked: { row: this.#ids[this.linked] ?? 0 } }),
      ...(moving ? { colour: () => face.theme.card, text: () => '' } : {}),
    };
  }

  /** @param {Surface} face @param {Float32Array} links by old ids @param {number} n @param {boolean} moving @param {number} wide that the features take */
  #paintAdjacency(face, links, n, moving, wide) {
    const old = newIds(this.#ids); // new id -> old id
    const at = (/** @type {number} */ k) => (old[Math.floor(k / n)] ?? 0) * n + (old[k % n] ?? 0);
    this.#adjacency.paint(
      face,
      {
        values: Float32Array.from({ length: n * n }, (_, k) => links[at(k)] ?? 0),
        rows: n,
        columns: n,
        kind: 'adjacency',
        title: ADJACENCY,
        text: (v) => (v ? '1' : '·'),
        ...this.#look(face, moving),
      },
      { x: 0, y: 0, width: face.width - wide - face.unit * 0.2, height: face.height },
    );
  }

  /**
   * Row beside row: the feature matrix is as high as the adjacency matrix.
   * @param {Surface} face @param {ArrayLike<number>} numbers by old ids
   * @param {Omit<import('../../draw/matrix.js').MatrixData, 'values'>} data @param {boolean} moving @param {number} wide
   */
  #paintFeatures(face, numbers, data, moving, wide) {
    const { rows: n, columns: d } = data;
    const old = newIds(this.#ids);
    const at = (/** @type {number} */ k) => (old[Math.floor(k / d)] ?? 0) * d + (k % d);
    const first = this.#adjacency.cell(0, 0);
    face.ctx.font = face.font(face.small * 1.05, 700);
    const end = Math.max(this.#adjacency.cell(0, n).x, first.x + face.ctx.measureText(ADJACENCY).width);
    const x = end + face.unit * 0.2;
    this.#features.paint(
      face,
      {
        ...data,
        values: Float32Array.from({ length: n * d }, (_, k) => numbers[at(k)] ?? 0),
        ...this.#look(face, moving),
      },
      { x, y: 0, width: Math.max(wide, face.width - x), height: first.y + n * first.height + face.small * 0.4 },
    );
  }

  /**
   * Cells between their old and their new place.
   * @param {Surface} face @param {number} t @param {Float32Array} values by old ids @param {number} n @param {number} columns
   * @param {Matrix} matrix @param {(v: number) => string | null} colour @param {boolean} both columns are nodes too
   */
  #paintTravel(face, t, values, n, columns, matrix, colour, both) {
    const place = (/** @type {number} */ i) =>
      (this.#before[i] ?? i) + ((this.#ids[i] ?? i) - (this.#before[i] ?? i)) * t;
    const first = matrix.cell(0, 0);
    for (let i = 0; i < n; i += 1) {
      for (let j = 0; j < columns; j += 1) {
        const value = values[i * columns + j] ?? 0;
        const fill = colour(value);
        if (fill === null) continue;
        const x = first.x + (both ? place(j) : j) * first.width;
        const y = first.y + place(i) * first.height;
        roundBox(face.ctx, x + 1, y + 1, first.width - 2, first.height - 2, 4);
        face.ctx.fillStyle = fill;
        face.ctx.fill();
        if (!both && first.height > face.small) {
          write(face, tidy(value, 1), x + first.width / 2, y + first.height / 2, {
            colour: textOn(fill),
            halo: null,
            weight: 600,
          });
        }
      }
    }
  }
}

/** Few cells carry numbers and are wider than high; of many the squares share the width. @param {Surface} face @param {number} n @param {number} d */
function widthOfFeatures(face, n, d) {
  const names = face.small * 2.4;
  const square = (face.width - 2 * names) / (n + d);
  return Math.min(face.width * 0.46, names + d * (n <= MOST_WIDE ? Math.max(square, face.small * 2.5) : square));
}
