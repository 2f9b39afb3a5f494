/**
 * From one transform to the next: the cloud turns along with its expected output, and only then the model's answer
 * appears. Steps as small as a drag's are simply blended.
 */

import { matrixOf, slerp } from '../../draw/camera.js';
import { apart, between, inverse, moved } from '../../draw/hand.js';

/** @typedef {import('../../core/protocol.js').RotationTurned} Turned */
/** @typedef {import('../../draw/camera.js').Quaternion} Quaternion */
/** @typedef {import('../../draw/camera.js').Vector} Vector */
/**
 * @typedef {object} Moment
 * @property {Float32Array} turned g·x, (n, 3)
 * @property {Float32Array} vectors f(g·x), (n, 3) or empty
 * @property {Float32Array} after g·f(x), as many
 * @property {Vector} shift
 * @property {number} opacity of f(g·x)
 */

const LARGE = 0.45;
const SLOW = 900;
const QUICK = 90;
/** The share of a slow turn in which the input moves; in the rest the answer appears. */
const MOVING = 0.75;

/** @param {Turned} frame @returns {Moment} */
export function resting(frame) {
  return {
    turned: frame.turned.data,
    vectors: frame.vectors.data,
    after: frame.vectors_after.data,
    shift: vector(frame.offset),
    opacity: 1,
  };
}

/** @param {readonly number[]} from @returns {Vector} */
export function vector([x = 0, y = 0, z = 0]) {
  return [x, y, z];
}

/** @param {readonly [number, number, number, number]} from @returns {Quaternion} */
export function quaternion([x, y, z, w]) {
  return [x, y, z, w];
}

/** Slow at both ends. @param {number} t */
function eased(t) {
  return t * t * (3 - 2 * t);
}

export class Motion {
  /** @type {Moment | null} what was seen when the last frame came */
  #before = null;
  /** @type {Turned | null} */
  #from = null;
  /** @type {Turned | null} */
  #to = null;
  #start = 0;
  #length = 0;
  #large = false;

  /**
   * @param {Turned} frame
   * @param {number} now
   * @param {boolean} still no motion at all
   * @returns {number} when it will rest
   */
  follow(frame, now, still) {
    const old = this.#to;
    this.#before = old ? this.at(now) : null;
    const same = old !== null && old.version === frame.version;
    const angle = old ? apart(quaternion(old.quaternion), quaternion(frame.quaternion)) : 0;
    const leap = old ? Math.hypot(...frame.offset.map((part, k) => part - (old.offset[k] ?? 0))) : 0;
    this.#large = old !== null && (angle > LARGE || leap > 0.5 || old.mirror !== frame.mirror);
    this.#from = old;
    this.#to = frame;
    this.#start = now;
    const changed = old !== null && (angle > 0 || leap > 0 || old.mirror !== frame.mirror);
    this.#length = still || !same || !changed ? 0 : this.#large ? SLOW : QUICK;
    return now + this.#length;
  }

  /** @param {number} now @returns {Moment} */
  at(now) {
    const [to, from, before] = [this.#to, this.#from, this.#before];
    if (to === null) throw new Error('expected a frame before its motion');
    const end = resting(to);
    const t = this.#length > 0 ? (now - this.#start) / this.#length : 1;
    if (t >= 1 || from === null || before === null) return end;
    if (!this.#large) return blend(before, end, t);
    const part = eased(Math.min(1, t / MOVING));
    const shift = vector([0, 1, 2].map((k) => mixed(from.offset, to.offset, k, part)));
    const opacity = Math.max(0, (t - MOVING) / (1 - MOVING));
    if (from.mirror !== to.mirror) {
      // A mirror image has no rotation that leads to it: the cloud passes through the plane.
      return { ...blend(before, end, part), vectors: end.vectors, shift, opacity };
    }
    const turn = matrixOf(slerp(quaternion(from.quaternion), quaternion(to.quaternion), part));
    const settled = matrixOf(inverse(quaternion(to.quaternion)));
    const unturned = moved(end.after, settled, [0, 0, 0], false); // M f(x)
    return {
      turned: moved(to.points.data, turn, shift, to.mirror),
      vectors: end.vectors,
      after: moved(unturned, turn, [0, 0, 0], false),
      shift,
      opacity,
    };
  }
}

/** @param {readonly number[]} a @param {readonly number[]} b @param {number} k @param {number} t */
function mixed(a, b, k, t) {
  return (a[k] ?? 0) + ((b[k] ?? 0) - (a[k] ?? 0)) * t;
}

/** @param {Moment} a @param {Moment} b @param {number} t @returns {Moment} */
function blend(a, b, t) {
  return {
    turned: between(a.turned, b.turned, t),
    vectors: between(a.vectors, b.vectors, t),
    after: between(a.after, b.after, t),
    shift: vector([0, 1, 2].map((k) => mixed(a.shift, b.shift, k, t))),
    opacity: b.opacity,
  };
}
