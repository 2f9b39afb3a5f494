/** The scene `edges`: what may be written on an edge, voted on row by row, then measured in three moved rooms. */

export { stage } from './edges/stage.js';
export { student } from './edges/student.js';
