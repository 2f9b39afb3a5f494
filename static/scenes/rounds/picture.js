/**
 * The graph at the cursor: what stands in the nodes in this phase, messages on their way, a pulse when a term is made.
 *
 * It holds what it was told last (`trace`, `round`, `phase`, `chosen`, …) and draws that; whoever holds it sets the
 * fields and calls `changed()`.
 */

import { ring } from '../../draw/cloud.js';
import { Network, upright } from '../../draw/network.js';
import { domain, fade, mix, scale } from '../../draw/palette.js';
import { eased, paintParticles } from '../../draw/particles.js';
import { around, paintChips } from './chips.js';
import {
  brief,
  colouredBy,
  incoming,
  inside,
  links,
  nodes,
  row,
  slab,
  standing,
  vector,
  ways,
  width,
} from './reading.js';

/** @typedef {import('../../draw/pane.js').Pane} Pane */
/** @typedef {import('../../draw/surface.js').Surface} Surface */
/** @typedef {import('./reading.js').Trace} Trace */
/** @typedef {import('./reading.js').Phase} Phase */

/** How long a term's pulse, a change of colour and one flight of the messages take, in ms. */
const PULSE = 750;
const FLIGHT = 1700;
const REST = 700;
const MOST_CHIPS = 12;

export class Picture {
  network = new Network();
  /** @type {Trace | null} */
  trace = null;
  round = 0;
  /** @type {Phase} */
  phase = 'input';
  /** @type {number | null} */
  chosen = null;
  /** @type {number | null} pointed at, on this screen alone */
  hovered = null;
  /** @type {number | undefined} the viewer's node */
  own;
  /** @type {((i: number) => boolean) | undefined} */
  done;
  /** @type {(i: number) => string} */
  id = String;
  /** Whether the numbers have room in the nodes, and who is told when that changes. */
  legible = true;
  /** @type {() => void} */
  onLegible = () => undefined;
  #began = -Infinity;
  /** @type {Trace | null} */
  #drawn = null;
  /** @type {number[]} */
  #links = [];
  /** @type {[number, number][]} */
  #ways = [];

  /** @param {Pane} pane @param {HTMLElement} parent */
  constructor(pane, parent) {
    this.still = pane.host.reducedMotion;
    this.face = pane.surface({ label: 'The graph', draw: (face) => this.#draw(face), focusable: true }, parent);
  }

  /** Something that is shown was set. */
  changed() {
    this.#describe();
    this.face.invalidate();
  }

  /** Another phase began: its motion starts now. */
  begin() {
    this.#began = performance.now();
    this.face.animate(this.#began + PULSE);
    this.changed();
  }

  /** Before the view ends: the own node came or went. */
  destroy() {
    this.face.destroy();
  }

  #describe() {
    if (this.trace === null) return;
    const what = {
      input: 'the input',
      self: 'own terms',
      messages: 'messages',
      total: 'totals',
      update: 'new features',
    };
    const where = this.round === 0 ? 'before the first update' : `in update ${this.round} of ${this.trace.rounds}`;
    this.face.describe(`Graph of ${nodes(this.trace)} nodes, ${what[this.phase]} ${where}`);
  }

  /** @param {Surface} face */
  #draw(face) {
    const { trace } = this;
    if (trace === null) return;
    if (trace !== this.#drawn) {
      this.#drawn = trace;
      this.#links = links(trace);
      this.#ways = ways(trace);
    }
    const stand = standing(trace, this.round, this.phase);
    const focus = this.chosen ?? this.hovered;
    const near = focus === null ? [] : incoming(trace, focus).map(({ source }) => source);
    const texts = Array.from({ length: nodes(trace) }, (_, i) => inside(row(stand.tensor, stand.at, i)));
    const readable = this.#readable(face, texts);
    this.network.paint(face, {
      positions: upright(trace.positions.data, face),
      edges: this.#links,
      colour: this.#colours(face, trace),
      inside: (i) => (readable ? (texts[i] ?? '') : ''),
      id: this.id,
      ...(focus === null ? {} : { chosen: focus, neighbors: near, fadeOthers: this.chosen !== null }),
      ...(this.own === undefined ? {} : { own: this.own }),
      ...(this.done === undefined ? {} : { done: this.done }),
    });
    if (readable !== this.legible) {
      this.legible = readable;
      this.onLegible();
    }
    if (this.phase === 'messages') this.#drawMessages(face, trace);
    else this.#drawPulse(face);
  }

  /** Whether the longest text has room in a node: all nodes say their numbers, or none. @param {Surface} face @param {readonly string[]} texts */
  #readable(face, texts) {
    return texts.every((text) => this.network.readable(face, text));
  }

