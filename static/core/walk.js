/**
 * PageDown and PageUp: the scene's positions first, then the lecture plan's steps; always absolute targets.
 *
 * Presses that come faster than the server's answer count on from the target that was sent, so that none is lost; the
 * server's truth wins as soon as it arrives at the target, or after a moment.
 */

/** @typedef {Pick<import('./protocol.js').Place, 'position' | 'positions' | 'step' | 'steps'>} Standing */
/** @typedef {{t: 'position', to: number} | {t: 'step', to: number}} Move */

/** Milliseconds. No longer: a step that is opened again changes no place, so nothing would say that it arrived. */
const PATIENCE = 1500;

/**
 * @param {Standing} at
 * @returns {Move | null}
 */
export function onward(at) {
  if (at.position + 1 < at.positions) return { t: 'position', to: at.position + 1 };
  const step = at.step === null ? 0 : at.step + 1;
  return step < at.steps ? { t: 'step', to: step } : null;
}

/**
 * @param {Standing} at
 * @returns {Move | null}
 */
export function backward(at) {
  if (at.position > 0) return { t: 'position', to: at.position - 1 };
  return at.step !== null && at.step > 0 ? { t: 'step', to: at.step - 1 } : null;
}

export class Walk {
  /** @type {Standing} */
  #truth = { position: 0, positions: 1, step: null, steps: 0 };
  /** @type {{move: Move, until: number} | null} */
  #expected = null;

  /** @param {() => number} now milliseconds */
  constructor(now = () => performance.now()) {
    this.now = now;
  }

  /** @param {Standing} place */
  learn(place) {
    this.#truth = place;
    const move = this.#expected?.move;
    if (move && (move.t === 'step' ? place.step : place.position) === move.to) this.#expected = null;
  }

  /** Forget what was expected: the server refused. */
  refused() {
    this.#expected = null;
  }

  /** @param {Move} move a target that was sent */
  expect(move) {
    this.#expected = { move, until: this.now() + PATIENCE };
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

  /** @returns {Standing} where the lecture stands, or will in a moment */
  #at() {
    const move = this.#hope();
    return move?.t === 'position' ? { ...this.#truth, position: move.to } : this.#truth;
  }
}
