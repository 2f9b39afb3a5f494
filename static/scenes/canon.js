/** Scene `canon`: a shape with its principal axes, the poses a network sees, and what breaks them. The parts lie in the folder. */

export { control } from './canon/control.js';
export { stage } from './canon/stage.js';
export { student } from './canon/student.js';
