/** What a browser knows of its session: the latest frame of each slot, who is here, and a way to send. */

/** @typedef {import('./protocol.js').Command} Command */
/** @typedef {import('./protocol.js').Frame} Frame */
/** @typedef {import('./protocol.js').FrameByTag} FrameByTag */
/** @typedef {keyof FrameByTag} Tag */
/** @typedef {'student' | 'stage' | 'instructor'} Role */
/** @typedef {import('./socket.js').Status} Status */
/** @typedef {{matters?: boolean}} SendOptions `matters`: apply exactly once, and send again until it is durable */
/** @typedef {(command: Command, options?: SendOptions) => boolean} Send */

/** The tags of a scene carry its name and a dot; a core frame outlives the scene. */
export function isOfScene(/** @type {string} */ tag) {
  return tag.includes('.');
}

export class Room {
  /** @type {Map<string, Frame>} by the name of the slot, the newest last */
  #latest = new Map();
  /** @type {Map<string, Frame>} by tag: the newest of its slots */
  #newest = new Map();
  /** @type {Map<string, Set<(frame: Frame) => void>>} */
  #listeners = new Map();
  /** @type {Set<(status: Status, code: number) => void>} */
  #statusListeners = new Set();
  /** @type {Status} */
  status = 'connecting';
  /** @type {Send} replaced by whatever carries commands: a socket, or the relay to the control panel */
  carry = () => false;

  /**
   * @param {string} session its canonical ID
   * @param {Role} role
   */
  constructor(session, role) {
    this.session = session;
    this.role = role;
  }

  /** @type {Send} */
  send(command, options = {}) {
    return this.carry(command, options);
  }

  /**
   * The latest frame of a tag, if there was one since the scene opened.
   * @template {Tag} T
   * @param {T} tag
   * @returns {FrameByTag[T] | undefined}
   */
  latest(tag) {
    return /** @type {FrameByTag[T] | undefined} */ (this.#newest.get(tag));
  }

  /** The latest frame of each slot of the open scene, in the order of their arrival. @returns {Frame[]} */
  get sceneFrames() {
    return [...this.#latest.values()].filter((frame) => isOfScene(frame.t));
  }

  /**
   * Be told of each frame of a tag, and at once of the latest one; returns how to stop.
   * @template {Tag} T
   * @param {T} tag
   * @param {(frame: FrameByTag[T]) => void} told
   * @returns {() => void}
   */
  on(tag, told) {
    const known = this.latest(tag);
    const stop = this.#listen(tag, /** @type {(frame: Frame) => void} */ (told));
    if (known) told(known);
    return stop;
  }

  /**
   * Be told of every frame that is remembered; returns how to stop.
   * @param {(frame: Frame) => void} told
   * @returns {() => void}
   */
  onEvery(told) {
    return this.#listen('', told);
  }

  /**
   * @param {(status: Status, code: number) => void} told
   * @returns {() => void}
   */
  onStatus(told) {
    this.#statusListeners.add(told);
    told(this.status, 0);
    return () => this.#statusListeners.delete(told);
  }

  /** @param {Frame} frame */
  take(frame) {
    if (frame.t === 'opened' && this.latest('opened')?.version !== frame.version) this.#forgetScene();
    if (frame.t === 'gone') this.#empty(frame.slot ?? '');
    else if (frame.t !== 'fault' && frame.t !== 'beat') {
      const slot = frame.slot ?? frame.t;
      this.#latest.delete(slot);
      this.#latest.set(slot, frame);
      this.#newest.set(frame.t, frame);
    }
    for (const told of [...(this.#listeners.get(frame.t) ?? [])]) told(frame);
    for (const told of [...(this.#listeners.get('') ?? [])]) told(frame);
  }

  /**
   * @param {Status} status
   * @param {number} code
   */
  takeStatus(status, code) {
    this.status = status;
    for (const told of [...this.#statusListeners]) told(status, code);
  }

  /** @param {string} slot */
  #empty(slot) {
    const tag = this.#latest.get(slot)?.t ?? '';
    this.#latest.delete(slot);
    this.#newest.delete(tag);
    for (const frame of this.#latest.values()) if (frame.t === tag) this.#newest.set(tag, frame);
  }

  #forgetScene() {
    for (const known of [this.#latest, this.#newest])
      for (const [name, frame] of [...known]) if (isOfScene(frame.t)) known.delete(name);
  }

  /**
   * @param {string} tag
   * @param {(frame: Frame) => void} told
   */
  #listen(tag, told) {
    const set = this.#listeners.get(tag) ?? new Set();
    this.#listeners.set(tag, set);
    set.add(told);
    return () => {
      set.delete(told);
    };
  }
}
