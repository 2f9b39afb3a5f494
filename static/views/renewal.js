/**
 * A new instructor's key: asked once more, told once, and from then on the only one that opens this control panel.
 *
 * The link is masked until it is wanted, for this screen may be mirrored to the hall.
 */

import { copied } from '../core/clipboard.js';
import { el, found, toast } from '../core/element.js';
import { keepKey } from './access.js';

/** @typedef {import('../core/room.js').Room} Room */

/** The control panel's address with this key. @param {string} session @param {string} key */
export function controlLink(session, key) {
  return `${location.origin}/${encodeURIComponent(session)}/control#${key}`;
}

/** @param {Room} room */
export function offerNewKey(room) {
  found('new-key', HTMLButtonElement).addEventListener('click', () => ask(room));
  room.on('key', ({ key }) => {
    keepKey(room.session, key);
    tell(controlLink(room.session, key));
  });
}

/** @param {Room} room */
function ask(room) {
  const dialog = open(
    'Make a new key?',
    el(
      'p',
      {},
      'Every other control panel is closed, and control links given out before open nothing any more. This panel goes on; ',
      'students and stage notice nothing.',
    ),
    el(
      'p',
      { class: 'choices' },
      el('button', { type: 'button', class: 'button', autofocus: true, onclick: () => dialog.close() }, 'Keep the key'),
      el('button', { type: 'button', class: 'button primary', onclick: make }, 'Make a new key'),
    ),
  );
  function make() {
    dialog.close();
    if (!room.send({ t: 'rotate' }))
      toast('No new key was made: this panel is not connected. Try again once it is live.', 'fault');
  }
}

/** @param {string} link */
function tell(link) {
  const field = el('input', { id: 'new-link', type: 'password', readonly: true, autocomplete: 'off', value: link });
  const reveal = () => {
    field.type = field.type === 'password' ? 'text' : 'password';
    show.textContent = field.type === 'password' ? 'Show' : 'Hide';
    field.select();
  };
  const show = el('button', { type: 'button', class: 'button', onclick: reveal }, 'Show');
  const copy = async () => {
    if (await copied(link)) toast('Control link copied.');
    else if (field.type === 'password') reveal();
  };
  const dialog = open(
    'The new control link',
    el(
      'p',
      {},
      'It is shown once. Whoever has it leads the lecture: copy it for those who do, and show it to nobody else.',
    ),
    el('label', { for: 'new-link' }, 'Control link with the new key'),
    el('div', { class: 'secret' }, field, show),
    el(
      'p',
      { class: 'choices' },
      el('button', { type: 'button', class: 'button', onclick: () => dialog.close() }, 'Done'),
      el(
        'button',
        { type: 'button', class: 'button primary', autofocus: true, onclick: () => void copy() },
        'Copy the link',
      ),
    ),
  );
}

/** A dialog over the page that is gone once it is closed. @param {string} title @param {...Node} content */
function open(title, ...content) {
  const dialog = el(
    'dialog',
    { class: 'renewal panel', 'aria-labelledby': 'renewal-title' },
    el('h2', { id: 'renewal-title' }, title),
    ...content,
  );
  dialog.addEventListener('close', () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}
