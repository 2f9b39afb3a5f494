/**
 * The scene `coordinates`: a molecule whose atoms can be dragged, and what four networks say before and after.
 * The parts lie in the folder.
 */

export { control } from './coordinates/control.js';
export { stage } from './coordinates/stage.js';
export { student } from './coordinates/student.js';
