/**
 * The scene `permute`: the drawing stays, the ids and the rows of the matrices move, a table says which numbers noticed.
 * The parts lie in the folder.
 */

export { control } from './permute/control.js';
export { stage } from './permute/stage.js';
export { student } from './permute/student.js';
