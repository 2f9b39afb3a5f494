/**
 * A board on which a graph is drawn by hand: the square [−1, 1]² at a fixed place, so that nothing moves as nodes come.
 *
 *   const board = new Board();
 *   board.paint(face, { positions, pairs, chosen, lit, hint }, box?)
 *   board.hit(point)        node under the pointer, or −1
 *   board.world(point)      the pixel in [−1, 1]², y up; null beside the board
 */

import { ring } from './cloud.js';
import { roundBox, write } from './mark.js';
import { textOn } from './palette.js';

/** @typedef {import('./surface.js').Surface} Surface */
/** @typedef {import('./surface.js').Box} Box */
/** @typedef {import('./surface.js').Point} Point */
/**
 * @typedef {object} BoardData
 * @property {ArrayLike<number>} positions (n, 2) in [−1, 1]²
 * @property {readonly (readonly [number, number])[]} pairs
 * @property {number} [chosen] node with a ring, −1 for none
 * @property {readonly number[]} [lit] the two nodes of an edge that stands out
 * @property {string} [hint] in the middle of an empty board
 */

export class Board {
  #box = { x: 0, y: 0, width: 0, height: 0 };
  #radius = 10;
  /** @type {Point[]} */
  #places = [];

  /** @param {Surface} face @param {BoardData} data @param {Box} [box] */
  paint(face, { positions, pairs, chosen = -1, lit = [], hint = '' }, box = face.box) {
    const { ctx, theme, line } = face;
    this.#radius = Math.max(14, Math.min(face.unit * 1.1, box.width * 0.06));
    const margin = this.#radius + 12;
    this.#box = {
      x: box.x + margin,
      y: box.y + margin,
      width: Math.max(1, box.width - 2 * margin),
      height: Math.max(1, box.height - 2 * margin),
    };
    roundBox(ctx, box.x + 8, box.y + 2, box.width - 16, box.height - 4, 14);
    ctx.strokeStyle = theme.edge;
    ctx.lineWidth = 2;
    ctx.setLineDash([6, 6]);
    ctx.stroke();
    ctx.setLineDash([]);
    this.#places = Array.from({ length: positions.length / 2 }, (_, i) =>
      this.#pixel(positions[2 * i] ?? 0, positions[2 * i + 1] ?? 0),
    );
    for (const [a, b] of pairs) {
      const [from, to] = [this.#places[a], this.#places[b]];
      if (!from || !to) continue;
      const on = lit.includes(a) && lit.includes(b);
      ctx.strokeStyle = on ? theme.message : theme.edge;
      ctx.lineWidth = line * (on ? 1.7 : 1.1);
      ctx.beginPath();
      ctx.moveTo(from.x, from.y);
      ctx.lineTo(to.x, to.y);
      ctx.stroke();
    }
    this.#places.forEach(({ x, y }, i) => {
      ctx.beginPath();
      ctx.arc(x, y, this.#radius, 0, 2 * Math.PI);
      ctx.fillStyle = theme.self;
      ctx.fill();
      if (i === chosen) ring(ctx, x, y, this.#radius + line, theme.message, line * 1.3);
      write(face, String(i), x, y, {
        weight: 700,
        colour: textOn(theme.self),
        halo: null,
        size: Math.max(face.small, this.#radius * 0.9),
      });
    });
    if (this.#places.length === 0 && hint)
      write(face, hint, box.x + box.width / 2, box.y + box.height / 2, { weight: 650, size: face.unit });
  }

  /** @param {Point} point @param {number} [slack] */
  hit({ x, y }, slack = 10) {
    let best = -1;
    let nearest = this.#radius + slack;
    this.#places.forEach((place, i) => {
      const d = Math.hypot(place.x - x, place.y - y);
      if (d < nearest) [nearest, best] = [d, i];
    });
    return best;
  }

  /** @param {Point} point @returns {[number, number] | null} */
  world({ x, y }) {
    const { x: left, y: top, width, height } = this.#box;
    const at = [(2 * (x - left)) / width - 1, 1 - (2 * (y - top)) / height];
    const [u = 2, v = 2] = at;
    const reach = 1 + (2 * (this.#radius + 12)) / Math.min(width, height);
    if (Math.abs(u) > reach || Math.abs(v) > reach) return null;
    const inside = (/** @type {number} */ value) => Math.min(1, Math.max(-1, value));
    return [inside(u), inside(v)];
  }

  /** @param {number} u @param {number} v @returns {Point} */
  #pixel(u, v) {
    const { x, y, width, height } = this.#box;
    return { x: x + ((u + 1) / 2) * width, y: y + ((1 - v) / 2) * height };
  }
}
