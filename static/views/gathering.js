/**
 * The lobby's picture: everybody who joins is a node that pops up in a growing graph.
 *
 * Node i sits on a sunflower spiral and is tied to the two earlier nodes nearest to it, so the picture is the same on
 * every screen and no node ever moves to make room for another; the whole only draws back as it grows.
 */

import { reducedMotion } from '../core/element.js';
import { write } from '../draw/mark.js';
import { surface } from '../draw/surface.js';

/** @typedef {import('../draw/surface.js').Surface} Face */
/** @typedef {{name: string, present: boolean, mine: boolean}} Guest */
/** @typedef {{x: number, y: number}} Spot */
/** @typedef {{x: number, y: number, scale: number}} Camera the spot in the middle, and pixels to a unit */

const GOLDEN = Math.PI * (3 - Math.sqrt(5));
const POP = 600;
/** Milliseconds in which the camera comes about two thirds of its way. */
const EASE = 130;
/** Names stand beside the nodes while this many have joined. */
const NAMED = 24;

/** Where node i sits, in units of about one node distance. @param {number} i @returns {Spot} */
export function spot(i) {
  const radius = Math.sqrt(i + 0.4);
  return { x: radius * Math.cos(i * GOLDEN), y: radius * Math.sin(i * GOLDEN) };
}

/** The two earlier nodes nearest to node i. @param {number} i @returns {number[]} */
export function ties(i) {
  const here = spot(i);
  const distance = (/** @type {number} */ j) => (spot(j).x - here.x) ** 2 + (spot(j).y - here.y) ** 2;
  return Array.from({ length: i }, (_, j) => j)
    .sort((a, b) => distance(a) - distance(b))
    .slice(0, 2);
}

/**
 * The view that holds the first `count` nodes and their names.
 * @param {number} count
 * @param {number} width
 * @param {number} height
 * @returns {Camera}
 */
export function framing(count, width, height) {
  const spots = Array.from({ length: Math.max(1, count) }, (_, i) => spot(i));
  const [xs, ys] = [spots.map(({ x }) => x), spots.map(({ y }) => y)];
  const [left, right, top, bottom] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
  const scale = Math.min((0.94 * width) / (right - left + 1.3), (0.94 * height) / (bottom - top + 1.1));
  return { x: (left + right) / 2, y: (top + bottom) / 2 + 0.1, scale: Math.min(scale, 0.3 * Math.min(width, height)) };
}

/** Overshoots a little, then rests: a node pops up. @param {number} t from 0 to 1 */
function popped(t) {
  return t >= 1 ? 1 : 1 + 2.7 * (t - 1) ** 3 + 1.7 * (t - 1) ** 2;
}

export class Gathering {
  /** @type {readonly Guest[]} */
  #guests = [];
  /** @type {number[]} when each node popped up */
  #born = [];
  /** @type {number[][]} */
  #ties = [];
  /** @type {Camera | null} */
  #camera = null;
  /** when the camera moved last, and when it has to have arrived */
  #moved = 0;
  #settled = -Infinity;
  #face;

  /** @param {HTMLElement} parent */
  constructor(parent) {
    this.#face = surface(parent, { label: 'Nobody has joined yet', draw: (face) => this.#draw(face) });
  }

  /**
   * @param {readonly Guest[]} guests in the order in which they joined
   * @param {string} words the same for a screen reader
   */
  show(guests, words) {
    const now = performance.now();
    const before = this.#born.length;
    for (let i = before; i < guests.length; i += 1) {
      // Those who were here before this page opened come in one after the other, in under a second together.
      this.#born.push(before === 0 ? now + (i * 800) / guests.length : now);
      this.#ties.push(ties(i));
    }
    this.#born.length = guests.length;
    this.#ties.length = guests.length;
    this.#guests = guests;
    this.#face.describe(words);
    if (guests.length === before || reducedMotion()) this.#face.invalidate();
    else {
      this.#settled = Math.max(...this.#born) + 2 * POP;
      this.#face.animate(this.#settled);
    }
  }

  /** @param {Face} face */
  #draw(face) {
    const still = reducedMotion();
    const wanted = framing(this.#guests.length, face.width, face.height);
    // By the clock and not by the frame, and at the goal once it is over: a slow device shows everybody too.
    const last = still || face.now >= this.#settled ? null : this.#camera;
    const part = 1 - Math.exp((this.#moved - face.now) / EASE);
    this.#moved = face.now;
    const nearer = (/** @type {number} */ from, /** @type {number} */ to) => from + part * (to - from);
    this.#camera = last
      ? { x: nearer(last.x, wanted.x), y: nearer(last.y, wanted.y), scale: nearer(last.scale, wanted.scale) }
      : wanted;
    const { x, y, scale } = this.#camera;
    const places = this.#guests.map((_, i) => {
      const at = spot(i);
      return { x: face.width / 2 + (at.x - x) * scale, y: face.height / 2 + (at.y - y) * scale };
    });
    const grown = this.#born.map((born) => (still ? 1 : popped(Math.max(0, Math.min(1, (face.now - born) / POP)))));
    this.#drawTies(face, places, grown, scale);
    this.#drawNodes(face, places, grown, scale);
  }

  /** @param {Face} face @param {Spot[]} places @param {number[]} grown @param {number} scale */
  #drawTies({ ctx, theme, line }, places, grown, scale) {
    ctx.strokeStyle = theme.edge;
    ctx.lineWidth = Math.max(1.5, Math.min(line * 1.2, scale * 0.05));
    ctx.beginPath();
    for (const [i, to] of places.entries()) {
      const reach = Math.min(1, grown[i] ?? 0);
      for (const j of reach > 0 ? (this.#ties[i] ?? []) : []) {
        const from = places[j] ?? to;
        ctx.moveTo(from.x, from.y);
        ctx.lineTo(from.x + (to.x - from.x) * reach, from.y + (to.y - from.y) * reach);
      }
    }
    ctx.stroke();
  }

  /** @param {Face} face @param {Spot[]} places @param {number[]} grown @param {number} scale */
  #drawNodes(face, places, grown, scale) {
    const { ctx, theme, unit } = face;
    const named = this.#guests.length <= NAMED;
    for (const [i, guest] of this.#guests.entries()) {
      const at = places[i];
      const size = grown[i] ?? 0;
      if (at === undefined || size <= 0) continue;
      const radius = Math.max(2, Math.min(1.5 * unit, (guest.mine ? 0.34 : 0.26) * scale) * size);
      const hue = guest.mine ? theme.message : i % 2 === 0 ? theme.self : theme.total;
      ctx.beginPath();
      ctx.arc(at.x, at.y, radius, 0, 2 * Math.PI);
      // A hollow node is a student who went; shape, not colour alone.
      ctx.fillStyle = guest.present ? hue : theme.paper;
      ctx.fill();
      ctx.lineWidth = 3;
      ctx.strokeStyle = guest.present ? theme.paper : hue;
      ctx.stroke();
      if (named && guest.name) write(face, guest.name, at.x, at.y + radius + face.small * 0.75, { weight: 600 });
    }
  }
}
