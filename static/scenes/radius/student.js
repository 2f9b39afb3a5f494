/**
 * The phone. In the class's own points one drags the own point anywhere on the picture (relative, so that the thumb does
 * not cover it) and reads who is connected; otherwise one looks, and turns the view.
 */

import { el } from '../../core/element.js';
import { Camera, identity } from '../../draw/camera.js';
import { orbit } from '../../draw/orbit.js';
import { Pane } from '../../draw/pane.js';
import { factsOf } from './aside.js';
import { neighborsOf } from './edges.js';
import { bounded, paced, sum, worldStep } from './hands.js';
import { Picture } from './picture.js';

/** @typedef {import('../../core/scene.js').Host} Host */
/** @typedef {import('../../core/scene.js').View} View */
/** @typedef {import('../../core/protocol.js').Frame} Frame */
/** @typedef {import('../../draw/camera.js').Vector} Vector */

/** How near the own point a finger must be in space, in pixels; in the plane it may be anywhere. */
const NEAR = 44;
const NUDGE = 0.1;
/** @type {Record<string, [number, number]>} */
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };

/** @param {Host} host @returns {View} */
export function student(host) {
  return new Phone(host);
}

class Phone {
  #camera = new Camera();
  #picture = new Picture();
  #count = el('strong');
  #words = el('p', { role: 'status' });

  /** @param {Host} host */
  constructor(host) {
    const pane = new Pane(host);
    this.host = host;
    this.face = pane.surface({ label: 'Points and their edges', focusable: true, draw: () => this.#draw() });
    this.face.canvas.addEventListener('keydown', (event) => this.#press(event), { signal: this.face.signal });
    this.text = pane.twin('Your point');
    this.#count.style.fontSize = '1.35em';
    host.side.append(el('p', {}, this.#count), this.#words);
    this.move = paced((/** @type {Vector} */ at) => host.send({ t: 'radius.move', at: bounded(at) }), 60);
    orbit(this.face, this.#camera, {
      grab: (point) => this.#grab(point),
      locked: () => this.#picture.graph?.dim === 2,
    });
  }

  /** @param {Frame} frame */
  update(frame) {
    if (frame.t === 'radius.graph') this.face.animate(this.#picture.take(frame, this.host.reducedMotion()));
    this.#say();
    this.face.invalidate();
  }

  /** The node of this seat, −1 where the points are not the class's. */
  get own() {
    const node = this.host.latest('you')?.node ?? null;
    const { graph } = this.#picture;
    return graph?.seated && node !== null && node < graph.degrees.data.length ? node : -1;
  }

  #draw() {
    const { graph } = this.#picture;
    if (!graph) return;
    const own = this.own;
    const around = new Set(own < 0 ? [] : neighborsOf(graph, own));
    const names = this.host.latest('radius.names')?.names ?? [];
    const few = around.size <= 8;
    this.#picture.paint(this.face, this.#camera, {
      chosen: own,
      own,
      lit: around,
      label: (i) => (i === own ? 'you' : few && around.has(i) ? (names[i] ?? '') : ''),
    });
  }

  #say() {
    const { graph } = this.#picture;
    if (!graph) return;
    const own = this.own;
    if (own < 0) {
      this.#count.textContent = graph.seated
        ? 'You have no point in this round yet.'
        : factsOf(graph).slice(0, 3).join(' · ');
      this.#words.textContent =
        graph.dim === 3 ? 'Drag to turn your view, pinch to zoom.' : 'Watch which edges come and go.';
      this.face.describe(`Points and their edges: ${factsOf(graph).join(', ')}`);
      return;
    }
    const around = neighborsOf(graph, own);
    const names = this.host.latest('radius.names')?.names ?? [];
    const degree = graph.degrees.data[own] ?? 0;
    this.#count.textContent = `${degree} ${degree === 1 ? 'neighbor' : 'neighbors'}`;
    const who = around.map((i) => names[i] ?? `point ${i}`);
    const shown = who.length > 8 ? `${who.slice(0, 8).join(', ')} and ${who.length - 8} more` : who.join(', ');
    const hint =
      graph.dim === 2 ? 'Drag anywhere to move your point.' : 'Drag your point; drag beside it to turn your view.';
    this.#words.textContent = who.length === 0 ? `Nobody is near enough. ${hint}` : `Connected with ${shown}. ${hint}`;
    this.face.describe(`Your point has ${degree} neighbors: ${who.join(', ') || 'nobody'}`);
    this.text.list([
      ['neighbors', String(degree)],
      ...who.map((name, k) => /** @type {[string, string]} */ ([k === 0 ? 'connected with' : '', name])),
    ]);
  }

  /** @param {{x: number, y: number}} point @returns {import('../../draw/orbit.js').Grip | null} */
  #grab(point) {
    const { graph } = this.#picture;
    const own = this.own;
    if (!graph || own < 0 || !this.host.canSend()) return null;
    const start = this.#picture.place(own);
    const seen = this.#camera.at(start, this.face.box);
    if (graph.dim === 3 && Math.hypot(seen.x - point.x, seen.y - point.y) > NEAR) return null;
    return {
      move: (to) =>
        this.#put(this.#camera.unproject(seen.x + to.x - point.x, seen.y + to.y - point.y, start, this.face.box)),
      drop: () => {
        this.#picture.held = null;
        this.face.animate(performance.now() + 300);
      },
    };
  }

  /** Under the thumb at once, within the room; the server has the last word. @param {Vector} at */
  #put(at) {
    const { graph } = this.#picture;
    if (!graph) return;
    const far = graph.periodic ? 1 : Math.max(1, Math.hypot(...at) / graph.room);
    const inside = /** @type {Vector} */ (at.map((part) => part / far));
    this.#picture.held = { node: this.own, at: inside };
    this.move(inside);
    this.face.animate(performance.now() + 200);
  }

  /** @param {KeyboardEvent} event */
  #press(event) {
    const direction = ARROWS[event.key];
    const { graph } = this.#picture;
    if (direction === undefined || event.shiftKey || !graph || this.own < 0) return;
    const view = graph.dim === 2 ? identity() : this.#camera.rotation;
    this.move(sum(this.#picture.place(this.own), worldStep(direction[0] * NUDGE, direction[1] * NUDGE, view)));
    event.preventDefault();
    event.stopImmediatePropagation();
  }
}
