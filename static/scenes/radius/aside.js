/** Beside the picture: how many edges, what a rotation did to them, the degrees, and the energy. */

import { el } from '../../core/element.js';
import { histogram } from '../../draw/chart.js';
import { plain } from '../../draw/numbers.js';
import { jumpText, paintCurve, paintHistory } from './energy.js';

/** @typedef {import('../../draw/pane.js').Pane} Pane */
/** @typedef {import('../../core/protocol.js').RadiusGraph} Graph */
/** @typedef {import('../../core/protocol.js').RadiusCheck} Check */
/** @typedef {import('../../core/protocol.js').RadiusCurve} Curve */
/** @typedef {import('../../core/protocol.js').RadiusEnergy} Energy */
/** @typedef {import('../../draw/surface.js').Surface} Surface */

const GROW = 1;
export const CROSS = 5;

export class Aside {
  #facts = el('p');
  #number = el('strong', { class: 'number' });
  #name = el('span');
  #words = el('p', { role: 'status' });
  #trials = el('p');
  #jump = el('p');
  #formula = el('p');
  #check = el('div');
  #mean = el('p');
  #degrees = el('div', { class: 'fit' });
  #energy = el('div', { class: 'fit' });
  /** node whose degree stands out in the histogram; −1 for none */
  chosen = -1;

