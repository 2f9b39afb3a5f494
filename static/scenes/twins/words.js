/** What is said of orders and of the verdict, on the stage and on the phones. */

/** @typedef {import('../../core/protocol.js').TwinsRow} Row */

/** What can be guessed, in the server's words. */
export const CHOICES = /** @type {const} */ (['2-body', '3-body', '4-body', '5-body', '5-body with signs', 'none']);

/** The rows of the table, in the order in which they are uncovered. */
export const ORDERS = /** @type {readonly {order: number, signed: boolean}[]} */ ([
  { order: 2, signed: false },
  { order: 3, signed: false },
  { order: 4, signed: false },
  { order: 4, signed: true },
  { order: 5, signed: false },
  { order: 5, signed: true },
]);

export const MEETINGS = /** @type {Record<string, string>} */ ({
  'a rotation': 'One cloud, turned: a rotation lays B on A.',
  'only a mirror': 'Two clouds: only a mirror lays B on A.',
  neither: 'Two clouds: neither a rotation nor a mirror lays B on A.',
});

/** "4-body", "5-body with signs". @param {{order: number, signed: boolean}} row */
export function orderName({ order, signed }) {
  return `${order}-body${signed ? ' with signs' : ''}`;
}

/** @param {Row} row */
export function word({ same }) {
  return same ? '= equal to rounding' : '≠ different';
}
