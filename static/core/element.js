/** Elements made and found without HTML text (what comes from a message is only ever text), and what a page says as a whole. */

/** @typedef {string | number | boolean | null | undefined | ((event: Event) => void)} Attribute */

/**
 * A new element; `on…` attributes become listeners, `true` an empty attribute, `false` and null none.
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag
 * @param {Record<string, Attribute>} [attributes]
 * @param {...(Node | string)} children
 * @returns {HTMLElementTagNameMap[K]}
 */
export function el(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'function') element.addEventListener(name.replace(/^on/, ''), value);
    else if (value === true) element.setAttribute(name, '');
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, String(value));
  }
  element.append(...children);
  return element;
}

/**
 * The element of the page with this id, of this class; the page and its view belong together.
 * @template {Element} E
 * @param {string} id
 * @param {new () => E} type
 * @returns {E}
 */
export function found(id, type) {
  const element = document.getElementById(id);
  if (element instanceof type) return element;
  throw new Error(`expected a ${type.name} with id "${id}" on this page`);
}

/** Whether the visitor asked for less motion. */
export function reducedMotion() {
  return matchMedia('(prefers-reduced-motion: reduce)').matches;
}

/**
 * Say a sentence for a few seconds, visibly and to a screen reader.
 * @param {string} sentence
 * @param {'note' | 'fault'} [kind]
 */
export function toast(sentence, kind = 'note') {
  let shelf = document.getElementById('toasts');
  if (shelf === null) {
    shelf = el('div', { id: 'toasts', class: 'toasts', role: 'status', 'aria-live': 'polite' });
    document.body.append(shelf);
  }
  const words = capitalized(sentence);
  const same = [...shelf.children].find((child) => child.textContent === words);
  same?.remove();
  const message = el('p', { class: `toast ${kind}` }, words);
  shelf.append(message);
  while (shelf.children.length > 3) shelf.firstElementChild?.remove();
  setTimeout(() => message.remove(), 3000 + 60 * sentence.length);
}

/** A refusal's words as a sentence begins; the name of a command or a field stays as it is written. @param {string} words */
export function capitalized(words) {
  return words.replace(/^[a-z](?=[a-z]* )/u, (first) => first.toUpperCase());
}

/** Milliseconds after which a wait is told: what is over by then nobody noticed. */
const NOTICED = 300;

/** Say what the page waits for; nothing once it is over. @param {string} sentence */
export function waiting(sentence) {
  const shown = document.getElementById('waiting');
  if (sentence === '') shown?.remove();
  else if (shown !== null) shown.replaceChildren(el('p', { class: 'toast' }, sentence));
  else
    document.body.append(
      el('div', { id: 'waiting', class: 'toasts', role: 'status' }, el('p', { class: 'toast' }, sentence)),
    );
}

/** The same once it has taken a moment; returns how to end it. @param {string} sentence @returns {() => void} */
export function soonWaiting(sentence) {
  const timer = setTimeout(() => waiting(sentence), NOTICED);
  return () => {
    clearTimeout(timer);
    waiting('');
  };
}

/**
 * Say that a session does not exist: a sentence, the likely one as a button, and the way to the join page.
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
