/** The scene `potential`: a cluster that is pulled, a network that learns its energy, and both let run. */
export { control } from './potential/control.js';
export { stage } from './potential/stage.js';
export { student } from './potential/student.js';
