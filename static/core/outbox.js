/**
 * Commands that matter: numbered within the tab's nonce, kept until the server's receipt says they are durable, and
 * sent again, in order, after a while, a reconnect or a new engine generation.
 */

/** @typedef {import('./protocol.js').Command} Command */
/** @typedef {Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>} Store */

export class Outbox {
  /** @type {Command[]} commands without a receipt, oldest first */
  #pending = [];
  #last = 0;

  /**
   * @param {string} nonce the tab's own name for this run of numbers
   */
  constructor(nonce = freshNonce()) {
    this.nonce = nonce;
  }

  /**
   * The command with the next number; it stays here until its receipt.
   * @param {Command} command
   * @returns {Command}
   */
  number(command) {
    this.#last += 1;
    const numbered = { ...command, id: this.#last };
    this.#pending.push(numbered);
    return numbered;
  }

  /** @param {{nonce: string, upto: number}} receipt */
  receipt(receipt) {
    if (receipt.nonce !== this.nonce) return;
    this.#pending = this.#pending.filter((command) => (command.id ?? 0) > receipt.upto);
  }

  /**
   * Whether the server knows less of these numbers than it once said (its database was lost, or the seat is a new one):
   * it then waits for a number that will never come.
   * @param {{nonce: string, upto: number}} receipt
   */
  forgotten(receipt) {
    const oldest = this.#pending[0]?.id ?? 0;
    return receipt.nonce === this.nonce && receipt.upto < oldest - 1;
  }

  /** A new nonce, under which what is pending is counted from 1 again. */
  renew() {
    this.nonce = freshNonce();
    this.#pending = this.#pending.map((command, index) => ({ ...command, id: index + 1 }));
    this.#last = this.#pending.length;
  }

  /** @returns {readonly Command[]} what has to be sent again, in order */
  get pending() {
    return this.#pending;
  }

  /**
   * Put the outbox aside when the page goes away, so that a reload loses nothing.
   * @param {Store} store
   * @param {string} key
   */
  save(store, key) {
    store.setItem(key, JSON.stringify({ nonce: this.nonce, last: this.#last, pending: this.#pending }));
  }

  /**
   * Take back what the same tab put aside, if it did: before a reload, or in another page at this address while this one
   * lay in the back/forward cache. It is taken out of the store, so a duplicated tab (which copies the store) starts a
   * nonce of its own.
   * @param {Store} store
   * @param {string} key
   */
  restore(store, key) {
    const text = store.getItem(key);
    store.removeItem(key);
    if (text === null) return;
    const saved = parsed(text);
    if (saved === null) {
      store.setItem(`${key}/broken`, text); // for whoever looks for it; the page goes on without
      return;
    }
    this.nonce = saved.nonce;
    this.#last = saved.last;
    this.#pending = saved.pending;
  }

  /**
   * The outbox that a page begins with.
   * @param {Store} store
   * @param {string} key
   * @returns {Outbox}
   */
  static load(store, key) {
    const outbox = new Outbox();
    outbox.restore(store, key);
    return outbox;
  }
}

/**
 * What `save` wrote, or nothing where it is anything else.
 * @param {string} text
 * @returns {{nonce: string, last: number, pending: Command[]} | null}
 */
function parsed(text) {
  /** @type {unknown} */
  let saved;
  try {
    saved = JSON.parse(text);
  } catch {
    return null;
  }
  if (typeof saved !== 'object' || saved === null || !('nonce' in saved) || !('last' in saved) || !('pending' in saved))
    return null;
  const { nonce, last, pending } = saved;
  if (typeof nonce !== 'string' || nonce === '' || typeof last !== 'number' || !Array.isArray(pending)) return null;
  const first = last - pending.length + 1;
  const inOrder = pending.every((/** @type {unknown} */ command, index) => isNumbered(command, first + index));
  return inOrder ? { nonce, last, pending: /** @type {Command[]} */ (pending) } : null;
}

/** @param {unknown} command @param {number} number */
function isNumbered(command, number) {
  return typeof command === 'object' && command !== null && 't' in command && 'id' in command && command.id === number;
}

/** 96 random bits; `crypto.randomUUID` is missing on plain http. */
function freshNonce() {
  return [...crypto.getRandomValues(new Uint8Array(12))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
