/** The projector page: display only; it drives the lecture only when it was opened from the control panel. */

import { el, found, showUnknown, toast, waiting } from '../core/element.js';
import { enter, lookUp, spelled, tellFull, tellLoading, whyStopped } from '../core/enter.js';
import { listenToKeys, toggleFullscreen, toggleHelp } from '../core/keys.js';
import { relayToControl } from '../core/relay.js';
import { Drive } from '../core/walk.js';
import { Surface } from './surface.js';

/** @typedef {import('../core/enter.js').SessionInfo} SessionInfo */

const page = found('page', HTMLElement);

/** @param {SessionInfo} info */
function start(info) {
  document.title = `${info.id}, stage`;
  const { room, connection } = enter(info.id, 'stage');
  const relay = relayToControl(info.id, (fault) => toast(fault, 'fault'));
  room.carry = relay.send;
  const surface = new Surface(room, info, relay.canSend);
  surface.element.classList.add('whole-window');
  surface.onDark = (dark) => {
    document.documentElement.dataset['theme'] = dark ? 'dark' : 'light';
  };
  page.replaceChildren(surface.element);
  tellLoading(room, surface.mount, connection);
  tellFull(room);
  room.onStatus((status, code) => {
    if (status === 'stopped') page.replaceChildren(el('p', { class: 'trouble' }, whyStopped(code)));
  });
  const drive = new Drive(room);
  const looksOnly = () =>
    toast('This stage only looks. Open it from the control panel to drive the lecture from here.');
  const through = (/** @type {() => void} */ deed) => () => (relay.canSend() ? deed() : looksOnly());
  /** Through the control panel where there is one, else on this screen alone. @param {'blank' | 'qr' | 'dark'} what */
  const flip = (what) => () => {
    const value = !surface.shown[what];
    if (!room.send({ t: 'show', [what]: value }, { matters: true })) surface.show({ [what]: value });
  };
  listenToKeys(
    {
      next: through(() => drive.next()),
      back: through(() => drive.back()),
      play: through(() => drive.play()),
      reset: through(() => drive.reset()),
      blank: flip('blank'),
      qr: flip('qr'),
      dark: flip('dark'),
      fullscreen: () => void toggleFullscreen(),
      numbers: toggleNumbers,
      help: toggleHelp,
    },
    (event) => surface.mount.view?.key?.(event) ?? false,
  );
}

/** The numbers of every picture as text, for reading and for a screen reader's table keys. */
function toggleNumbers() {
  document.documentElement.classList.toggle('numbers');
}

const answer = await lookUp(spelled(), waiting);
waiting('');
if ('found' in answer) start(answer.found);
else showUnknown(page, spelled(), answer, (id) => `/${encodeURIComponent(id)}/stage`);
