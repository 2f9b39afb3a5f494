/**
 * One live connection to a session: hello, frames, acknowledgements, and coming back after every loss.
 *
 * There is no resume protocol: a reconnect is a connect, and the server's answer is the snapshot. Wait 0.2-3 s with
 * jitter, reopen after 6 s of silence (phones lose sockets without noticing), and at once when the page comes back into
 * view or the network does. Close codes 44xx mean that trying again is of no use.
 */

import { Outbox } from './outbox.js';

/** @typedef {import('./protocol.js').Command} Command */
/** @typedef {import('./protocol.js').Frame} Frame */
/** @typedef {{dtype: string, shape: number[], at: number}} TensorNote */
/** @typedef {'connecting' | 'live' | 'reconnecting' | 'stopped'} Status */
/** @typedef {Pick<WebSocket, 'send' | 'close' | 'readyState' | 'binaryType' | 'onopen' | 'onmessage' | 'onclose'>} Pipe */
/** @typedef {{role: 'student' | 'stage' | 'instructor', key?: string, token?: string, name?: string}} Identity */
/**
 * @typedef {object} Wiring what a connection talks to; the page's own things unless a test gives others
 * @property {(url: string) => Pipe} [open]
 * @property {() => number} [random] from 0 to 1
 * @property {(done: () => void) => void} [paint] calls back after the page was painted; left out: nobody looks
 */

/** @type {typeof import('./protocol.js').VERSION} */
export const VERSION = 2;
const SILENCE = 6000;
const CONNECT = 5000;
const RESEND = 2000;
const ACK_EVERY = 8;
const ACK_BYTES = 16 * 1024;
const ACK_DELAY = 500;
/** What one turn of the server brings comes in one write: the answer to it waits for the rest of it, and so is one. */
const ACK_BATCH = 10;
const OPEN = 1;
const KINDS = { f4: Float32Array, f8: Float64Array, i4: Int32Array, u1: Uint8Array };
/** The server's close code for a session that is full: there is time. */
const LATER = 1013;
const LATER_ATTEMPT = 5;

/** Milliseconds to wait before attempt n (from 0): doubling up to 3 s, with jitter so that a hall does not return at once. */
export function backoff(/** @type {number} */ attempt, /** @type {number} */ random) {
  const longest = Math.min(3000, 400 * 2 ** attempt);
  return 200 + random * (longest - 200);
}

/** Call back after the page was painted with what it has by now; a hidden page is not painted. */
const painted =
  typeof requestAnimationFrame === 'undefined'
    ? null
    : (/** @type {() => void} */ done) => requestAnimationFrame(() => requestAnimationFrame(done));

export class Connection {
  /** @type {Status} */
  status = 'connecting';
  /** The close code that stopped it, 0 otherwise. */
  code = 0;
  /** @type {Pipe | null} */
  #pipe = null;
  #attempt = 0;
  #welcomed = false;
  /** The server said that it stops: nothing new is begun on this socket, what matters is kept for the next one. */
  #closing = false;
  #generation = -1;
  #unacknowledged = { frames: 0, bytes: 0 };
  /** Whether the next acknowledgement is due at once, but for what comes together with what came. */
  #soon = false;
  #newest = 0;
  #arrived = 0;
  /** The newest frame that was painted, the same as last told, and whether a painting is awaited or cannot show it yet. */
  #drawn = 0;
  #told = 0;
  #painting = false;
  #held = false;
  /** @type {Record<'retry' | 'silence' | 'resend' | 'ack', ReturnType<typeof setTimeout> | undefined>} */
  #timers = { retry: undefined, silence: undefined, resend: undefined, ack: undefined };

  /**
   * @param {string} url of the websocket
   * @param {() => Identity} identity who says hello; read at every attempt, for the token may have come since
   * @param {(frame: Frame) => void} onFrame
   * @param {(status: Status, code: number) => void} onStatus
   * @param {Outbox} outbox
   * @param {Wiring} [wiring]
   */
  constructor(url, identity, onFrame, onStatus, outbox = new Outbox(), wiring = {}) {
    this.url = url;
    this.identity = identity;
    this.onFrame = onFrame;
    this.onStatus = onStatus;
    this.outbox = outbox;
    this.open = wiring.open ?? ((/** @type {string} */ address) => new WebSocket(address));
    this.random = wiring.random ?? Math.random;
    this.paint = wiring.paint ?? painted;
    this.#connect();
  }

