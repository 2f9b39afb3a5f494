/**
 * How long each contestant's turns take, as this page sees them come; the log holds no time, so the page has to look.
 *
 * Turns come one after the other, in the order of the contest: what passes between two that follow each other is the
 * second's. The middle of all such times is kept, so that a pause, a vote or a slow network is no one's doing.
 */

/** @typedef {import('../../core/protocol.js').ClassifyTurn} Turn */

export class Clock {
  /** milliseconds a step, of each contestant @type {number[][]} */
  #rates = [];
  /** the last turn of each contestant, and when it came @type {Map<number, {step: number, at: number}>} */
  #turns = new Map();
  #version = -1;

  /** @param {Turn} turn @param {number} lanes @param {number} [now] */
  see({ version, lane, step }, lanes, now = performance.now()) {
    if (version !== this.#version || step < (this.#turns.get(lane)?.step ?? 0)) {
      this.#turns.clear();
      this.#rates = [];
      this.#version = version;
    }
    const own = this.#turns.get(lane);
    const before = this.#turns.get((lane + lanes - 1) % lanes);
    const follows = before && own && (lane === 0 ? before.step === own.step : before.step === step);
    // The first turn builds the network: its time says nothing of a step.
    if (follows && own.step > 0 && step > own.step) {
      this.#rates[lane] ??= [];
      this.#rates[lane].push((now - before.at) / (step - own.step));
    }
    this.#turns.set(lane, { step, at: now });
  }

  /** Seconds of so many steps of a contestant; null while nothing was timed. @param {number} lane @param {number} steps */
  seconds(lane, steps) {
    const rates = [...(this.#rates[lane] ?? [])].sort((a, b) => a - b);
    const middle = rates[Math.floor(rates.length / 2)];
    return middle === undefined ? null : (middle * steps) / 1000;
  }
}
