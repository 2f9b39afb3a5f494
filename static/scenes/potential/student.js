/** The phone of `potential`: hold one atom and pull; what it feels stands below. */

import { el } from '../../core/element.js';
import { Camera } from '../../draw/camera.js';
import { Cloud } from '../../draw/cloud.js';
import { fixed } from '../../draw/numbers.js';
import { orbit } from '../../draw/orbit.js';
import { Pane } from '../../draw/pane.js';
import { Grip } from './grip.js';
import { paintCluster, paintRuns, paintTraining, TRAIN } from './picture.js';
import { isRun, reading } from './words.js';

/** @typedef {import('../../core/scene.js').Host} Host */
/** @typedef {import('../../core/scene.js').View} View */
/** @typedef {import('./grip.js').Place} Place */

/** Two hundred thumbs pull at one cluster. */
const PAUSE = 250;
/** How far the button pulls, as a factor on the place of the atom. */
const OUT = 1.6;

class Student {
  #camera = new Camera();
  #other = new Camera();
  #cloud = new Cloud();
  #second = new Cloud();
  #atom = 1;
  #holding = false;

  /** @param {Host} host */
  constructor(host) {
    const pane = new Pane(host);
    this.host = host;
    this.face = pane.surface({ label: 'The cluster', focusable: true, draw: () => this.#draw() });
    this.grip = new Grip((wish) => void host.send({ t: 'potential.pull', ...wish }), PAUSE);
    pane.onEnd(() => this.grip.still());
    orbit(this.face, this.#camera, {
      grab: (point) => this.#grab(point),
      tap: (point) => this.#choose(this.#cloud.hit(point, 22)),
    });
    this.numbers = pane.twin('Your atom');
    this.task = el('p');
    this.told = el('strong', { role: 'status' });
    const button = (/** @type {string} */ text, /** @type {() => void} */ act) =>
      el('button', { type: 'button', class: 'button', onclick: act }, text);
    this.buttons = el(
      'div',
      { class: 'touch' },
      button('Next atom', () => this.#choose(this.#atom + 1)),
      button('Pull out', () => this.#out()),
      button('Let go', () => this.grip.release(this.#atom)),
    );
    host.side.append(this.task, this.told, this.buttons);
  }

  update() {
    this.#show();
  }

  /** @returns {Place} */
  #place() {
    const at = this.host.latest('potential.cluster')?.positions.data ?? [];
    return [at[3 * this.#atom] ?? 0, at[3 * this.#atom + 1] ?? 0, at[3 * this.#atom + 2] ?? 0];
  }

  /** @param {{x: number, y: number}} point */
  #grab(point) {
    const shown = this.host.latest('potential.cluster');
    const atom = shown?.open ? this.#cloud.hit(point, 22) : -1;
    if (atom < 0) return null;
    this.#choose(atom);
    return {
      move: (/** @type {{x: number, y: number}} */ now) =>
        this.grip.pull(atom, this.#camera.unproject(now.x, now.y, this.#place(), this.face.box)),
      drop: () => this.grip.release(atom),
    };
  }

  #out() {
    const [x, y, z] = this.#place();
    this.grip.pull(this.#atom, [x * OUT, y * OUT, z * OUT]);
  }

  /** @param {number} atom */
  #choose(atom) {
    const count = this.host.latest('potential.cluster')?.energies.data.length ?? 0;
    if (count === 0 || atom < 0) return;
    this.#atom = atom % count;
    this.#show();
  }

  #show() {
    const [shown, run, mine] = [
      this.host.latest('potential.cluster'),
      this.host.latest('potential.run'),
      this.host.latest('potential.mine'),
    ];
    const training = this.host.latest('potential.training') ?? null;
    if (!shown || !run) return;
    if (this.#atom >= shown.energies.data.length) this.#atom = 0;
    this.buttons.style.display = shown.open ? 'grid' : 'none';
    const hand = mine?.atom ?? null;
    // Another may have let this hand go: all hands off, or the server took it for gone.
    if (!shown.open || (this.#holding && hand === null)) this.grip.still();
    this.#holding = hand !== null;
    const holds = shown.open && mine?.atom !== null && mine !== undefined;
    const told = reading(shown, run, training);
    const held = (holds ? mine.atom : null) ?? -1;
    const f = shown.forces.data;
    const force = holds ? Math.hypot(f[3 * held] ?? 0, f[3 * held + 1] ?? 0, f[3 * held + 2] ?? 0) : NaN;
    this.task.textContent = shown.open
      ? 'Drag an atom: your pull is limited. Together you tear it off.'
      : shown.position === TRAIN
        ? `A network learns E and F: step ${training?.step ?? 0} of ${training?.of ?? 0}.`
        : run.missing || `${run.names[0]}; ${run.names[1]}`;
    this.told.textContent = holds
      ? `Atom ${held} pulls back with ${fixed(force, 2)}. Your pull: at most ${fixed(mine.limit, 0)}.`
      : shown.open
        ? `Atom ${this.#atom}: E_i = ${fixed(shown.energies.data[this.#atom] ?? 0, 2)}`
        : told
          ? `${told.of}: ${told.value}${shown.position === TRAIN ? `, ${told.words}` : ''}`
          : '';
    this.numbers.list([
      ['atom', String(this.#atom)],
      ['E_i', fixed(shown.energies.data[this.#atom] ?? 0, 3)],
      ['force', holds ? fixed(force, 3) : 'not held'],
    ]);
    this.face.describe(`${shown.energies.data.length} atoms. ${this.told.textContent}`);
    this.face.invalidate();
  }

  #draw() {
    const [{ face }, shown, run, training] = [
      this,
      this.host.latest('potential.cluster'),
      this.host.latest('potential.run'),
      this.host.latest('potential.training'),
    ];
    if (!shown || !run) return;
    if (training && (shown.position === TRAIN || (isRun(shown.position) && run.missing !== '' && run.frame < 0)))
      paintTraining(face, this.#camera, this.#cloud, training, shown, face.box);
    else if (isRun(shown.position) && run.frame >= 0)
      paintRuns(face, [this.#camera, this.#other], [this.#cloud, this.#second], run, face.box);
    else paintCluster(face, this.#camera, this.#cloud, shown, face.box, { own: this.#atom });
  }
}

/** @param {Host} host @returns {View} */
export function student(host) {
  return new Student(host);
}
