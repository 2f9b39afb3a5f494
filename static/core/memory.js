/**
 * What this browser keeps: for good, and for this tab. Where it keeps nothing (cookies are blocked, the page stands in
 * another site's frame) every access throws; then the page keeps it itself, for as long as it is open.
 */

/** @typedef {Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>} Store */

const PREFIX = 'gnn-live/';

/** @implements {Store} */
export class Memory {
  /** @type {Map<string, string>} what the browser did not take */
  #own = new Map();
  /** Whether the browser refused something: what is kept is lost with the page. */
  denied = false;

  /** @param {() => Store | null} store the browser's; reading it may throw already */
  constructor(store) {
    this.store = store;
  }

  /** @param {string} name @returns {string | null} */
  getItem(name) {
    return this.#own.get(name) ?? this.#tried((store) => store.getItem(PREFIX + name)) ?? null;
  }

  /** @param {string} name @param {string} value */
  setItem(name, value) {
    const kept = this.#tried((store) => {
      store.setItem(PREFIX + name, value);
      return true;
    });
    if (kept) this.#own.delete(name);
    else this.#own.set(name, value);
  }

  /** @param {string} name */
  removeItem(name) {
    this.#own.delete(name);
    this.#tried((store) => store.removeItem(PREFIX + name));
  }

  /**
   * @template T
   * @param {(store: Store) => T} deed
   * @returns {T | undefined}
   */
  #tried(deed) {
    try {
      const store = this.store();
      if (store !== null) return deed(store);
    } catch (error) {
      if (!(error instanceof DOMException)) throw error; // SecurityError, QuotaExceededError
    }
    this.denied = true;
    return undefined;
  }
}

/** For good, as far as the browser does. */
export const memory = new Memory(() => localStorage);
/** For this tab, also over a reload. */
export const tabMemory = new Memory(() => sessionStorage);
