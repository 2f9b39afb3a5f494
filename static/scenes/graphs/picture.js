/** One graph in the forms of an act: alone, with its matrix, its list of edges, or what a network makes of it. */

import { edgeList } from '../../draw/edgelist.js';
import { chip, write } from '../../draw/mark.js';
import { Matrix } from '../../draw/matrix.js';
import { Network } from '../../draw/network.js';
import { fixed } from '../../draw/numbers.js';
import { ACT, nodesById, pairsOf } from './reading.js';

/** @typedef {import('../../draw/surface.js').Surface} Surface */
/** @typedef {import('../../draw/surface.js').Box} Box */
/** @typedef {import('../../draw/surface.js').Point} Point */
/** @typedef {import('./reading.js').Picture} PictureFrame */
/** @typedef {import('./reading.js').Tasks} Tasks */

export class Picture {
  network = new Network();
  #matrix = new Matrix();
  #scores = new Matrix();
  /** @type {Box} where the graph is drawn */
  #left = { x: 0, y: 0, width: 0, height: 0 };

  /** Whether a pixel belongs to the graph's part. @param {Point} point */
  covers({ x, y }) {
    const { x: left, y: top, width, height } = this.#left;
    return x >= left && y >= top && x <= left + width && y <= top + height;
  }

  /** @param {Surface} face @param {PictureFrame} picture @param {Tasks} tasks @param {number} chosen node under the instructor's hand */
  paint(face, picture, tasks, chosen) {
    const { width, height, small } = face;
    const { act } = picture;
    const alone = act === ACT.graph;
    this.#left = { x: 0, y: 0, width: alone ? width : width * 0.46, height };
    this.#graph(face, picture, tasks, chosen);
    const right = { x: width * 0.49, y: small * 0.4, width: width * 0.5, height: height - small * 0.8 };
    if (alone || picture.ids.data.length === 0) return;
    if (act === ACT.matrix) this.#adjacency(face, picture, right);
    if (act === ACT.list || act === ACT.shuffled) {
      const above = { ...right, height: right.height * 0.62 };
      this.#adjacency(face, picture, above);
      const y = above.y + above.height + small * 0.4;
      const rest = { ...right, y, height: height - y };
      const drawn = edgeList(
        face,
        { edges: picture.edges.data, title: `edge_index: 2 × ${picture.edges.data.length / 2}`, lit: picture.last },
        rest,
      );
      const more = picture.edges.data.length / 2 - drawn;
      if (more > 0)
        write(face, `… and ${more} more`, rest.x + rest.width, rest.y + small * 0.7, {
          align: 'right',
          colour: face.theme.quiet,
          halo: null,
        });
    }
    if (act === ACT.nodes) this.#nodeTask(face, tasks, right);
    if (act === ACT.pairs) this.#pairTask(face, tasks, right);
    if (act === ACT.whole) this.#wholeTask(face, tasks, right);
  }

  /** @param {Surface} face @param {PictureFrame} picture @param {Tasks} tasks @param {number} chosen */
  #graph(face, picture, tasks, chosen) {
    const { act } = picture;
    const ids = picture.ids.data;
    const nodes = nodesById(ids);
    const pairs = pairsOf(picture.edges);
    const score = (/** @type {number} */ i) => tasks.nodes.data[ids[i] ?? 0] ?? NaN;
    const lit = (/** @type {readonly [number, number] | undefined} */ pair) =>
      pair !== undefined &&
      act >= ACT.matrix &&
      act <= ACT.shuffled &&
      picture.last[0] !== picture.last[1] &&
      pair.every((id) => picture.last.includes(id));
    const id = (/** @type {number} */ i) => String(ids[i] ?? '');
    const scored = act === ACT.nodes;
    const room = Math.min(this.#left.width, this.#left.height);
    this.network.paint(
      face,
      {
        positions: picture.positions.data,
        edges: pairs.flatMap(([a, b]) => [nodes[a] ?? 0, nodes[b] ?? 0]),
        ...(scored
          ? { values: Array.from(ids, (_, i) => score(i)), range: { lo: 0, hi: 1 } }
          : { colour: () => face.theme.self }),
        inside: (i) => (act === ACT.graph ? '' : scored ? fixed(score(i), 2) : id(i)),
        id: (i) => (scored ? id(i) : ''),
        edgeColour: (e) => (lit(pairs[e]) ? face.theme.message : null),
        ...(chosen < 0 ? {} : { chosen }),
        radius: Math.min(face.unit * (scored ? 1.25 : 1.05), room * 0.06),
      },
      this.#left,
    );
    if (ids.length === 0)
      write(face, 'An empty graph', this.#left.width / 2, face.height / 2, { colour: face.theme.quiet });
    if (act === ACT.pairs) this.#links(face, tasks, nodes);
  }

  /** The pairs without an edge that score highest, dashed, with their scores. @param {Surface} face @param {Tasks} tasks @param {Int32Array} nodes */
  #links(face, tasks, nodes) {
    const { data } = tasks.absent;
    const count = data.length / 2;
    const n = nodes.length;
    const { ctx, theme, line, small } = face;
    for (let k = 0; k < count; k += 1) {
      const [a, b] = [data[k] ?? 0, data[count + k] ?? 0];
      const [i, j] = [nodes[a] ?? 0, nodes[b] ?? 0];
      const [from, to] = [this.network.along(i, j, 0), this.network.along(i, j, 1)];
      ctx.strokeStyle = theme.message;
      ctx.lineWidth = line * 1.2;
      ctx.setLineDash([line * 3, line * 2.4]);
      ctx.beginPath();
      ctx.moveTo(from.x, from.y);
      ctx.lineTo(to.x, to.y);
      ctx.stroke();
      ctx.setLineDash([]);
      const at = this.network.along(i, j, 0.36 + 0.14 * k);
      chip(face, fixed(tasks.pairs.data[a * n + b] ?? NaN, 3), at.x, at.y, { fill: theme.message, size: small });
    }
  }

