/** Scene `depth`: how far a node hears, and what many rounds make of the features. The parts lie in the folder of this name. */

export { control } from './depth/control.js';
export { stage } from './depth/stage.js';
export { student } from './depth/student.js';
