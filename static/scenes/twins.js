/** Scene `twins`: two neighborhoods, and which many-body invariant tells them apart. The parts lie in the folder. */

export { stage } from './twins/stage.js';
export { student } from './twins/student.js';
