/**
 * From the page's address to a live room: asking the server which session this is, and again until it answers; what this
 * browser keeps; and the connection that carries it all.
 */

import { capitalized, soonWaiting, waiting } from './element.js';
import { Outbox } from './outbox.js';
import { Room } from './room.js';
import { Connection, wakeWithPage } from './socket.js';

/** @typedef {import('./room.js').Role} Role */
/**
 * @typedef {object} SessionInfo what `GET /api/sessions/{id}` says
 * @property {string} id
 * @property {string} title as the instructor typed it
 * @property {string} join_url
 * @property {string} short host, port and ID, as people type it
 * @property {boolean} hall whether other devices can reach this server
 */
/**
 * @typedef {'network' | 'busy' | 'many' | 'starting' | 'portal' | 'other'} Trouble
 * network: nobody answers; busy: a proxy or the server cannot now; many: too much is asked; starting: the server says so;
 * portal: something between asks for a sign-in first; other: what answers at this address is no gnn-live
 */
/** @typedef {{status: number, body: unknown} | {trouble: Trouble, after: number}} Answer `after`: seconds to wait at least */

/** @type {Readonly<Record<Trouble, string>>} */
export const WORDS = {
  network: 'The server does not answer. Is this device in the same network as the lecture?',
  busy: 'The server cannot answer at this moment.',
  many: 'The server is asked too much at this moment.',
  starting: 'The server is starting.',
  portal: 'This network wants you to sign in first: open any other web page, sign in there, and come back.',
  other: 'Something else than the lecture’s server answers at this address.',
};
const LONGEST = 15;
/** Milliseconds for an answer: a network that takes the question and carries nothing is asked again. */
const PATIENCE = 10_000;

/**
 * Ask once. An answer is JSON of the server's own; anything else is a trouble that may pass.
 * @param {string} address
 * @param {typeof fetch} [ask]
 * @param {number} [patience] milliseconds until it is given up
 * @returns {Promise<Answer>}
 */
export async function askOnce(address, ask = fetch, patience = PATIENCE) {
  const end = new AbortController();
  const timer = setTimeout(() => end.abort(), patience);
  try {
    // A captive portal sends elsewhere; the server's API never does.
    const answer = await ask(address, { cache: 'no-store', redirect: 'manual', signal: end.signal }).catch(() => null);
    const found = answer === null ? null : await read(answer);
    // Whatever fetch throws: there was no answer, or not a whole one.
    return found === null || end.signal.aborted ? { trouble: 'network', after: 0 } : found;
  } finally {
    clearTimeout(timer);
  }
}

/** @param {Response} answer @returns {Promise<Answer>} */
async function read(answer) {
  const { status } = answer;
  const after = Math.min(Number(answer.headers.get('Retry-After')) || 0, 30);
  if (answer.type === 'opaqueredirect' || (status >= 300 && status < 400) || status === 511)
    return { trouble: 'portal', after };
  /** @type {unknown} */
  const body = await answer.json().catch(() => undefined);
  if (status === 429) return { trouble: 'many', after };
  if (status >= 500) return { trouble: status === 503 && body !== undefined ? 'starting' : 'busy', after };
  if (body === undefined) return { trouble: answer.ok ? 'portal' : 'other', after };
  return { status, body };
}

/** Seconds to wait before attempt n (from 1): doubling up to 15, with jitter so that a hall does not ask at once. */
export function pause(/** @type {number} */ attempt, /** @type {number} */ random, /** @type {number} */ least = 0) {
  const longest = Math.min(LONGEST, 1.5 * 2 ** (attempt - 1));
  return Math.max(least, 0.5) + random * (longest - 0.5);
}

/**
 * Ask until there is an answer, sooner when the network or the page comes back.
 * @param {string} address
 * @param {(words: string) => void} onWait told why, each time
 * @returns {Promise<{status: number, body: unknown}>}
 */
export async function askPatiently(address, onWait) {
  for (let attempt = 1; ; attempt += 1) {
    const answer = await askOnce(address);
    if (!('trouble' in answer)) return answer;
    onWait(`${WORDS[answer.trouble]} Trying again…`);
    await rest(1000 * pause(attempt, Math.random(), answer.after));
  }
}

