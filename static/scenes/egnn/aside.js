/** Beside the picture of `egnn`: the worst error of this layer, all layers so far, and how far the points spread. */

import { el } from '../../core/element.js';
import { lineChart } from '../../draw/chart.js';
import { headline, toneOf } from '../../draw/headline.js';
import { errorText } from '../../draw/numbers.js';

/** @typedef {import('../../draw/pane.js').Pane} Pane */
/** @typedef {import('../../core/protocol.js').EgnnRow} Row */

/** @param {number | null} error */
export const printed = (error) => (error === null ? 'not a number' : errorText(error));

/** @param {Row} row */
export const spreadText = ({ spread, words }) => (spread === null ? words : errorText(spread));

const WORST = ['rounding', 'approximate', 'broken'];
const VERDICTS = {
  rounding: 'the two ways agree to rounding',
  approximate: 'more than rounding',
  broken: 'the two ways part',
};

/** The worse of both errors, and its zone. @param {Row} row */
export function worst(row) {
  const zone = WORST.indexOf(row.features_zone) > WORST.indexOf(row.points_zone) ? row.features_zone : row.points_zone;
  const known = row.features !== null && (row.points !== null || row.layer === 0);
  return { zone, error: known ? Math.max(row.features ?? 0, row.points ?? 0) : null };
}

/** What the number says: of one layer, or in the verdict of all that hold numbers. @param {readonly Row[]} rows @param {boolean} verdict */
function reading(rows, verdict) {
  const last = rows[rows.length - 1];
  if (!last || last.layer === 0) return null;
  const { error, zone } = verdict
    ? rows
        .slice(1)
        .map(worst)
        .reduce((a, b) => (a.error === null || (b.error !== null && a.error >= b.error) ? a : b))
    : worst(last);
  const of = verdict ? 'relative error, the largest of all layers' : `relative error after layer ${last.layer}`;
  if (error === null) {
    const lost = rows.find((row) => worst(row).error === null);
    return {
      of,
      value: 'overflow',
      words: `from layer ${lost?.layer ?? last.layer} on x is not a number`,
      tone: toneOf('broken'),
    };
  }
  return { of, value: printed(error), words: VERDICTS[zone], tone: toneOf(zone) };
}

/** @param {SVGElement} formula */
function large(formula) {
  const line = el('p', {}, formula);
  line.style.fontSize = '1.15em';
  return line;
}

/** The update of each model, in the header. */
const UPDATES = /** @type {Record<string, string>} */ ({ egnn: 'points', broken: 'broken', naive: 'naive' });

export class Aside {
  #update = '';
  /** @param {Pane} pane */
  constructor(pane) {
    const { host } = pane;
    this.host = host;
    this.model = el('strong');
    this.set = el('span');
    this.question = el('h2', {}, 'Predict: will the balls stay in their rings, layer after layer?');
    this.rows = el('tbody');
    const head = el(
      'tr',
      {},
      ...['layer', 'error of f', 'error of x', 'spread'].map((name) => el('th', { scope: 'col' }, name)),
    );
    this.table = el('table', { class: 'numbers' }, el('thead', {}, head), this.rows);
    this.chart = el('div', { class: 'fit' });
    Object.assign(this.model.style, { fontSize: '1.2em', display: 'block' });
    Object.assign(this.set.style, { fontSize: '0.86em' });
    Object.assign(this.question.style, { fontSize: '1.7em', lineHeight: '1.2', margin: '0.3em 0' });
    Object.assign(this.table.style, { fontSize: '0.8em', width: '100%' });
    this.parts = el(
      'div',
      {},
      el('p', {}, 'A message reads features and lengths:'),
      large(host.formula('message')),
      el('p', {}, 'A length does not notice R and b:'),
      large(host.formula('proof')),
    );
    this.raw = el('p', {}, 'x, y, z enter as three more features. R and b change them.');
    Object.assign(this.parts.style, { display: 'grid', gap: '0.6em', marginTop: '0.8em' });
    const number = el('div');
    this.number = headline(number);
    const parts = [
      el('p', {}, this.model, this.set),
      this.question,
      number,
      this.table,
      this.chart,
      this.parts,
      this.raw,
    ];
    this.column = pane.column(parts, {
      least: '24em',
      wanted: () => this.host.latest('egnn.shown')?.layer === 0,
    });
    this.face = pane.surface(
      { label: 'Spread of the coordinates after each layer', draw: () => this.#draw() },
      this.chart,
    );
  }

  show() {
    const [graph, shown, layers] = [
      this.host.latest('egnn.graph'),
      this.host.latest('egnn.shown'),
      this.host.latest('egnn.layers'),
    ];
    if (!graph || !shown || !layers) return;
    const asked = shown.layer === 0;
    this.model.textContent = graph.name;
    this.set.textContent = `${graph.nodes} nodes, ${graph.links} pairs, ${layers.dtype}, random weights`;
    this.question.hidden = !asked;
    // Raw coordinates are no lengths.
    this.parts.hidden = !asked || graph.model === 'naive';
    this.raw.hidden = !asked || graph.model !== 'naive';
    const update = UPDATES[graph.model] ?? 'points';
    if (update !== this.#update) this.host.heading.replaceChildren(this.host.formula(update));
    this.#update = update;
    this.table.hidden = asked;
    this.chart.style.display = asked ? 'none' : '';
    this.number.show(asked ? null : reading(layers.rows, shown.verdict));
    // The last rows that fit, to the first that is lost; the text twin has all.
    const lost = layers.rows.findIndex((row) => row.layer > 0 && row.spread === null);
    const kept = layers.rows.slice(1, lost < 0 ? undefined : lost + 1).slice(-5);
    this.rows.replaceChildren(...kept.map((each) => this.#row(each)));
    this.column.again();
    this.face.invalidate();
  }

  /** @param {Row} row */
  #row(row) {
    const short = (/** @type {number | null} */ error) => (error === null ? 'NaN' : printed(error));
    const cells = [short(row.features), short(row.points), row.spread === null ? 'NaN' : spreadText(row)];
    return el(
      'tr',
      { class: `verdict-${worst(row).zone}` },
      el('th', { scope: 'row' }, String(row.layer)),
      ...cells.map((text) => el('td', {}, text)),
    );
  }

  #draw() {
    const rows = this.host.latest('egnn.layers')?.rows ?? [];
    const graph = this.host.latest('egnn.graph');
    const known = rows.filter((row) => row.spread !== null);
    if (known.length < 2 || !graph) return;
    const sizes = known.map((row) => row.spread ?? 0);
    const wide = Math.max(...sizes) > 100 * Math.min(...sizes);
    const lost = rows.find((row) => row.spread === null);
    lineChart(this.face, {
      series: [
        {
          name: '',
          x: known.map((row) => row.layer),
          y: sizes,
          points: true,
          colour: wide ? this.face.theme.message : this.face.theme.self,
        },
      ],
      xName: lost ? `layer; from ${lost.layer} on ${lost.words}` : 'layer',
      yName: 'spread of x (standard deviation)',
      yLog: wide,
      xRange: { from: 0, to: graph.layers },
      ...(wide ? {} : { yRange: { from: 0, to: Math.max(...sizes) * 1.2 } }),
    });
  }
}
