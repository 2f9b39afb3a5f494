/**
 * The scene `field`: points with arrows, the room they came in as dashed outlines, and a rule laid over the arrows.
 * The parts lie in the folder.
 */

export { control } from './field/control.js';
export { stage } from './field/stage.js';
export { student } from './field/student.js';
