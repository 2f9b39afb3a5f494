/** Scene `classify`: shapes, Tetris or drawn by the class, ten networks that train side by side, and a class that fools them. */

export { control } from './classify/control.js';
export { stage } from './classify/stage.js';
export { student } from './classify/student.js';