  /** 0 when the phase began, 1 when its motion is over. @param {Surface} face */
  #progress(face) {
    return this.still() ? 1 : Math.min(1, Math.max(0, (face.now - this.#began) / PULSE));
  }

  /** By the first feature; in the phase `update` from the old colour to the new one. @param {Surface} face @param {Trace} trace */
  #colours(face, trace) {
    const d = width(trace);
    const at = colouredBy(this.round, this.phase);
    const after = firstColours(trace, at, d, face.theme.dark);
    if (this.phase !== 'update') return after;
    const t = eased(this.#progress(face));
    if (t >= 1) return after;
    const before = firstColours(trace, at - 1, d, face.theme.dark);
    return (/** @type {number} */ i) => mix(before(i), after(i), t);
  }

  /** Messages fly again and again while their phase is shown. @param {Surface} face @param {Trace} trace */
  #drawMessages(face, trace) {
    const focus = this.chosen;
    const flying = focus === null ? this.#ways : this.#ways.filter(([, u]) => u === focus);
    const still = this.still();
    const cycle = (face.now - this.#began) % (FLIGHT + REST);
    paintParticles(face, {
      edges: flying,
      phase: still ? 0.5 : cycle / FLIGHT,
      along: (i, j, t) => this.network.along(i, j, t),
      stagger: focus === null ? 0 : 0.25,
      still,
    });
    if (focus !== null && flying.length <= MOST_CHIPS) this.#writeMessages(face, trace, focus);
    if (!still) face.animate(performance.now() + 100);
  }

  /** The numbers that the chosen node hears. @param {Surface} face @param {Trace} trace @param {number} focus */
  #writeMessages(face, trace, focus) {
    const chips = incoming(trace, focus).map(({ source, weight }) => ({
      text: weighted(weight, row(trace.sent, this.round - 1, source)),
      along: (/** @type {number} */ t) => this.network.along(source, focus, t),
    }));
    const rings = face.line * 1.2;
    const discs = Array.from({ length: nodes(trace) }, (_, i) => {
      const { x, y, radius } = this.network.place(i);
      return { x, y, radius: radius + rings };
    });
    paintChips(face, chips, { discs, boxes: this.network.ids.map((id) => around(face, id.text, id)) });
  }

  /** A ring in the term's colour that opens around every node. @param {Surface} face */
  #drawPulse(face) {
    const { theme, ctx, line } = face;
    const role = { self: theme.self, total: theme.total, update: theme.total };
    if (this.trace === null || !(this.phase in role)) return;
    const colour = role[/** @type {keyof typeof role} */ (this.phase)];
    const t = this.#progress(face);
    const focus = this.chosen;
    for (let i = 0; i < nodes(this.trace); i += 1) {
      if (focus !== null && i !== focus) continue;
      const { x, y, radius } = this.network.place(i);
      if (t < 1) ring(ctx, x, y, radius + line * (1 + 4 * eased(t)), fade(colour, 1 - t), line * 1.6);
      if (this.phase !== 'update' && focus === null) ring(ctx, x, y, radius, colour, line);
    }
  }
}

/** The colour of each node by its first feature. @param {Trace} trace @param {number} at @param {number} d @param {boolean} dark */
function firstColours(trace, at, d, dark) {
  const all = slab(trace.features, at);
  const first = Float32Array.from({ length: all.length / (d || 1) }, (_, i) => all[i * d] ?? 0);
  const signed = first.some((value) => value < 0);
  const colour = scale({ ...domain(first, signed), signed, dark });
  return (/** @type {number} */ i) => colour(first[i] ?? 0);
}

/** A message as weight times what is sent; the weight 1 is not said. @param {number} weight @param {readonly number[]} sent */
export function weighted(weight, sent) {
  const text = brief(sent, 1);
  return weight === 1 ? text : `${vector([weight])}·${text}`;
}
