/** Driving the lecture: the same few commands from keys, buttons and the stage, always with absolute targets. */

import { Walk } from '../core/walk.js';

/** @typedef {import('../core/room.js').Room} Room */
/** @typedef {import('../core/walk.js').Move} Move */

const MATTERS = { matters: true };

export class Drive {
  #walk = new Walk();

  /** @param {Room} room */
  constructor(room) {
    this.room = room;
    room.on('place', (place) => this.#walk.learn(place));
    room.on('question', ({ phase, question }) => this.#walk.learnPhase(phase, question?.kind === 'text'));
    room.on('fault', () => this.#walk.refused());
  }

  next() {
    this.#go(this.#walk.next());
  }

  back() {
    this.#go(this.#walk.back());
  }

  /** @param {number} position */
  toPosition(position) {
    this.#go({ t: 'position', to: position });
  }

  /** @param {number} step of the lecture plan */
  toStep(step) {
    this.#go({ t: 'step', to: step });
  }

  play() {
    const playing = this.room.latest('place')?.playing ?? false;
    this.room.send({ t: 'play', on: !playing }, MATTERS);
  }

  reset() {
    this.room.send({ t: 'reset' }, MATTERS);
  }

  /** @param {Move | null} move */
  #go(move) {
    if (move !== null && this.room.send(move, MATTERS)) this.#walk.expect(move);
  }
}
