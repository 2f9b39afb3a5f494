/** From the page's address to a live room: which session this is, who is asking, and the connection that carries it. */

import { memory, tabMemory } from './memory.js';
import { Outbox } from './outbox.js';
import { askPatiently } from './reach.js';
import { Room } from './room.js';
import { Connection, wakeWithPage } from './socket.js';
import { stageToken } from './token.js';

/** @typedef {import('./room.js').Role} Role */
/**
 * @typedef {object} SessionInfo what `GET /api/sessions/{id}` says
 * @property {string} id
 * @property {string} title as the instructor typed it
 * @property {string} join_url
 * @property {string} short host, port and ID, as people type it
 * @property {boolean} hall whether other devices can reach this server
 */
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
  wakeWithPage(connection);
  addEventListener('pagehide', () => outbox.save(tabMemory, box));
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
  if (code === 4408) return 'Your seat is open in too many tabs. Close some of them, then reload this one.';
  if (code === 4404) return 'This session no longer exists on the server.';
  if (code === 4409) return 'This page is older than the server. Reload it.';
  return `The server closed the connection (code ${code}). Reload the page to try again.`;
}
