/**
 * The scene `shifts`: learning curves of kernels, live; of networks, from a table with one point live; what was published.
 * The parts lie in the folder.
 */

export { control } from './shifts/control.js';
export { stage } from './shifts/stage.js';
export { student } from './shifts/student.js';
