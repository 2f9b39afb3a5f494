/** From the page's address to a live room: which session this is, who is asking, and the connection that carries it. */

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
/** @typedef {{found: SessionInfo} | {detail: string, suggestion: string | null}} Lookup */

/** Attempts to come back, about 20 s, after which a restart is no longer an excuse. */
const EXCUSED = 10;

/**
 * Ask the server for a session by any spelling of its ID.
 * @param {string} typed
 * @returns {Promise<Lookup>}
 */
export async function lookUp(typed) {
  const answer = await fetch(`/api/sessions/${encodeURIComponent(typed.trim())}`, { cache: 'no-store' });
  /** @type {unknown} */
  const body = await answer.json().catch(() => null);
  if (answer.ok && isInfo(body)) return { found: body };
  const fields = typeof body === 'object' && body !== null ? body : {};
  const detail = 'detail' in fields && typeof fields.detail === 'string' ? fields.detail : '';
  const suggestion = 'did_you_mean' in fields && typeof fields.did_you_mean === 'string' ? fields.did_you_mean : null;
  return { detail: sentence(detail) || `The server answered ${answer.status} instead of naming the session.`, suggestion };
}

/** As it is written on a page: with a capital letter and an end. @param {string} text */
function sentence(text) {
  return text.replace(/^./u, (first) => first.toUpperCase()).replace(/[^.?!]$/u, '$&.');
}

/**
 * The same for a page that was opened while the server was away: asked until there is an answer.
 * @param {string} typed
 * @param {(sentence: string) => void} onWait
 * @returns {Promise<Lookup>}
 */
export async function lookUpPatiently(typed, onWait) {
  for (;;) {
    try {
      return await lookUp(typed);
    } catch (error) {
      if (!(error instanceof TypeError)) throw error; // fetch says so when no server answers
      onWait('The server does not answer yet, trying again…');
      await new Promise((resolve) => setTimeout(resolve, 1500));
    }
  }
}

/**
 * @param {unknown} body
 * @returns {body is SessionInfo}
 */
function isInfo(body) {
  return typeof body === 'object' && body !== null && 'id' in body && 'short' in body && 'join_url' in body;
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

/** What this browser remembers; a private window that refuses costs nothing but the memory. */
export const memory = {
  /** @param {string} key */
  read(key) {
    try {
      return localStorage.getItem(`gnn-live/${key}`);
    } catch (error) {
      if (error instanceof DOMException) return null;
      throw error;
    }
  },
  /**
   * @param {string} key
   * @param {string} value
   */
  write(key, value) {
    try {
      localStorage.setItem(`gnn-live/${key}`, value);
    } catch (error) {
      if (!(error instanceof DOMException)) throw error;
    }
  },
};

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
  const box = `gnn-live/${session}/outbox`;
  const outbox = Outbox.load(sessionStorage, box);
  const tokenName = `${session}/token`;
  const connection = new Connection(
    `${scheme}://${location.host}/ws/${encodeURIComponent(session)}`,
    () => ({
      role,
      key: key(),
      token: role === 'student' ? (memory.read(tokenName) ?? '') : '',
      name: role === 'student' ? (memory.read('name') ?? '') : '',
    }),
    (frame) => {
      if (frame.t === 'welcome' && role === 'student') memory.write(tokenName, frame.token);
      room.take(frame);
    },
    (status, code) => room.takeStatus(status, code),
    outbox,
  );
  room.carry = (command, options) => connection.send(command, options);
  wakeWithPage(connection);
  addEventListener('pagehide', () => outbox.save(sessionStorage, box));
  return { room, connection };
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

/** Why a connection was closed for good, by its 44xx code. @param {number} code */
export function whyStopped(code) {
  if (code === 4401) return 'This key does not open the control panel of this session.';
  if (code === 4404) return 'This session no longer exists on the server.';
  if (code === 4409) return 'This page is older than the server. Reload it.';
  return `The server closed the connection (code ${code}). Reload the page to try again.`;
}
