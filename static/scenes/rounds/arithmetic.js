/**
 * One node's update in numbers, term by term in the colours of the formula; the term of the present phase stands out.
 *
 * It writes down what the server computed. From the trace alone it can write the same with the products left standing.
 */

import { el } from '../../core/element.js';
import { brief, incoming as heard, revealed, row, rowsOf, vector } from './reading.js';

/** @typedef {import('./reading.js').Trace} Trace */
/** @typedef {import('./reading.js').Phase} Phase */
/** @typedef {import('../../core/protocol.js').RoundsMine} Mine */
/** @typedef {import('../../core/protocol.js').RoundsWorked} Worked */
/** @typedef {{source: number, weight: number, sent: readonly number[], value?: readonly number[]}} Message */
/**
 * @typedef {object} Sum
 * @property {number} round
 * @property {readonly number[]} features
 * @property {readonly number[]} own
 * @property {readonly Message[]} incoming
 * @property {readonly number[]} [aggregated]
 * @property {readonly number[]} bias
 * @property {readonly number[]} total
 * @property {readonly number[]} output
 */

/** Messages that are written out unless told otherwise: fewer where each takes two lines. */
const MOST = { short: 6, long: 3 };
const GATHERED = { sum: 'sum', mean: 'mean', max: 'maximum' };

/**
 * A node's update as the trace and the node's own frame tell it; null while it is not revealed, or the two do not fit.
 * @param {Trace} trace @param {Mine | undefined} mine @param {number} round @param {number} node @returns {Sum | null}
 */
export function fromTrace(trace, mine, round, node) {
  if (round < 1 || round > revealed(trace) || mine?.trace !== trace.version || mine.node !== node) return null;
  const [own, totals] = [rowsOf(mine.self), rowsOf(mine.totals)];
  return {
    round,
    features: row(trace.features, round - 1, node),
    own: own[round - 1] ?? [],
    incoming: heard(trace, node).map(({ source, weight }) => ({
      source,
      weight,
      sent: row(trace.sent, round - 1, source),
    })),
    bias: Array.from(trace.bias.data),
    total: totals[round - 1] ?? [],
    output: row(trace.features, round, node),
  };
}

/**
 * A list of terms.
 * @param {Trace} trace whose weights these are
 * @param {Sum | Worked} sum
 * @param {Phase} phase
 * @param {(node: number) => string} name of a neighbor
 * @param {number} [most] messages that are written out
 * @returns {HTMLElement}
 */
export function arithmetic(trace, sum, phase, name, most = sum.features.length > 2 ? MOST.long : MOST.short) {
  const list = el('dl', { class: 'rounds-sum', 'data-phase': phase });
  /** @param {string} part @param {string} head @param {...(Node | string)} body */
  const add = (part, head, ...body) => {
    list.append(el('dt', { 'data-part': part }, head), el('dd', { 'data-part': part }, ...body));
  };
  const own = trace.gcn ? 'W_neigh h / d̃' : 'W_self h';
  add('self', own, ...ownTerm(trace, sum));
  for (const message of sum.incoming.slice(0, most)) {
    add('message', `from ${name(message.source)}`, messageText(message));
  }
  const more = sum.incoming.length - most;
  if (more > 0) add('message', '', `and ${more} more`);
  if (sum.incoming.length === 0) add('message', 'no neighbors', brief(sum.own.map(() => 0)));
  else if (sum.aggregated)
    add('message', trace.gcn ? 'sum' : GATHERED[trace.aggregation], `= ${brief(sum.aggregated)}`);
  add('bias', 'b', brief(sum.bias));
  add('total', 'total', `= ${brief(sum.total)}`);
  add(
    'update',
    trace.activation === 'identity' ? 'new h' : `${trace.activation}(total)`,
    '= ',
    el('strong', {}, brief(sum.output)),
  );
  return list;
}

/** @param {Trace} trace @param {Sum | Worked} sum @returns {(Node | string)[]} */
function ownTerm(trace, sum) {
  const small = sum.features.length <= 2 && !trace.gcn;
  if (!small) return [brief(sum.own)];
  if (sum.features.length === 1)
    return [`${vector([...trace.w_self.data])} · ${vector(sum.features)} = ${vector(sum.own)}`];
  return [matrix(rowsOf(trace.w_self)), ` ${vector(sum.features)} = ${vector(sum.own)}`];
}

/** @param {Message} message */
function messageText({ weight, sent, value }) {
  if (weight === 1) return brief(sent);
  const product = `${vector([weight])}·${brief(sent)}`;
  return value ? `${product} = ${brief(value)}` : product;
}

/** A small matrix in brackets. @param {readonly (readonly number[])[]} rows @returns {HTMLElement} */
export function matrix(rows) {
  const words = rows.map((cells) => cells.map((value) => vector([value])).join(', ')).join('; ');
  const cells = rows.flat().map((value) => el('span', {}, vector([value])));
  const grid = el('span', { class: 'rounds-matrix', role: 'img', 'aria-label': `matrix ${words}` }, ...cells);
  grid.style.gridTemplateColumns = `repeat(${rows[0]?.length ?? 1}, auto)`;
  return grid;
}
