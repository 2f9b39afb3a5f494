/** What a phone or a stage says while it has to wait: for a place in the session, and for a scene's files. */

import { soonWaiting, waiting } from '../core/waiting.js';

/** @typedef {import('../core/room.js').Room} Room */
/** @typedef {import('../core/scene.js').Mount} Mount */
/** @typedef {import('../core/socket.js').Connection} Connection */

/** While the session has no place for this page, say why; the connection tries again. @param {Room} room */
export function tellFull(room) {
  let full = false;
  room.on('fault', ({ code, detail }) => {
    if (room.status === 'live' || (code !== 'full' && code !== 'too_fast')) return;
    full = true;
    waiting(`${detail.replace(/^./u, (first) => first.toUpperCase())}. Trying again…`);
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
 * @param {Mount} mount
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
    end();
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
