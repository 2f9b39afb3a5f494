/** Beside the picture: what the act asks, the number that it gives, and what the number means. */

import { el } from '../../core/element.js';
import { ACT, counted, errorText, everyDigit } from './reading.js';

/** @typedef {import('../../draw/pane.js').Pane} Pane */
/** @typedef {import('./reading.js').Picture} Picture */
/** @typedef {import('./reading.js').Tasks} Tasks */
/** @typedef {import('./reading.js').Duel} Duel */
/** @typedef {{question?: string, number?: string, good?: boolean, name?: string, words: string[]}} Said */

/** Characters from which on a number is written smaller, so that the words beside it may grow. */
const LONG = 7;
const ZONES = /** @type {Record<string, string>} */ ({
  rounding: 'Rounding, in float32 on random features: the ids do not matter.',
  approximate: 'More than rounding.',
  broken: 'Broken: the ids matter.',
});

export class Aside {
  #question = el('h2');
  #number = el('strong', { class: 'number' });
  #name = el('p');
  #words = el('div', { role: 'status' });
  #source = el('p');
  #drawings = el('p');

  /** @param {Pane} pane */
  constructor(pane) {
    this.host = pane.host;
    Object.assign(this.#question.style, { fontSize: '1.5em', lineHeight: '1.15' });
    this.#number.style.whiteSpace = 'nowrap';
    Object.assign(this.#name.style, { fontWeight: '650' });
    this.#source.style.color = 'var(--quiet)';
    Object.assign(this.#words.style, { display: 'flex', flexDirection: 'column', gap: '0.7em' });
    Object.assign(this.#drawings.style, { marginTop: 'auto', fontWeight: '650' });
    const parts = [this.#source, this.#question, el('p', {}, this.#number), this.#name, this.#words, this.#drawings];
    this.column = pane.column(parts, { least: '22em' });
  }

  show() {
    const { host } = this;
    const [picture, tasks, duel] = [
      host.latest('graphs.picture'),
      host.latest('graphs.tasks'),
      host.latest('graphs.duel'),
    ];
    if (!picture || !tasks || !duel) return;
    const said =
      picture.act >= ACT.duel
        ? duelWords(duel, picture.act === ACT.outputs)
        : (SAID[picture.act]?.(picture, tasks) ?? { words: [] });
    this.#source.textContent = picture.act >= ACT.duel ? duel.pair : sourceOf(picture);
    this.#question.textContent = said.question ?? '';
    this.#question.hidden = said.question === undefined;
    this.#number.textContent = said.number ?? '';
    this.#number.style.fontSize = (said.number?.length ?? 0) > LONG ? '2.6em' : '3.4em';
    this.#number.style.color = said.good === undefined ? 'var(--self)' : said.good ? 'var(--total)' : 'var(--message)';
    this.#name.textContent = said.name ?? '';
    for (const part of [this.#number.parentElement, this.#name]) if (part) part.hidden = said.number === undefined;
    const { drawings = 0, shown = -1 } = host.latest('graphs.gallery') ?? {};
    this.#drawings.hidden = picture.act >= ACT.duel;
    this.#drawings.textContent =
      drawings === 0
        ? 'Nobody has drawn yet: draw on the phone.'
        : `${counted(drawings, 'drawing')} on the phones${shown < 0 ? '' : `, number ${shown + 1} is here`}.`;
    this.#words.replaceChildren(...said.words.map((text) => el('p', {}, text)));
    this.column.again();
  }
}

/** @param {Picture} picture */
function sourceOf({ source, number, ids, edges }) {
  const size = `${counted(ids.data.length, 'node')}, ${counted(edges.data.length / 4, 'edge')}`.replace('.5', '');
  return source === 'drawing' ? `Drawing ${number}: ${size}` : source === 'board' ? `On the board: ${size}` : size;
}

/** By position. @type {Record<number, (picture: Picture, tasks: Tasks) => Said>} */
const SAID = {
  [ACT.graph]: () => ({
    question: 'How do you hand this graph to a computer?',
    words: [
      'The picture has no order: no node is the first.',
      'Draw one of your own: tap an empty place for a node, two nodes for an edge.',
    ],
  }),
  [ACT.matrix]: (picture) => ({
    number: `${picture.edges.data.length / 2} of ${picture.ids.data.length ** 2}`,
    name: 'entries of A are 1',
    words: [
      'A[u, v] = 1 where v sends to u.',
      'Every edge stands twice, so A is symmetric. To fill it, every node was given an id.',
    ],
  }),
  [ACT.list]: (picture) => ({
    number: `${picture.edges.data.length} < ${picture.ids.data.length ** 2}`.replace(
      '<',
      picture.edges.data.length < picture.ids.data.length ** 2 ? '<' : '≥',
    ),
    name: 'numbers in the list, numbers in the matrix',
    words: [
      'A column of edge_index is one message: from its source to its target.',
      'Draw an edge: picture, matrix and list change together.',
    ],
  }),
  [ACT.shuffled]: (picture) => ({
    number: everyDigit(picture.difference),
    good: picture.difference === 0,
    name: 'max |A′ − P A Pᵀ|',
    words:
      picture.difference === 0
        ? [
            'Exactly 0: whole numbers, nothing is rounded.',
            'Other ids permute the matrix and rename the list. The graph did not change.',
          ]
        : ['The ids were mixed up on the way.'],
  }),
  [ACT.nodes]: (_, tasks) => ({
    ...layerOf(tasks),
    words: [
      ZONES[tasks.layer_zone] ?? '',
      'One answer a node: which faction, which atom type.',
      'The weights are random. Nodes that stand alike in the graph score alike.',
    ],
  }),
  [ACT.pairs]: (_, tasks) => ({
    ...layerOf(tasks),
    words: [
      ZONES[tasks.layer_zone] ?? '',
      'One answer a pair: will these two be linked?',
      'The weights are random, so the dashed links say nothing yet.',
    ],
  }),
  [ACT.whole]: (_, tasks) => ({
    number: errorText(tasks.readout_error),
    good: tasks.readout_zone === 'rounding',
    name: 'readout: relative error under other ids',
    words: [
      ZONES[tasks.readout_zone] ?? '',
      'One answer for all: is the molecule toxic, is it a ring?',
      'The sum knows how many nodes there are, the mean does not.',
    ],
  }),
};

/** The layer's error under other ids. @param {Tasks} tasks */
function layerOf(tasks) {
  return {
    number: errorText(tasks.layer_error),
    good: tasks.layer_zone === 'rounding',
    name: 'layer: relative error under other ids',
  };
}

/** @param {Duel} duel @param {boolean} told @returns {Said} */
function duelWords(duel, told) {
  const alike = duel.separated === null;
  const same = duel.isomorphic
    ? 'They are the same graph.'
    : 'They are not isomorphic: no renumbering makes one the other.';
  if (!told) {
    return {
      question: 'One network, the same weights, all nodes start equal. Are the outputs equal?',
      words: [same, 'The letters are colors: nodes whose neighborhoods look alike get the same letter.'],
    };
  }
  const colours = alike
    ? 'The colors, counted, are the same after every round. No message passing network that starts all nodes equal sees a difference.'
    : `The colors, counted, differ after round ${duel.separated}. A network can tell the two apart.`;
  return {
    number: errorText(duel.difference),
    name: duel.difference === 0 ? 'difference of the outputs, exactly' : 'largest difference of the outputs',
    words: [
      same,
      colours,
      alike
        ? `Here each sum is rounded once, so its order cannot matter. Summed in float32 as usual the difference is ${errorText(duel.float32)}.`
        : `After ${counted(duel.rounds, 'round')}, sum over all nodes.`,
    ],
  };
}
