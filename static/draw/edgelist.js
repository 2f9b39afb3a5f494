/**
 * A list of edges in coordinate form (COO): one column an edge, its source over its target, wrapped into lines.
 *
 *   edgeList(face, { edges, title: 'edge_index', lit: [0, 1] }, box?)      returns how many columns were drawn
 *
 * Columns of the lit pair, in either direction, stand out by fill and frame.
 */

import { roundBox, write } from './mark.js';
import { textOn } from './palette.js';

/** @typedef {import('./surface.js').Surface} Surface */
/** @typedef {import('./surface.js').Box} Box */
/**
 * @typedef {object} EdgeListData
 * @property {ArrayLike<number>} edges (2, e): the sources, then the targets
 * @property {string} [title]
 * @property {readonly number[]} [lit] the two nodes of an edge that stands out
 * @property {number} [most] columns in a line at most
 */

/** @param {Surface} face @param {EdgeListData} data @param {Box} [box] */
export function edgeList(face, { edges, title = '', lit = [], most = Infinity }, box = face.box) {
  const { small, theme, ctx } = face;
  const count = edges.length / 2;
  const top = title ? small * 1.7 : 0;
  if (title)
    write(face, title, box.x, box.y + small * 0.7, { align: 'left', weight: 700, halo: null, size: small * 1.05 });
  const names = ['from', 'to'];
  const left = small * 2.7;
  const cell = { width: small * 1.72, height: small * 1.36 };
  const columns = Math.max(1, Math.min(most, Math.floor((box.width - left) / cell.width)));
  const block = 2 * cell.height + small * 0.7;
  const lines = Math.min(Math.ceil(count / columns), Math.max(1, Math.floor((box.height - top + small * 0.7) / block)));
  let drawn = 0;
  for (let line = 0; line < lines; line += 1) {
    const y = box.y + top + line * block;
    names.forEach((name, row) =>
      write(face, name, box.x, y + cell.height * (row + 0.5), { align: 'left', colour: theme.quiet, halo: null }),
    );
    for (let column = 0; column < columns && drawn < count; column += 1, drawn += 1) {
      const [from, to] = [edges[drawn] ?? 0, edges[count + drawn] ?? 0];
      const on = lit.length === 2 && lit[0] !== lit[1] && lit.includes(from) && lit.includes(to);
      const x = box.x + left + column * cell.width;
      roundBox(ctx, x + 2, y, cell.width - 4, 2 * cell.height, small * 0.3);
      ctx.fillStyle = on ? theme.message : theme.card;
      ctx.fill();
      ctx.strokeStyle = on ? theme.ink : theme.hairline;
      ctx.lineWidth = on ? 3 : 1.5;
      ctx.stroke();
      const style = { weight: on ? 700 : 550, halo: null, colour: on ? textOn(theme.message) : theme.ink };
      write(face, String(from), x + cell.width / 2, y + cell.height * 0.55, style);
      write(face, String(to), x + cell.width / 2, y + cell.height * 1.5, style);
    }
  }
  if (count === 0)
    write(face, 'no edge yet', box.x + left, box.y + top + cell.height, {
      align: 'left',
      colour: theme.quiet,
      halo: null,
    });
  return drawn;
}