/** A rest that ends early when the network returns or the page is shown again. @param {number} milliseconds */
export function rest(milliseconds) {
  return new Promise((resolve) => {
    const over = () => {
      clearTimeout(timer);
      removeEventListener('online', over);
      document.removeEventListener('visibilitychange', shown);
      resolve(undefined);
    };
    const shown = () => {
      if (document.visibilityState === 'visible') over();
    };
    const timer = setTimeout(over, milliseconds);
    addEventListener('online', over);
    document.addEventListener('visibilitychange', shown);
  });
}

/** @typedef {{found: SessionInfo} | {detail: string, suggestion: string | null, unknown: boolean}} Lookup */

/** Attempts to come back, about 20 s, after which a restart is no longer an excuse. */
const EXCUSED = 10;

/**
 * Ask the server for a session by any spelling of its ID, until it answers.
 * @param {string} typed
 * @param {(sentence: string) => void} onWait told each time that there is no answer, and why
 * @returns {Promise<Lookup>}
 */
export async function lookUp(typed, onWait) {
  const { status, body } = await askPatiently(`/api/sessions/${encodeURIComponent(typed.trim())}`, onWait);
  if (status === 200 && isInfo(body)) return { found: body };
  const fields = typeof body === 'object' && body !== null ? body : {};
  const detail = 'detail' in fields && typeof fields.detail === 'string' ? fields.detail : '';
  const suggestion = 'did_you_mean' in fields && typeof fields.did_you_mean === 'string' ? fields.did_you_mean : null;
  const words = sentence(detail) || `The server answered ${status} instead of naming the session.`;
  return { detail: words, suggestion, unknown: status === 404 };
}

/** As it is written on a page: with a capital letter and an end. @param {string} text */
function sentence(text) {
  return text.replace(/^./u, (first) => first.toUpperCase()).replace(/[^.?!]$/u, '$&.');
}

/**
 * @param {unknown} body
 * @returns {body is SessionInfo}
 */
function isInfo(body) {
  return typeof body === 'object' && body !== null && 'id' in body && 'short' in body && 'join_url' in body;
}

/** @typedef {Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>} Store */

const PREFIX = 'gnn-live/';

/**
 * What this browser keeps: for good, and for this tab. Where it keeps nothing (cookies are blocked, the page stands in
 * another site's frame) every access throws; then the page keeps it itself, for as long as it is open.
 * @implements {Store}
 */
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

// What makes a stage its lecturer's own, so that it finds a place in a full session too: it comes in the address's
// fragment, as the control panel opens it, or from that panel later, and stays in the tab.

/** @param {string} session */
function shelf(session) {
  return `${session}/stage`;
}

/** The token this tab has, or nothing; it leaves the address, which the hall may see. @param {string} session */
export function stageToken(session) {
  const given = location.hash.slice(1);
  if (given !== '') {
    keepStageToken(session, given);
    history.replaceState(null, '', location.pathname + location.search);
  }
  return tabMemory.getItem(shelf(session)) ?? '';
}

/** @param {string} session @param {string} token */
export function keepStageToken(session, token) {
  tabMemory.setItem(shelf(session), token);
}

/** The session as this page's address spells it. */
export function spelled() {
  return decoded(location.pathname.split('/')[1] ?? '');
}

/** Percent signs read where they can be; what is no escape is left as it was typed. @param {string} text */
export function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch (error) {
    if (!(error instanceof URIError)) throw error;
    return text;
  }
}

/**
 * Connect this page to its session.
 * @param {string} session canonical ID
 * @param {Role} role
 * @param {() => string} [key] the instructor's, asked for at every attempt: it may have been made anew since
 * @returns {{room: Room, connection: Connection}}
 */
export function enter(session, role, key = () => '') {
  const room = new Room(session, role);
  const scheme = location.protocol === 'https:' ? 'wss' : 'ws';
  const box = `${session}/outbox`;
  const outbox = Outbox.load(tabMemory, box);
  const tokenName = `${session}/token`;
  const connection = new Connection(
    `${scheme}://${location.host}/ws/${encodeURIComponent(session)}`,
    () => ({
      role,
      key: key(),
      token: role === 'student' ? (memory.getItem(tokenName) ?? '') : role === 'stage' ? stageToken(session) : '',
      name: role === 'student' ? (memory.getItem('name') ?? '') : '',
    }),
    (frame) => {
      if (frame.t === 'welcome' && role === 'student') memory.setItem(tokenName, frame.token);
      room.take(frame);
    },
    (status, code) => room.takeStatus(status, code),
    outbox,
  );
  room.carry = (command, options) => connection.send(command, options);
  addEventListener('pagehide', () => outbox.save(tabMemory, box));
  addEventListener('pageshow', (event) => {
    if (event.persisted) outbox.restore(tabMemory, box); // before the connection sends again
  });
  wakeWithPage(connection);
  stayAwake();
  return { room, connection };
}

