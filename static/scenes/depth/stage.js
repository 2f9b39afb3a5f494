/** The stage: the features of one round above, whom the chosen node hears below, and beside them what is measured. */

import { linesOf } from '../../draw/cloud.js';
import { write } from '../../draw/mark.js';
import { Network } from '../../draw/network.js';
import { plain, superscript } from '../../draw/numbers.js';
import { diverging } from '../../draw/palette.js';
import { Pane } from '../../draw/pane.js';
import { Aside } from './aside.js';
import { coloursAt, exactly, fitting, nodesOf, widened } from './reading.js';

/** @typedef {import('../../core/scene.js').Host} Host */
/** @typedef {import('../../core/scene.js').View} View */
/** @typedef {import('../../core/protocol.js').Frame} Frame */
/** @typedef {import('../../draw/surface.js').Surface} Surface */
/** @typedef {import('../../draw/surface.js').Box} Box */

/** @param {Host} host @returns {View} */
export function stage(host) {
  return new Stage(host);
}

class Stage {
  #features = new Network();
  #field = new Network();
  #formula = '';

  /** @param {Host} host */
  constructor(host) {
    const pane = new Pane(host);
    this.host = host;
    this.face = pane.surface({
      label: 'The features of the nodes, and whom one of them hears',
      focusable: true,
      draw: (face) => this.#draw(face),
    });
    this.text = pane.twin('Depth in numbers');
    this.keys = pane.legend();
    this.aside = new Aside(pane);
    this.face.canvas.addEventListener('pointerdown', (event) => this.#tap(event), { signal: this.face.signal });
  }

  /** @param {Frame} frame */
  update(frame) {
    if (!frame.t.startsWith('depth.')) return;
    this.aside.show();
    this.#say();
    this.face.invalidate();
  }

  /** The arrows choose another node. @param {KeyboardEvent} event */
  key(event) {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    const [graph, cursor] = [this.host.latest('depth.graph'), this.host.latest('depth.cursor')];
    if (step === undefined || !graph || !cursor || !this.host.canSend()) return false;
    const n = nodesOf(graph);
    this.#choose((cursor.node + step + n) % n);
    return true;
  }

  /** @param {number} node */
  #choose(node) {
    if (node >= 0 && this.host.canSend()) this.host.send({ t: 'depth.choose', node });
  }

  /** @param {PointerEvent} event */
  #tap(event) {
    const point = this.face.point(event);
    this.#choose(Math.max(this.#features.hit(point, 4), this.#field.hit(point, 4)));
  }

  #say() {
    const { host } = this;
    const [graph, course, cursor] = [
      host.latest('depth.graph'),
      host.latest('depth.course'),
      host.latest('depth.cursor'),
    ];
    if (!graph || !course || !cursor) return;
    const largest = plain(course.largest.data[cursor.round] ?? NaN);
    this.keys.show([
      { kind: 'bar', lo: `−${largest}`, hi: largest, text: `above: feature ${course.feature + 1} of 16`, signed: true },
      { kind: 'bar', lo: '0', hi: 'most', text: 'below: influence' },
      { kind: 'ghost', role: 'quiet', text: 'exactly 0' },
      { kind: 'ring', role: 'self', text: `node ${cursor.node}` },
    ]);
    const name = course.aggregation === 'mean' ? 'algorithm 4, mean' : course.propagation;
    if (name !== this.#formula) host.heading.replaceChildren(host.formula(name));
    this.#formula = name;
    const { name: measured, value } = fitting(course, cursor.round);
    const n = nodesOf(graph);
    this.text.list([
      ['round', String(cursor.round)],
      ['chosen node', String(cursor.node)],
      [
        `influence beyond ${cursor.round} hops`,
        cursor.beyond === null ? 'no node lies beyond' : exactly(cursor.beyond),
      ],
      ['nodes with influence exactly 0', `${cursor.zeros} of ${n}`],
      ['effective rank', plain(course.rank.data[cursor.round] ?? NaN, 3)],
      [measured, plain(value, 3)],
      ...Array.from(
        { length: n },
        (_, i) =>
          /** @type {[string, string]} */ ([`influence of node ${i}`, exactly(cursor.influence.data[i] ?? NaN)]),
      ),
    ]);
    this.face.describe(
      `After round ${cursor.round}: ${n - cursor.zeros} of ${n} nodes have influence on node ${cursor.node}`,
    );
  }

  /** @param {Surface} face */
  #draw(face) {
    const { host } = this;
    const [graph, course, cursor] = [
      host.latest('depth.graph'),
      host.latest('depth.course'),
      host.latest('depth.cursor'),
    ];
    if (!graph || !course || !cursor) return;
    const { width, height, small } = face;
    const n = nodesOf(graph);
    const shared = {
      positions: widened(graph.positions.data, { x: 0, y: 0, width, height: height / 2 - small * 1.5 }),
      edges: linesOf(graph.edges.data),
      inside: () => '',
      id: (/** @type {number} */ i) => (i === cursor.node ? String(i) : ''),
      chosen: cursor.node,
      radius: Math.max(face.unit * 0.42, Math.min(width, height / 2) * 0.03),
    };
    const head = small * 1.5;
    const half = height / 2;
    const colours = coloursAt(course, cursor.round, n);
    title(face, cursor.round === 0 ? 'Features h⁽⁰⁾: random' : `Features after round ${cursor.round}`, 0);
    const above = { x: 0, y: head, width, height: half - head };
    this.#features.paint(face, { ...shared, colour: (i) => diverging(colours[i] ?? 0, face.theme.dark) }, above);
    title(face, `Influence on node ${cursor.node}: ‖∂h⁽${superscript(cursor.round)}⁾ / ∂h⁽⁰⁾‖ of each node`, half);
    const influence = [...cursor.influence.data];
    const most = Math.max(...influence);
    // What is exactly 0 is hollow; a value, however small, is filled.
    const shares = influence.map((value) => (value === 0 ? NaN : value / most));
    this.#field.paint(
      face,
      { ...shared, values: shares, range: { lo: 0, hi: 1 } },
      { x: 0, y: half + head, width, height: half - head },
    );
  }
}

/** @param {Surface} face @param {string} text @param {number} y */
function title(face, text, y) {
  write(face, text, face.small * 0.4, y + face.small * 0.8, { align: 'left', weight: 700, halo: null });
}
