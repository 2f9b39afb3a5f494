/** The stage of `canon`: the shape and its axes on the left, the poses that the network sees on the right. */

import { Camera } from '../../draw/camera.js';
import { pairsOf } from '../../draw/cloud.js';
import { turningHand } from '../../draw/hand.js';
import { write } from '../../draw/mark.js';
import { errorText, plain, scientific } from '../../draw/numbers.js';
import { Pane } from '../../draw/pane.js';
import { Aside, shapeWords } from './aside.js';
import { paintPose, paintShape, radius, usesAxes } from './picture.js';

/** @typedef {import('../../core/scene.js').Host} Host */
/** @typedef {import('../../core/scene.js').View} View */
/** @typedef {import('../../core/protocol.js').Frame} Frame */
/** @typedef {import('../../draw/surface.js').Box} Box */
/** @typedef {import('../../draw/camera.js').Quaternion} Quaternion */

const PAUSE = 70;

class Stage {
  #camera = new Camera();
  /** @type {number[]} */
  #pairs = [];

  /** @param {Host} host */
  constructor(host) {
    const pane = new Pane(host);
    this.host = host;
    this.face = pane.surface({ label: 'A shape and its poses', draw: () => this.#draw() });
    this.numbers = pane.twin('The method in numbers');
    this.aside = new Aside(pane);
    this.hand = turningHand(this.face, this.#camera, {
      now: () => this.#turn(),
      may: () => host.canSend(),
      holds: ({ x }) => x <= this.face.width / 2,
      send: (quaternion) => host.send({ t: 'canon.turn', quaternion }),
      pause: PAUSE,
    });
    this.keys = pane.legend();
  }

  /** @param {Frame} frame */
  update(frame) {
    if (frame.t === 'canon.shape') {
      this.#pairs = pairsOf(frame.edges.data);
      this.#explain(usesAxes(frame.method));
    }
    if (frame.t.startsWith('canon.')) {
      this.aside.show();
      this.#describe();
    }
    this.face.invalidate();
  }

  /** @param {boolean} axes whether the picture has them */
  #explain(axes) {
    /** @type {import('../../draw/legend.js').Key[]} */
    const keys = [
      { kind: 'disc', role: 'self', text: 'one nudged shape, each node in its color' },
      { kind: 'ghost', role: 'message', text: 'the other, two millionths away' },
    ];
    if (axes)
      keys.push(
        { kind: 'arrow', role: 'arrow', text: 'axis of the largest eigenvalue' },
        { kind: 'dash', role: 'bias', text: 'of the second' },
      );
    this.keys.show(keys);
  }

  /** Arrow keys turn the shape by 15°. @param {KeyboardEvent} event */
  key(event) {
    return this.hand.key(event);
  }

  /** @returns {Quaternion | null} */
  #turn() {
    const pose = this.host.latest('canon.pose');
    return pose ? [pose.quaternion[0], pose.quaternion[1], pose.quaternion[2], pose.quaternion[3]] : null;
  }

  #draw() {
    const [shape, pose] = [this.host.latest('canon.shape'), this.host.latest('canon.pose')];
    if (!shape || !pose) return;
    const { face } = this;
    const upright = face.height > face.width;
    const half = upright ? { w: face.width, h: face.height / 2 } : { w: face.width / 2, h: face.height };
    const head = face.small * 3.2;
    this.#camera.centre = [0, 0, 0];
    this.#camera.reach = radius(pose.turned.data) * 1.02;
    const axes = usesAxes(shape.method);
    const along = axes ? '; the axes turn along' : '';
    this.#heads(
      half.w / 2,
      0,
      'the shape x',
      this.host.canSend() ? `drag to turn it${along}` : axes ? 'with its principal axes' : '',
    );
    paintShape(face, { x: 0, y: head, width: half.w, height: half.h - head }, this.#camera, {
      points: pose.turned.data,
      pairs: this.#pairs,
      axes: axes ? pose.axes.data : null,
      eigenvalues: pose.eigenvalues,
    });
    const [x, y] = upright ? [0, half.h] : [half.w, 0];
    this.#heads(
      x + half.w / 2,
      y,
      pose.frames === 1 ? 'the pose that the network sees' : `${pose.frames} poses, averaged`,
      this.#poseWords(),
    );
    this.#poses({ x, y: y + head, width: half.w, height: half.h - head });
  }

  #poseWords() {
    const [shape, pose] = [this.host.latest('canon.shape'), this.host.latest('canon.pose')];
    if (shape?.method === 'none') return 'x itself';
    const more = pose !== undefined && pose.frames > pose.weights.data.length;
    if (shape?.method === 'augmented')
      return more ? 'the first four of the random turns' : pose?.frames === 1 ? 'one random turn' : 'random turns';
    if (more) return shape?.method === 'weighted' ? 'the four that weigh most' : 'the first four';
    return shape?.method === 'pca' ? 'first axis to the right, whatever the turn' : 'one for each choice of signs';
  }

  /** @param {number} x @param {number} y @param {string} title @param {string} words */
  #heads(x, y, title, words) {
    const { face } = this;
    write(face, title, x, y + face.small * 0.8, { weight: 700, size: face.unit });
    write(face, words, x, y + face.small * 2.1, { colour: face.theme.quiet });
  }

  /** One pose, or four in a square. @param {Box} box */
  #poses(box) {
    const pose = this.host.latest('canon.pose');
    if (!pose) return;
    const [k = 0, n = 0] = pose.poses.shape;
    const side = k > 1 ? 2 : 1;
    for (let i = 0; i < k; i += 1) {
      const cell = {
        x: box.x + ((i % side) * box.width) / side,
        y: box.y + (Math.floor(i / side) * box.height) / side,
        width: box.width / side,
        height: box.height / side,
      };
      const part = (/** @type {Float32Array} */ data) => data.subarray(3 * n * i, 3 * n * (i + 1));
      paintPose(this.face, cell, this.#camera, {
        pose: part(pose.poses.data),
        after: part(pose.after.data),
        pairs: this.#pairs,
      });
      if (k > 1)
        write(
          this.face,
          `weight ${plain(pose.weights.data[i] ?? 0, 4)}`,
          cell.x + cell.width / 2,
          cell.y + cell.height - this.face.small * 0.7,
          { colour: this.face.theme.quiet },
        );
    }
  }

  #describe() {
    const [shape, meter] = [this.host.latest('canon.shape'), this.host.latest('canon.meter')];
    const [pose, curve] = [this.host.latest('canon.pose'), this.host.latest('canon.curve')];
    if (!shape || !meter || !pose) return;
    this.face.describe(`${shapeWords(shape)} ${shape.name}, ${pose.frames} poses.`);
    /** @type {[string, string][]} */
    const rows = [
      ['method', shape.name],
      ['shape', shapeWords(shape)],
      ['eigenvalues', pose.eigenvalues.map((v) => plain(v, 3)).join(', ')],
      ['output under a turn', `${errorText(meter.error)}`],
      ['zone', meter.zone],
      ['input nudged by', scientific(meter.change)],
      ['output under the nudge', shape.act === 0 ? 'not shown yet' : errorText(meter.jump)],
      ['verdict', shape.act === 0 ? 'not shown yet' : meter.nudged],
    ];
    if (curve) curve.copies.forEach((k, i) => rows.push([`error with ${k} copies`, errorText(curve.errors[i] ?? 0)]));
    this.numbers.list(rows);
  }
}

/** @param {Host} host @returns {View} */
export function stage(host) {
  return new Stage(host);
}
