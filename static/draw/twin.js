/**
 * The text twin of a picture: its numbers as a table, for a screen reader always and for everybody after the key T.
 *
 *   const text = twin(parent, 'Values of the nodes');
 *   text.table({ columns: ['node', 'value'], rows: [['1', '0.50'], …] });
 *   text.list([['mean error', '2.5·10⁻⁷'], …]);
 *   text.destroy();
 *
 * It is hidden from sight until the page's root has the class `show-twin` or `numbers` (pictures.css). It is rebuilt only
 * when a word changed, at most four times a second, so that a reader's place is kept and a drag stays smooth.
 */

import { el } from '../core/element.js';

/** @typedef {{columns: readonly string[], rows: readonly (readonly string[])[]}} Table the first cell heads its row */
/**
 * @typedef {object} Twin
 * @property {HTMLElement} element
 * @property {(table: Table) => void} table
 * @property {(pairs: readonly (readonly [string, string])[]) => void} list
 * @property {() => void} destroy
 */

const PAUSE = 250;
const MOST_ROWS = 200;

/** @param {string} label @param {Table} content */
function tableOf(label, { columns, rows }) {
  const table = el('table');
  const head = el('tr');
  head.append(...columns.map((name) => el('th', { scope: 'col' }, name)));
  const header = el('thead');
  header.append(head);
  const body = el('tbody');
  for (const cells of rows.slice(0, MOST_ROWS)) {
    const row = el('tr');
    row.append(...cells.map((cell, k) => (k === 0 ? el('th', { scope: 'row' }, cell) : el('td', {}, cell))));
    body.append(row);
  }
  const more = rows.length - MOST_ROWS;
  table.append(el('caption', {}, more > 0 ? `${label} (the first ${MOST_ROWS}; ${more} more)` : label), header, body);
  return table;
}

/** @param {string} label @param {readonly (readonly [string, string])[]} pairs */
function listOf(label, pairs) {
  const holder = el('div');
  const list = el('dl');
  for (const [name, value] of pairs) list.append(el('dt', {}, name), el('dd', {}, value));
  holder.append(el('p', { class: 'twin-label' }, label), list);
  return holder;
}

/**
 * @param {HTMLElement} parent
 * @param {string} label
 * @returns {Twin}
 */
export function twin(parent, label) {
  const element = el('section', { class: 'twin', 'aria-label': label, tabindex: '0' });
  parent.append(element);
  let shown = '';
  let last = -Infinity;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;

  /** @param {string} words @param {() => HTMLElement} build */
  const show = (words, build) => {
    clearTimeout(timer);
    const renew = () => {
      if (words === shown) return;
      shown = words;
      last = performance.now();
      element.replaceChildren(build());
    };
    const wait = last + PAUSE - performance.now();
    if (wait <= 0) renew();
    else timer = setTimeout(renew, wait);
  };
  return {
    element,
    table: (content) => show(JSON.stringify(content), () => tableOf(label, content)),
    list: (pairs) => show(JSON.stringify(pairs), () => listOf(label, pairs)),
    destroy() {
      clearTimeout(timer);
      element.remove();
    },
  };
}
