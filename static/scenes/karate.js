/** Scene `karate`: two labels of 34, and a network that says where the others went. The parts lie in the folder of this name. */

export { control } from './karate/control.js';
export { stage } from './karate/stage.js';
export { student } from './karate/student.js';
