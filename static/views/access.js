/**
 * The instructor's key: it comes in the address's fragment (which no server and no log sees), moves into the tab's own
 * storage, and leaves the address bar, which may be mirrored to the hall.
 */

import { el } from '../core/element.js';
import { decoded, tabMemory } from '../core/enter.js';

/** @param {string} session */
function shelf(session) {
  return `${session}/key`;
}

/** The key this tab has, or nothing. @param {string} session */
export function keyOf(session) {
  const given = decoded(location.hash.slice(1));
  if (given !== '') {
    keepKey(session, given);
    history.replaceState(null, '', location.pathname + location.search);
  }
  return tabMemory.getItem(shelf(session)) ?? '';
}

/** A key that the server made anew: the old one opens nothing any more. @param {string} session @param {string} key */
export function keepKey(session, key) {
  tabMemory.setItem(shelf(session), key);
}

/** @param {string} session */
export function forgetKey(session) {
  tabMemory.removeItem(shelf(session));
}

/**
 * Ask for the key; a whole control link is as good.
 * @param {HTMLElement} page
 * @param {string} session
 * @param {string} trouble why the last key did not do
 */
export function askKey(page, session, trouble) {
  const field = el('input', { id: 'key', type: 'password', autocomplete: 'off', required: true });
  const form = el(
    'form',
    { class: 'access panel' },
    el('h1', {}, `Control panel of ${session}`),
    trouble ? el('p', { class: 'fault', role: 'alert' }, trouble) : '',
    el(
      'p',
      {},
      'This page needs the instructor’s key. Paste the control link that the program printed when it started, or that ',
      el('code', {}, `gnn-live link ${session}`),
      ' prints.',
    ),
    el('label', { for: 'key' }, 'Control link or key'),
    field,
    el('button', { type: 'submit', class: 'button primary' }, 'Open the control panel'),
  );
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const key = field.value.trim().replace(/^.*#/, '');
    if (key === '') return;
    keepKey(session, key);
    location.reload();
  });
  page.className = 'single';
  page.replaceChildren(form);
  field.focus();
}
