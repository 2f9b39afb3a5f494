/** The instructor's page: the preview of the stage, the plan with its notes, and every control. */

import { sceneEntry } from '../core/catalogue.js';
import { copied } from '../core/clipboard.js';
import { el, found, showUnknown, toast, waiting } from '../core/element.js';
import { enter, lookUp, showStatus, spelled, whyStopped } from '../core/enter.js';
import { listenToKeys, toggleFullscreen, toggleHelp } from '../core/keys.js';
import { Panel } from '../core/panel.js';
import { relayFromStage } from '../core/relay.js';
import { Mount } from '../core/scene.js';
import { isValues } from '../core/schema.js';
import { Drive } from '../core/walk.js';
import { askKey, forgetKey, keyOf } from './access.js';
import { showHall } from './hall.js';
import { showPanels } from './panels.js';
import { showPlan } from './plan.js';
import { keepPreview } from './preview.js';
import { offerNewKey } from './renewal.js';
import { offerShared, showScenes } from './scenes.js';
import { showTransport } from './transport.js';
import { showVote } from './vote.js';

/** @typedef {import('../core/enter.js').SessionInfo} SessionInfo */
/** @typedef {import('../core/room.js').Room} Room */

const page = found('page', HTMLElement);
const MATTERS = { matters: true };

/** @param {SessionInfo} info */
function start(info) {
  const { room } = enter(info.id, 'instructor', () => keyOf(info.id));
  let stage = '';
  const relay = relayFromStage(
    info.id,
    (command, options) => room.send(command, options),
    () => stage,
  );
  for (const tag of /** @type {const} */ (['welcome', 'key'])) {
    room.on(tag, (frame) => {
      ({ stage } = frame);
      relay.here();
    });
  }
  room.on('fault', ({ detail }) => {
    toast(detail, 'fault');
    relay.fault(detail);
  });
  room.onStatus((status, code) => {
    if (status !== 'stopped') return;
    if (code === 4401) {
      forgetKey(info.id);
      askKey(page, info.id, whyStopped(code));
    } else page.replaceChildren(el('p', { class: 'trouble panel' }, whyStopped(code)));
  });
  const drive = new Drive(room);
  const surface = keepPreview(found('preview', HTMLElement), room, info);
  showHead(room, info, () => stage);
  showHall(room);
  showPanels(room);
  offerNewKey(room);
  showPlan(room, drive);
  showTransport(room, drive);
  showVote(room);
  void showScenes(room);
  void offerShared(room);
  showDisplay(room);
  keepPanel(room);
  const extra = found('extra', HTMLElement);
  const area = { main: extra, side: el('div'), legend: el('div') };
  const buttons = new Mount(room, area, 'control');
  const flip = (/** @type {'blank' | 'qr' | 'dark'} */ what) => () => {
    room.send({ t: 'show', [what]: !(room.latest('display')?.[what] ?? false) }, MATTERS);
  };
  listenToKeys(
    {
      next: () => drive.next(),
      back: () => drive.back(),
      play: () => drive.play(),
      reset: () => drive.reset(),
      blank: flip('blank'),
      qr: flip('qr'),
      dark: flip('dark'),
      fullscreen: () => void toggleFullscreen(),
      numbers: () => document.documentElement.classList.toggle('numbers'),
      help: toggleHelp,
    },
    (event) => (buttons.view?.key?.(event) || surface.mount.view?.key?.(event)) ?? false,
  );
}

/** @param {Room} room @param {SessionInfo} info @param {() => string} token of a stage that is opened from here */
function showHead(room, info, token) {
  document.title = `${info.id}, control`;
  found('session', HTMLElement).textContent = info.id;
  showStatus(room, found('status', HTMLElement));
  room.on('joined', ({ joined, present, dealt }) => {
    found('joined', HTMLElement).textContent = `${joined} joined, ${present} here`;
    found('dealt', HTMLElement).textContent = dealt === 0 ? 'nobody is a node yet' : `${dealt} students are nodes`;
  });
  found('open-stage', HTMLButtonElement).addEventListener('click', () => {
    open(`/${encodeURIComponent(info.id)}/stage${token() === '' ? '' : `#${token()}`}`, `stage-${info.id}`);
  });
  found('copy-link', HTMLButtonElement).addEventListener('click', () => void copy(info.join_url, 'Student link'));
  found('help', HTMLButtonElement).addEventListener('click', toggleHelp);
  found('deal', HTMLButtonElement).addEventListener('click', () => room.send({ t: 'deal' }, MATTERS));
  const share = found('share', HTMLButtonElement);
  room.on('opened', ({ scene }) => {
    share.disabled = scene === null;
  });
  share.addEventListener('click', () => {
    const opened = room.latest('opened');
    if (!opened?.scene) return;
    const address = new URL(location.pathname, info.join_url);
    address.search = new URLSearchParams({ scene: opened.scene, params: JSON.stringify(opened.params) }).toString();
    void copy(address.href, 'Link to this scene with these parameters');
  });
}

/** What cannot be copied is shown to be copied by hand. @param {string} text @param {string} what */
async function copy(text, what) {
  toast((await copied(text)) ? `${what} copied.` : `${what}: ${text}`);
}

/** Blank, QR code and dark as switches that show what the stage shows. @param {Room} room */
function showDisplay(room) {
  for (const what of /** @type {const} */ (['blank', 'qr', 'dark'])) {
    const button = found(`show-${what}`, HTMLButtonElement);
    button.addEventListener('click', () => {
      const on = button.getAttribute('aria-pressed') !== 'true';
      button.setAttribute('aria-pressed', String(on));
      room.send({ t: 'show', [what]: on }, MATTERS);
    });
    room.on('display', (display) => button.setAttribute('aria-pressed', String(display[what])));
  }
}

/** The parameter panel of whatever scene is open. @param {Room} room */
function keepPanel(room) {
  const place = found('params', HTMLElement);
  /** @type {Panel | null} */
  let panel = null;
  let of = '';
  room.on('opened', async ({ scene, digest }) => {
    if ((scene ?? '') !== of) {
      of = scene ?? '';
      panel = null;
      place.replaceChildren();
    }
    if (scene === null) return;
    const entry = await sceneEntry(scene, digest ?? '').catch(() => null);
    if (entry === null || of !== scene) return;
    panel ??= new Panel(place, entry.params, (values) => room.send({ t: 'tune', values }));
    const params = room.latest('opened')?.params;
    if (isValues(params)) panel.show({ ...entry.defaults, ...params });
  });
}

const answer = await lookUp(spelled(), waiting);
waiting('');
if ('found' in answer) {
  if (keyOf(answer.found.id) === '') askKey(page, answer.found.id, '');
  else start(answer.found);
} else showUnknown(page, spelled(), answer, (id) => `/${encodeURIComponent(id)}/control`);