  /** @param {Pane} pane */
  constructor(pane) {
    const { host } = pane;
    this.host = host;
    this.#check.append(el('p', {}, this.#number, this.#name), this.#words, this.#trials);
    const parts = [this.#facts, this.#check, this.#mean, this.#degrees, this.#energy, this.#jump, this.#formula];
    Object.assign(this.#number.style, {
      fontSize: '2.6em',
      marginRight: '0.18em',
      verticalAlign: '-0.06em',
    });
    Object.assign(this.#name.style, { fontWeight: '650', whiteSpace: 'nowrap' });
    this.#facts.style.fontWeight = '600';
    for (const part of [this.#words, this.#trials, this.#jump, this.#mean])
      Object.assign(part.style, { fontSize: '0.86em', margin: '0' });
    pane.column(parts, { least: '24em', gap: '0.45em', wanted: () => false });
    this.bars = pane.surface(
      { label: 'Histogram of the degrees', draw: (face) => this.#drawBars(face) },
      this.#degrees,
    );
    this.lines = pane.surface({ label: 'Energy', draw: (face) => this.#drawLines(face) }, this.#energy);
    this.#formula.append(host.formula('envelope'));
    this.#formula.style.fontSize = '0.8em';
  }

  show() {
    const graph = this.host.latest('radius.graph');
    const check = this.host.latest('radius.check');
    if (graph) this.#showGraph(graph);
    if (check) this.#showCheck(check);
    const curve = this.host.latest('radius.curve');
    if (curve) {
      const hard = `|ΔE| at the cutoff: hard ${jumpText(curve.jump_hard)} = |φ(r)|, envelope ${jumpText(curve.jump_enveloped)}`;
      this.#jump.textContent = hard;
    }
    this.bars.invalidate();
    this.lines.invalidate();
  }

  /** @param {Graph} graph */
  #showGraph(graph) {
    // A fact is not broken over two lines, only between two facts.
    this.#facts.textContent = factsOf(graph)
      .map((fact) => fact.replaceAll(' ', '\u00a0'))
      .join(' · ');
    this.#mean.textContent = meanOf(graph);
    const crossing = graph.act === CROSS;
    this.#check.hidden = crossing || graph.act === GROW;
    this.#degrees.hidden = crossing;
    this.#mean.hidden = crossing;
    this.#formula.hidden = !crossing;
    this.#energy.style.flexGrow = crossing ? '2' : '1.25';
  }

  /** @param {Check} check */
  #showCheck(check) {
    const { number, name, words } = verdictOf(check);
    this.#number.textContent = number;
    this.#name.textContent = name;
    const bad = check.difference !== null && check.difference > 0;
    this.#number.style.color =
      !check.possible || check.difference === null ? 'var(--quiet)' : bad ? 'var(--message)' : 'var(--total)';
    this.#words.textContent = words;
    this.#trials.textContent = trialsOf(check);
  }

  /** @param {Surface} face */
  #drawBars(face) {
    const graph = this.host.latest('radius.graph');
    if (!graph) return;
    const lit = this.chosen >= 0 ? graph.degrees.data[this.chosen] : undefined;
    face.describe(`Histogram of the degrees, mean ${plain(graph.mean_degree)}`);
    histogram(
      face,
      {
        counts: graph.histogram.data,
        xName: graph.kind === 'nearest' ? 'messages that arrive at a node' : 'degree',
        ...(lit === undefined ? {} : { lit }),
      },
      { x: 0, y: face.small * 0.9, width: face.width, height: face.height - face.small * 0.9 },
    );
  }

  /** @param {Surface} face */
  #drawLines(face) {
    const curve = this.host.latest('radius.curve');
    const energy = this.host.latest('radius.energy');
    const graph = this.host.latest('radius.graph');
    if (!curve || !energy || !graph) return;
    const { width, height } = face;
    face.describe(
      `Energy ${plain(energy.hard, 3)} with a hard cutoff, ${plain(energy.enveloped, 3)} with the envelope`,
    );
    const moved = energy.history_hard.data.length > 1;
    if (graph.act === CROSS) {
      paintHistory(face, energy, { x: 0, y: 0, width, height: height * 0.52 });
      paintCurve(face, curve, { x: 0, y: height * 0.54, width, height: height * 0.46 });
    } else if (moved) paintHistory(face, energy, face.box);
    else paintCurve(face, curve, face.box);
  }
}

/** What there is, in a few words each. @param {Graph} graph */
export function factsOf(graph) {
  const nodes = graph.degrees.data.length;
  const pairs = (graph.directed - graph.unreciprocated) / 2;
  const facts = [`${nodes} points`];
  if (graph.unreciprocated === 0) facts.push(`${pairs} ${pairs === 1 ? 'edge' : 'edges'}`);
  else facts.push(`${graph.directed} directed edges`, `${graph.unreciprocated} without their reverse`);
  facts.push(graph.components === 1 ? '1 component' : `${graph.components} components`);
  if (graph.self_images > 0) facts.push(`${graph.self_images} edges to own images`);
  else if (graph.beyond_half) facts.push('r beyond half the box: more than the nearest image');
  return facts;
}

/** The mean degree beside the one that the density promises. @param {Graph} graph */
export function meanOf(graph) {
  const { expected_degree: expected, dim, periodic } = graph;
  const mean = `Nodes of each degree: mean ${plain(graph.mean_degree)}`;
  if (expected === null) return mean;
  const formula = dim === 2 ? 'ρπr²' : 'ρ·4/3·πr³';
  return `${mean}, ${formula}\u00a0=\u00a0${plain(expected)}${periodic ? '' : ' away from the rim'}`;
}

/** The number of the check and its words. @param {Check} check */
export function verdictOf(check) {
  if (!check.possible) return { number: '–', name: 'edge-set difference', words: check.words };
  const number = check.difference === null ? '…' : String(check.difference);
  if (!check.turned && check.largest === 0) {
    return {
      number,
      name: 'edge-set difference',
      words: check.trials === 0 ? 'The room is not rotated yet.' : check.words,
    };
  }
  if (!check.turned) return { number, name: 'edge-set difference', words: `Not rotated now. ${check.words}` };
  return { number, name: 'edge-set difference', words: check.words };
}

/** What random rotations gave. @param {Check} check */
export function trialsOf(check) {
  if (check.trials === 0) return '';
  const trials = `${check.trials} random rotations`;
  if (check.largest === 0) return `${trials}: the same ${check.most} directed edges each time.`;
  const range = check.fewest === check.most ? `always ${check.most}` : `${check.fewest} to ${check.most}`;
  return `${trials}: ${range} directed edges; the sets differ in up to ${check.largest}.`;
}