/**
 * Keep the screen from going dark over the lecture, where the browser can: on https and on this computer. It is asked
 * each time the page is shown again; a no (a low battery, an old browser) changes nothing.
 */
function stayAwake() {
  const lock = /** @type {WakeLock | undefined} */ (navigator.wakeLock);
  if (lock === undefined) return;
  const ask = () => {
    if (document.visibilityState === 'visible') void lock.request('screen').catch(() => undefined);
  };
  document.addEventListener('visibilitychange', ask);
  ask();
}

/**
 * The connection in words, for everyone and not by colour alone.
 * @param {Room} room
 * @param {Pick<HTMLElement, 'textContent' | 'dataset' | 'title'>} place
 */
export function showStatus(room, place) {
  const words = { connecting: 'connecting…', live: 'live', reconnecting: 'reconnecting…', stopped: 'closed' };
  /** How many more losses are put down to the restart that the server announced. */
  let excused = 0;
  const show = () => {
    const restarting = excused > 0 && room.status !== 'stopped';
    const engine = room.latest('engine');
    const starting = room.status === 'live' && engine?.ready === false;
    const waits = engine?.why ? 'models do not answer…' : 'models starting…';
    place.textContent = restarting ? 'the server restarts…' : starting ? waits : words[room.status];
    place.title = starting ? (engine?.why ?? '') : '';
    place.dataset['status'] = restarting ? 'reconnecting' : starting ? 'starting' : room.status;
  };
  room.onStatus((status) => {
    excused = status === 'live' ? 0 : Math.max(0, excused - 1);
    show();
  });
  room.on('engine', show);
  room.on('closing', () => {
    excused = EXCUSED;
    show();
  });
}

/** While the session has no place for this page, say why; the connection tries again. @param {Room} room */
export function tellFull(room) {
  let full = false;
  room.on('fault', ({ code, detail }) => {
    if (room.status === 'live' || (code !== 'full' && code !== 'too_fast')) return;
    full = true;
    waiting(`${capitalized(detail)}. Trying again…`);
  });
  room.onStatus((status) => {
    if (full && (status === 'live' || status === 'stopped')) {
      full = false;
      waiting('');
    }
  });
}

/**
 * While a scene's files are loaded, say so, and do not tell the server that the page shows what it cannot show yet.
 * @param {Room} room
 * @param {import('./scene.js').Mount} mount
 * @param {Connection} connection
 */
export function tellLoading(room, mount, connection) {
  let mounted = '';
  let over = () => undefined;
  const end = () => {
    over();
    over = () => undefined;
    connection.hold(false);
  };
  const [onScene, onTrouble] = [mount.onScene, mount.onTrouble];
  mount.onScene = (scene) => {
    end();
    onScene(scene);
  };
  mount.onTrouble = (sentence) => {
    over(); // and nothing is shown: the server is not told that it were
    onTrouble(sentence);
  };
  room.on('opened', ({ scene, version, title }) => {
    const wanted = scene === null ? '' : `${scene}@${version}`;
    if (wanted === mounted) return;
    mounted = wanted;
    end();
    if (scene === null) return;
    connection.hold(true);
    over = /** @type {() => undefined} */ (soonWaiting(`Loading “${title}”…`));
  });
}

/** Why a connection was closed for good, by its 44xx code. @param {number} code */
export function whyStopped(code) {
  if (code === 4401) return 'This key does not open the control panel of this session.';
  if (code === 4408) return 'Your seat is open in too many tabs. Close some of them, then reload this one.';
  if (code === 4404) return 'This session no longer exists on the server.';
  if (code === 4409) return 'This page is older than the server. Reload it.';
  return `The server closed the connection (code ${code}). Reload the page to try again.`;
}
