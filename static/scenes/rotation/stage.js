/**
 * The stage: the input on the left, the outputs on the right, one camera for both; the number and the gauge beside them.
 * Dragging the left half turns g, dragging the right half (or with Shift) turns the camera.
 */

import { Camera } from '../../draw/camera.js';
import { Cloud, linesOf } from '../../draw/cloud.js';
import { errorsTable, printed } from '../../draw/errors.js';
import { turningHand } from '../../draw/hand.js';
import { write } from '../../draw/mark.js';
import { Pane } from '../../draw/pane.js';
import { Aside } from './aside.js';
import { Motion, quaternion, vector } from './motion.js';
import { arrowUnit, colours, longestArrow, paintInput, paintOutput, radius, tipsOf } from './picture.js';
import { paintScalars, paintTable, wordsOf } from './table.js';

/** @typedef {import('../../core/scene.js').Host} Host */
/** @typedef {import('../../core/scene.js').View} View */
/** @typedef {import('../../core/protocol.js').Frame} Frame */
/** @typedef {import('../../core/protocol.js').RotationTurned} Turned */
/** @typedef {import('../../draw/surface.js').Surface} Surface */
/** @typedef {import('../../draw/surface.js').Box} Box */
/** @typedef {import('./motion.js').Moment} Moment */

const COMPARED = 2;
const EVERY = 4;
const PAUSE = 60;
const CAMERA_STEP = 18;

/** @param {Host} host @returns {View} */
export function stage(host) {
  return new Stage(host);
}

const PICTURE = /** @type {import('../../draw/legend.js').Key[]} */ ([
  { kind: 'disc', role: 'self', text: 'f(g·x): turn, then compute' },
  { kind: 'ghost', role: 'total', text: 'g·f(x): compute, then turn' },
  { kind: 'line', role: 'message', text: 'what is left between them' },
  { kind: 'ghost', role: 'quiet', text: 'x, before the turn' },
]);
const TABLE = /** @type {import('../../draw/legend.js').Key[]} */ ([
  { kind: 'disc', role: 'total', text: '✓ rounding' },
  { kind: 'disc', role: 'quiet', text: '≈ approximate' },
  { kind: 'disc', role: 'message', text: '✗ broken; each number is the largest relative error' },
]);

class Stage {
  #camera = new Camera();
  #cloud = new Cloud();
  #motion = new Motion();
  /** @type {Turned | null} */
  #frame = null;
  /** @type {number[]} */
  #pairs = [];

