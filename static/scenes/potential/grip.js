/** A hand on an atom: says where it pulls to, not too often, and again while it holds still, so that it is not taken for gone. */

import { Throttle } from '../../core/throttle.js';

/** @typedef {[number, number, number]} Place */
/** @typedef {{atom: number, to: Place | null}} Wish */

/** The server lets go of a hand after 8 s. */
const AGAIN = 3000;
/** How far the server takes a place. */
const FAR = 4;

export class Grip {
  /** @type {Wish | null} */
  #wish = null;
  /** @type {ReturnType<typeof setInterval> | undefined} */
  #timer;

  /** @param {(wish: Wish) => void} send @param {number} pause milliseconds between two messages */
  constructor(send, pause) {
    this.send = send;
    this.throttle = new Throttle(() => {
      if (this.#wish) this.send(this.#wish);
    }, pause);
  }

  /** @param {number} atom @param {Place} to */
  pull(atom, to) {
    const kept = (/** @type {number} */ x) => Math.min(FAR, Math.max(-FAR, x));
    this.#say({ atom, to: [kept(to[0]), kept(to[1]), kept(to[2])] });
    this.#timer ??= setInterval(() => this.throttle.push({ ...this.#wish }), AGAIN);
  }

  /** @param {number} atom */
  release(atom) {
    this.still();
    this.#say({ atom, to: null });
  }

  /** Say nothing more: another let this hand go, or the scene has no hands here. */
  still() {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  /** @param {Wish} wish */
  #say(wish) {
    this.#wish = wish;
    this.throttle.push({ ...wish });
  }
}
