/** Scene `classify`: eight shapes, ten networks that train side by side, and a class that turns shapes to fool them. */

import { Stage } from './classify/stage.js';
import { Student } from './classify/student.js';

/** @typedef {import('../core/scene.js').Host} Host */
/** @typedef {import('../core/scene.js').View} View */

/** @param {Host} host @returns {View} */
export function stage(host) {
  return new Stage(host);
}

/** @param {Host} host @returns {View} */
export function student(host) {
  return new Student(host);
}
