/**
 * The stage: the arrow on its sphere at the left, its numbers at the right; after the turn the matrix D between them.
 * From the control panel a drag aims the arrow, later turns everything; at the last position a tip moves one neighbor.
 */

import { Throttle } from '../../core/throttle.js';
import { Camera, matrixOf } from '../../draw/camera.js';
import { globeCamera, nearest, turnedQuaternion, turnedVector } from '../../draw/globe.js';
import { errorText, fixed } from '../../draw/numbers.js';
import { orbit } from '../../draw/orbit.js';
import { Pane } from '../../draw/pane.js';
import { Aside } from './aside.js';
import { Picture } from './picture.js';
import { block } from './pyramid.js';

/** @typedef {import('../../core/scene.js').Host} Host */
/** @typedef {import('../../core/scene.js').View} View */
/** @typedef {import('../../core/protocol.js').Frame} Frame */
/** @typedef {import('../../core/protocol.js').VectorsShown} Shown */
/** @typedef {import('../../draw/surface.js').Point} Point */
/** @typedef {import('../../draw/camera.js').Vector} Vector */
/** @typedef {import('../../draw/camera.js').Quaternion} Quaternion */

const PAUSE = 60;
export const [SURFACE, PREDICT, TURNED, NORMS, NEIGHBORS] = [2, 3, 4, 5, 6];
/** @type {Record<string, [number, number]>} */
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const STEP = Math.PI / 12;

/** @param {Host} host @returns {View} */
export function stage(host) {
  return new Stage(host);
}

class Stage {
  #camera = globeCamera(new Camera());
  #picture = new Picture();
  /** @type {(() => void) | null} what the hand says next */
  #next = null;

  /** @param {Host} host */
  constructor(host) {
    const pane = new Pane(host);
    this.host = host;
    this.face = pane.surface({
      label: 'An arrow and its numbers',
      draw: (face) => this.#picture.paint(face, this.#camera),
    });
    this.text = pane.twin('The arrow in numbers');
    this.aside = new Aside(pane);
    this.keys = pane.legend();
    this.throttle = new Throttle(() => this.#send(), PAUSE);
    orbit(this.face, this.#camera, {
      locked: () => true,
      grab: (point) => this.#grab(point),
      tap: (point) => this.#tap(point),
    });
  }

  /** @param {Frame} frame */
  update(frame) {
    if (!frame.t.startsWith('vectors.')) return;
    const until = this.#picture.take(frame, performance.now(), this.host.reducedMotion());
    if (frame.t === 'vectors.shown') this.#describe(frame);
    this.face.animate(until);
  }

  /** Arrow keys turn by 15°: the arrow, or everything once it is turned. @param {KeyboardEvent} event */
  key(event) {
    const direction = ARROWS[event.key];
    const { shown } = this.#picture;
    if (!direction || !shown || !this.host.canSend()) return false;
    const pixels = STEP * this.#camera.pixels(this.#picture.globe);
    this.#move(shown, 0, direction[0] * pixels, direction[1] * pixels, shown.act >= PREDICT);
    return true;
  }

  /** @param {Point} point */
  #tap(point) {
    const degree = this.#picture.rowAt(point);
    const { shown } = this.#picture;
    if (degree < 0 || !shown || shown.act < SURFACE || !this.host.canSend()) return;
    const drawn = this.#picture.drawn === degree ? 'all' : String(degree);
    this.host.send({ t: 'tune', values: { drawn } });
  }

  /** @param {Point} point */
  #grab(point) {
    const { shown, globe } = this.#picture;
    if (!shown || !this.host.canSend() || point.x > globe.x + globe.width || point.y > globe.y + globe.height)
      return null;
    const own =
      shown.act === NEIGHBORS && !(shown.of_class && shown.aims > 0)
        ? nearest(this.#camera, tipsOf(shown.turned.data), point, globe)
        : -1;
    const turning = shown.act >= PREDICT && own < 0;
    const first = shown;
    return {
      move: (/** @type {Point} */ now) =>
        this.#move(first, Math.max(0, own), now.x - point.x, now.y - point.y, turning),
    };
  }

  /** From where it was when the hand took it. @param {Shown} from @param {number} arrow @param {number} dx @param {number} dy @param {boolean} turning */
  #move(from, arrow, dx, dy, turning) {
    const { globe } = this.#picture;
    const [x, y, z, w] = from.quaternion;
    if (turning) {
      const quaternion = turnedQuaternion([x, y, z, w], dx, dy, this.#camera, globe);
      this.#next = () => this.host.send({ t: 'vectors.turn', quaternion });
    } else {
      const tip = turnedVector(tipsOf(from.turned.data)[arrow] ?? [0, 0, 1], dx, dy, this.#camera, globe);
      const back = matrixOf([-x, -y, -z, w]);
      const row = (/** @type {number} */ k) =>
        (back[k] ?? 0) * tip[0] + (back[k + 1] ?? 0) * tip[1] + (back[k + 2] ?? 0) * tip[2];
      this.#next = () => this.host.send({ t: 'vectors.point', arrow, at: [row(0), row(3), row(6)] });
    }
    this.throttle.push({ hand: [dx, dy] });
  }

  #send() {
    this.#next?.();
    this.#next = null;
  }

  /** @param {Shown} shown */
  #describe(shown) {
    this.aside.show(shown);
    const turned = shown.act >= PREDICT;
    this.keys.show([
      { kind: 'arrow', role: 'arrow', text: turned ? 'R v, turned' : 'the arrow v' },
      ...(turned ? [/** @type {const} */ ({ kind: 'dash', role: 'quiet', text: 'v, before the turn' })] : []),
      ...(shown.act >= SURFACE
        ? [
            /** @type {const} */ ({ kind: 'disc', role: 'self', text: 'positive' }),
            /** @type {const} */ ({ kind: 'disc', role: 'message', text: 'negative' }),
          ]
        : []),
    ]);
    const n = shown.arrows.data.length / 3;
    const at = Array.from(shown.arrows.data.slice(0, 3), (v) => fixed(v, 3)).join(', ');
    this.face.describe(
      `${n === 1 ? `An arrow at ${at}` : `${n} arrows`}, ${turned ? `turned by ${Math.round(shown.angle)} degrees` : 'not turned'}.`,
    );
    /** @type {[string, string][]} */
    const rows = [[n === 1 ? 'v = (x, y, z)' : 'first arrow', at]];
    if (shown.act >= TURNED)
      rows.push(
        ['max |Y(R v) − D(R) Y(v)|', errorText(shown.error)],
        ['zone', shown.zone],
        ['outside the blocks', errorText(shown.off_block)],
        ['change of the norms', errorText(shown.norm_change)],
      );
    if (shown.act === NEIGHBORS)
      rows.push(['first degree above 0', shown.first === null ? 'none' : String(shown.first)]);
    for (const { degree, before, after } of shown.act > 0 ? shown.blocks : []) {
      rows.push([
        `norm of ${block(degree)}`,
        shown.act >= NORMS ? `${fixed(before, 3)} → ${fixed(after, 3)}` : fixed(before, 3),
      ]);
    }
    this.text.list(rows);
  }
}

/** @param {ArrayLike<number>} data (n, 3) @returns {Vector[]} */
export function tipsOf(data) {
  return Array.from({ length: Math.floor(data.length / 3) }, (_, i) => [
    data[3 * i] ?? 0,
    data[3 * i + 1] ?? 0,
    data[3 * i + 2] ?? 0,
  ]);
}
