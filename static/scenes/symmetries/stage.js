/** The stage: rings and curves on the left, separations on the right, the number of this degree beside them. */

import { el } from '../../core/element.js';
import { errorText } from '../../draw/numbers.js';
import { Pane } from '../../draw/pane.js';
import { paintBars, paintRings } from './picture.js';

/** @typedef {import('../../core/scene.js').Host} Host */
/** @typedef {import('../../core/scene.js').View} View */
/** @typedef {import('../../core/protocol.js').Frame} Frame */
/** @typedef {import('../../core/protocol.js').SymmetriesRings} Rings */
/** @typedef {import('../../core/protocol.js').SymmetriesSeen} Seen */

const DEGREES = 12;

/** @param {Host} host @returns {View} */
export function stage(host) {
  return new Stage(host);
}

class Stage {
  /** @type {Rings | undefined} */
  #rings;
  /** @type {Seen | undefined} */
  #seen;

  /** @param {Host} host */
  constructor(host) {
    const pane = new Pane(host);
    this.host = host;
    this.face = pane.surface({ label: 'A ring and its turned copy', draw: (face) => this.#draw(face) });
    this.numbers = pane.twin('Separation of the two rings by degree');
    this.heading = el('h2');
    this.number = el('p', { class: 'number', 'data-part': 'number' });
    this.verdict = el('p', { role: 'status' });
    this.remark = el('p');
    this.class = el('p', { role: 'status' });
    Object.assign(this.heading.style, { fontSize: '1.3em', lineHeight: '1.15' });
    Object.assign(this.verdict.style, { fontWeight: '700' });
    for (const part of [this.remark, this.class]) part.style.fontSize = '0.86em';
    this.chart = el('div', { class: 'fit' });
    Object.assign(this.chart.style, {
      minHeight: '10em',
      maxHeight: '22em',
      marginTop: 'auto',
    });
    this.column = pane.column([this.heading, this.number, this.verdict, this.remark, this.class, this.chart], {
      least: '22em',
    });
    this.bars = pane.surface({ label: 'Separation by degree', draw: (face) => this.#chart(face) }, this.chart);
    this.keys = pane.legend();
  }

  /** @param {Frame} frame */
  update(frame) {
    if (frame.t === 'symmetries.rings') this.#rings = frame;
    if (frame.t === 'symmetries.seen') this.#seen = frame;
    if (frame.t.startsWith('symmetries.')) this.#show();
    this.face.invalidate();
    this.bars.invalidate();
  }

  /** @param {import('../../draw/surface.js').Surface} face */
  #draw(face) {
    const [rings, seen] = [this.#rings, this.#seen];
    if (!rings || !seen || rings.version !== seen.version) return;
    const sees = (seen.separations[seen.degree - 1] ?? 0) > seen.rounding;
    paintRings(
      face,
      { ring: rings.ring.data, turned: rings.turned.data, curves: seen.curves.data, degree: seen.degree, sees },
      face.box,
    );
  }

  /** @param {import('../../draw/surface.js').Surface} face */
  #chart(face) {
    const seen = this.#seen;
    if (!seen) return;
    paintBars(
      face,
      { separations: seen.separations, rounding: seen.rounding, degree: seen.degree, of: DEGREES },
      { x: 0, y: 0, width: face.width, height: face.height },
    );
  }

  #show() {
    const [rings, seen] = [this.#rings, this.#seen];
    if (!rings || !seen || rings.version !== seen.version) return;
    const { fold } = rings;
    const value = seen.separations[seen.degree - 1];
    const sees = value !== undefined && value > seen.rounding;
    this.number.hidden = value === undefined;
    this.verdict.hidden = value === undefined;
    if (value === undefined) {
      this.heading.textContent = `Which least degree l sees that the ${fold}\u2011fold ring was turned?`;
      this.remark.textContent = `The copy is turned by half a fold: 180° / ${fold}. A layer sums the spherical harmonics of degree l over the spokes.`;
    } else {
      this.heading.textContent = `Separation at l = ${seen.degree}`;
      this.number.textContent = errorText(value);
      this.verdict.textContent = sees
        ? `l = ${seen.degree} sees the turn.`
        : `Rounding: l = ${seen.degree} cannot tell ring from copy.`;
      for (const part of [this.number, this.verdict]) part.style.color = sees ? 'var(--message)' : 'var(--total)';
      this.remark.textContent =
        seen.least === null
          ? 'Around the ring the curve is a circle, whichever way the ring is turned.'
          : `The first l that is not 0 is the fold, ${seen.least}. A layer of degree l cannot see how a structure with more than l-fold symmetry is turned (Joshi et al., ICML 2023, authors’ notebook).`;
    }
    this.#class();
    this.#keys(seen.degree > 0);
    this.bars.describe(
      seen.separations.map((each, k) => `l = ${k + 1}: ${errorText(each)}`).join('; ') || 'No degree is uncovered',
    );
    this.column.again();
    this.numbers.table({
      columns: ['degree l', 'separation', 'verdict'],
      rows: seen.separations.map((s, k) => [
        String(k + 1),
        errorText(s),
        s > seen.rounding ? 'sees the turn' : 'rounding',
      ]),
    });
    this.face.describe(
      `A ring of ${fold} spokes and its copy, turned by half a fold. ${value === undefined ? 'No degree is uncovered.' : `Degree ${seen.degree}: separation ${errorText(value)}.`}`,
    );
  }

  #class() {
    const { total = 0, counts = [] } = this.host.latest('symmetries.guesses') ?? {};
    const each = counts.map((count, k) => ({ count, l: k + 1 })).filter(({ count }) => count > 0);
    const people = `${total} ${total === 1 ? 'guess' : 'guesses'}`;
    const first = each.map(({ l, count }) => `l = ${l} (${count})`).join(', ');
    this.class.textContent =
      total === 0
        ? this.#seen?.degree === 0
          ? 'Guess on the phone, before it is uncovered.'
          : ''
        : first === ''
          ? `${people} so far.`
          : `${people}. First guesses: ${first}.`;
  }

  /** @param {boolean} curves */
  #keys(curves) {
    this.keys.show([
      { kind: 'disc', role: 'self', text: 'ring' },
      { kind: 'ring', role: 'message', text: 'copy, turned by half a fold' },
      ...(curves
        ? /** @type {import('../../draw/legend.js').Key[]} */ ([
            { kind: 'line', role: 'self', text: 'what degree l keeps of the ring' },
            { kind: 'dash', role: 'message', text: 'of the copy' },
          ])
        : []),
    ]);
  }
}