  /**
   * Send now; a command that matters is numbered and kept until its receipt, any other is lost while not live.
   * @param {Command} command
   * @param {{matters?: boolean}} [options]
   * @returns {boolean} whether it left or will leave
   */
  send(command, options = {}) {
    if (options.matters) {
      const numbered = this.outbox.number(command);
      if (this.#welcomed && !this.#closing) this.#write(numbered);
      this.#expectReceipt();
      return true;
    }
    return this.#welcomed && !this.#closing && this.#write(command);
  }

  /** Open a new socket now, whatever the old one believes of itself. */
  reopen() {
    if (this.status === 'stopped') return;
    this.#drop();
    this.#connect();
  }

  /** Reopen if nothing was heard lately; called when the page or the network comes back. */
  wake() {
    if (this.status === 'reconnecting' || this.#pipe === null || this.#pipe.readyState !== OPEN) this.reopen();
    else this.#listen(RESEND + 500);
  }

  /** Stop for good. */
  stop(code = 0) {
    this.#drop();
    this.code = code;
    this.#become('stopped');
  }

  #connect() {
    const pipe = this.open(this.url);
    this.#pipe = pipe;
    pipe.binaryType = 'arraybuffer';
    pipe.onopen = () => {
      const { role, key = '', token = '', name = '' } = this.identity();
      this.#write({ t: 'hello', version: VERSION, role, nonce: this.outbox.nonce, key, token, name });
    };
    pipe.onmessage = (event) => {
      this.#listen(SILENCE);
      if (event.data instanceof ArrayBuffer) this.#take(unpack(event.data), event.data.byteLength);
    };
    pipe.onclose = (event) => {
      if (event.code >= 4400 && event.code < 4500) this.stop(event.code);
      else this.#retry(event.code === LATER);
    };
    this.#listen(CONNECT);
  }

  /**
   * @param {Frame} frame
   * @param {number} size in bytes
   */
  #take(frame, size) {
    if (frame.t === 'welcome') {
      this.#welcomed = true;
      this.#attempt = 0;
      this.#become('live');
      this.#resend();
    } else if (frame.t === 'receipt') {
      if (this.outbox.forgotten(frame)) {
        this.outbox.renew();
        this.reopen();
        return;
      }
      const before = this.outbox.pending.length;
      this.outbox.receipt(frame);
      this.#expectReceipt(this.outbox.pending.length < before);
    } else if (frame.t === 'engine' && frame.ready && frame.generation !== this.#generation) {
      if (this.#generation >= 0) this.#resend();
      this.#generation = frame.generation;
    } else if (frame.t === 'closing') {
      this.#closing = true;
    }
    this.#acknowledge(frame.seq, size);
    this.onFrame(frame);
  }

  /**
   * Tell what has arrived, for the server sends no more than is on its way: soon when much came, else a little later,
   * once for all that came together. A frame without a number needs no answer.
   * @param {number} seq
   * @param {number} size in bytes
   */
  #acknowledge(seq, size) {
    if (!(seq > 0)) return;
    const waiting = this.#unacknowledged;
    this.#newest = Math.max(this.#newest, seq);
    this.#arrived = performance.now();
    waiting.frames += 1;
    waiting.bytes += size;
    this.#watchPainting();
    const much = waiting.frames >= ACK_EVERY || waiting.bytes >= ACK_BYTES;
    if (much && !this.#soon) {
      clearTimeout(this.#timers.ack);
      this.#timers.ack = setTimeout(() => this.#tell(), ACK_BATCH);
      this.#soon = true;
    }
    this.#timers.ack ??= setTimeout(() => this.#tell(), ACK_DELAY);
  }

  #tell() {
    clearTimeout(this.#timers.ack);
    this.#timers.ack = undefined;
    this.#soon = false;
    this.#unacknowledged.frames = this.#unacknowledged.bytes = 0;
    if (!this.#welcomed) return;
    const after = Math.min(1000, Math.round(performance.now() - this.#arrived));
    this.#told = this.#drawn;
    this.#write({ t: 'ack', seq: this.#newest, after, ...(this.paint === null ? {} : { drawn: this.#drawn }) });
  }

  /** The page cannot show what arrives, for it still loads what it needs; or it can again. @param {boolean} on */
  hold(on) {
    this.#held = on;
    if (!on) this.#watchPainting();
  }

  /** After the next painting, what has arrived is drawn; the server learns it with the next acknowledgement. */
  #watchPainting() {
    if (this.paint === null || this.#painting || this.#held || this.#drawn >= this.#newest) return;
    this.#painting = true;
    const upto = this.#newest;
    this.paint(() => {
      this.#painting = false;
      if (this.#held) return;
      this.#drawn = Math.max(this.#drawn, Math.min(upto, this.#newest));
      if (this.#drawn > this.#told) this.#timers.ack ??= setTimeout(() => this.#tell(), ACK_DELAY);
      this.#watchPainting();
    });
  }

  #resend() {
    if (this.#welcomed && !this.#closing) for (const command of this.outbox.pending) this.#write(command);
    this.#expectReceipt(true);
  }

  /**
   * Send again after a while. A new command or a receipt that says nothing new does not put that off: behind a lost
   * command every later one is answered so, and whoever goes on faster than that would wait without an end.
   * @param {boolean} [anew] whether the wait begins anew
   */
  #expectReceipt(anew = false) {
    if (this.#timers.resend !== undefined && !anew && this.outbox.pending.length > 0) return;
    clearTimeout(this.#timers.resend);
    this.#timers.resend = this.outbox.pending.length > 0 ? setTimeout(() => this.#resend(), RESEND) : undefined;
  }

  /** @param {number} patience milliseconds until silence means a dead socket */
  #listen(patience) {
    clearTimeout(this.#timers.silence);
    this.#timers.silence = setTimeout(() => {
      this.#drop();
      this.#retry();
    }, patience);
  }

  /** @param {boolean} [later] the server has no place: a whole hall may wait, so there is more time between */
  #retry(later = false) {
    this.#drop();
    this.#become('reconnecting');
    clearTimeout(this.#timers.retry);
    const wait = backoff(this.#attempt, this.random());
    this.#timers.retry = setTimeout(() => this.#connect(), later ? LATER_ATTEMPT * wait : wait);
    this.#attempt += 1;
  }

  #drop() {
    for (const timer of Object.values(this.#timers)) clearTimeout(timer);
    this.#timers = { retry: undefined, silence: undefined, resend: undefined, ack: undefined };
    this.#welcomed = this.#closing = false;
    this.#newest = this.#drawn = this.#told = 0;
    this.#soon = false;
    this.#unacknowledged = { frames: 0, bytes: 0 };
    const pipe = this.#pipe;
    this.#pipe = null;
    if (pipe === null) return;
    pipe.onopen = pipe.onmessage = pipe.onclose = null;
    pipe.close();
  }

  /** @param {Command} command */
  #write(command) {
    if (this.#pipe === null || this.#pipe.readyState !== OPEN) return false;
    this.#pipe.send(JSON.stringify(command));
    return true;
  }

  /** @param {Status} status */
  #become(status) {
    this.status = status;
    this.onStatus(status, this.code);
  }
}

/**
 * Wake the connection when the page is shown again or the network returns; iOS tells of it in either way.
 * @param {Connection} connection
 */
export function wakeWithPage(connection) {
  addEventListener('pageshow', (event) => {
    if (event.persisted) connection.reopen();
  });
  addEventListener('online', () => connection.reopen());
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'visible') connection.wake();
  });
}

/**
 * The frame that these bytes hold: `u32 header length | JSON header | pad to 8 | tensors`, the inverse of `server/protocol/wire.py`;
 * throws a RangeError or SyntaxError when they are no frame.
 *
 * A tensor stands in the header as `{dtype, shape, at}`, little-endian, `at` counted from the start of the tail; every
 * tensor is 8-aligned, so its numbers become a typed-array view without a copy.
 * @param {ArrayBuffer} bytes
 * @returns {Frame}
 */
export function unpack(bytes) {
  if (bytes.byteLength < 4) throw new RangeError(`expected at least 4 bytes of frame, got ${bytes.byteLength}`);
  const length = new DataView(bytes).getUint32(0, true);
  const end = 4 + length;
  if (end > bytes.byteLength) throw new RangeError(`expected a header of ${length} bytes, got ${bytes.byteLength - 4}`);
  const tail = end + ((8 - (end % 8)) % 8);
  const text = new TextDecoder().decode(new Uint8Array(bytes, 4, length));
  return /** @type {Frame} */ (
    JSON.parse(text, (_key, value) => (isTensorNote(value) ? view(value, bytes, tail) : value))
  );
}

/**
 * @param {unknown} value
 * @returns {value is TensorNote}
 */
function isTensorNote(value) {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  return Object.keys(value).length === 3 && 'dtype' in value && 'shape' in value && 'at' in value;
}

/**
 * @param {TensorNote} note
 * @param {ArrayBuffer} bytes
 * @param {number} tail
 */
function view(note, bytes, tail) {
  const Kind = KINDS[/** @type {keyof typeof KINDS} */ (note.dtype)];
  if (Kind === undefined) throw new RangeError(`expected dtype f4, f8, i4 or u1, got ${note.dtype}`);
  const count = note.shape.reduce((product, axis) => product * axis, 1);
  return { data: new Kind(bytes, tail + note.at, count), shape: note.shape };
}
