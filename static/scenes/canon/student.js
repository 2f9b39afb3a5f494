/** The phone of `canon`: an own copy of the shape to turn, its gap to close, and what the server says of that pose. */

import { el } from '../../core/element.js';
import { Throttle } from '../../core/throttle.js';
import { Camera, matrixOf } from '../../draw/camera.js';
import { pairsOf } from '../../draw/cloud.js';
import { moved, turnable } from '../../draw/hand.js';
import { write } from '../../draw/mark.js';
import { errorText, tidy } from '../../draw/numbers.js';
import { Pane } from '../../draw/pane.js';
import { paintPose, paintShape, radius, usesAxes } from './picture.js';

/** @typedef {import('../../core/scene.js').Host} Host */
/** @typedef {import('../../core/scene.js').View} View */
/** @typedef {import('../../core/protocol.js').Frame} Frame */
/** @typedef {import('../../draw/camera.js').Quaternion} Quaternion */

/** Two hundred thumbs share one engine. */
const PAUSE = 700;
const ZONES = { rounding: 'Not broken.', approximate: 'Cracked: more than rounding.', broken: 'Broken.' };

class Student {
  #camera = new Camera();
  /** @type {Quaternion} */
  #turn = [0, 0, 0, 1];
  /** @type {number[]} */
  #pairs = [];

  /** @param {Host} host */
  constructor(host) {
    const pane = new Pane(host);
    this.host = host;
    this.face = pane.surface({ label: 'Your copy of the shape', draw: () => this.#draw(), focusable: true });
    this.numbers = pane.twin('Your pose');
    this.throttle = new Throttle(() => this.#send(), PAUSE);
    this.task = el('p');
    this.number = el('strong');
    this.verdict = el('span', { role: 'status' });
    this.worst = el('p');
    this.gap = el('input', {
      type: 'range',
      min: -0.5,
      max: 0.5,
      step: 0.01,
      value: 0.3,
      'aria-label': 'Gap a between the two larger eigenvalues',
      oninput: () => this.#changed(),
    });
    this.gapWords = el('span');
    Object.assign(this.number.style, { fontSize: '1.9em', lineHeight: '1.1' });
    Object.assign(this.gap.style, { width: '100%', minHeight: '48px' });
    this.gapLine = el('label', {}, this.gapWords, this.gap);
    host.side.append(this.task, el('p', {}, this.number, ' ', this.verdict), this.worst, this.gapLine);
    turnable(this.face, this.#camera, {
      now: () => this.#turn,
      set: (turned) => {
        this.#turn = turned;
        this.#changed();
      },
    });
  }

  /** @param {Frame} frame */
  update(frame) {
    if (frame.t === 'canon.shape') this.#pairs = pairsOf(frame.edges.data);
    this.#show();
  }

  #changed() {
    this.#show();
    if (this.host.latest('canon.shape')?.open)
      this.throttle.push({ turn: [...this.#turn], gap: Number(this.gap.value) });
  }

  #send() {
    this.host.send({ t: 'canon.try', quaternion: this.#turn, gap: Number(this.gap.value) });
  }

  /** The server's word on this step's method. */
  #said() {
    const [verdict, shape] = [this.host.latest('canon.verdict'), this.host.latest('canon.shape')];
    return verdict && verdict.error !== null && verdict.version === shape?.version ? verdict : null;
  }

  #show() {
    const shape = this.host.latest('canon.shape');
    if (!shape) return;
    const verdict = this.#said();
    this.task.textContent = shape.open
      ? `${shape.name}: find a pose that breaks it.`
      : 'Predict: which pose would break it? Turn the shape.';
    this.number.textContent = verdict ? errorText(verdict.error ?? 0) : '';
    this.number.hidden = !verdict;
    this.number.style.color = verdict && verdict.zone !== 'rounding' ? this.face.theme.message : this.face.theme.total;
    this.verdict.textContent = verdict?.zone ? ZONES[verdict.zone] : shape.open ? 'Turn it with your thumb.' : '';
    this.worst.hidden = !verdict;
    if (verdict) this.worst.textContent = `Your worst of ${verdict.attempts}: ${errorText(verdict.worst ?? 0)}`;
    this.gapLine.hidden = !shape.tunable;
    this.gapWords.textContent = `gap a = ${tidy(Number(this.gap.value), 2)}`;
    this.face.describe(`Your copy of the shape. ${this.verdict.textContent} Arrow keys turn it.`);
    this.numbers.list([
      ['method', shape.name],
      ['gap', this.gapWords.textContent],
      ['output changes by', verdict ? errorText(verdict.error ?? 0) : 'not tried yet'],
    ]);
    this.face.invalidate();
  }

  #draw() {
    const shape = this.host.latest('canon.shape');
    if (!shape) return;
    const { face } = this;
    const verdict = this.#said();
    const camera = this.#camera;
    camera.centre = [0, 0, 0];
    const points = verdict ? verdict.points.data : moved(shape.points.data, matrixOf(this.#turn), [0, 0, 0], false);
    camera.reach = Math.max(radius(shape.points.data), radius(points));
    const axes = verdict && usesAxes(shape.method) ? verdict.axes.data : null;
    const half = axes ? face.height * 0.54 : face.height;
    paintShape(face, { x: 0, y: 0, width: face.width, height: half }, camera, { points, pairs: this.#pairs, axes });
    if (!verdict || !axes) return;
    const head = face.small * 1.6;
    write(face, 'its canonical pose', face.width / 2, half + head / 2, { colour: face.theme.quiet });
    paintPose(face, { x: 0, y: half + head, width: face.width, height: face.height - half - head }, camera, {
      pose: verdict.pose.data,
      after: null,
      pairs: this.#pairs,
    });
  }
}

/** @param {Host} host @returns {View} */
export function student(host) {
  return new Student(host);
}
