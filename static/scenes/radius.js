/** Scene `radius`: a radius graph as it changes. The parts lie in the folder of this name. */

export { control } from './radius/control.js';
export { stage } from './radius/stage.js';
export { student } from './radius/student.js';
