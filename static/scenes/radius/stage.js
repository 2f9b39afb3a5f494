/**
 * The stage: the points and their edges; the instructor drags a point, or drags beside the points to rotate the room.
 * Wheel zooms; with Shift, and for all who only look, a drag turns the view.
 */

import { Camera, identity } from '../../draw/camera.js';
import { plain } from '../../draw/numbers.js';
import { orbit } from '../../draw/orbit.js';
import { Pane } from '../../draw/pane.js';
import { Aside, factsOf, trialsOf, verdictOf } from './aside.js';
import { neighborsOf } from './edges.js';
import { historyTable, jumpText } from './energy.js';
import { bounded, paced, sum, swungBy, turnedBy, worldStep } from './hands.js';
import { Picture } from './picture.js';

/** @typedef {import('../../core/scene.js').Host} Host */
/** @typedef {import('../../core/scene.js').View} View */
/** @typedef {import('../../core/protocol.js').Frame} Frame */
/** @typedef {import('../../core/protocol.js').RadiusGraph} Graph */
/** @typedef {import('../../draw/camera.js').Quaternion} Quaternion */
/** @typedef {import('../../draw/camera.js').Vector} Vector */
/** @typedef {{x: number, y: number}} Point */

/** More names than this would cover the picture. */
const MOST_NAMES = 40;
/** @type {Record<string, [number, number]>} */
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };

/** @param {Host} host @returns {View} */
export function stage(host) {
  return new Stage(host);
}

class Stage {
  #camera = new Camera();
  #picture = new Picture();
  #chosen = -1;
  #hovered = -1;

