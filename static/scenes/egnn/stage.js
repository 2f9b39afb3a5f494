/** The stage of `egnn`: both ways over each other after each layer, the handles on the input, the numbers beside. */

import { Camera } from '../../draw/camera.js';
import { Cloud, pairsOf } from '../../draw/cloud.js';
import { between, turningHand } from '../../draw/hand.js';
import { write } from '../../draw/mark.js';
import { Pane } from '../../draw/pane.js';
import { Aside, printed, spreadText, worst } from './aside.js';
import { heading, near, paintBoth } from './picture.js';

/** @typedef {import('../../core/scene.js').Host} Host */
/** @typedef {import('../../core/scene.js').View} View */
/** @typedef {import('../../core/protocol.js').Frame} Frame */
/** @typedef {import('../../core/protocol.js').EgnnShown} Shown */
/** @typedef {import('../../draw/camera.js').Quaternion} Quaternion */

const PAUSE = 80;
const STEP = 700;

class Stage {
  #camera = new Camera();
  #cloud = new Cloud();
  /** @type {number[]} */
  #pairs = [];
  /** @type {Shown | null} */
  #shown = null;
  /** @type {Shown | null} the layer before, for the moment between */
  #before = null;
  #start = 0;

  /** @param {Host} host */
  constructor(host) {
    const pane = new Pane(host);
    this.host = host;
    this.face = pane.surface({ label: 'Two runs of the network', draw: () => this.#draw() });
    this.numbers = pane.twin('Every layer in numbers');
    this.aside = new Aside(pane);
    this.hand = turningHand(this.face, this.#camera, {
      now: () => this.#turn(),
      may: () => host.canSend(),
      send: (quaternion) => {
        const shown = this.#shown;
        if (shown) host.send({ t: 'egnn.turn', quaternion, shift: shown.offset, mirror: shown.mirror });
      },
      pause: PAUSE,
    });
    this.keys = pane.legend();
    this.#legend();
  }

  #legend() {
    this.keys.show([
      { kind: 'disc', role: 'self', text: 'transform before' },
      { kind: 'ghost', role: 'total', text: 'transform after' },
      { kind: 'line', role: 'message', text: 'what separates them' },
      { kind: 'bar', lo: '−', hi: '+', text: 'a channel of f', signed: true },
    ]);
  }

  /** @param {Frame} frame */
  update(frame) {
    if (frame.t === 'egnn.graph') this.#pairs = pairsOf(frame.edges.data);
    if (frame.t === 'egnn.shown') {
      const old = this.#shown;
      const stepped =
        old !== null && old.version === frame.version && old.layer !== frame.layer && old.unit === frame.unit;
      this.#before = stepped && !this.host.reducedMotion() ? old : null;
      this.#start = performance.now();
      this.#shown = frame;
      if (this.#before) this.face.animate(this.#start + STEP);
    }
    if (frame.t.startsWith('egnn.')) {
      this.aside.show();
      this.#describe();
    }
    this.face.invalidate();
  }

  /** Arrow keys turn the input by 15°. @param {KeyboardEvent} event */
  key(event) {
    return this.hand.key(event);
  }

  /** @returns {Quaternion | null} */
  #turn() {
    const q = this.#shown?.quaternion;
    return q ? [q[0], q[1], q[2], q[3]] : null;
  }

  #draw() {
    const [shown, { face }] = [this.#shown, this];
    if (!shown) return;
    const t = this.#before ? Math.min(1, Math.max(0, (face.now - this.#start) / STEP)) : 1;
    const eased = t * t * (3 - 2 * t);
    const from = this.#before ?? shown;
    const made = between(from.made.data, shown.made.data, eased);
    const after = between(from.after.data, shown.after.data, eased);
    const head = face.small * 3.4;
    const box = { x: 0, y: head, width: face.width, height: face.height - head };
    near(this.#camera, [...made, ...after], box);
    paintBoth(face, box, this.#camera, this.#cloud, { shown, made, after, pairs: this.#pairs });
    const { title, words } = heading(shown);
    write(face, title, face.width / 2, face.small * 0.9, { weight: 700, size: face.unit });
    const hint = this.host.canSend() && shown.layer === 0 ? '; drag to turn it' : '';
    write(face, words + hint, face.width / 2, face.small * 2.3, { colour: face.theme.quiet });
  }

  #describe() {
    const [shown, layers] = [this.#shown, this.host.latest('egnn.layers')];
    if (!shown || !layers) return;
    const { title, words } = heading(shown);
    this.face.describe(`${title}: ${words}.`);
    this.numbers.table({
      columns: ['layer', 'error of f', 'error of x', 'zone', 'spread of x'],
      rows: layers.rows.map((row) => [
        String(row.layer),
        printed(row.features),
        row.layer === 0 ? '' : printed(row.points),
        worst(row).zone,
        spreadText(row),
      ]),
    });
  }
}

/** @param {Host} host @returns {View} */
export function stage(host) {
  return new Stage(host);
}
