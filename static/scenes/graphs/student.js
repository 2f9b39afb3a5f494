/** A phone: draw a graph; its matrix and its list of edges follow every tap. */

import { el } from '../../core/element.js';
import { Board } from '../../draw/board.js';
import { edgeList } from '../../draw/edgelist.js';
import { write } from '../../draw/mark.js';
import { Matrix } from '../../draw/matrix.js';
import { Pane } from '../../draw/pane.js';
import { counted, pairsOf } from './reading.js';

/** @typedef {import('../../core/scene.js').Host} Host */
/** @typedef {import('../../core/scene.js').View} View */
/** @typedef {import('../../core/protocol.js').Frame} Frame */
/** @typedef {import('../../draw/surface.js').Surface} Surface */

const MOST_NODES = 16;
/** Where a node goes that was asked for by key: around a circle, then around a smaller one. */
const PLACES = Array.from({ length: 2 * MOST_NODES }, (_, k) => {
  const [radius, angle] = [k < 10 ? 0.9 : k < 18 ? 0.55 : 0.25, (2 * Math.PI * k) / (k < 10 ? 10 : 8) - Math.PI / 2];
  return /** @type {[number, number]} */ ([radius * Math.cos(angle), -radius * Math.sin(angle)]);
});

/** @param {Host} host @returns {View} */
export function student(host) {
  return new Student(host);
}

class Student {
  #board = new Board();
  #matrix = new Matrix();
  #chosen = -1;

