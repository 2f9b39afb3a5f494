/**
 * The stage: the formula in the header, the graph; at the side the class's progress, the matrices, the weights or a
 * node's arithmetic, the shuffle.
 */

import { el } from '../../core/element.js';
import { plain, scientific, tidy } from '../../draw/numbers.js';
import { domain } from '../../draw/palette.js';
import { Pane } from '../../draw/pane.js';
import { arithmetic } from './arithmetic.js';
import { UpdateFormula, weights } from './formula.js';
import { Matrices } from './matrices.js';
import { Picture } from './picture.js';
import {
  colouredBy,
  incoming,
  newIds,
  nodes,
  progressWords,
  Reader,
  row,
  slab,
  standing,
  vector,
  width,
} from './reading.js';

/** @typedef {import('../../core/scene.js').Host} Host */
/** @typedef {import('../../core/scene.js').View} View */
/** @typedef {import('../../core/protocol.js').Frame} Frame */
/** @typedef {import('./reading.js').Trace} Trace */
/** @typedef {import('./reading.js').Phase} Phase */

/** @type {Record<Phase, string>} what stands in the nodes */
const INSIDE = {
  input: 'in each node: its features h',
  self: 'in each node: what it keeps, W_self h',
  messages: 'in each node: what it sends, W_neigh h',
  total: 'in each node: the total, before σ',
  update: 'in each node: its new features h',
};
/** Under GCN the own term shares the one weight. @param {Trace} trace @param {Phase} phase */
function insideWords(trace, phase) {
  return phase === 'self' && trace.gcn ? 'in each node: what it keeps, W_neigh h / d̃' : INSIDE[phase];
}

/** @type {Record<Phase, import('../../draw/legend.js').Paint>} */
const ROLE = { input: 'ink', self: 'self', messages: 'message', total: 'total', update: 'total' };

const ZONES = {
  rounding: 'the rounding of float32, no more',
  approximate: 'more than rounding',
  broken: 'not equivariant',
};

/** Messages that a node's arithmetic writes out, where the column has room for them. */
const MOST_WRITTEN = 8;

class Stage {
  #reader = new Reader(true);
  /** @type {Trace | null} */
  #trace = null;
  /** @type {import('../../core/protocol.js').RoundsCursor | null} */
  #cursor = null;
  /** @type {number[] | null} old id to new id */
  #ids = null;
  #column = el('div', { class: 'rounds-side' });