  /** @param {Host} host */
  constructor(host) {
    const pane = new Pane(host);
    this.host = host;
    this.face = pane.surface({ label: 'Points and their edges', focusable: true, draw: () => this.#draw() });
    this.face.canvas.addEventListener('keydown', (event) => this.#press(event), { signal: this.face.signal });
    this.numbers = pane.twin('The graph in numbers');
    this.aside = new Aside(pane);
    this.keys = pane.legend();
    this.drag = paced((/** @type {{node: number, at: Vector}} */ { node, at }) =>
      host.send({ t: 'radius.drag', node, at: bounded(at) }),
    );
    this.turn = paced((/** @type {Quaternion} */ quaternion) => host.send({ t: 'radius.turn', quaternion }));
    orbit(this.face, this.#camera, {
      grab: (point, event) => this.#grab(point, event),
      tap: (point) => this.#choose(this.#picture.hit(point)),
      hover: (point) => this.#hover(point),
      locked: () => this.#picture.graph?.dim === 2,
    });
  }

  /** @param {Frame} frame */
  update(frame) {
    if (frame.t === 'radius.graph') this.#take(frame);
    if (frame.t.startsWith('radius.')) {
      this.aside.chosen = this.#focus;
      this.aside.show();
      this.#describe();
    }
    this.face.invalidate();
  }

  /** A key that was pressed anywhere on the page. @param {KeyboardEvent} event */
  key(event) {
    return this.#keyed(event);
  }

  /** @param {Graph} graph */
  #take(graph) {
    const other = this.#picture.graph?.scenery !== graph.scenery;
    if (other) {
      this.#camera.reset();
      this.#picture.held = null;
      this.#hovered = -1;
    }
    this.face.animate(this.#picture.take(graph, this.host.reducedMotion()));
    if (other) this.#chosen = this.#central(graph);
    this.#showKeys(graph);
  }

  /** The point that invites the first touch: the one nearest the middle. @param {Graph} graph */
  #central(graph) {
    let best = 0;
    graph.degrees.data.forEach((_, i) => {
      if (Math.hypot(...this.#picture.place(i)) < Math.hypot(...this.#picture.place(best))) best = i;
    });
    return best;
  }

  /** @param {Graph} graph */
  #showKeys(graph) {
    /** @type {import('../../draw/legend.js').Key[]} */
    const keys = [
      { kind: 'disc', role: 'self', text: 'a point; hue and shape: its component' },
      { kind: 'ring', role: 'quiet', text: 'no neighbor' },
      { kind: 'line', role: 'total', text: 'edge that came' },
      { kind: 'dash', role: 'message', text: 'edge that went' },
    ];
    if (graph.kind === 'radius')
      keys.push({
        kind: 'ghost',
        role: 'self',
        text: `within r = ${plain(graph.cutoff)}${graph.unit === 'angstrom' ? ' Å' : ''} of the chosen point`,
      });
    if (graph.unreciprocated > 0) keys.push({ kind: 'arrow', role: 'arrow', text: 'heard, but not in return' });
    if (graph.periodic) keys.push({ kind: 'dash', role: 'edge', text: 'through the wall of the box' });
    this.keys.show(keys);
  }

  get #focus() {
    return this.#picture.held?.node ?? (this.#hovered >= 0 ? this.#hovered : this.#chosen);
  }

  #draw() {
    const { graph } = this.#picture;
    if (!graph) return;
    const names = this.host.latest('radius.names')?.names ?? [];
    const energy = this.host.latest('radius.energy');
    const focus = this.#focus;
    const few = names.length <= MOST_NAMES;
    this.#picture.paint(this.face, this.#camera, {
      chosen: energy?.crossing[1] ?? focus,
      own: -1,
      lit: new Set(energy?.crossing ?? []),
      label: (i) => (graph.seated && (few || i === focus) ? (names[i] ?? '') : ''),
    });
  }

  #describe() {
    const graph = this.#picture.graph;
    const check = this.host.latest('radius.check');
    const energy = this.host.latest('radius.energy');
    const curve = this.host.latest('radius.curve');
    if (!graph) return;
    const words = factsOf(graph).join(', ');
    this.face.describe(`Points and their edges: ${words}`);
    /** @type {[string, string][]} */
    const rows = factsOf(graph).map((fact, k) => [k === 0 ? 'graph' : '', fact]);
    if (check)
      rows.push(
        ['edge-set difference', `${verdictOf(check).number}. ${verdictOf(check).words}`],
        ['random rotations', trialsOf(check)],
      );
    if (energy) rows.push(['energy, hard', plain(energy.hard, 4)], ['energy, enveloped', plain(energy.enveloped, 4)]);
    if (curve)
      rows.push(
        ['jump at the cutoff, hard', jumpText(curve.jump_hard)],
        ['jump, enveloped', jumpText(curve.jump_enveloped)],
      );
    if (energy && energy.history_hard.data.length > 1) {
      const last = historyTable(energy).rows.at(-1);
      if (last)
        rows.push([
          'last move',
          `hard ${last[1]}, enveloped ${last[2]} since the first; ${last[3]} edges came or went`,
        ]);
    }
    graph.degrees.data.slice(0, 100).forEach((degree, i) => {
      const around = neighborsOf(graph, i).join(', ') || 'none';
      rows.push([`point ${i}`, `degree ${degree}, component ${graph.component.data[i]}; neighbors ${around}`]);
    });
    this.numbers.list(rows);
  }

  /** @param {number} node */
  #choose(node) {
    if (node >= 0) this.#chosen = node;
    this.aside.chosen = this.#focus;
    this.aside.show();
    this.face.invalidate();
  }

  /** @param {Point | null} point */
  #hover(point) {
    const node = point === null ? -1 : this.#picture.hit(point);
    if (node === this.#hovered) return;
    this.#hovered = node;
    this.#choose(-1);
  }

  /** @param {Point} point @param {PointerEvent} event @returns {import('../../draw/orbit.js').Grip | null} */
  #grab(point, event) {
    const { graph } = this.#picture;
    if (!graph || !this.host.canSend() || event.shiftKey) return null;
    const node = this.#picture.hit(point);
    if (node >= 0) return this.#grip(node);
    if (graph.periodic) return null;
    let last = point;
    /** @type {Quaternion} */
    let now = graph.quaternion[3] === undefined ? identity() : [...graph.quaternion];
    const centre = { x: this.face.width / 2, y: this.face.height / 2 };
    return {
      move: (to) => {
        now =
          graph.dim === 2
            ? swungBy(now, last, to, centre)
            : turnedBy(now, to.x - last.x, to.y - last.y, this.#camera.rotation);
        last = to;
        this.turn(now);
      },
    };
  }

  /** @param {number} node @returns {import('../../draw/orbit.js').Grip} */
  #grip(node) {
    const start = this.#picture.place(node);
    this.#chosen = node;
    return {
      move: (to) => {
        const at = this.#camera.unproject(to.x, to.y, start, this.face.box);
        this.#picture.held = { node, at };
        this.drag({ node, at });
        this.face.animate(performance.now() + 200);
      },
      drop: () => {
        this.#picture.held = null;
        this.face.animate(performance.now() + 200);
      },
    };
  }

  /** On the picture itself, before the view takes the arrows. @param {KeyboardEvent} event */
  #press(event) {
    if (!this.#keyed(event)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
  }

  /** Arrows move the chosen point, [ and ] choose another. @param {KeyboardEvent} event */
  #keyed(event) {
    const { graph } = this.#picture;
    if (!graph || event.ctrlKey || event.metaKey || event.altKey) return false;
    const count = graph.degrees.data.length;
    const step = { '[': -1, ']': 1 }[event.key];
    if (step !== undefined) {
      this.#choose((Math.max(0, this.#chosen) + step + count) % count);
      return true;
    }
    const direction = ARROWS[event.key];
    if (direction === undefined || event.shiftKey || !this.host.canSend() || this.#chosen < 0) return false;
    const size = 0.06;
    const view = graph.dim === 2 ? identity() : this.#camera.rotation;
    const at = sum(this.#picture.place(this.#chosen), worldStep(direction[0] * size, direction[1] * size, view));
    this.drag({ node: this.#chosen, at });
    return true;
  }
}
