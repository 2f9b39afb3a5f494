/** Beside the pictures: the question, or the number with how it came about. */

import { el } from '../../core/element.js';
import { lineChart } from '../../draw/chart.js';
import { headline } from '../../draw/headline.js';
import { dotRows } from './pictures.js';
import { framesOf, MEMBERS, networkName, readingOf, seedWords, seenWords, wrongWords } from './reading.js';

/** @typedef {import('../../draw/pane.js').Pane} Pane */
/** @typedef {import('../../core/protocol.js').KarateTraining} Training */
/** @typedef {import('../../draw/surface.js').Surface} Surface */

export class Aside {
  #name = el('strong');
  #question = el('h2');
  #text = el('p');
  #charts = el('div', { class: 'fit' });
  /** the output at which this page began to watch a training, for the time left */
  #watched = { task: '', step: 0, at: 0 };

  /** @param {Pane} pane */
  constructor(pane) {
    const { host } = pane;
    this.host = host;
    this.number = el('div');
    const parts = [this.#name, this.#question, this.number, this.#text, this.#charts];
    Object.assign(this.#question.style, { fontSize: '1.5em', lineHeight: '1.2', margin: '0 0 0.3em' });
    this.#text.style.margin = '0';
    this.head = headline(this.number, 3.4);
    this.column = pane.column(parts, { least: '22em', wanted: () => Boolean(this.#charts.hidden) });
    this.face = pane.surface({ label: 'How the number came about', draw: (face) => this.#draw(face) }, this.#charts);
  }

  show() {
    const frames = framesOf(this.host);
    if (!frames) return;
    const { training, untrained, hiding, counts } = frames;
    const { phase } = training;
    const reading = readingOf(training, untrained);
    this.#name.textContent = networkName(training);
    const question = this.#asked(training);
    this.#question.hidden = question === '';
    this.#question.textContent = question;
    this.head.show(reading);
    if (reading && TRAINS.has(phase) && !training.ended) this.#left(training, reading);
    const suspicions = Array.from(counts).reduce((a, b) => a + b, 0);
    const texts = {
      club: 'Features: none, X = I. What goes in is who is friends with whom.',
      untrained: seedWords(untrained),
      labels:
        suspicions > 0
          ? `${suspicions} suspicion${suspicions === 1 ? '' : 's'} from the class.`
          : 'Phones: tap the member that it will get wrong.',
      training: 'The loss knows members 0 and 33 alone. The messages carry the rest.',
      result: wrongWords(training, counts),
      links: `${hiding.hidden.shape[1]} of 78 edges were hidden. 1: each hidden edge scores above each of ${hiding.absent.shape[1]} absent pairs. 0.5: a coin.`,
      graphs: seenWords(training),
    };
    this.#text.textContent = texts[phase];
    this.#charts.hidden = phase === 'club' || phase === 'labels';
    this.column.again();
    this.face.invalidate();
  }

  /** @param {Training} training */
  #asked({ phase, name, steps }) {
    if (phase === 'club')
      return `A ${name} with random weights, never trained, sees these links alone. Do the two factions lie apart in its two outputs?`;
    if (phase === 'labels')
      return `Two labels, members 0 and 33. After ${steps} steps of training: how many of ${MEMBERS} are right, and who is not?`;
    return '';
  }

  /** The time left, from how fast the outputs came. @param {Training} training @param {import('../../draw/headline.js').Reading} reading */
  #left({ task, step, steps }, reading) {
    if (step === null) return;
    const now = performance.now();
    if (task !== this.#watched.task || step < this.#watched.step) this.#watched = { task, step, at: now };
    const done = step - this.#watched.step;
    if (done < 15) return;
    const seconds = Math.ceil((((now - this.#watched.at) / done) * (steps - step)) / 1000);
    this.head.show({ ...reading, words: `${reading.words}, ${seconds} s left` });
  }

  /** @param {Surface} face */
  #draw(face) {
    const frames = framesOf(this.host);
    if (!frames) return;
    const { training, untrained } = frames;
    const { theme, width, height, small } = face;
    if (training.phase === 'untrained') {
      const rows = [
        { name: `${untrained.of} seeds, with the edges`, values: untrained.seeds, colour: theme.total },
        { name: 'the same, without edges', values: untrained.alone, colour: theme.quiet, square: true },
      ];
      dotRows(
        face,
        rows,
        { from: 18, to: MEMBERS, limit: untrained.apart, name: 'right, of 34' },
        { x: 0, y: 0, width, height },
      );
      face.describe(`With edges: ${untrained.seeds.join(', ')} of 34. Without: ${untrained.alone.join(', ')}`);
      return;
    }
    const { data } = training.history;
    const column = (/** @type {number} */ k) => Array.from(data).filter((_, i) => i % 3 === k);
    const [x, loss, value] = [column(0), column(1), column(2)];
    if (x.length === 0) return;
    const top =
      training.task === 'links'
        ? 1
        : training.task === 'graphs'
          ? training.right.data.length - 2 * training.seen
          : MEMBERS;
    const name = training.task === 'links' ? 'AUC' : `right, of ${top}`;
    const half = height / 2;
    const shared = { xRange: { from: 0, to: training.steps } };
    const left = { x: small * 0.4, width: width - small * 0.8, height: half - small * 0.4 };
    lineChart(
      face,
      {
        ...shared,
        series: [{ name: '', x, y: value, colour: theme.total, dash: 0 }],
        yName: name,
        yRange: { from: 0, to: top },
      },
      { ...left, y: 0 },
    );
    lineChart(
      face,
      {
        ...shared,
        series: [{ name: '', x, y: loss, colour: theme.message, dash: 0 }],
        xName: 'step',
        yName: 'loss',
        yRange: { from: 0 },
      },
      { ...left, y: half },
    );
    face.describe(
      `${name} ${value[value.length - 1] ?? 0} and loss ${loss[loss.length - 1] ?? 0} at step ${x[x.length - 1] ?? 0}`,
    );
  }
}

const TRAINS = new Set(['training', 'result', 'links', 'graphs']);