  /** @param {Host} host */
  constructor(host) {
    const pane = new Pane(host);
    this.host = host;
    const graph = el('div', { class: 'rounds-graph' });
    const cells = el('div', { class: 'rounds-cells' });
    host.main.append(el('div', { class: 'rounds-whole' }, graph));
    this.formula = new UpdateFormula(host);
    this.picture = new Picture(pane, graph);
    this.keys = pane.legend();
    this.twin = pane.twin('The nodes in numbers');
    this.progress = el('div', { class: 'rounds-progress', role: 'status', hidden: true });
    this.sum = el('div', { class: 'rounds-panel' });
    this.shuffled = el('div', { class: 'rounds-panel rounds-shuffled', role: 'status', hidden: true });
    this.picture.onLegible = () => this.#show(false);
    this.#column.append(this.progress, this.shuffled, cells, this.sum);
    host.side.append(this.#column);
    this.matrices = new Matrices(pane, cells);
    pane.onTheme(() => this.#show(false));
    this.#listen();
  }

  #listen() {
    const { canvas } = this.picture.face;
    const on = { signal: this.picture.face.signal };
    const at = (/** @type {PointerEvent} */ event) => {
      const node = this.picture.network.hit(this.picture.face.point(event));
      return node < 0 ? null : node;
    };
    canvas.addEventListener('pointermove', (event) => this.#hover(at(event)), on);
    canvas.addEventListener('pointerleave', () => this.#hover(null), on);
    canvas.addEventListener('click', (event) => this.#select(at(/** @type {PointerEvent} */ (event))), on);
    const other = this.matrices.face.canvas;
    other.addEventListener('pointermove', (event) => this.#hover(this.matrices.hit(event)), on);
    other.addEventListener('pointerleave', () => this.#hover(null), on);
    other.addEventListener('click', (event) => this.#select(this.matrices.hit(event)), on);
  }

  /** @param {number | null} node */
  #hover(node) {
    if (node === this.picture.hovered) return;
    this.picture.hovered = node;
    this.matrices.linked = this.picture.chosen ?? node;
    this.picture.face.canvas.style.cursor = node === null ? '' : 'pointer';
    this.picture.changed();
    this.matrices.changed();
  }

  /** @param {number | null} node the same node again closes it */
  #select(node) {
    if (!this.host.canSend()) return;
    this.host.send({ t: 'rounds.select', node: node === this.picture.chosen ? null : node });
  }

  /** Arrows go from node to node, Escape closes. @param {KeyboardEvent} event */
  key(event) {
    if (this.#trace === null) return false;
    const n = nodes(this.#trace);
    const chosen = this.picture.chosen;
    if (event.key === 'ArrowRight' || event.key === 'ArrowLeft') {
      const step = event.key === 'ArrowRight' ? 1 : n - 1;
      if (this.host.canSend()) this.host.send({ t: 'rounds.select', node: chosen === null ? 0 : (chosen + step) % n });
      return true;
    }
    if (event.key !== 'Escape' || chosen === null) return false;
    this.#select(null);
    return true;
  }

  /** @param {Frame} frame */
  update(frame) {
    switch (frame.t) {
      case 'rounds.graph':
      case 'rounds.trace':
      case 'rounds.terms':
        break;
      case 'rounds.cursor':
        this.#cursor = frame;
        break;
      case 'rounds.progress':
        this.#showProgress(frame);
        return;
      case 'rounds.arithmetic':
      case 'rounds.shuffle':
        break;
      default:
        return;
    }
    this.#show(frame.t === 'rounds.cursor');
  }

  /** Everything that depends on trace and cursor, once they belong together. @param {boolean} moved */
  #show(moved) {
    const { host } = this;
    const trace = this.#reader.read(
      host.latest('rounds.graph'),
      host.latest('rounds.trace'),
      host.latest('rounds.terms'),
    );
    const cursor = this.#cursor;
    if (trace === null || cursor === null || cursor.trace !== trace.version) return;
    this.#trace = trace;
    for (const view of [this.picture, this.matrices]) {
      view.trace = trace;
      view.round = cursor.round;
      view.phase = cursor.phase;
    }
    this.#showShuffle(trace);
    this.#showArithmetic(trace, cursor.phase);
    this.formula.show(trace, cursor.phase);
    this.#showKeys(trace, cursor.round, cursor.phase);
    this.#showTwin(trace, cursor.round, cursor.phase);
    if (moved) this.picture.begin();
    else this.picture.changed();
    this.matrices.changed();
  }

  /** @param {Trace} trace @param {number} round @param {Phase} phase */
  #showKeys(trace, round, phase) {
    const all = slab(trace.features, colouredBy(round, phase));
    const first = all.filter((_, k) => k % width(trace) === 0);
    const signed = first.some((value) => value < 0);
    const { lo, hi } = domain(first, signed);
    const colour = width(trace) === 1 ? 'color: h' : 'color: first feature of h';
    const inside = { kind: /** @type {const} */ ('disc'), role: ROLE[phase], text: insideWords(trace, phase) };
    this.keys.show([
      ...(this.picture.legible ? [inside] : []),
      { kind: 'bar', lo: plain(lo, 1), hi: plain(hi, 1), text: colour, signed },
    ]);
  }

  /** @param {Trace} trace @param {number} round @param {Phase} phase */
  #showTwin(trace, round, phase) {
    const stand = standing(trace, round, phase);
    const rows = Array.from({ length: nodes(trace) }, (_, i) => {
      const hears = incoming(trace, i).map(({ source }) => this.#name(source));
      return [this.#name(i), hears.join(' '), vector(row(stand.tensor, stand.at, i))];
    }).sort((a, b) => Number(a[0]) - Number(b[0]));
    this.twin.table({ columns: ['node', 'hears', insideWords(trace, phase).replace('in each node: ', '')], rows });
  }

  /** @param {number} node its id now */
  #name(node) {
    return String(this.#ids?.[node] ?? node);
  }

  /** @param {Trace} trace @param {Phase} phase */
  #showArithmetic(trace, phase) {
    const frame = this.host.latest('rounds.arithmetic');
    const fits = frame !== undefined && frame.trace === trace.version && frame.node !== null;
    this.picture.chosen = fits ? frame.node : null;
    this.matrices.linked = this.picture.chosen ?? this.picture.hovered;
    if (!fits || frame.node === null) {
      const hint = el('p', { class: 'rounds-hint' }, 'Click a node to open its arithmetic.');
      hint.hidden = !this.host.canSend();
      this.sum.replaceChildren(el('h2', {}, 'The weights'), weights(trace, this.picture.face.theme.dark), hint);
      return;
    }
    const title = el('h2', {}, `Node ${this.#name(frame.node)}`);
    if (frame.worked === null) {
      const start = vector(row(trace.features, 0, frame.node));
      this.sum.replaceChildren(title, el('p', {}, `starts with h⁽⁰⁾ = ${start}`));
      return;
    }
    title.append(el('small', {}, `in update ${frame.worked.round} of ${trace.rounds}`));
    for (let most = MOST_WRITTEN; most > 0; most -= 1) {
      this.sum.replaceChildren(
        title,
        arithmetic(trace, frame.worked, phase, (node) => this.#name(node), most),
      );
      if (this.#column.scrollHeight <= this.#column.clientHeight + 1) return;
    }
  }

  /** @param {Trace} trace */
  #showShuffle(trace) {
    const frame = this.host.latest('rounds.shuffle');
    const order = frame !== undefined && frame.trace === trace.version ? frame.order : null;
    this.#ids = order === null ? null : newIds(order.data);
    this.picture.id = (i) => this.#name(i);
    this.matrices.reorder(order === null ? null : order.data, nodes(trace));
    this.shuffled.hidden = order === null;
    if (order === null || frame === undefined) return;
    const error = frame.error === 0 ? '0' : scientific(frame.error);
    const words = frame.error === 0 ? 'exactly: the same numbers, only in another order' : ZONES[frame.zone];
    this.shuffled.replaceChildren(
      el('h2', {}, 'New ids for the nodes'),
      el('div', { class: 'rounds-norm' }, this.host.formula('permutation'), el('strong', {}, `= ${error}`)),
      el('p', {}, `${words}; ‖F(X, A)‖ = ${plain(frame.scale)}`),
    );
  }

  /** @param {import('../../core/protocol.js').RoundsProgress} frame */
  #showProgress(frame) {
    this.progress.hidden = !frame.open;
    this.picture.done = frame.open ? (i) => frame.done.data[i] === 1 : undefined;
    this.picture.changed();
    if (!frame.open) return;
    const share = frame.of === 0 ? 0 : frame.answered / frame.of;
    const bar = el('div', { class: 'rounds-bar' }, el('span'));
    bar.style.setProperty('--share', tidy(share, 3));
    const closing = frame.closes_in === null ? '' : `closes in ${frame.closes_in} s`;
    this.progress.replaceChildren(
      el('p', { class: 'rounds-what' }, `Update ${frame.round} of ${this.#trace?.rounds ?? frame.round}, by hand`),
      el('p', { class: 'rounds-count' }, progressWords(frame)),
      bar,
      el('p', {}, closing),
    );
  }
}

/** @param {Host} host @returns {View} */
export function stage(host) {
  return new Stage(host);
}