  /** @param {Surface} face @param {PictureFrame} picture @param {Box} box */
  #adjacency(face, picture, box) {
    const n = picture.ids.data.length;
    const [a = -1, b = -1] = picture.last;
    this.#matrix.paint(
      face,
      {
        values: picture.adjacency.data,
        rows: n,
        columns: n,
        kind: 'adjacency',
        title: picture.shuffled ? 'A′ = P A Pᵀ' : 'A',
        rowName: String,
        columnName: String,
        text: (value) => String(value),
        colour: (row, column) =>
          a !== b && ((row === a && column === b) || (row === b && column === a)) ? face.theme.message : null,
      },
      box,
    );
  }

  /** @param {Surface} face @param {Tasks} tasks @param {Box} box */
  #nodeTask(face, tasks, box) {
    const n = tasks.nodes.data.length;
    const [left, right] = [
      { ...box, width: box.width * 0.68 },
      { ...box, x: box.x + box.width * 0.7, width: box.width * 0.3 },
    ];
    this.#features(face, tasks, left, []);
    this.#scores.paint(
      face,
      {
        values: tasks.nodes.data,
        rows: n,
        columns: 1,
        range: { lo: 0, hi: 1 },
        title: 'σ(H w)',
        rowName: String,
        columnName: () => '',
        text: (value) => fixed(value, 2),
      },
      right,
    );
  }

  /** @param {Surface} face @param {Tasks} tasks @param {Box} box */
  #pairTask(face, tasks, box) {
    const n = tasks.nodes.data.length;
    this.#scores.paint(
      face,
      {
        values: tasks.pairs.data,
        rows: n,
        columns: n,
        range: { lo: 0, hi: 1 },
        title: 'σ(H Hᵀ): one score a pair',
        rowName: String,
        columnName: String,
        text: (value) => fixed(value, 2).replace(/^0/, ''),
      },
      box,
    );
  }

  /** @param {Surface} face @param {Tasks} tasks @param {Box} box */
  #wholeTask(face, tasks, box) {
    this.#features(face, tasks, box, [
      ['sum', tasks.total.data],
      ['mean', tasks.mean.data],
    ]);
  }

  /** H, and below it rows that were made of all of it. @param {Surface} face @param {Tasks} tasks @param {Box} box @param {[string, ArrayLike<number>][]} below */
  #features(face, tasks, box, below) {
    const n = tasks.nodes.data.length;
    const columns = tasks.total.data.length;
    this.#matrix.paint(
      face,
      {
        values: [...tasks.features.data, ...below.flatMap(([, values]) => Array.from(values))],
        rows: n + below.length,
        columns,
        signed: true,
        range: { lo: -1, hi: 1 },
        title: 'H after 3 rounds, untrained',
        rowName: (row) => below[row - n]?.[0] ?? String(row),
        columnName: () => '',
        text: (value) => fixed(value, 1),
        rowsLit: below.map((_, k) => n + k),
      },
      box,
    );
  }
}
