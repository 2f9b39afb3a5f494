/**
 * A thing of one's own to turn on a phone: a finger drags it as a ball, arrow keys step it about the axes of the screen.
 *
 *   turnable(face, camera, { now: () => q, set: (q) => …, instead: (point) => grip | null });
 *
 * `instead` is asked first at each touch: what it grips is not turned. Listeners end with the surface.
 */

import { orbit } from './orbit.js';
import { dragged, stepped } from './turning.js';

/** @typedef {import('./surface.js').Surface} Surface */
/** @typedef {import('./surface.js').Point} Point */
/** @typedef {import('./camera.js').Camera} Camera */
/** @typedef {import('./camera.js').Quaternion} Quaternion */
/** @typedef {import('./orbit.js').Grip} Grip */

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
