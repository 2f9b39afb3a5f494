/**
 * The scene `chains`: two chains and what each node has heard of their ends; how far apart a network's answers lie, layer by layer.
 * The parts lie in the folder.
 */

export { control } from './chains/control.js';
export { stage } from './chains/stage.js';
export { student } from './chains/student.js';
