/** A student's page: the scene above, what the hand can do below, and who one is here. */

import { el, found, showUnknown, toast, waiting } from '../core/element.js';
import { enter, lookUp, memory, showStatus, spelled, tellFull, tellLoading, whyStopped } from '../core/enter.js';
import { Mount } from '../core/scene.js';
import { Gathering } from './gathering.js';
import { showQuestion } from './question.js';
import { resourceList } from './resources.js';

/** @typedef {import('../core/enter.js').SessionInfo} SessionInfo */
/** @typedef {import('../core/room.js').Room} Room */

const page = found('page', HTMLElement);
const picture = found('picture', HTMLElement);
const inputs = found('inputs', HTMLElement);
const legend = found('legend', HTMLElement);
const lobby = found('lobby', HTMLElement);
const nickname = found('nickname', HTMLButtonElement);
const node = found('node', HTMLElement);

/** @param {SessionInfo} info */
function start(info) {
  if (spelled() !== info.id) history.replaceState(null, '', `/${encodeURIComponent(info.id)}`);
  document.title = `${info.id}, live`;
  found('session', HTMLElement).textContent = info.id;
  memory.setItem('last', info.id);
  const { room, connection } = enter(info.id, 'student');
  showStatus(room, found('status', HTMLElement));
  const mount = new Mount(room, { main: picture, side: inputs, legend }, 'student');
  mount.onTrouble = (sentence) => picture.replaceChildren(el('p', { class: 'trouble' }, sentence));
  tellLoading(room, mount, connection);
  tellFull(room);
  if (memory.denied)
    toast('This browser keeps nothing for this page: your seat and name last until you close or reload it.');
  room.on('opened', ({ scene, title }) => {
    page.classList.toggle('in-lobby', scene === null);
    found('scene-title', HTMLElement).textContent = scene === null ? '' : title;
  });
  room.on('place', ({ label }) => {
    found('place', HTMLElement).textContent = label;
  });
  room.on('you', (you) => {
    nickname.textContent = you.name;
    nickname.setAttribute('aria-label', `You are ${you.name}. Change your name`);
    node.textContent = you.node === null ? '' : `node ${you.node}`;
    node.hidden = you.node === null;
  });
  room.on('fault', ({ detail }) => {
    if (room.status === 'live') toast(detail, 'fault');
  });
  room.onStatus((status, code) => {
    if (status === 'stopped') page.replaceChildren(el('p', { class: 'trouble panel' }, whyStopped(code)));
  });
  // A picture that has the focus takes keys, as on the stage; a field or a button keeps its own.
  picture.addEventListener('keydown', (event) => {
    if (!event.defaultPrevented && mount.view?.key?.(event)) event.preventDefault();
  });
  nickname.addEventListener('click', () => askName(room));
  showQuestion(room, page);
  found('resources', HTMLElement).append(resourceList());
  waitInLobby(room);
}

/** Before anything is opened: who one is, and one's own dot among those of the others. @param {Room} room */
function waitInLobby(room) {
  const crowd = el('div', { class: 'crowd' });
  const name = el('strong', {}, '…');
  const count = el('p', { class: 'lobby-count' });
  const slide = el('div', { class: 'slide', hidden: true });
  const title = el('h1', { class: 'lobby-name' }, 'You are ', name);
  const words = el('p', { class: 'lobby-words' }, 'Waiting for the lecture to begin. Keep this page open.');
  lobby.append(slide, crowd, title, words, count);
  for (const each of [title, words]) each.hidden = true; // until one is somebody: a session may have no place yet
  room.on('slide', ({ title, points }) => {
    slide.hidden = points.length === 0;
    slide.replaceChildren(el('h1', {}, title), el('ul', {}, ...points.map((point) => el('li', {}, point))));
    lobby.classList.toggle('with-slide', points.length > 0);
  });
  const gathering = new Gathering(crowd);
  const show = () => {
    const present = Math.max(1, room.latest('joined')?.present ?? 1);
    const you = room.latest('you')?.name ?? '';
    name.textContent = you;
    for (const each of [title, words]) each.hidden = you === '';
    count.textContent = present === 1 ? 'You are the first one here.' : `${present} of you are here.`;
    const others = Array.from({ length: Math.min(present, 400) - 1 }, () => ({ name: '', present: true, mine: false }));
    gathering.show([{ name: 'you', present: true, mine: true }, ...others], `You are one node among ${present}`);
  };
  room.on('joined', show);
  room.on('you', show);
}

/** @param {Room} room */
function askName(room) {
  const field = el('input', {
    id: 'new-name',
    type: 'text',
    maxlength: 24,
    autocomplete: 'nickname',
    autocapitalize: 'words',
    value: room.latest('you')?.name ?? '',
  });
  const dialog = el(
    'dialog',
    { class: 'panel', 'aria-labelledby': 'rename-title' },
    el(
      'form',
      {
        method: 'dialog',
        onsubmit: () => {
          const name = field.value.trim();
          if (name === '' || name === room.latest('you')?.name) return;
          memory.setItem('name', name);
          room.send({ t: 'name', name }, { matters: true });
        },
      },
      el('h2', { id: 'rename-title' }, 'Your name here'),
      el('label', { for: 'new-name' }, 'Up to 24 letters; the hall sees it on the screen'),
      field,
      el(
        'p',
        { class: 'choices' },
        el('button', { type: 'button', class: 'button', onclick: () => dialog.close() }, 'Cancel'),
        el('button', { type: 'submit', class: 'button primary' }, 'Use this name'),
      ),
    ),
  );
  dialog.addEventListener('close', () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
  field.select();
}

const answer = await lookUp(spelled(), waiting);
waiting('');
if ('found' in answer) start(answer.found);
else showUnknown(page, spelled(), answer, (id) => `/${encodeURIComponent(id)}`);
