/**
 * A hand on the picture that turns the input of a scene, by dragging and by arrow keys, ahead of the server's answer.
 *
 *   const hand = turningHand(face, camera, { now, may, send, pause: 80 });     binds the camera's orbit too
 *   hand.key(event)                        arrow keys: 15° a press; true where it was taken
 *
 * With Shift, or where the hand may not, a drag turns the camera.
 */

import { Throttle } from '../core/throttle.js';
import { orbit } from './orbit.js';
import { dragged, stepped } from './turning.js';

/** @typedef {import('./camera.js').Camera} Camera */
/** @typedef {import('./camera.js').Quaternion} Quaternion */
/** @typedef {import('./surface.js').Point} Point */
/** @typedef {import('./surface.js').Surface} Surface */
/**
 * @typedef {object} HandData
 * @property {() => Quaternion | null} now the turn that the server knows; null before there is one
 * @property {() => boolean} may
 * @property {(point: Point) => boolean} [holds] whether the input is what lies under this point
 * @property {(turn: Quaternion) => void} send
 * @property {number} pause milliseconds between two messages of a drag
 */

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
