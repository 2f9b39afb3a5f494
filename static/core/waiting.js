/** What a page waits for, in a sentence that stays until it is over. */

import { el } from './element.js';

/** Milliseconds after which a wait is told: what is over by then nobody noticed. */
export const NOTICED = 300;

/** Say what the page waits for; nothing once it is over. @param {string} sentence */
export function waiting(sentence) {
  const shown = document.getElementById('waiting');
  if (sentence === '') shown?.remove();
  else if (shown !== null) shown.replaceChildren(el('p', { class: 'toast' }, sentence));
  else document.body.append(el('div', { id: 'waiting', class: 'toasts', role: 'status' }, el('p', { class: 'toast' }, sentence)));
}

/** The same once it has taken a moment; returns how to end it. @param {string} sentence @returns {() => void} */
export function soonWaiting(sentence) {
  const timer = setTimeout(() => waiting(sentence), NOTICED);
  return () => {
    clearTimeout(timer);
    waiting('');
  };
}
