/** Scene `symmetries`: a ring, its turned copy, and the degree l that sees the turn. The parts lie in the folder. */

export { stage } from './symmetries/stage.js';
export { student } from './symmetries/student.js';
