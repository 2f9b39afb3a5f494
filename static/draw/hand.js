/**
 * How a hand turns things: steps of rotation about the axes of the screen, laid over a quaternion.
 *
 *   const hand = turningHand(face, camera, { now, may, send, pause: 80 });     binds the camera's orbit too
 *   hand.key(event)                        arrow keys: 15° a press; true where it was taken
 *
 * turns the input of a scene, ahead of the server's answer; with Shift, or where the hand may not, a drag turns the camera.
 *
 *   turnable(face, camera, { now: () => q, set: (q) => …, instead: (point) => grip | null });
 *
 * is a thing of one's own to turn on a phone: a finger drags it as a ball, arrow keys step it. `instead` is asked first at
 * each touch: what it grips is not turned. Listeners end with the surface.
 *
 * Angles and directions of a drag are drawing; what the turned input does to the model is the server's to say.
 */

import { Throttle } from '../core/throttle.js';
import { about, multiply, normalize } from './camera.js';
import { orbit } from './orbit.js';

/** @typedef {import('./camera.js').Camera} Camera */
/** @typedef {import('./camera.js').Quaternion} Quaternion */
/** @typedef {import('./camera.js').Vector} Vector */
/** @typedef {import('./orbit.js').Grip} Grip */
/** @typedef {import('./surface.js').Point} Point */
/** @typedef {import('./surface.js').Surface} Surface */
/** @typedef {{quaternion: Quaternion, shift: Vector, mirror: boolean}} Turn */
/**
 * @typedef {object} HandData
 * @property {() => Quaternion | null} now the turn that the server knows; null before there is one
 * @property {() => boolean} may
 * @property {(point: Point) => boolean} [holds] whether the input is what lies under this point
 * @property {(turn: Quaternion) => void} send
 * @property {number} pause milliseconds between two messages of a drag
 */

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

/** @param {Surface} face @param {Camera} camera @param {HandData} data */
export function turningHand(face, camera, { now, may, holds = () => true, send, pause }) {
  /** @type {Quaternion | null} */
  let ahead = null;
  const throttle = new Throttle(() => {
    if (ahead) send(ahead);
    ahead = null;
  }, pause);
  /** @param {Quaternion} turn */
  function push(turn) {
    ahead = turn;
    throttle.push({ hand: [...turn] });
  }
  orbit(face, camera, {
    grab(point, event) {
      const start = now();
      if (event.shiftKey || !may() || !holds(point) || !start) return null;
      let [last, turn] = [point, start];
      return {
        move(/** @type {Point} */ at) {
          turn = dragged(turn, at.x - last.x, at.y - last.y, camera.rotation);
          last = at;
          push(turn);
        },
      };
    },
  });
  return {
    /** @param {KeyboardEvent} event */
    key(event) {
      const from = ahead ?? now();
      const next = from && may() ? stepped(from, event.key, camera.rotation) : null;
      if (next) push(next);
      return next !== null;
    },
  };
}

/**
 * @param {Surface} face focusable
 * @param {Camera} camera whose axes the hand follows; it stays where it is
 * @param {{now: () => Quaternion, set: (turned: Quaternion) => void, instead?: (point: Point) => Grip | null}} hand
 */
export function turnable(face, camera, { now, set, instead }) {
  orbit(face, camera, {
    locked: () => true,
    grab: (point) => {
      const other = instead?.(point);
      if (other) return other;
      let last = point;
      return {
        move: (to) => {
          set(dragged(now(), to.x - last.x, to.y - last.y, camera.rotation));
          last = to;
        },
      };
    },
  });
  face.canvas.addEventListener(
    'keydown',
    (event) => {
      const next = event.defaultPrevented ? null : stepped(now(), event.key, camera.rotation);
      if (!next) return;
      event.preventDefault();
      set(next);
    },
    { signal: face.signal },
  );
}
