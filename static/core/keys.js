/** The one table of keys; the help that `?` opens is made from it. */

import { el } from './element.js';

/**
 * @typedef {'next' | 'back' | 'play' | 'reset' | 'blank' | 'qr' | 'dark' | 'fullscreen' | 'numbers' | 'help'} Deed
 */
/** @typedef {{keys: readonly string[], shown: string, deed: Deed, words: string}} Binding */
/** @typedef {Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey' | 'target'>} Press */

/** @type {readonly Binding[]} */
export const KEYMAP = [
  { keys: ['PageDown'], shown: 'Page Down', deed: 'next', words: 'next position, then next step of the plan' },
  { keys: ['PageUp'], shown: 'Page Up', deed: 'back', words: 'back' },
  { keys: [' '], shown: 'Space', deed: 'play', words: 'play or pause' },
  { keys: ['r'], shown: 'R', deed: 'reset', words: 'start the scene again' },
  { keys: ['b', '.'], shown: 'B', deed: 'blank', words: 'blank screen' },
  { keys: ['q'], shown: 'Q', deed: 'qr', words: 'large QR code' },
  { keys: ['d'], shown: 'D', deed: 'dark', words: 'dark or light' },
  { keys: ['f'], shown: 'F', deed: 'fullscreen', words: 'full screen' },
  { keys: ['t'], shown: 'T', deed: 'numbers', words: 'the picture’s numbers as text' },
  { keys: ['?'], shown: '?', deed: 'help', words: 'this help' },
];

/**
 * What a key press asks for, if it is one of the table and not meant for a field, a button or the browser.
 * @param {Press} press
 * @returns {Deed | null}
 */
export function deedOf(press) {
  if (press.ctrlKey || press.metaKey || press.altKey || isTyping(press.target, press.key)) return null;
  const key = press.key.length === 1 ? press.key.toLowerCase() : press.key;
  return KEYMAP.find((binding) => binding.keys.includes(key))?.deed ?? null;
}

/**
 * Whether this key belongs to the element that has the focus: everything to a field, Space also to a button.
 * @param {EventTarget | null} target
 * @param {string} key
 */
export function isTyping(target, key) {
  if (target === null || !('tagName' in target) || typeof target.tagName !== 'string') return false;
  const tag = target.tagName.toUpperCase();
  const type = 'type' in target ? target.type : '';
  // A slider needs the arrows alone (its Page keys would fight the clicker); a switch and a radio need Space too.
  if (tag === 'INPUT' && type === 'range') return false;
  if (tag === 'INPUT' && (type === 'checkbox' || type === 'radio')) return key === ' ';
  if (tag === 'INPUT' || tag === 'TEXTAREA' || tag === 'SELECT') return true;
  if ('isContentEditable' in target && target.isContentEditable === true) return true;
  return key === ' ' && (tag === 'BUTTON' || tag === 'SUMMARY' || tag === 'A');
}

/**
 * Do what the keys say; what the table does not know is offered to the scene.
 * @param {Record<Deed, () => void>} deeds
 * @param {(event: KeyboardEvent) => boolean} offer
 */
export function listenToKeys(deeds, offer) {
  addEventListener('keydown', (event) => {
    if (document.querySelector('dialog[open]') !== null && event.key !== '?') return;
    const deed = deedOf(event);
    if (deed !== null) {
      event.preventDefault();
      if (!event.repeat || deed === 'next' || deed === 'back') deeds[deed]();
    } else if (!isTyping(event.target, event.key) && offer(event)) event.preventDefault();
  });
}

/** Open or close the help. */
export function toggleHelp() {
  const open = document.querySelector('dialog.help');
  if (open instanceof HTMLDialogElement) {
    open.close();
    return;
  }
  const rows = KEYMAP.map((binding) =>
    el('tr', {}, el('th', { scope: 'row' }, el('kbd', {}, binding.shown)), el('td', {}, binding.words)),
  );
  const close = el('button', { type: 'button', class: 'button', onclick: () => dialog.close() }, 'Close');
  const dialog = el(
    'dialog',
    { class: 'help panel', 'aria-labelledby': 'help-title' },
    el('h2', { id: 'help-title' }, 'Keys'),
    el('table', {}, el('tbody', {}, ...rows)),
    close,
  );
  dialog.addEventListener('close', () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}

/** Enter or leave full screen; a frame that may not is no fault. */
export async function toggleFullscreen() {
  if (!document.fullscreenEnabled) return;
  const asked = document.fullscreenElement ? document.exitFullscreen() : document.documentElement.requestFullscreen();
  await asked.catch(() => undefined); // the browser's own no: there was no click, or the frame may not
}
