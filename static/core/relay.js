/**
 * The stage holds no key. Opened from the control panel of the same browser it hands its commands to that page, which
 * sends them with its own authority; opened alone it only looks.
 */

import { keepStageToken } from './enter.js';

/** @typedef {import('./protocol.js').Command} Command */
/** @typedef {import('./room.js').SendOptions} SendOptions */
/** @typedef {import('./room.js').Send} Send */
/**
 * @typedef {{kind: 'ask'} | {kind: 'here', panel: string, token: string} | {kind: 'gone', panel: string}
 *   | {kind: 'command', panel: string, command: Command, options: SendOptions} | {kind: 'fault', detail: string}} Note
 */

/** @param {string} session */
function channel(session) {
  return new BroadcastChannel(`gnn-live/${session}`);
}

/**
 * The stage's end. Where several control panels are open, the one that spoke last carries, so that nothing is done twice.
 * @param {string} session
 * @param {(fault: string) => void} onFault told when the server refused what was relayed
 * @returns {{send: Send, canSend: () => boolean}}
 */
export function relayToControl(session, onFault) {
  const line = channel(session);
  let panel = '';
  const ask = () => line.postMessage(/** @type {Note} */ ({ kind: 'ask' }));
  line.addEventListener('message', (/** @type {MessageEvent<Note>} */ event) => {
    if (event.data.kind === 'here') {
      panel = event.data.panel;
      if (event.data.token !== '') keepStageToken(session, event.data.token);
    } else if (event.data.kind === 'gone' && event.data.panel === panel) {
      panel = '';
      ask();
    } else if (event.data.kind === 'fault') onFault(event.data.detail);
  });
  ask();
  return {
    send(command, options = {}) {
      if (panel !== '') line.postMessage(/** @type {Note} */ ({ kind: 'command', panel, command, options }));
      return panel !== '';
    },
    canSend: () => panel !== '',
  };
}

/**
 * The control panel's end.
 * @param {string} session
 * @param {Send} send
 * @param {() => string} token with which its stage always finds a place
 * @returns {{fault: (detail: string) => void, here: () => void}} passes a fault on to the stage, and says that it is here
 */
export function relayFromStage(session, send, token) {
  const line = channel(session);
  const panel = crypto.getRandomValues(new Uint32Array(3)).join('-');
  const here = () => line.postMessage(/** @type {Note} */ ({ kind: 'here', panel, token: token() }));
  line.addEventListener('message', (/** @type {MessageEvent<Note>} */ event) => {
    if (event.data.kind === 'ask') here();
    else if (event.data.kind === 'command' && event.data.panel === panel) send(event.data.command, event.data.options);
  });
  here();
  addEventListener('pagehide', () => line.postMessage(/** @type {Note} */ ({ kind: 'gone', panel })));
  addEventListener('pageshow', (event) => {
    if (event.persisted) here();
  });
  return { here, fault: (detail) => line.postMessage(/** @type {Note} */ ({ kind: 'fault', detail })) };
}
