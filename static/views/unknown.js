/** What a page says of a session that does not exist: a sentence, the likely one as a button, and the way to the join page. */

import { el } from '../core/element.js';

/**
 * @param {HTMLElement} page
 * @param {string} typed
 * @param {{detail: string, suggestion: string | null, unknown: boolean}} answer
 * @param {(id: string) => string} address of the same page in another session
 */
export function showUnknown(page, typed, { detail, suggestion, unknown }, address) {
  const title = unknown ? 'No such session' : 'The session cannot be opened';
  document.title = title;
  const offers =
    suggestion === null ? [] : [el('a', { class: 'button primary', href: address(suggestion) }, `Go to ${suggestion}`)];
  page.replaceChildren(
    el(
      'section',
      { class: 'unknown panel' },
      el('h1', {}, title),
      el('p', {}, detail || `There is no session called “${typed}” here.`),
      el('p', { class: 'choices' }, ...offers, el('a', { class: 'button', href: '/' }, 'Type the session ID')),
    ),
  );
}
