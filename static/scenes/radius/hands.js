/** What a hand on the picture means: absolute values for the server, sent at most every so many milliseconds. */

import { about, matrixOf, multiply, normalize } from '../../draw/camera.js';

/** @typedef {import('../../draw/camera.js').Quaternion} Quaternion */
/** @typedef {import('../../draw/camera.js').Vector} Vector */

const PAUSE = 50;

/**
 * The newest of many values, at once and then at a pace; the last is never lost.
 * @template T
 * @param {(value: T) => void} send
 * @returns {(value: T) => void}
 */
export function paced(send, pause = PAUSE) {
  /** @type {{value: T} | null} */
  let waiting = null;
  let resting = false;
  const next = () => {
    resting = false;
    if (waiting === null) return;
    const { value } = waiting;
    waiting = null;
    resting = true;
    send(value);
    setTimeout(next, pause);
  };
  return (value) => {
    waiting = { value };
    if (!resting) next();
  };
}

/**
 * The room's rotation after the hand moved by so many pixels, as seen through a camera.
 * @param {Quaternion} now @param {number} dx @param {number} dy @param {Quaternion} view @returns {Quaternion}
 */
export function turnedBy(now, dx, dy, view) {
  const step = multiply(about([1, 0, 0], dy * 0.009), about([0, 1, 0], dx * 0.009));
  /** @type {Quaternion} */
  const back = [-view[0], -view[1], -view[2], view[3]];
  return normalize(multiply(multiply(back, multiply(step, view)), now));
}

/** The plane's rotation after the hand went from one place to another about a centre. @param {Quaternion} now @param {{x: number, y: number}} from @param {{x: number, y: number}} to @param {{x: number, y: number}} centre @returns {Quaternion} */
export function swungBy(now, from, to, centre) {
  const angle = Math.atan2(from.y - centre.y, from.x - centre.x) - Math.atan2(to.y - centre.y, to.x - centre.x);
  return normalize(multiply(about([0, 0, 1], angle), now));
}

/** A step on the screen as a vector of the world. @param {number} right @param {number} up @param {Quaternion} view @returns {Vector} */
export function worldStep(right, up, view) {
  const m = matrixOf(view);
  const part = (/** @type {0 | 1 | 2} */ k) => (m[k] ?? 0) * right + (m[3 + k] ?? 0) * up;
  return [part(0), part(1), part(2)];
}

/** @param {readonly [number, number, number]} a @param {readonly [number, number, number]} b @returns {Vector} */
export function sum(a, b) {
  return [a[0] + b[0], a[1] + b[1], a[2] + b[2]];
}

/** Within the range that the server takes. @param {Vector} at @returns {[number, number, number]} */
export function bounded([x, y, z]) {
  const inside = (/** @type {number} */ v) => Math.min(100, Math.max(-100, v));
  return [inside(x), inside(y), inside(z)];
}
