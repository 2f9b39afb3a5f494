/** Scene `rounds`: Algorithm 4, update by update. The parts lie in the folder of this name. */

import { control as controlView } from './rounds/control.js';
import { Stage } from './rounds/stage.js';
import { Student } from './rounds/student.js';

/** @typedef {import('../core/scene.js').Host} Host */
/** @typedef {import('../core/scene.js').View} View */

/** The scene's own sheet, once a page. */
function dress() {
  const href = new URL('./rounds/rounds.css', import.meta.url).href;
  if (document.querySelector(`link[href="${href}"]`) !== null) return;
  const sheet = document.createElement('link');
  sheet.rel = 'stylesheet';
  sheet.href = href;
  document.head.append(sheet);
}

/** @param {Host} host @returns {View} */
export function stage(host) {
  dress();
  return new Stage(host);
}

/** @param {Host} host @returns {View} */
export function student(host) {
  dress();
  return new Student(host);
}

/** @param {Host} host @returns {View} */
export function control(host) {
  dress();
  return controlView(host);
}