  /** @param {Host} host */
  constructor(host) {
    const pane = new Pane(host);
    this.host = host;
    this.face = pane.surface({ label: 'Your graph, empty', focusable: true, draw: (face) => this.#draw(face) });
    this.text = pane.twin('Your graph');
    this.words = el('p', { role: 'status' });
    this.words.style.minHeight = '4.4em'; // three lines, so that the picture keeps its height under the thumb
    const button = (/** @type {string} */ text, /** @type {import('../../core/protocol.js').Command} */ command) =>
      el('button', { type: 'button', class: 'button', onclick: () => this.#change(command) }, text);
    this.back = button('Remove newest', { t: 'graphs.remove' });
    this.clear = button('Start again', { t: 'graphs.clear' });
    const line = el('div', {}, this.back, this.clear);
    Object.assign(line.style, { display: 'flex', gap: '12px', flexWrap: 'wrap' });
    host.side.append(this.words, line);
    const { signal } = this.face;
    this.face.canvas.addEventListener('pointerdown', (event) => this.#tap(event), { signal });
    this.face.canvas.addEventListener('keydown', (event) => this.#press(event), { signal });
    this.#show();
  }

  /** @param {Frame} frame */
  update(frame) {
    if (frame.t === 'graphs.own') this.#show();
  }

  /** Arrows choose a node, Enter begins or ends an edge there, n adds a node. @param {KeyboardEvent} event */
  key(event) {
    const n = this.#nodes;
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (event.key === 'n' && n < MOST_NODES) this.#add(PLACES.find((place) => this.#free(place)) ?? [0, 0]);
    else if (step !== undefined && n > 0) this.#cursor = (this.#cursor + step + n) % n;
    else if (event.key === 'Enter' && this.#cursor >= 0) this.#pick(this.#cursor);
    else return false;
    this.#show();
    return true;
  }

  /** the node that the keyboard stands on */
  #cursor = -1;

  get #nodes() {
    return (this.host.latest('graphs.own')?.positions.data.length ?? 0) / 2;
  }

  /** @param {readonly [number, number]} place */
  #free([x, y]) {
    const data = this.host.latest('graphs.own')?.positions.data ?? [];
    for (let i = 0; i + 1 < data.length; i += 2)
      if (Math.hypot((data[i] ?? 0) - x, (data[i + 1] ?? 0) - y) < 0.2) return false;
    return true;
  }

  /** @param {readonly [number, number]} place */
  #add([x, y]) {
    const round = (/** @type {number} */ value) => Math.round(value * 1000) / 1000;
    this.#change({ t: 'graphs.node', x: round(x), y: round(y) });
  }

  /** @param {import('../../core/protocol.js').Command} command */
  #change(command) {
    this.#chosen = -1;
    this.host.send(command, { matters: true });
  }

  /** @param {number} node */
  #pick(node) {
    if (this.#chosen < 0) this.#chosen = node;
    else if (this.#chosen === node) this.#chosen = -1;
    else this.#change({ t: 'graphs.edge', a: this.#chosen, b: node });
  }

  /** @param {PointerEvent} event */
  #tap(event) {
    const point = this.face.point(event);
    const node = this.#board.hit(point);
    const place = this.#board.world(point);
    this.#cursor = -1;
    if (node >= 0) this.#pick(node);
    else if (place !== null && this.#nodes < MOST_NODES) this.#add(place);
    this.#show();
  }

  /** On the picture itself, before the page takes the arrows. @param {KeyboardEvent} event */
  #press(event) {
    if (!this.key(event)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
  }

  #show() {
    const own = this.host.latest('graphs.own');
    const n = this.#nodes;
    const pairs = own ? pairsOf(own.edges) : [];
    const size = `${counted(n, 'node')}, ${counted(pairs.length, 'edge')}`;
    const staged = own?.staged ? 'Your graph is on the stage. ' : '';
    const next =
      n === 0
        ? 'Tap an empty place: a node.'
        : this.#chosen >= 0
          ? `Now tap the other end of the edge from node ${this.#chosen}.`
          : n === 1
            ? 'Tap another empty place.'
            : n === MOST_NODES
              ? `${MOST_NODES} nodes are all. Tap two nodes: an edge comes or goes.`
              : 'Tap two nodes: an edge comes or goes.';
    this.words.textContent = `${staged}${n === 0 ? '' : `${size}. `}${next}`;
    this.back.disabled = n === 0;
    this.clear.disabled = n === 0;
    this.face.describe(`Your graph: ${size}`);
    this.text.list([
      ['nodes', String(n)],
      ['edges', pairs.map(([a, b]) => `${a}–${b}`).join(', ') || 'none'],
      ['matrix', own ? rowsOf(own.adjacency.data, n).join(' / ') : ''],
    ]);
    this.face.invalidate();
  }

  /** @param {Surface} face */
  #draw(face) {
    const { width, height, small } = face;
    const own = this.host.latest('graphs.own');
    const n = this.#nodes;
    const pairs = own ? pairsOf(own.edges) : [];
    const lit = own && own.last[0] !== own.last[1] ? own.last : [];
    const split = height * 0.58; // from the start, so that nothing moves when the first node comes
    this.#board.paint(
      face,
      {
        positions: own?.positions.data ?? [],
        pairs,
        chosen: this.#chosen >= 0 ? this.#chosen : this.#cursor,
        lit,
        hint: 'Tap here: a node',
      },
      { x: 0, y: 0, width, height: split },
    );
    if (!own || n === 0) {
      const quiet = { colour: face.theme.quiet };
      write(face, 'Its matrix and its list', width / 2, split + (height - split) * 0.42, quiet);
      write(face, 'of edges grow here.', width / 2, split + (height - split) * 0.42 + small * 1.5, quiet);
      return;
    }
    const [a = -1, b = -1] = lit;
    const below = { x: 0, y: split + small * 0.5, width: width * 0.52, height: height - split - small * 0.5 };
    this.#matrix.paint(
      face,
      {
        values: own.adjacency.data,
        rows: n,
        columns: n,
        kind: 'adjacency',
        title: 'A',
        rowName: String,
        columnName: String,
        text: (value) => (n > 8 ? '' : String(value)),
        colour: (row, column) =>
          (row === a && column === b) || (row === b && column === a) ? face.theme.message : null,
        align: 'left',
      },
      below,
    );
    const x = width * 0.55;
    edgeList(
      face,
      { edges: own.edges.data, title: 'edge_index', lit },
      { x, y: below.y, width: width - x, height: below.height },
    );
  }
}

/** @param {ArrayLike<number>} values @param {number} n */
const rowsOf = (values, n) =>
  Array.from({ length: n }, (_, i) => Array.from({ length: n }, (_, j) => values[i * n + j] ?? 0).join(' '));
