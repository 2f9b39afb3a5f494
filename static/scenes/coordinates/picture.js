/** The molecule under a camera, and the hand that drags its atoms. */

import { Throttle } from '../../core/throttle.js';
import { approach } from '../../draw/approach.js';
import { Camera } from '../../draw/camera.js';
import { Cloud, linesOf } from '../../draw/cloud.js';
import { between } from '../../draw/hand.js';
import { arrow, write } from '../../draw/mark.js';
import { orbit } from '../../draw/orbit.js';

/** @typedef {import('../../core/scene.js').Host} Host */
/** @typedef {import('../../core/protocol.js').CoordinatesPositions} Positions */
/** @typedef {import('../../draw/surface.js').Surface} Surface */
/** @typedef {import('../../draw/camera.js').Vector} Vector */

export const TYPES = 2;
export const DISTANCES = 3;
const XYZ = 4;
const STEP = 0.06;
const FLIGHT = 700;
/** Around each atom, angstrom: its ball, and some room for a drag. */
const MARGIN = 0.45;

/** @param {string} element @param {boolean} dark */
function elementColour(element, dark) {
  const known = /** @type {Record<string, string>} */ ({
    H: dark ? '#d6dae1' : '#c3c9d2',
    C: dark ? '#8a919c' : '#3b4350',
    O: '#c0392b',
  });
  return known[element] ?? '#3b4350';
}

/** The molecule under a camera, and the hand that drags its atoms. */
export class Picture {
  camera = new Camera();
  #cloud = new Cloud();
  /** atom under the hand or chosen by a key, −1 for none */
  chosen = -1;
  /** @type {Vector | null} where the hand holds it, ahead of the server's answer */
  #hand = null;
  /** @type {ArrayLike<number> | null} */
  #from = null;
  #start = -Infinity;
  #turn = '0 0';

