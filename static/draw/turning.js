/**
 * How a hand turns g: steps of rotation about the axes of the screen, laid over the quaternion that the server holds.
 *
 * Angles and directions of a drag are drawing; what the turned input does to the model is the server's to say.
 */

import { about, multiply, normalize } from './camera.js';

/** @typedef {import('./camera.js').Quaternion} Quaternion */
/** @typedef {import('./camera.js').Vector} Vector */
/** @typedef {{quaternion: Quaternion, shift: Vector, mirror: boolean}} Turn */

/** Radians a pixel, as the camera turns. */
const SPEED = 0.009;
/** One press of an arrow key. */
export const STEP = Math.PI / 12;

/** @type {Record<string, Vector>} the axis of the screen that an arrow key turns about */
const AXES = { ArrowLeft: [0, -1, 0], ArrowRight: [0, 1, 0], ArrowUp: [-1, 0, 0], ArrowDown: [1, 0, 0] };

/** @returns {Turn} */
export function unturned() {
  return { quaternion: [0, 0, 0, 1], shift: [0, 0, 0], mirror: false };
}

/** @param {Quaternion} q of length 1 @returns {Quaternion} */
export function inverse([x, y, z, w]) {
  return [-x, -y, -z, w];
}

/**
 * A turn about an axis of the screen, seen through a camera, after g.
 * @param {Quaternion} g
 * @param {Quaternion} step in the axes of the screen
 * @param {Quaternion} view the camera's rotation
 * @returns {Quaternion}
 */
export function turnedBy(g, step, view) {
  return normalize(multiply(multiply(multiply(inverse(view), step), view), g));
}

/**
 * As a ball follows the hand.
 * @param {Quaternion} g
 * @param {number} dx pixels to the right
 * @param {number} dy pixels down
 * @param {Quaternion} view
 */
export function dragged(g, dx, dy, view) {
  return turnedBy(g, multiply(about([1, 0, 0], dy * SPEED), about([0, 1, 0], dx * SPEED)), view);
}

/**
 * One step for an arrow key, or null for another key.
 * @param {Quaternion} g
 * @param {string} key
 * @param {Quaternion} view
 */
export function stepped(g, key, view) {
  const axis = AXES[key];
  return axis ? turnedBy(g, about(axis, STEP), view) : null;
}

/** The angle between two rotations, in radians. @param {Quaternion} a @param {Quaternion} b */
export function apart(a, b) {
  const dot = Math.abs(a[0] * b[0] + a[1] * b[1] + a[2] * b[2] + a[3] * b[3]);
  return 2 * Math.acos(Math.min(1, dot));
}

/**
 * Vectors (n, 3) under a rotation matrix, row by row, and a shift: for the moments between two frames, and for the
 * thumb's own cloud.
 * @param {ArrayLike<number>} vectors
 * @param {readonly number[]} m 3 x 3
 * @param {Vector} shift
 * @param {boolean} mirror x -> −x first
 * @returns {Float32Array}
 */
export function moved(vectors, m, shift, mirror) {
  const out = new Float32Array(vectors.length);
  const sign = mirror ? -1 : 1;
  for (let i = 0; i + 2 < vectors.length; i += 3) {
    const [x, y, z] = [sign * (vectors[i] ?? 0), vectors[i + 1] ?? 0, vectors[i + 2] ?? 0];
    for (let k = 0; k < 3; k += 1) {
      out[i + k] = (m[3 * k] ?? 0) * x + (m[3 * k + 1] ?? 0) * y + (m[3 * k + 2] ?? 0) * z + (shift[k] ?? 0);
    }
  }
  return out;
}

/**
 * Between two arrays of one length.
 * @param {ArrayLike<number>} a
 * @param {ArrayLike<number>} b
 * @param {number} t
 */
export function between(a, b, t) {
  return a.length === b.length
    ? Float32Array.from(b, (v, i) => (a[i] ?? v) + (v - (a[i] ?? v)) * t)
    : Float32Array.from(b);
}
