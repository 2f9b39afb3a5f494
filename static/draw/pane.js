/**
 * What a scene's view is made of: pictures, their text twin, a legend, a column beside them. The pane knows where each goes
 * on this page and ends all of them with the view; a picture and a legend follow the theme by themselves.
 *
 *   const pane = new Pane(host);
 *   const face = pane.surface({ label: 'A graph', draw });       // in the page's main place
 *   const bars = pane.surface({ label: 'Degrees', draw }, box);  // elsewhere, such as in a part of the column
 *   const text = pane.twin('The graph in numbers');
 *   text.table({ columns: ['node', 'value'], rows: [['1', '0.50'], …] });
 *   text.list([['mean error', '2.5·10⁻⁷'], …]);
 *   const keys = pane.legend();
 *   const column = pane.column([question, number, box], { least: '22em' });
 *   pane.onTheme(() => …);                                       // for what else takes a colour of the theme
 *   pane.onEnd(() => clearInterval(timer));                      // for what else must end
 */

import { el } from '../core/element.js';
import { legend } from './legend.js';
import { onTheme, surface } from './surface.js';

/** @typedef {import('../core/scene.js').Host} Host */
/**
 * @typedef {object} ColumnOptions
 * @property {string} least its height where the page has no place for a column
 * @property {string} [gap] between two parts
 * @property {() => boolean} [wanted] whether its text grows; false: what else is in the column takes the room
 */
/** @typedef {{columns: readonly string[], rows: readonly (readonly string[])[]}} Table the first cell heads its row */
/**
 * @typedef {object} Twin
 * @property {HTMLElement} element
 * @property {(table: Table) => void} table
 * @property {(pairs: readonly (readonly [string, string])[]) => void} list
 * @property {() => void} destroy
 */
/** @typedef {{again: () => void, destroy: () => void}} Column `again` after its text changed in kind */

/** Milliseconds between two renewals of a twin. */
const PAUSE = 250;
const MOST_ROWS = 200;
/** Sizes of a column's text in em, the largest first. */
const SIZES = [1.4, 1.3, 1.2, 1.1, 1];

export class Pane {
  /** @param {Host} host */
  constructor(host) {
    this.host = host;
  }

  /** @param {import('./surface.js').SurfaceOptions} options @param {HTMLElement} [parent] */
  surface(options, parent = this.host.main) {
    return this.#ends(surface(parent, options));
  }

  /** @param {string} label @param {HTMLElement} [parent] */
  twin(label, parent = this.host.main) {
    return this.#ends(twin(parent, label));
  }

  legend() {
    return this.#ends(legend(this.host.legend));
  }

  /** @param {readonly HTMLElement[]} parts @param {ColumnOptions} options */
  column(parts, options) {
    return this.#ends(sideColumn(this.host.side, parts, options));
  }

  /** @param {() => void} changed */
  onTheme(changed) {
    onTheme(changed, this.host.signal);
  }

  /** @param {() => void} ended */
  onEnd(ended) {
    this.host.signal.addEventListener('abort', ended, { once: true });
  }

  /** @template {{destroy: () => void}} T @param {T} part @returns {T} */
  #ends(part) {
    this.onEnd(() => part.destroy());
    return part;
  }
}

/**
 * The column beside a picture: its parts one below the other over the whole height, in text that grows where there is
 * room, so that the last row of the hall reads it and no column is half empty. Its class keeps it inside the side, however
 * high its text: it lies over nothing else of the page.
 *
 * What is as wide as the column already keeps its size by `font-size: calc(1em / var(--grown, 1))`.
 * @param {HTMLElement} side
 * @param {readonly HTMLElement[]} parts
 * @param {ColumnOptions} options
 * @returns {Column}
 */
export function sideColumn(side, parts, { least, gap = '0.5em', wanted = () => true }) {
  const box = el('div', { class: 'column' }, ...parts);
  box.style.gap = gap;
  side.classList.add('columned');
  side.style.setProperty('--least', least);
  side.append(box);
  const again = () => {
    for (const size of wanted() ? SIZES : [1]) {
      box.style.fontSize = `${size}em`;
      box.style.setProperty('--grown', String(size));
      if (box.scrollHeight <= box.clientHeight && box.scrollWidth <= box.clientWidth) break;
    }
  };
  const watch = new ResizeObserver(again);
  watch.observe(box);
  return {
    again,
    destroy() {
      watch.disconnect();
      side.classList.remove('columned');
      side.style.removeProperty('--least');
      box.remove();
    },
  };
}

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
 * The text twin of a picture: its numbers as a table, for a screen reader always and for everybody after the key T. It is
 * hidden from sight until the page's root has the class `show-twin` or `numbers` (pictures.css). It is rebuilt only when a word
 * changed, at most four times a second, so that a reader's place is kept and a drag stays smooth.
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
