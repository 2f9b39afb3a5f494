/** A phone's picture: the own node in the middle, around it those it hears, their messages on the way. */

import { write } from '../../draw/mark.js';
import { Network } from '../../draw/network.js';
import { domain, scale } from '../../draw/palette.js';
import { paintParticles } from '../../draw/particles.js';
import { around, paintChips } from './chips.js';
import { weighted } from './picture.js';
import { incoming, inside, revealed, row, slab, width } from './reading.js';

/** @typedef {import('../../draw/pane.js').Pane} Pane */
/** @typedef {import('../../draw/surface.js').Surface} Surface */
/** @typedef {import('../../draw/surface.js').Box} Box */
/** @typedef {import('./reading.js').Trace} Trace */

const FLIGHT = 2200;
const REST = 900;
const MOST_NAMES = 6;
const LONGEST_NAME = 14;

export class Neighborhood {
  #network = new Network();
  /** @type {Trace | null} */
  trace = null;
  node = 0;
  /** The features that are shown, 0..R. */
  at = 0;
  /** Whether messages made of them are on their way. */
  flying = false;
  /** @type {(node: number) => string} */
  name = String;
  #began = performance.now();

  /** @param {Pane} pane @param {HTMLElement} parent */
  constructor(pane, parent) {
    this.still = pane.host.reducedMotion;
    this.face = pane.surface({ label: 'Your neighborhood', draw: (face) => this.#draw(face) }, parent);
  }

  /** Before the view ends: the own node came or went. */
  destroy() {
    this.face.destroy();
  }

  changed() {
    if (this.trace !== null) {
      const heard = incoming(this.trace, this.node).map(({ source }) => this.name(source));
      this.face.describe(`You are node ${this.node}. You hear ${heard.join(', ') || 'nobody'}.`);
    }
    this.face.invalidate();
  }

  /** @param {Surface} face */
  #draw(face) {
    const { trace } = this;
    if (trace === null) return;
    const heard = incoming(trace, this.node);
    const members = [this.node, ...heard.map(({ source }) => source)];
    const at = Math.min(this.at, revealed(trace));
    const numbers = slab(trace.features, at);
    const first = numbers.filter((_, k) => k % width(trace) === 0);
    const signed = first.some((value) => value < 0);
    const colour = scale({ ...domain(first, signed), signed, dark: face.theme.dark });
    const named = heard.length <= MOST_NAMES;
    this.#network.paint(face, {
      positions: circle(heard.length, face.width / Math.max(1, face.height)),
      edges: heard.flatMap((_, k) => [k + 1, 0]),
      colour: (i) => colour(first[members[i] ?? 0] ?? 0),
      inside: (i) => inside(row(trace.features, at, members[i] ?? 0)),
      id: (i) => (named || i === 0 ? '' : String(members[i])),
      own: 0,
      radius: Math.min(face.unit * 1.75, Math.min(face.width, face.height) * 0.11),
    });
    const names = this.#writeNames(face, members, named);
    if (this.flying) this.#drawMessages(face, trace, heard, at, names);
  }

  /**
   * Above the upper nodes and below the lower ones, where no edge is, and within the picture; one's own below.
   * @param {Surface} face @param {number[]} members @param {boolean} named @returns {Box[]} where they stand
   */
  #writeNames(face, members, named) {
    const middle = this.#network.place(0).y;
    return members.flatMap((node, i) => {
      if (i > 0 && !named) return [];
      const { x, y, radius } = this.#network.place(i);
      const text = i === 0 ? 'you' : short(this.name(node));
      const away = radius + face.small * (i === 0 ? 1.2 : 0.8);
      const half = text.length * face.small * 0.31;
      const inside = Math.min(face.width - half, Math.max(half, x));
      const below = i === 0 || y > middle + radius;
      const place = { x: inside, y: below ? y + away : y - away };
      write(face, text, place.x, place.y, { weight: i === 0 ? 700 : 600 });
      return [around(face, text, place)];
    });
  }

  /**
   * @param {Surface} face @param {Trace} trace @param {import('./reading.js').Incoming[]} heard @param {number} at
   * @param {Box[]} names
   */
  #drawMessages(face, trace, heard, at, names) {
    const still = this.still();
    const cycle = (face.now - this.#began) % (FLIGHT + REST);
    paintParticles(face, {
      edges: heard.map((_, k) => [k + 1, 0]),
      phase: still ? 0.5 : Math.min(1, cycle / FLIGHT),
      along: (i, j, t) => this.#network.along(i, j, t),
      stagger: 0.3,
      still,
    });
    if (heard.length <= MOST_NAMES) {
      const chips = heard.map(({ source, weight }, k) => ({
        // A mean's shares are said with the aggregation; only GCN weighs each message by itself.
        text: weighted(trace.gcn ? weight : 1, row(trace.sent, at, source)),
        along: (/** @type {number} */ t) => this.#network.along(k + 1, 0, t),
      }));
      const discs = [-1, ...heard.keys()].map((k) => ({ ...this.#network.place(k + 1) }));
      discs.forEach((disc) => {
        disc.radius += face.line * 2.5;
      });
      paintChips(face, chips, { discs, boxes: names });
    }
    if (!still) face.animate(performance.now() + 100);
  }
}

/** The middle, then so many places around it, stretched to the picture. @param {number} count @param {number} aspect */
function circle(count, aspect) {
  const wide = Math.min(1.7, Math.max(1, aspect));
  const positions = [0, 0];
  for (let k = 0; k < count; k += 1) {
    // Two stand above at the sides; more begin at the top.
    const angle = count === 2 ? Math.PI * (k === 0 ? 0.8 : 0.2) : Math.PI / 2 - (2 * Math.PI * k) / count;
    positions.push(wide * Math.cos(angle), Math.sin(angle));
  }
  return positions;
}

/** @param {string} name */
function short(name) {
  return name.length > LONGEST_NAME ? `${name.slice(0, LONGEST_NAME - 1)}…` : name;
}
