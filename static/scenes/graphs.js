/** Scene `graphs`: one graph as picture, matrix and list; what is asked of it. The parts lie in the folder of this name. */

export { control } from './graphs/control.js';
export { stage } from './graphs/stage.js';
export { student } from './graphs/student.js';
