/** The weights of the update, as long as no node's arithmetic is open: numbers where they are few, else colors. */

import { el } from '../../core/element.js';
import { domain, scale } from '../../draw/palette.js';
import { matrix } from './arithmetic.js';
import { rowsOf, width } from './reading.js';

/** @typedef {import('./reading.js').Trace} Trace */
/** @typedef {import('./reading.js').Floats} Floats */

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