  /** @param {import('../../draw/pane.js').Pane} pane @param {number} pause milliseconds between two messages of a drag */
  constructor(pane, pause) {
    this.host = pane.host;
    this.face = pane.surface({ label: 'A molecule', focusable: true, draw: (face) => this.#paint(face) });
    this.throttle = new Throttle(() => this.#send(), pause);
    orbit(this.face, this.camera, { grab: (point) => this.#grab(point), tap: (point) => this.#tap(point) });
    this.face.canvas.addEventListener(
      'keydown',
      (event) => void (this.key(event) && event.stopImmediatePropagation()),
      { signal: this.face.signal, capture: true },
    );
  }

  /** @param {Positions} positions */
  follow(positions) {
    const turn = `${positions.turn} ${positions.tilt}`;
    if (turn !== this.#turn && !this.host.reducedMotion() && this.#from) {
      this.#start = performance.now();
      this.face.animate(this.#start + FLIGHT);
    } else this.#from = positions.rotated.data;
    this.#turn = turn;
    this.face.invalidate();
  }

  /** N chooses the next atom, arrow keys drag it, Escape lets go. @param {KeyboardEvent} event */
  key(event) {
    const positions = this.host.latest('coordinates.positions');
    const molecule = this.host.latest('coordinates.molecule');
    if (!positions || !molecule || !this.host.canSend()) return false;
    const step = /** @type {Record<string, [number, number]>} */ ({
      ArrowLeft: [-1, 0],
      ArrowRight: [1, 0],
      ArrowUp: [0, 1],
      ArrowDown: [0, -1],
    })[event.key];
    if (event.key === 'n') this.chosen = (this.chosen + 1) % molecule.elements.length;
    else if (event.key === 'Escape' && this.chosen >= 0) this.chosen = -1;
    else if (step && this.chosen >= 0 && this.#free(positions)) {
      const m = this.camera.matrix();
      const at = this.#at(positions, this.chosen);
      this.#hand = /** @type {Vector} */ (
        at.map((x, k) => x + STEP * (step[0] * (m[k] ?? 0) + step[1] * (m[3 + k] ?? 0)))
      );
      this.throttle.push({ atom: this.chosen, at: [...this.#hand] });
    } else return false;
    event.preventDefault();
    this.face.invalidate();
    return true;
  }

  /** @param {Positions} positions @param {number} i @returns {Vector} */
  #at({ positions: { data } }, i) {
    return [data[3 * i] ?? 0, data[3 * i + 1] ?? 0, data[3 * i + 2] ?? 0];
  }

  /** Whether atoms can be dragged: not while the room is rotated. @param {Positions} positions */
  #free({ turn, tilt }) {
    return turn === 0 && tilt === 0;
  }

  /** @param {import('../../draw/surface.js').Point} point */
  #tap(point) {
    this.chosen = this.#cloud.hit(point, 16);
    this.face.invalidate();
  }

  /** @param {import('../../draw/surface.js').Point} point */
  #grab(point) {
    const positions = this.host.latest('coordinates.positions');
    const atom = this.#cloud.hit(point, 16);
    if (!positions || atom < 0 || !this.host.canSend() || !this.#free(positions)) return null;
    const through = this.#at(positions, atom);
    this.chosen = atom;
    return {
      move: (/** @type {import('../../draw/surface.js').Point} */ now) => {
        this.#hand = this.camera.unproject(now.x, now.y, through, this.face.box);
        this.throttle.push({ atom, at: [...this.#hand] });
      },
    };
  }

  #send() {
    const molecule = this.host.latest('coordinates.molecule');
    const [hand, atom] = [this.#hand, this.chosen];
    if (!molecule || !hand || atom < 0) return;
    const offset = /** @type {[number, number, number]} */ (
      hand.map((x, k) => Math.max(-9, Math.min(9, x - (molecule.rest.data[3 * atom + k] ?? 0))))
    );
    this.host.send({ t: 'coordinates.drag', atom, offset });
  }

  /** @param {Surface} face */
  #paint(face) {
    const molecule = this.host.latest('coordinates.molecule');
    const positions = this.host.latest('coordinates.positions');
    if (!molecule || !positions) return;
    const t = Math.min(1, (face.now - this.#start) / FLIGHT);
    const from = this.#from;
    const eased = t * t * (3 - 2 * t);
    const shown = from && t < 1 ? between(from, positions.rotated.data, eased) : positions.rotated.data;
    if (t >= 1) this.#from = positions.rotated.data;
    const pairs = linesOf(molecule.edges.data);
    const moved = positions.moved.length > 0 || positions.turn !== 0 || positions.tilt !== 0;
    const rotated = !this.#free(positions);
    // Where nothing was dragged, an outline around each atom would only say that again.
    const outlined = rotated ? molecule.elements.map((_, i) => i) : positions.moved;
    const ghost = rotated
      ? positions.positions.data
      : Float32Array.from(outlined.flatMap((i) => [...molecule.rest.data.subarray(3 * i, 3 * i + 3)]));
    const typed = positions.act >= TYPES;
    const sizeOf = (/** @type {number} */ i) => (typed && molecule.elements[i] === 'H' ? 0.78 : 1);
    // While a hand drags, the view stays: it follows from the places at rest.
    approach(
      this.camera,
      rotated ? [...molecule.rest.data, ...positions.rotated.data] : molecule.rest.data,
      face.box,
      MARGIN,
    );
    if (positions.act >= XYZ) this.#axes(face);
    this.#cloud.paint(face, this.camera, {
      positions: shown,
      edges: pairs,
      radius: 0.3,
      colour: (i) => (typed ? elementColour(molecule.elements[i] ?? '', face.theme.dark) : face.theme.self),
      inside: (i) => (typed ? (molecule.elements[i] ?? '') : ''),
      sizeOf,
      ...(positions.act === DISTANCES ? { edgeColour: () => face.theme.message } : {}),
      ...(moved
        ? {
            ghosts: { positions: ghost, sizeOf: (i) => sizeOf(outlined[i] ?? 0), ...(rotated ? { edges: pairs } : {}) },
          }
        : {}),
      ...(this.chosen >= 0 ? { chosen: this.chosen } : {}),
    });
  }

  /** The axes that raw coordinates are written in. @param {Surface} face */
  #axes(face) {
    const reach = this.camera.reach * 0.9;
    const origin = this.camera.at([0, 0, 0], face.box);
    const ends = /** @type {[Vector, string][]} */ ([
      [[reach, 0, 0], 'x'],
      [[0, reach, 0], 'y'],
      [[0, 0, reach], 'z'],
    ]);
    for (const [end, name] of ends) {
      const to = this.camera.at(end, face.box);
      arrow(face.ctx, origin, to, { colour: face.theme.quiet, width: face.line * 0.8, head: face.line * 4 });
      const length = Math.hypot(to.x - origin.x, to.y - origin.y) || 1;
      write(
        face,
        name,
        to.x + ((to.x - origin.x) / length) * face.small,
        to.y + ((to.y - origin.y) / length) * face.small,
        { weight: 700, size: face.unit },
      );
    }
  }
}

/** @param {Host} host @param {Picture} picture */
export function describe(host, picture) {
  const molecule = host.latest('coordinates.molecule');
  const positions = host.latest('coordinates.positions');
  if (!molecule || !positions) return;
  picture.follow(positions);
  picture.face.describe(
    `A molecule of ${molecule.elements.length} atoms, ${positions.moved.length} of them dragged, the room rotated by ${positions.turn}°. N chooses an atom, arrow keys drag it.`,
  );
}
