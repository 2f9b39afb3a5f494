/** The stage: two arrows at the left, their nine numbers at the right; from the control panel each arrow can be dragged. */

import { Throttle } from '../../core/throttle.js';
import { Camera } from '../../draw/camera.js';
import { globeCamera, nearest, turnedQuaternion, turnedVector } from '../../draw/globe.js';
import { errorText, fixed } from '../../draw/numbers.js';
import { orbit } from '../../draw/orbit.js';
import { Pane } from '../../draw/pane.js';
import { Aside } from './aside.js';
import { globeBox, paintTensor, REFLECTED, SPLIT, TURNED } from './picture.js';

/** @typedef {import('../../core/scene.js').Host} Host */
/** @typedef {import('../../core/scene.js').View} View */
/** @typedef {import('../../core/protocol.js').Frame} Frame */
/** @typedef {import('../../draw/surface.js').Point} Point */
/** @typedef {import('../../draw/legend.js').Key} Key */
/** @typedef {import('./picture.js').Frames} Frames */

const PAUSE = 60;
const STEP = Math.PI / 12;
/** @type {Record<string, [number, number]>} */
const KEYS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const NAMES = /** @type {const} */ (['v', 'w']);

/** @param {Host} host @returns {View} */
export function stage(host) {
  return new Stage(host);
}

class Stage {
  #camera = globeCamera(new Camera());
  /** @type {(() => void) | null} */
  #next = null;

  /** @param {Host} host */
  constructor(host) {
    const pane = new Pane(host);
    this.host = host;
    this.face = pane.surface({
      label: 'Two arrows and their product',
      draw: (face) => {
        if (this.frames) paintTensor(face, this.#camera, this.frames);
      },
    });
    this.text = pane.twin('The product in numbers');
    this.aside = new Aside(pane);
    this.keys = pane.legend();
    this.throttle = new Throttle(() => this.#send(), PAUSE);
    orbit(this.face, this.#camera, { locked: () => true, grab: (point) => this.#grab(point) });
  }

  /** @returns {Frames | null} */
  get frames() {
    const [task, turned, reflected] = [
      this.host.latest('tensor.task'),
      this.host.latest('tensor.turned'),
      this.host.latest('tensor.reflected'),
    ];
    return task && turned && reflected ? { task, turned, reflected } : null;
  }

  /** @param {Frame} frame */
  update(frame) {
    if (frame.t.startsWith('tensor.')) this.#describe();
    this.face.invalidate();
  }

  /** Arrow keys turn v, with Shift w, by 15°; where both are turned, both. @param {KeyboardEvent} event */
  key(event) {
    const direction = KEYS[event.key];
    const { frames } = this;
    if (!direction || !frames || !this.host.canSend()) return false;
    const pixels = STEP * this.#camera.pixels(globeBox(this.face, frames.task.act));
    this.#move(frames, event.shiftKey ? 'w' : 'v', direction[0] * pixels, direction[1] * pixels);
    return true;
  }

  /** @param {Point} point */
  #grab(point) {
    const { frames } = this;
    if (!frames || !this.host.canSend()) return null;
    const { task } = frames;
    const box = globeBox(this.face, task.act);
    if (point.x > box.x + box.width) return null;
    const tips = [task.v, task.w].map(([x, y, z]) => /** @type {import('../../draw/camera.js').Vector} */ ([x, y, z]));
    const found = NAMES[nearest(this.#camera, tips, point, box)];
    if (found === undefined && task.act !== TURNED) return null;
    return { move: (/** @type {Point} */ now) => this.#move(frames, found ?? 'v', now.x - point.x, now.y - point.y) };
  }

  /** @param {Frames} from @param {'v' | 'w'} arrow @param {number} dx @param {number} dy */
  #move({ task, turned }, arrow, dx, dy) {
    const box = globeBox(this.face, task.act);
    if (task.act === TURNED) {
      const [x, y, z, w] = turned.quaternion;
      const quaternion = turnedQuaternion([x, y, z, w], dx, dy, this.#camera, box);
      this.#next = () => this.host.send({ t: 'tensor.turn', quaternion });
    } else {
      const [x, y, z] = task[arrow];
      const at = turnedVector([x, y, z], dx, dy, this.#camera, box);
      this.#next = () => this.host.send({ t: 'tensor.point', arrow, at });
    }
    this.throttle.push({ hand: [dx, dy] });
  }

  #send() {
    this.#next?.();
    this.#next = null;
  }

  #describe() {
    const { frames } = this;
    if (!frames) return;
    const { task, turned, reflected } = frames;
    this.aside.show(frames);
    /** @type {Key[]} */
    const keys = [
      { kind: 'arrow', role: 'total', text: 'v' },
      { kind: 'arrow', role: 'bias', text: 'w' },
    ];
    if (task.act >= SPLIT)
      keys.push({ kind: 'arrow', role: 'arrow', text: 'cross product, with its sense of rotation' });
    if (task.act <= TURNED)
      keys.push({ kind: 'disc', role: 'self', text: 'positive' }, { kind: 'disc', role: 'message', text: 'negative' });
    if (task.act === TURNED) keys.push({ kind: 'dash', role: 'quiet', text: 'before the turn' });
    if (task.act === REFLECTED) keys.push({ kind: 'dash', role: 'quiet', text: 'where an arrow would go' });
    this.keys.show(keys);
    const triple = (/** @type {readonly number[]} */ v) => v.map((part) => fixed(part, 3)).join(', ');
    /** @type {[string, string][]} */
    const rows = [
      ['v', triple(task.v)],
      ['w', triple(task.w)],
    ];
    if (task.act >= SPLIT) rows.push(['v · w', fixed(task.dot, 3)], ['v × w', triple(task.cross)]);
    if (task.act === TURNED)
      rows.push(
        ['outside the blocks of Q (R ⊗ R) Qᵀ', errorText(turned.off_block)],
        ['zone', turned.zone],
        ['outside the blocks of R ⊗ R', errorText(turned.cartesian_off)],
      );
    if (task.act === REFLECTED)
      rows.push(
        ['P v × P w', triple(reflected.cross)],
        ['parity error', errorText(reflected.error)],
        ['zone', reflected.zone],
      );
    this.text.list(rows);
    this.face.describe(`Two arrows, v at ${triple(task.v)} and w at ${triple(task.w)}.`);
  }
}