  /** @param {Host} host */
  constructor(host) {
    const pane = new Pane(host);
    this.host = host;
    this.face = pane.surface({ label: 'The input and the outputs', draw: () => this.#draw() });
    this.numbers = pane.twin('Relative errors of this transform and of the check');
    this.aside = new Aside(pane);
    this.hand = turningHand(this.face, this.#camera, {
      now: () => (this.#frame ? quaternion(this.#frame.quaternion) : null),
      may: () => host.canSend(),
      // Beside the input stand the outputs, except where a table has the whole picture.
      holds: ({ x }) => x <= this.face.width / 2 || this.#frame?.act === EVERY,
      send: (g) => {
        const frame = this.#frame;
        if (frame) host.send({ t: 'rotation.turn', quaternion: g, shift: frame.offset, mirror: frame.mirror });
      },
      pause: PAUSE,
    });
    this.keys = pane.legend();
    this.keys.show(PICTURE);
  }

  /** @param {Frame} frame */
  update(frame) {
    if (frame.t === 'rotation.turned') {
      if (frame.version !== this.#frame?.version) this.#pairs = linesOf(frame.edges.data);
      if ((frame.act === EVERY) !== (this.#frame?.act === EVERY)) this.keys.show(frame.act === EVERY ? TABLE : PICTURE);
      this.#frame = frame;
      this.face.animate(this.#motion.follow(frame, performance.now(), this.host.reducedMotion()));
      this.#describe(frame);
    }
    if ((frame.t === 'rotation.meter' || frame.t === 'rotation.table') && this.#frame) this.#describe(this.#frame);
    if (frame.t.startsWith('rotation.')) this.aside.show();
    this.face.invalidate();
  }

  /** Arrow keys turn the input by 15°, with Shift the view. @param {KeyboardEvent} event */
  key(event) {
    const direction = /** @type {Record<string, [number, number]>} */ ({
      ArrowLeft: [-1, 0],
      ArrowRight: [1, 0],
      ArrowUp: [0, -1],
      ArrowDown: [0, 1],
    })[event.key];
    if (direction === undefined) return false;
    if (event.shiftKey || !this.host.canSend()) {
      this.#camera.turn(direction[0] * CAMERA_STEP, direction[1] * CAMERA_STEP);
      this.face.invalidate();
      return true;
    }
    return this.hand.key(event);
  }

  #draw() {
    const frame = this.#frame;
    if (!frame) return;
    const { face } = this;
    const table = this.host.latest('rotation.table');
    if (frame.act === EVERY) {
      if (table) paintTable(face, { x: 0, y: 0, width: face.width, height: face.height }, table);
      return;
    }
    const moment = this.#motion.at(face.now || performance.now());
    const upright = face.height > face.width;
    const half = upright ? { w: face.width, h: face.height / 2 } : { w: face.width / 2, h: face.height };
    const head = face.small * 3.1;
    const strip = Math.min(half.h * 0.24, face.unit * 6.5);
    const [right, below] = upright ? [0, half.h] : [half.w, 0];
    /** @type {Box} */
    const input = { x: 0, y: head, width: half.w, height: half.h - head };
    /** @type {Box} */
    const output = { x: right, y: below + head, width: half.w, height: half.h - head - strip };
    this.#heads(frame, half.w / 2, right + half.w / 2, below);
    if (!upright) this.#divide(half.w);
    this.#input(frame, moment, input);
    this.#output(frame, moment, output);
    paintScalars(
      face,
      { x: right, y: below + half.h - strip, width: half.w, height: strip },
      {
        made: frame.scalars.data,
        after: frame.scalars_after.data,
        columns: frame.scalars.shape[1] ?? 1,
        opacity: frame.act < COMPARED ? 0 : moment.opacity,
      },
    );
  }

  /** @param {Turned} frame @param {number} left @param {number} right @param {number} below */
  #heads(frame, left, right, below) {
    const { face } = this;
    const tone = colours(face.theme);
    const [first, second] = [face.small * 0.8, face.small * 2.1];
    write(face, 'input', left, first, { weight: 700, size: face.unit });
    write(face, frame.kind === 'identity' ? 'x' : `x and g·x: ${frame.words}`, left, second, {
      colour: face.theme.quiet,
    });
    write(face, 'output', right, below + first, { weight: 700, size: face.unit });
    const words =
      frame.act < COMPARED ? (frame.act === 0 ? 'f(x)' : 'g·f(x): compute, then turn') : 'f(g·x) over g·f(x)';
    write(face, words, right, below + second, { colour: frame.act === 1 ? tone.after : face.theme.quiet });
  }

  /** @param {number} x */
  #divide(x) {
    const { ctx, theme, height } = this.face;
    ctx.strokeStyle = theme.hairline;
    ctx.lineWidth = 2;
    ctx.beginPath();
    ctx.moveTo(x, height * 0.06);
    ctx.lineTo(x, height * 0.97);
    ctx.stroke();
  }

  /** @param {Turned} frame @param {Moment} moment @param {Box} box */
  #input(frame, moment, box) {
    const size = radius(frame.points.data);
    const far = Math.hypot(...moment.shift);
    this.#camera.centre = vector(moment.shift.map((part) => part / 2));
    this.#camera.reach = size + far / 2;
    paintInput(this.face, box, this.#camera, this.#cloud, {
      points: frame.points.data,
      turned: moment.turned,
      pairs: this.#pairs,
      elements: frame.elements,
      ghost: frame.kind !== 'identity' || moment.turned !== frame.turned.data,
      size,
      shift: moment.shift,
    });
  }

  /** @param {Turned} frame @param {Moment} moment @param {Box} box */
  #output(frame, moment, box) {
    const size = radius(frame.points.data);
    const [unit, longest] = [arrowUnit(frame.vectors_after.data, size), longestArrow(size)];
    const made = tipsOf(moment.turned, moment.vectors, unit, longest);
    const after = tipsOf(moment.turned, moment.after, unit, longest);
    const vectors = frame.vectors_after.data.length > 0;
    const shown = frame.act >= COMPARED;
    const reach = shown
      ? Math.max(radius(made.tips, moment.shift), radius(after.tips, moment.shift))
      : radius(after.tips, moment.shift);
    this.#camera.centre = moment.shift;
    this.#camera.reach = Math.max(size, reach) * 1.02;
    paintOutput(this.face, box, this.#camera, {
      turned: moment.turned,
      pairs: this.#pairs,
      made: made.tips,
      after: after.tips,
      opacity: shown ? moment.opacity : 0,
      vectors,
    });
    if (!vectors)
      write(
        this.face,
        'no vectors: this output cannot point anywhere',
        box.x + box.width / 2,
        box.y + this.face.small,
        { colour: this.face.theme.quiet },
      );
    if (shown && made.cut) {
      write(this.face, 'longer arrows are cut', box.x + box.width / 2, box.y + this.face.small, {
        colour: this.face.theme.quiet,
      });
    }
  }

  /** @param {Turned} frame */
  #describe(frame) {
    const table = this.host.latest('rotation.table');
    if (frame.act === EVERY && table) {
      this.face.describe(
        `A table of ${table.lines.length} models and their relative errors; this turn: ${table.words}`,
      );
      this.numbers.table(wordsOf(table));
      return;
    }
    const said =
      frame.act < COMPARED
        ? 'The result is not shown yet.'
        : frame.error.map((e) => `${e.output}: relative error ${printed(e.error)}, ${e.zone}`).join('; ');
    this.face.describe(`A cloud of ${frame.elements.length} points, ${frame.words}. ${said}`);
    const rows = frame.act < COMPARED ? [] : (this.host.latest('rotation.meter')?.rows ?? []);
    const now = frame.act < COMPARED ? [] : frame.error;
    this.numbers.table(errorsTable(rows, now, frame.words));
  }
}
