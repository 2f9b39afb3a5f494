/** Scene `egnn`: transform before over transform after, layer by layer; the parts lie in the folder of this name. */

export { control } from './egnn/control.js';
export { stage } from './egnn/stage.js';
export { student } from './egnn/student.js';
