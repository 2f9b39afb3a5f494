/**
 * The stage holds no key. Opened from the control panel of the same browser it hands its commands to that page, which
 * sends them with its own authority; opened alone it only looks.
 */

/** @typedef {import('./protocol.js').Command} Command */
/** @typedef {import('./room.js').SendOptions} SendOptions */
/** @typedef {import('./room.js').Send} Send */
/**
 * @typedef {{kind: 'ask'} | {kind: 'here'} | {kind: 'gone'}
 *   | {kind: 'command', command: Command, options: SendOptions} | {kind: 'fault', detail: string}} Note
 */

/** @param {string} session */
function channel(session) {
  return new BroadcastChannel(`gnn-live/${session}`);
}

/**
 * The stage's end.
 * @param {string} session
 * @param {(fault: string) => void} onFault told when the server refused what was relayed
 * @returns {{send: Send, canSend: () => boolean}}
 */
export function relayToControl(session, onFault) {
  const line = channel(session);
  let here = false;
  line.addEventListener('message', (/** @type {MessageEvent<Note>} */ event) => {
    if (event.data.kind === 'here') here = true;
    else if (event.data.kind === 'gone') here = false;
    else if (event.data.kind === 'fault') onFault(event.data.detail);
  });
  line.postMessage(/** @type {Note} */ ({ kind: 'ask' }));
  return {
    send(command, options = {}) {
      if (here) line.postMessage(/** @type {Note} */ ({ kind: 'command', command, options }));
      return here;
    },
    canSend: () => here,
  };
}

/**
 * The control panel's end.
 * @param {string} session
 * @param {Send} send
 * @returns {(fault: string) => void} passes a fault on to the stage
 */
export function relayFromStage(session, send) {
  const line = channel(session);
  line.addEventListener('message', (/** @type {MessageEvent<Note>} */ event) => {
    if (event.data.kind === 'ask') line.postMessage(/** @type {Note} */ ({ kind: 'here' }));
    else if (event.data.kind === 'command') send(event.data.command, event.data.options);
  });
  line.postMessage(/** @type {Note} */ ({ kind: 'here' }));
  addEventListener('pagehide', () => line.postMessage(/** @type {Note} */ ({ kind: 'gone' })));
  return (detail) => line.postMessage(/** @type {Note} */ ({ kind: 'fault', detail }));
}
