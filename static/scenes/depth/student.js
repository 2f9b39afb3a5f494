/** A phone: tap a node to see whom it hears; the slider walks through the rounds that the class has seen, for this phone alone. */

import { el } from '../../core/element.js';
import { linesOf } from '../../draw/cloud.js';
import { Network, upright } from '../../draw/network.js';
import { diverging } from '../../draw/palette.js';
import { Pane } from '../../draw/pane.js';
import { coloursAt, counted, heardBy, nodesOf } from './reading.js';

/** @typedef {import('../../core/scene.js').Host} Host */
/** @typedef {import('../../core/scene.js').View} View */
/** @typedef {import('../../core/protocol.js').Frame} Frame */
/** @typedef {import('../../draw/surface.js').Surface} Surface */

/** @param {Host} host @returns {View} */
export function student(host) {
  return new Student(host);
}

class Student {
  #network = new Network();
  #node = -1;
  /** the round shown here; null: that of the class */
  #round = /** @type {number | null} */ (null);
  #name = '';

  /** @param {Host} host */
  constructor(host) {
    const pane = new Pane(host);
    this.host = host;
    this.face = pane.surface({ label: 'The graph', focusable: true, draw: (face) => this.#draw(face) });
    this.text = pane.twin('Whom the chosen node hears');
    this.keys = pane.legend();
    this.words = el('p', { role: 'status' });
    this.slider = el('input', { type: 'range', min: '0', max: '0', step: '1', value: '0' });
    this.caption = el('span');
    const row = el('label', {}, this.caption, this.slider);
    this.slider.style.width = '100%';
    host.side.append(this.words, row);
    const { signal } = this.face;
    this.slider.addEventListener('input', () => this.#slide(), { signal });
    this.face.canvas.addEventListener(
      'pointerdown',
      (event) => this.#choose(this.#network.hit(this.face.point(event), 24)),
      { signal },
    );
    this.face.canvas.addEventListener('keydown', (event) => this.#press(event), { signal });
  }

  /** @param {Frame} frame */
  update(frame) {
    if (frame.t === 'depth.graph' && frame.name !== this.#name) {
      this.#name = frame.name;
      this.#node = -1;
    }
    if (frame.t === 'depth.cursor') this.#round = null;
    if (frame.t.startsWith('depth.')) this.#show();
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    const graph = this.host.latest('depth.graph');
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step === undefined || !graph) return false;
    const n = nodesOf(graph);
    this.#choose((this.#chosen + step + n) % n);
    return true;
  }

  get #chosen() {
    return this.#node >= 0 ? this.#node : (this.host.latest('depth.cursor')?.node ?? 0);
  }

  get #shown() {
    return this.#round ?? this.host.latest('depth.cursor')?.round ?? 0;
  }

  #slide() {
    this.#round = Number(this.slider.value);
    this.#show();
  }

  /** @param {number} node */
  #choose(node) {
    if (node < 0) return;
    this.#node = node;
    this.#show();
  }

  /** On the picture itself, before the page takes the arrows. @param {KeyboardEvent} event */
  #press(event) {
    if (!this.key(event)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
  }

  #show() {
    const [graph, cursor] = [this.host.latest('depth.graph'), this.host.latest('depth.cursor')];
    if (!graph || !cursor) return;
    const [node, round] = [this.#chosen, this.#shown];
    this.slider.max = String(cursor.furthest);
    this.slider.value = String(round);
    this.slider.disabled = cursor.furthest === 0;
    this.caption.textContent =
      cursor.furthest === 0 ? 'Rounds: the class has not begun' : `Round ${round} of ${cursor.furthest} seen so far`;
    const heard = heardBy(graph, node, round);
    const n = nodesOf(graph);
    const all = heard.length + 1;
    const first = round === 0 ? 'before any round: itself' : `after ${counted(round, 'round')}`;
    this.words.textContent = `Node ${node} hears ${all} of ${n} nodes ${first}. ${all < n ? 'Nothing from the others.' : ''} Tap another node.`;
    this.keys.show([
      { kind: 'ring', role: 'self', text: 'your node' },
      { kind: 'ring', role: 'message', text: `within ${counted(round, 'hop')}` },
      { kind: 'disc', role: 'quiet', text: 'color: a feature' },
    ]);
    this.text.list([
      ['node', String(node)],
      ['round', String(round)],
      ['hears', `${all} of ${n}`],
      ['nodes', heard.join(', ') || 'none but itself'],
    ]);
    this.face.describe(`Node ${node} hears ${all} of ${n} nodes after round ${round}`);
    this.face.invalidate();
  }

  /** @param {Surface} face */
  #draw(face) {
    const [graph, course] = [this.host.latest('depth.graph'), this.host.latest('depth.course')];
    if (!graph || !course) return;
    const n = nodesOf(graph);
    const [node, round] = [this.#chosen, this.#shown];
    const colours = coloursAt(course, round, n);
    this.#network.paint(face, {
      positions: upright(graph.positions.data, face),
      edges: linesOf(graph.edges.data),
      inside: () => '',
      id: (i) => (i === node ? String(i) : ''),
      colour: (i) => diverging(colours[i] ?? 0, face.theme.dark),
      chosen: node,
      neighbors: heardBy(graph, node, round),
      fadeOthers: true,
      radius: Math.max(9, face.unit * 0.55),
    });
  }
}
