/**
 * PageDown and PageUp: an open question first (close, reveal), then the scene's positions, then the lecture plan's steps;
 * always absolute targets.
 *
 * Presses that come faster than the server's answer count on from the target that was sent, so that none is lost; the
 * server's truth wins as soon as it arrives at the target, or after a moment.
 *
 * `Drive` sends them: the same few commands from keys, buttons and the stage.
 */

/** @typedef {import('./room.js').Room} Room */
/** @typedef {Pick<import('./protocol.js').Place, 'position' | 'positions' | 'step' | 'steps'>} Standing */
/** @typedef {'none' | 'open' | 'closed' | 'revealed' | 'away'} Phase of the question that is on */
/** @typedef {Standing & {phase?: Phase, words?: boolean}} At `words`: it is answered in words, so nothing is revealed */
/** @typedef {{t: 'position', to: number} | {t: 'step', to: number} | {t: 'vote', to: 'closed' | 'revealed' | 'away'}} Move */

/** Milliseconds. No longer for a step: one that is opened again changes no place, so nothing would say that it arrived. */
const PATIENCE = { step: 1500, position: 5000, vote: 5000 };
const MATTERS = { matters: true };

/**
 * @param {At} at
 * @returns {Move | null}
 */
export function onward(at) {
  if (at.phase === 'open') return { t: 'vote', to: 'closed' };
  if (at.phase === 'closed' && !at.words) return { t: 'vote', to: 'revealed' };
  if (at.position + 1 < at.positions) return { t: 'position', to: at.position + 1 };
  const step = at.step === null ? 0 : at.step + 1;
  return step < at.steps ? { t: 'step', to: step } : null;
}

/**
 * @param {At} at
 * @returns {Move | null}
 */
export function backward(at) {
  if (at.phase === 'open' || at.phase === 'closed' || at.phase === 'revealed') return { t: 'vote', to: 'away' };
  if (at.position > 0) return { t: 'position', to: at.position - 1 };
  return at.step !== null && at.step > 0 ? { t: 'step', to: at.step - 1 } : null;
}

export class Walk {
  /** @type {At} */
  #truth = { position: 0, positions: 1, step: null, steps: 0 };
  /** @type {{move: Move, until: number} | null} */
  #expected = null;

  /** @param {() => number} now milliseconds */
  constructor(now = () => performance.now()) {
    this.now = now;
  }

  /** @param {Standing} place */
  learn(place) {
    this.#truth = { ...this.#truth, ...place };
    const move = this.#expected?.move;
    if (move && move.t !== 'vote' && (move.t === 'step' ? place.step : place.position) === move.to)
      this.#expected = null;
  }

  /** @param {Phase} phase @param {boolean} words */
  learnPhase(phase, words) {
    this.#truth = { ...this.#truth, phase, words };
    const move = this.#expected?.move;
    if (move?.t === 'vote' && move.to === phase) this.#expected = null;
  }

  /** Forget what was expected: the server refused. */
  refused() {
    this.#expected = null;
  }

  /** @param {Move} move a target that was sent */
  expect(move) {
    this.#expected = { move, until: this.now() + PATIENCE[move.t] };
  }

  /** @returns {Move | null} the next target; none at the end, or while a plan step is on its way (it would be skipped) */
  next() {
    return this.#waits() ? null : onward(this.#at());
  }

  /** @returns {Move | null} */
  back() {
    return this.#waits() ? null : backward(this.#at());
  }

  /** @returns {Move | null} the target that was sent and is still expected */
  #hope() {
    if (this.#expected !== null && this.now() > this.#expected.until) this.#expected = null;
    return this.#expected?.move ?? null;
  }

  #waits() {
    return this.#hope()?.t === 'step';
  }

  /** @returns {At} where the lecture stands, or will in a moment */
  #at() {
    const move = this.#hope();
    if (move?.t === 'position') return { ...this.#truth, position: move.to, phase: 'away' };
    return move?.t === 'vote' ? { ...this.#truth, phase: move.to } : this.#truth;
  }
}

/** Driving the lecture, always with absolute targets. */
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
    if (move === null) return;
    // A key that arrives late turns the question that was seen when it was pressed, never another one.
    const sent = move.t === 'vote' ? { ...move, vote: this.room.latest('question')?.vote } : move;
    if (this.room.send(sent, MATTERS)) this.#walk.expect(move);
  }
}
