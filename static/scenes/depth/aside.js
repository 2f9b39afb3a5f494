/** Beside the pictures: the question first, then how much comes from beyond k hops, and the curves as far as the class went. */

import { el } from '../../core/element.js';
import { lineChart } from '../../draw/chart.js';
import { fixed, plain } from '../../draw/numbers.js';
import { exactly, fitting, reachWords } from './reading.js';

/** @typedef {import('../../draw/pane.js').Pane} Pane */
/** @typedef {import('../../core/protocol.js').DepthCourse} Course */
/** @typedef {import('../../draw/surface.js').Surface} Surface */

const ENDS = [8, 16, 32, 64];

export class Aside {
  #head = el('p');
  #number = el('strong', { class: 'number' });
  #name = el('span');
  #words = el('p', { role: 'status' });
  #question = el('h2', {}, 'Predict: whom does the ringed node hear after 2 rounds?');
  #further = el(
    'p',
    {},
    'And what is left of 16 random features after 64 rounds: are all nodes the same, is anything still told apart?',
  );
  #rank = el('p');
  #measured = el('p');
  #above = el('div', { class: 'fit' });
  #below = el('div', { class: 'fit' });

  /** @param {Pane} pane */
  constructor(pane) {
    const { host } = pane;
    this.host = host;
    this.#head.append(this.#number, this.#name);
    const parts = [
      this.#head,
      this.#words,
      this.#question,
      this.#further,
      this.#measured,
      this.#above,
      this.#rank,
      this.#below,
    ];
    Object.assign(this.#number.style, {
      marginRight: '0.2em',
      verticalAlign: '-0.06em',
      color: 'var(--total)',
    });
    this.#name.style.fontWeight = '650';
    Object.assign(this.#question.style, { fontSize: '1.7em', lineHeight: '1.15', margin: '0' });
    Object.assign(this.#head.style, { display: 'flex', alignItems: 'baseline', margin: '0' });
    for (const part of [this.#words, this.#rank, this.#measured]) Object.assign(part.style, { margin: '0' });
    this.#words.style.fontSize = '0.9em';
    pane.column(parts, { least: '22em', gap: '0.4em', wanted: () => false });
    this.energy = pane.surface(
      { label: 'Energy over the rounds', draw: (face) => this.#drawEnergy(face) },
      this.#above,
    );
    this.ranks = pane.surface(
      {
        label: 'Effective rank over the rounds',
        draw: (face) => this.#drawRank(face),
      },
      this.#below,
    );
  }

  show() {
    const [graph, course, cursor] = [
      this.host.latest('depth.graph'),
      this.host.latest('depth.course'),
      this.host.latest('depth.cursor'),
    ];
    if (!graph || !course || !cursor) return;
    const { round, beyond } = cursor;
    const rank = fixed(course.rank.data[round] ?? NaN, 2);
    // While something lies beyond, what comes from there is the number; once all is heard, what is left to tell nodes apart.
    this.#number.textContent = beyond === null ? rank : exactly(beyond);
    this.#number.style.color = beyond === null ? 'var(--self)' : beyond === 0 ? 'var(--total)' : 'var(--message)';
    this.#name.textContent =
      beyond === null ? 'effective rank, of 16' : `influence beyond ${round} hop${round === 1 ? '' : 's'}`;
    this.#words.textContent = reachWords(graph, cursor);
    const asked = cursor.furthest === 0;
    this.#question.hidden = !asked;
    this.#further.hidden = !asked;
    // A prediction comes before a number, also before the one that is trivial.
    for (const part of [this.#head, this.#words, this.#measured, this.#above]) part.hidden = asked;
    const { name, value } = fitting(course, round);
    this.#measured.replaceChildren(el('strong', { class: 'value' }, plain(value, value < 100 ? 3 : 0)), ` ${name}`);
    this.#rank.replaceChildren(
      el('strong', { class: 'value' }, rank),
      ` effective rank, of 16${asked ? ': where does it go?' : ''}`,
    );
    this.#rank.hidden = beyond === null;
    this.energy.invalidate();
    this.ranks.invalidate();
  }

  /** @param {Surface} face */
  #drawEnergy(face) {
    const course = this.host.latest('depth.course');
    if (!course) return;
    const { hues } = face.theme;
    const fits = { colour: hues[2] ?? '', dash: 0 };
    const other = { colour: hues[1] ?? '', dash: 1 };
    if (course.propagation === 'algorithm 4') {
      this.#chart(face, [{ name: '', y: course.size.data, ...other, dash: 0 }], { yName: 'largest |h|', yLog: true });
      return;
    }
    const s = course.propagation === 'S';
    const fitting = { name: s ? 'normalized' : 'plain', y: s ? course.normalised.data : course.plain.data, ...fits };
    const stalls = { name: s ? 'plain' : 'normalized', y: s ? course.plain.data : course.normalised.data, ...other };
    this.#chart(face, [fitting, stalls], { yName: 'Dirichlet energy', yLog: true });
  }

  /** @param {Surface} face */
  #drawRank(face) {
    const course = this.host.latest('depth.course');
    if (!course) return;
    const series = [{ name: '', y: course.rank.data, colour: face.theme.hues[0] ?? '', dash: 0 }];
    this.#chart(face, series, { yName: 'effective rank', yRange: { from: 0, to: 16 } });
  }

  /**
   * The rounds that the class has seen; what comes after is a prediction's business.
   * @param {Surface} face @param {{name: string, y: ArrayLike<number>, colour: string, dash: number}[]} series
   * @param {Partial<import('../../draw/chart.js').ChartData>} more
   */
  #chart(face, series, more) {
    const cursor = this.host.latest('depth.cursor');
    if (!cursor) return;
    const x = Array.from({ length: cursor.furthest + 1 }, (_, k) => k);
    const to = cursor.furthest === 0 ? 64 : (ENDS.find((end) => end >= cursor.furthest) ?? 64);
    const cut = series.map(({ y, ...rest }) => ({
      ...rest,
      x,
      y: Array.from(y).slice(0, x.length),
      points: x.length <= 9,
    }));
    const range = more.yLog ? { yRange: decades(cut.flatMap(({ y }) => y)) } : {};
    const box = { ...face.box, x: face.small * 0.4, width: face.width - face.small * 0.4 };
    lineChart(
      face,
      { series: cut, xName: 'round', xRange: { from: 0, to }, cursor: cursor.round, ...more, ...range },
      box,
    );
    face.describe(
      `${more.yName ?? ''} over the rounds: ${cut.map(({ name, y }) => `${name} ${plain(y[cursor.round] ?? NaN)}`).join(', ')} after round ${cursor.round}`,
    );
  }
}

/** Whole powers of ten around the values, three at least, so that few ticks are enough. @param {readonly number[]} values */
function decades(values) {
  const shown = values.filter((value) => value > 0 && Number.isFinite(value));
  const hi = Math.ceil(Math.log10(Math.max(...shown, Number.MIN_VALUE)));
  const lo = Math.floor(Math.log10(Math.min(...shown, Number.MAX_VALUE)));
  return { from: 10 ** Math.min(lo, hi - 3), to: 10 ** hi };
}
