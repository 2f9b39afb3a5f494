/** Many small changes -> one message each so many milliseconds: the first at once, the last never lost. */

/** @typedef {import('./schema.js').Values} Values */

export class Throttle {
  /** @type {Values} */
  #waiting = {};
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /**
   * @param {(values: Values) => void} send
   * @param {number} milliseconds
   */
  constructor(send, milliseconds = 100) {
    this.send = send;
    this.milliseconds = milliseconds;
  }

  /** @param {Values} values */
  push(values) {
    this.#waiting = { ...this.#waiting, ...values };
    if (this.#timer === undefined) this.#flush();
  }

  #flush() {
    const values = this.#waiting;
    this.#waiting = {};
    this.#timer = undefined;
    if (Object.keys(values).length === 0) return;
    this.send(values);
    this.#timer = setTimeout(() => this.#flush(), this.milliseconds);
  }
}
