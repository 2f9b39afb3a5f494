/** The update in the header and beside the picture: its formula, the term of the present phase in its color; its weights. */

import { el } from '../../core/element.js';
import { domain, scale } from '../../draw/palette.js';
import { matrix } from './arithmetic.js';
import { rowsOf, width } from './reading.js';

/** @typedef {import('./reading.js').Floats} Floats */
/** @typedef {import('../../core/scene.js').Host} Host */
/** @typedef {import('./reading.js').Phase} Phase */
/** @typedef {import('./reading.js').Trace} Trace */
/** @typedef {'self' | 'message' | 'bias' | 'total'} Part */

/** The colours in which the server typesets the terms. @type {Record<string, Part>} */
const PARTS = { '#0072b2': 'self', '#d55e00': 'message', '#8a3fa0': 'bias', '#009e73': 'total' };
/** @type {Record<Phase, readonly Part[]>} */
const LIT = {
  input: ['self', 'message', 'bias', 'total'],
  self: ['self'],
  messages: ['message'],
  total: ['self', 'message', 'bias'],
  update: ['total'],
};

/** The name of the formula that the trace follows. @param {Trace} trace */
export function formulaOf(trace) {
  return trace.gcn ? 'gcn' : trace.aggregation;
}

export class UpdateFormula {
  #name = '';
  /** @type {Phase} */
  #phase = 'input';
  /** @type {SVGElement | null} */
  #svg = null;

  /** @param {Host} host */
  constructor(host) {
    this.host = host;
  }

  /**
   * @param {Trace} trace
   * @param {Phase} phase
   */
  show(trace, phase) {
    const name = formulaOf(trace);
    if (name !== this.#name) {
      this.#name = name;
      this.#svg = this.host.formula(name, (svg) => {
        colourByRole(svg);
        this.#light();
      });
      this.#svg.classList.add('rounds-formula');
      this.host.heading.replaceChildren(this.#svg);
    }
    this.#phase = phase;
    this.#light();
  }

  #light() {
    const lit = LIT[this.#phase];
    for (const glyph of this.#svg?.querySelectorAll('[data-part]') ?? []) {
      const part = glyph.getAttribute('data-part');
      glyph.classList.toggle('back', !lit.some((name) => name === part));
    }
  }
}

/** Terms take the page's role colours, which differ on dark; the rest takes the ink. @param {SVGElement} svg */
function colourByRole(svg) {
  for (const glyph of svg.querySelectorAll('[fill], [stroke]')) {
    for (const paint of ['fill', 'stroke']) {
      const colour = glyph.getAttribute(paint)?.toLowerCase();
      if (colour === undefined || colour === 'none') continue;
      const part = PARTS[colour];
      if (part) glyph.setAttribute('data-part', part);
      glyph.setAttribute(paint, part ? `var(--${part})` : 'currentColor');
    }
  }
}

/** Of so many features the cells are still written as numbers. */
const WRITTEN = 3;

/** @param {Trace} trace @param {boolean} dark @returns {HTMLElement} */
export function weights(trace, dark) {
  const column = { data: trace.bias.data, shape: [width(trace), 1] };
  // Under GCN one weight serves a node and its neighbors.
  const own = trace.gcn ? [] : [named('self', 'W_self', trace.w_self, dark)];
  return el(
    'div',
    { class: 'rounds-weights' },
    ...own,
    named('message', 'W_neigh', trace.w_neigh, dark),
    named('bias', 'b', column, dark),
  );
}

/** @param {string} part @param {string} name @param {Floats} values @param {boolean} dark */
function named(part, name, values, dark) {
  const rows = rowsOf(values);
  const shown = rows.length <= WRITTEN ? matrix(rows) : colours(name, rows, dark);
  return el('figure', { 'data-part': part }, el('figcaption', {}, name), shown);
}

/** @param {string} name @param {readonly (readonly number[])[]} rows @param {boolean} dark */
function colours(name, rows, dark) {
  const all = rows.flat();
  const colour = scale({ ...domain(all, true), signed: true, dark });
  const cells = all.map((value) => {
    const cell = el('span');
    cell.style.background = colour(value);
    return cell;
  });
  const words = `${name}, ${rows.length} by ${rows[0]?.length ?? 0} cells as colors`;
  const grid = el('span', { class: 'rounds-heat', role: 'img', 'aria-label': words }, ...cells);
  grid.style.gridTemplateColumns = `repeat(${rows[0]?.length ?? 1}, auto)`;
  return grid;
}
