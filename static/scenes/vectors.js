/** Scene `vectors`: one arrow as x, y, z and as spherical harmonics. The parts lie in the folder of this name. */

export { control } from './vectors/control.js';
export { stage } from './vectors/stage.js';
export { student } from './vectors/student.js';
