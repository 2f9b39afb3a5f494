/** Scene `rounds`: Algorithm 4, update by update. The parts lie in the folder of this name. */

export { control } from './rounds/control.js';
export { stage } from './rounds/stage.js';
export { student } from './rounds/student.js';
