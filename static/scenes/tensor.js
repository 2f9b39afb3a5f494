/** Scene `tensor`: two arrows, nine products, three irreps. The parts lie in the folder of this name. */

export { control } from './tensor/control.js';
export { stage } from './tensor/stage.js';
export { student } from './tensor/student.js';
