/** The hand that turns the input, and the camera whose axes it follows. */

import { about, Camera, multiply } from '../../draw/camera.js';
import { dragged, stepped } from '../../draw/hand.js';

/** @typedef {import('../../draw/camera.js').Quaternion} Quaternion */
/** @typedef {import('../../draw/surface.js').Surface} Surface */

/** A little from above: the plane of the screen is nearly the plane x, y. */
export function cameraOf() {
  const camera = new Camera();
  camera.rotation = multiply(about([1, 0, 0], 0.2), about([0, 1, 0], -0.2));
  return camera;
}

/**
 * A hand on a canvas that turns the input, by dragging within `where` and by arrow keys.
 * @param {Surface} face @param {Camera} camera
 * @param {{now: () => Quaternion, may: (x: number) => boolean, set: (next: Quaternion) => void}} hand
 */
export function turns(face, camera, { now, may, set }) {
  const { canvas, signal } = face;
  canvas.style.touchAction = 'none';
  /** @type {{x: number, y: number} | null} */
  let last = null;
  canvas.addEventListener(
    'pointerdown',
    (event) => {
      const point = face.point(event);
      if (!may(point.x)) return;
      last = point;
      canvas.setPointerCapture(event.pointerId);
    },
    { signal },
  );
  canvas.addEventListener(
    'pointermove',
    (event) => {
      if (!last) return;
      const point = face.point(event);
      set(dragged(now(), point.x - last.x, point.y - last.y, camera.rotation));
      last = point;
    },
    { signal },
  );
  for (const end of ['pointerup', 'pointercancel'])
    canvas.addEventListener(
      end,
      () => {
        last = null;
      },
      { signal },
    );
  canvas.addEventListener(
    'keydown',
    (event) => {
      const next = may(0) ? stepped(now(), event.key, camera.rotation) : null;
      if (!next) return;
      event.preventDefault();
      set(next);
    },
    { signal },
  );
}

/** @param {readonly number[]} q @returns {Quaternion} */
export const quaternion = ([x = 0, y = 0, z = 0, w = 1]) => [x, y, z, w];
