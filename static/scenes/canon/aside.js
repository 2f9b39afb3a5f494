/** Beside the picture of `canon`: the method, the number that this step is about, the curve of augmentation, the class. */

import { el } from '../../core/element.js';
import { lineChart } from '../../draw/chart.js';
import { errorText, plain, scientific, tidy } from '../../draw/numbers.js';
import { usesAxes } from './picture.js';

/** @typedef {import('../../draw/pane.js').Pane} Pane */
/** @typedef {import('../../core/protocol.js').CanonShape} Shape */
/** @typedef {import('../../core/protocol.js').CanonMeter} Meter */
/** @typedef {import('../../core/protocol.js').CanonCurve} Curve */

/** @param {Meter} meter */
export function turnedWords({ zone }) {
  return {
    rounding: 'Rounding: a turn changes nothing.',
    approximate: 'Approximate: a turn is noticed.',
    broken: 'Broken: a turn changes the output.',
  }[zone];
}

/** @param {Meter} meter */
export function nudgedWords({ nudged }) {
  return nudged === 'it jumps' ? 'It jumps: a hair of input, a leap of output.' : 'It follows: as small as the nudge.';
}

export class Aside {
  /** @param {Pane} pane */
  constructor(pane) {
    const { host } = pane;
    this.host = host;
    this.method = el('strong');
    this.shape = el('p');
    this.name = el('p');
    this.number = el('p', { class: 'number' });
    this.verdict = el('p', { role: 'status' });
    this.other = el('p');
    this.leap = el('p');
    this.slope = el('p');
    this.crowd = el('p', { role: 'status' });
    this.chart = el('div', { class: 'fit' });
    this.spectrum = el('p', {}, host.formula('covariance'));
    Object.assign(this.method.style, { fontSize: '1.2em' });
    Object.assign(this.number.style, { fontSize: '3.6em', margin: '0' });
    Object.assign(this.verdict.style, { fontSize: '1.15em', fontWeight: '700' });
    this.spectrum.style.fontSize = '1.4em';
    for (const small of [this.shape, this.name, this.other, this.leap, this.slope, this.crowd])
      Object.assign(small.style, { margin: '0' });
    this.name.style.marginTop = '0.8em';
    const parts = [
      el('p', {}, this.method),
      this.shape,
      this.name,
      this.number,
      this.verdict,
      this.other,
      this.leap,
      this.chart,
      this.slope,
      this.crowd,
      this.spectrum,
    ];
    this.column = pane.column(parts, { least: '24em', wanted: () => this.chart.style.display === 'none' });
    this.face = pane.surface(
      {
        label: 'Error of augmentation against the number of copies',
        draw: () => this.#draw(),
      },
      this.chart,
    );
  }

  show() {
    const [shape, meter, curve] = [
      this.host.latest('canon.shape'),
      this.host.latest('canon.meter'),
      this.host.latest('canon.curve'),
    ];
    if (!shape || !meter) return;
    const jump = meter.shown === 'jump';
    const value = jump ? meter.jump : meter.error;
    const bad = jump ? meter.nudged === 'it jumps' : meter.zone !== 'rounding';
    this.method.textContent = shape.name;
    this.shape.textContent = `${shapeWords(shape)}${meter.degenerate ? ' Two eigenvalues are equal.' : ''}`;
    this.name.textContent = jump
      ? `Input changed by ${scientific(meter.change)}. Output changes by`
      : 'Input turned. The worse of scalars and vectors changes by';
    this.number.textContent = errorText(value);
    this.number.style.color = bad ? 'var(--message)' : 'var(--total)';
    this.verdict.textContent = jump ? nudgedWords(meter) : turnedWords(meter);
    this.other.textContent = jump
      ? `Under a turn: ${errorText(meter.error)}, ${meter.zone}.`
      : `Under a nudge of ${scientific(meter.change)}: ${errorText(meter.jump)}, ${meter.nudged}.`;
    this.leap.textContent = `A point of the canonical pose moves by ${errorText(meter.leap)}.`;
    this.leap.hidden = shape.method !== 'pca';
    this.other.style.fontWeight = shape.act === 0 ? '700' : '';
    this.other.style.fontSize = shape.act === 0 ? '1.2em' : '';
    if (shape.act === 0) this.#asked();
    const many = shape.method === 'augmented' && curve !== undefined;
    this.chart.style.display = many ? '' : 'none';
    this.other.hidden = many;
    this.spectrum.style.display = usesAxes(shape.method) ? '' : 'none';
    this.slope.hidden = !many;
    if (many) this.slope.textContent = slopeWords(curve);
    this.#class();
    this.column.again();
    this.face.invalidate();
  }

  /** Before the gap closes, nothing of what will happen stands here. */
  #asked() {
    this.name.textContent = 'While the gap is open, a turn changes the output by';
    this.other.textContent =
      'Predict: the gap a goes to 0, and the first axis is no longer first. Where does the pose go?';
    this.leap.hidden = true;
  }

  #class() {
    const hunt = this.host.latest('canon.hunt');
    this.crowd.hidden = !hunt || hunt.worst === null;
    if (!hunt || hunt.worst === null) return;
    const tries = hunt.attempts === 1 ? '1 pose' : `${hunt.attempts} poses`;
    this.crowd.textContent = `The class tried ${tries}. Worst: ${errorText(hunt.worst)} (${hunt.words}).`;
  }

  #draw() {
    const curve = this.host.latest('canon.curve');
    if (!curve || curve.copies.length === 0) return;
    lineChart(this.face, {
      series: [{ name: '', x: [...curve.copies], y: [...curve.errors], points: true, colour: this.face.theme.message }],
      xName: 'copies K',
      yName: 'relative error of the scalars',
      xLog: true,
      yLog: true,
      xRange: { from: 1, to: 256 },
    });
  }
}

/** @param {Shape} shape */
export function shapeWords({ shape, tunable, gap }) {
  if (tunable) return `Ellipsoid of 12 points, gap a = ${tidy(gap, 2)}.`;
  return shape === 'generic' ? 'Nine random points.' : `Tetris: ${shape}.`;
}

/** @param {Curve} curve */
function slopeWords({ slope, running, copies, trials }) {
  const state = running ? `measuring, ${copies.length} of 9` : `${trials} trials a point`;
  return slope === null ? `${state}.` : `Fitted slope ${plain(slope, 2)} on log-log axes; ${state}.`;
}
