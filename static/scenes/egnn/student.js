/** The phone of `egnn`: drag to turn the input for everybody, tap a node to see its f and what its neighbors add to x. */

import { el } from '../../core/element.js';
import { Throttle } from '../../core/throttle.js';
import { Camera } from '../../draw/camera.js';
import { Cloud, pairsOf } from '../../draw/cloud.js';
import { dragged, stepped } from '../../draw/hand.js';
import { roundBox, write } from '../../draw/mark.js';
import { fixed } from '../../draw/numbers.js';
import { orbit } from '../../draw/orbit.js';
import { scale } from '../../draw/palette.js';
import { Pane } from '../../draw/pane.js';
import { heading, near, paintBoth, radius } from './picture.js';

/** @typedef {import('../../core/scene.js').Host} Host */
/** @typedef {import('../../core/scene.js').View} View */
/** @typedef {import('../../core/protocol.js').Frame} Frame */
/** @typedef {import('../../draw/camera.js').Quaternion} Quaternion */

/** Two hundred thumbs share one input. */
const PAUSE = 400;

class Student {
  #camera = new Camera();
  #cloud = new Cloud();
  /** @type {number[]} */
  #pairs = [];
  /** @type {Quaternion | null} */
  #hand = null;
  #node = -1;

  /** @param {Host} host */
  constructor(host) {
    const pane = new Pane(host);
    this.host = host;
    this.face = pane.surface({ label: 'The points', draw: () => this.#draw(), focusable: true });
    this.numbers = pane.twin('Your node');
    this.throttle = new Throttle(() => this.#send(), PAUSE);
    this.task = el('p');
    this.told = el('p', { role: 'status' });
    const previous = el(
      'button',
      { type: 'button', class: 'button', onclick: () => this.#choose(this.#node - 1) },
      'Node before',
    );
    const next = el(
      'button',
      { type: 'button', class: 'button', onclick: () => this.#choose(this.#node + 1) },
      'Next node',
    );
    const buttons = el('div', { class: 'touch' }, previous, next);
    host.side.append(this.task, this.told, buttons);
    orbit(this.face, this.#camera, {
      locked: () => true,
      grab: (point) => this.#grab(point),
      tap: (point) => this.#choose(this.#cloud.hit(point, 22)),
    });
    this.face.canvas.addEventListener('keydown', (event) => this.#pressed(event), { signal: this.face.signal });
  }

  /** @param {Frame} frame */
  update(frame) {
    if (frame.t === 'egnn.graph') {
      this.#pairs = pairsOf(frame.edges.data);
      if (this.#node >= frame.nodes) this.#node = -1;
    }
    this.#show();
  }

  /** @param {{x: number, y: number}} point */
  #grab(point) {
    const q = this.host.latest('egnn.shown')?.quaternion;
    if (!q || !this.host.latest('egnn.graph')?.hands || this.#cloud.hit(point, 22) >= 0) return null;
    let last = point;
    /** @type {Quaternion} */
    let turn = [q[0], q[1], q[2], q[3]];
    return {
      move: (/** @type {{x: number, y: number}} */ now) => {
        turn = dragged(turn, now.x - last.x, now.y - last.y, this.#camera.rotation);
        last = now;
        this.#hand = turn;
        this.throttle.push({ hand: [...turn] });
      },
    };
  }

  /** @param {KeyboardEvent} event */
  #pressed(event) {
    const q = this.host.latest('egnn.shown')?.quaternion;
    const next =
      q && this.host.latest('egnn.graph')?.hands
        ? stepped([q[0], q[1], q[2], q[3]], event.key, this.#camera.rotation)
        : null;
    if (!next) return;
    event.preventDefault();
    this.#hand = next;
    this.throttle.push({ hand: [...next] });
  }

  #send() {
    if (!this.#hand) return;
    this.host.send({ t: 'egnn.hand', quaternion: this.#hand });
    this.#hand = null;
  }

  /** @param {number} node */
  #choose(node) {
    const count = this.host.latest('egnn.graph')?.nodes ?? 0;
    if (count === 0) return;
    this.#node = (node + count) % count;
    this.host.send({ t: 'egnn.watch', node: this.#node });
    this.#show();
  }

  /** What the server says of the chosen node now. */
  #pulls() {
    const [pulls, shown] = [this.host.latest('egnn.pulls'), this.host.latest('egnn.shown')];
    return pulls && shown && pulls.node === this.#node && pulls.version === shown.version && pulls.layer === shown.drawn
      ? pulls
      : null;
  }

  #show() {
    const [graph, shown] = [this.host.latest('egnn.graph'), this.host.latest('egnn.shown')];
    if (!graph || !shown) return;
    const pulls = this.#pulls();
    this.task.textContent = graph.hands
      ? 'Drag beside the nodes to turn the input for all. Tap a node.'
      : 'Tap a node: its f, and who pulls it.';
    const heard = pulls?.sources.data.length ?? 0;
    const verb = heard > 0 ? `The next layer adds ${heard} arrows to its x.` : 'Nothing pulls it in the next layer.';
    this.told.textContent = pulls ? `Node ${pulls.node}. ${verb}` : heading(shown).title;
    this.face.describe(`${graph.nodes} points, ${heading(shown).title}. Arrow keys turn the input.`);
    this.numbers.list([
      ['layer', String(shown.layer)],
      ['turn', shown.words],
      ['node', pulls ? String(pulls.node) : 'none chosen'],
      ['f, some channels', pulls ? pulls.features.map((v) => fixed(v, 2)).join(', ') : ''],
      ['neighbors', pulls ? [...pulls.sources.data].join(', ') : ''],
    ]);
    this.face.invalidate();
  }

  #draw() {
    const shown = this.host.latest('egnn.shown');
    if (!shown) return;
    const { face } = this;
    const pulls = this.#pulls();
    const strip = pulls ? face.small * 5.4 : 0;
    const made = shown.made.data;
    const box = { x: 0, y: 0, width: face.width, height: face.height - strip };
    near(this.#camera, [...made, ...shown.after.data], box);
    const heard = pulls ? [...pulls.sources.data] : [];
    paintBoth(face, box, this.#camera, this.#cloud, {
      shown,
      made,
      after: shown.after.data,
      pairs: this.#pairs,
      chosen: this.#node,
      heard,
      ...(pulls ? { pulls: this.#arrows(made, heard, pulls.pulls.data) } : {}),
    });
    if (pulls) this.#bars(pulls.features, { x: 0, y: face.height - strip, width: face.width, height: strip });
  }

  /** Each pull as an arrow at the neighbor it comes from, the longest well seen. @param {Float32Array} made @param {number[]} heard @param {Float32Array} pulls */
  #arrows(made, heard, pulls) {
    const arrows = new Float32Array(made.length);
    const unit = (0.35 * radius(made)) / radius(pulls);
    heard.forEach((j, e) => {
      for (let k = 0; k < 3; k += 1) arrows[3 * j + k] = (pulls[3 * e + k] ?? 0) * unit;
    });
    return arrows;
  }

  /** f of the chosen node, channel by channel. @param {readonly number[]} features @param {import('../../draw/surface.js').Box} box */
  #bars(features, box) {
    const { face } = this;
    const colour = scale({ lo: -1, hi: 1, signed: true, dark: face.theme.dark });
    const step = (box.width - face.small * 2) / Math.max(1, features.length);
    const middle = box.y + box.height * 0.56;
    write(face, `f of this node, ${features.length} of its channels`, box.x + box.width / 2, box.y + face.small * 0.6, {
      colour: face.theme.quiet,
    });
    features.forEach((value, k) => {
      const x = box.x + face.small + k * step;
      const h = Math.max(2, Math.abs(value) * box.height * 0.19);
      roundBox(face.ctx, x + step * 0.15, value > 0 ? middle - h : middle, step * 0.7, h, 3);
      face.ctx.fillStyle = colour(value);
      face.ctx.fill();
      write(face, fixed(value, 2), x + step / 2, box.y + box.height - face.small * 0.6, { halo: null });
    });
  }
}

/** @param {Host} host @returns {View} */
export function student(host) {
  return new Student(host);
}
