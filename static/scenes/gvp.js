/**
 * The scene `gvp`: arrows and bars walk through one perceptron; then the input is turned, on the stage and on each phone.
 * The parts lie in the folder.
 */

export { control } from './gvp/control.js';
export { stage } from './gvp/stage.js';
export { student } from './gvp/student.js';
