/** Any scene of the catalogue, beside the plan; and scenes that came with a shared link. */

import { scenesIndex } from '../core/catalogue.js';
import { el, found } from '../core/element.js';
import { isValues } from '../core/schema.js';

/** @typedef {import('../core/room.js').Room} Room */

const MATTERS = { matters: true };

/** @param {Room} room */
export async function showScenes(room) {
  const list = found('scene', HTMLSelectElement);
  const summary = found('scene-summary', HTMLElement);
  const scenes = await scenesIndex();
  list.replaceChildren(
    el('option', { value: '' }, 'Lobby'),
    ...Object.entries(scenes).map(([name, { title }]) => el('option', { value: name }, title)),
  );
  list.addEventListener('change', () =>
    room.send({ t: 'open', scene: list.value === '' ? null : list.value }, MATTERS),
  );
  room.on('opened', ({ scene }) => {
    list.value = scene ?? '';
    summary.textContent =
      scene === null ? 'The stage shows the session ID and who has joined.' : (scenes[scene]?.summary ?? '');
  });
}

/** A shared link is offered, never opened by itself: the hall may be watching. @param {Room} room */
export async function offerShared(room) {
  const asked = new URLSearchParams(location.search);
  const scene = asked.get('scene');
  if (scene === null) return;
  const title = (await scenesIndex())[scene]?.title ?? scene;
  const params = parsed(asked.get('params') ?? '{}');
  const offer = found('shared', HTMLElement);
  const done = () => {
    offer.hidden = true;
    history.replaceState(null, '', location.pathname);
  };
  offer.replaceChildren(
    el('span', {}, `This link holds the scene “${title}” with its parameters.`),
    el(
      'button',
      {
        type: 'button',
        class: 'button primary',
        onclick: () => {
          room.send({ t: 'open', scene, params }, MATTERS);
          done();
        },
      },
      'Open it',
    ),
    el('button', { type: 'button', class: 'button', onclick: done }, 'Not now'),
  );
  offer.hidden = false;
}

/** @param {string} text */
function parsed(text) {
  try {
    const value = /** @type {import('../core/protocol.js').Json} */ (JSON.parse(text));
    return isValues(value) ? value : {};
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return {};
  }
}
