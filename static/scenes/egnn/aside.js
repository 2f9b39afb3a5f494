/** Beside the picture of `egnn`: the worst error of this layer, all layers so far, and how far the points spread. */

import { el } from '../../core/element.js';
import { lineChart } from '../../draw/chart.js';
import { plain, scientific } from '../../draw/numbers.js';
import { surface } from '../../draw/surface.js';

/** @typedef {import('../../core/scene.js').Host} Host */
/** @typedef {import('../../core/protocol.js').EgnnRow} Row */

/** @param {number | null} error */
export const printed = (error) => (error === null ? 'not a number' : error === 0 ? '0' : error >= 0.01 ? plain(error, 2) : scientific(error, 1));

/** @param {Row} row */
export const spreadText = ({ spread, words }) => (spread === null ? words : plain(spread, 2));

const WORST = ['rounding', 'approximate', 'broken'];
const VERDICTS = { rounding: 'Rounding: the two ways agree.', approximate: 'Approximate: more than rounding.', broken: 'Broken: the two ways part.' };

/** The worse of both errors, and its zone. @param {Row} row */
export function worst(row) {
  const zone = WORST.indexOf(row.features_zone) > WORST.indexOf(row.points_zone) ? row.features_zone : row.points_zone;
  const known = row.features !== null && (row.points !== null || row.layer === 0);
  return { zone, error: known ? Math.max(row.features ?? 0, row.points ?? 0) : null };
}

export class Aside {
  /** @param {Host} host */
  constructor(host) {
    this.host = host;
    this.model = el('strong');
    this.set = el('p');
    this.question = el('h2');
    this.number = el('p');
    this.verdict = el('p', { role: 'status' });
    this.rows = el('tbody');
    const head = el('tr', {}, ...['layer', 'error of f', 'error of x', 'spread'].map((name) => el('th', { scope: 'col' }, name)));
    this.table = el('table', { class: 'numbers' }, el('thead', {}, head), this.rows);
    this.chart = el('div');
    Object.assign(this.chart.style, { position: 'relative', height: '8.5em' });
    Object.assign(this.model.style, { fontSize: '1.2em' });
    Object.assign(this.set.style, { fontSize: '0.86em', margin: '0' });
    Object.assign(this.question.style, { fontSize: '1.4em', lineHeight: '1.2', margin: '0.3em 0' });
    Object.assign(this.number.style, { fontSize: '2.6em', fontWeight: '700', lineHeight: '1.05', margin: '0' });
    Object.assign(this.verdict.style, { fontWeight: '700', margin: '0' });
    Object.assign(this.table.style, { fontSize: '0.8em', width: '100%' });
    const parts = el('div', {}, el('p', {}, host.formula('message')), el('p', {}, host.formula('proof')));
    Object.assign(parts.style, { fontSize: '0.9em', marginTop: '1em' });
    this.parts = parts;
    host.side.append(el('p', {}, this.model), this.set, this.question, this.number, this.verdict, this.table, this.chart, parts);
    this.face = surface(this.chart, { label: 'Spread of the coordinates after each layer', draw: () => this.#draw() });
  }

  destroy() {
    this.face.destroy();
    this.host.side.replaceChildren();
  }

  show() {
    const [graph, shown, layers] = [this.host.latest('egnn.graph'), this.host.latest('egnn.shown'), this.host.latest('egnn.layers')];
    const row = layers?.rows[layers.rows.length - 1];
    if (!graph || !shown || !layers || !row) return;
    const { theme } = this.face;
    const asked = shown.layer === 0;
    this.model.textContent = graph.name;
    this.set.textContent = `${graph.nodes} nodes, ${graph.links} pairs, ${layers.dtype}, random weights.`;
    this.question.hidden = !asked;
    this.question.textContent = 'Predict: will the balls stay in their rings, layer after layer?';
    for (const part of [this.number, this.verdict, this.table]) part.hidden = asked;
    this.chart.style.display = asked ? 'none' : '';
    this.parts.hidden = !asked;
    const { zone, error } = worst(row);
    this.number.textContent = printed(error);
    this.number.style.fontSize = error === null ? '1.5em' : '2.6em';
    this.number.style.color = zone === 'rounding' ? theme.total : theme.message;
    this.verdict.textContent = error === null ? 'The numbers have overflowed.' : VERDICTS[zone];
    // The last rows that fit; the text twin has all.
    const kept = layers.rows.slice(1).slice(-5);
    this.rows.replaceChildren(...kept.map((each) => this.#row(each)));
    this.face.invalidate();
  }

  /** @param {Row} row */
  #row(row) {
    const short = (/** @type {number | null} */ error) => (error === null ? 'NaN' : printed(error));
    const cells = [short(row.features), short(row.points), row.spread === null ? 'NaN' : spreadText(row)];
    return el('tr', { class: `verdict-${worst(row).zone}` }, el('th', { scope: 'row' }, String(row.layer)), ...cells.map((text) => el('td', {}, text)));
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
      series: [{ name: '', x: known.map((row) => row.layer), y: sizes, points: true, colour: wide ? this.face.theme.message : this.face.theme.self }],
      xName: lost ? `layer; from ${lost.layer} on ${lost.words}` : 'layer',
      yName: 'spread of x (standard deviation)',
      yLog: wide,
      xRange: { from: 0, to: graph.layers },
      ...(wide ? {} : { yRange: { from: 0, to: Math.max(...sizes) * 1.2 } }),
    });
  }
}
