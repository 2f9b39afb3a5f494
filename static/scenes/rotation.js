/** Scene `rotation`: turn the input and see what turns with it. The parts lie in the folder of this name. */

export { control } from './rotation/control.js';
export { stage } from './rotation/stage.js';
export { student } from './rotation/student.js';
