/** Points and arrows under one camera, the room they came in as dashed outlines, and the arrows of a rule. */

import { approach } from '../../draw/approach.js';
import { Camera } from '../../draw/camera.js';
import { Cloud } from '../../draw/cloud.js';
import { between } from '../../draw/hand.js';
import { arrow } from '../../draw/mark.js';

/** @typedef {import('../../core/protocol.js').FieldCloud} Came */
/** @typedef {import('../../core/protocol.js').FieldMoved} Moved */
/** @typedef {import('../../draw/surface.js').Surface} Surface */

const FLIGHT = 700;
/** A point, small enough not to hide its arrow. */
const BALL = 0.1;
/** Kept free around what is drawn: small pictures draw a ball larger than it is. */
const MARGIN = 0.22;
export const PUSH = /** @type {[number, number, number]} */ ([1.5, 0.5, 0]);

/** The longest of vectors (n, 3). @param {ArrayLike<number>} vectors */
function longest(vectors) {
  let most = 0;
  for (let i = 0; i + 2 < vectors.length; i += 3)
    most = Math.max(most, Math.hypot(vectors[i] ?? 0, vectors[i + 1] ?? 0, vectors[i + 2] ?? 0));
  return most || 1;
}

/** Vectors as long as they are drawn. @param {ArrayLike<number>} vectors @param {number} unit */
const scaled = (vectors, unit) => Float32Array.from(vectors, (v) => v * unit);

/** Points and arrows under one camera; a new place is flown to, unless motion is unwanted. */
export class Picture {
  camera = new Camera();
  #cloud = new Cloud();
  /** @type {Moved | null} */
  #moved = null;
  /** @type {{points: ArrayLike<number>, arrows: ArrayLike<number>} | null} what was shown before */
  #from = null;
  #start = -Infinity;

  /** @param {Surface} face @param {Moved} moved @param {boolean} still */
  follow(face, moved, still) {
    if (
      this.#moved &&
      this.#moved.points.data.length === moved.points.data.length &&
      this.#moved.words !== moved.words &&
      !still
    ) {
      this.#from = this.#now(performance.now());
      this.#start = performance.now();
      face.animate(this.#start + FLIGHT);
    }
    this.#moved = moved;
    face.invalidate();
  }

  /** Back to the room as it came. */
  forget() {
    this.#moved = null;
    this.#from = null;
  }

  /** @param {number} now */
  #now(now) {
    const moved = this.#moved;
    if (!moved) return { points: [], arrows: [] };
    const t = Math.min(1, (now - this.#start) / FLIGHT);
    if (!this.#from || t >= 1) return { points: moved.points.data, arrows: moved.arrows.data };
    const eased = t * t * (3 - 2 * t);
    return {
      points: between(this.#from.points, moved.points.data, eased),
      arrows: between(this.#from.arrows, moved.arrows.data, eased),
    };
  }

  /** @param {Surface} face @param {Came} came @param {boolean} guesses whether the rule is drawn */
  paint(face, came, guesses) {
    const moved = this.#moved;
    const unit = 1.2 / longest(came.arrows.data);
    const shown = moved
      ? this.#now(face.now || performance.now())
      : { points: came.points.data, arrows: came.arrows.data };
    const away = moved !== null && moved.words !== 'as it came';
    this.#near(face, came, away ? moved : null, unit, guesses);
    const charge = (/** @type {number} */ i) => came.charges.data[i] ?? 0;
    this.#cloud.paint(face, this.camera, {
      positions: shown.points,
      arrows: scaled(shown.arrows, unit),
      radius: BALL,
      colour: (i) => (charge(i) > 0 ? face.theme.message : face.theme.self),
      inside: (i) => (charge(i) > 0 ? '+' : '−'),
      ...(away ? { ghosts: { positions: came.points.data, arrows: scaled(came.arrows.data, unit) } } : {}),
    });
    if (away && guesses && moved && face.now >= this.#start + FLIGHT)
      this.#guess(face, shown.points, scaled(moved.guessed.data, unit));
  }

  /** Everything that is drawn in the end, in view. @param {Surface} face @param {Came} came @param {Moved | null} moved @param {number} unit @param {boolean} guesses */
  #near(face, came, moved, unit, guesses) {
    const ends = (/** @type {ArrayLike<number>} */ points, /** @type {ArrayLike<number>} */ arrows) => [
      ...Array.from(points),
      ...Array.from(points, (x, i) => x + unit * (arrows[i] ?? 0)),
    ];
    const here = moved
      ? [...ends(moved.points.data, moved.arrows.data), ...(guesses ? ends(moved.points.data, moved.guessed.data) : [])]
      : [];
    approach(this.camera, [...ends(came.points.data, came.arrows.data), ...here], face.box, MARGIN);
  }

  /** The rule's arrows, dashed. @param {Surface} face @param {ArrayLike<number>} points @param {Float32Array} guessed */
  #guess(face, points, guessed) {
    const { ctx } = face;
    const feet = this.camera.project(points, face.box);
    const tips = this.camera.project(
      guessed.map((v, i) => v + (points[i] ?? 0)),
      face.box,
    );
    ctx.save();
    for (let i = 0; i < feet.count; i += 1) {
      const [from, to] = [
        { x: feet.x[i] ?? 0, y: feet.y[i] ?? 0 },
        { x: tips.x[i] ?? 0, y: tips.y[i] ?? 0 },
      ];
      ctx.setLineDash([face.line * 2.4, face.line * 2]);
      arrow(ctx, from, to, { colour: face.theme.bias, width: face.line * 0.9, head: face.line * 4 });
    }
    ctx.restore();
  }
}
