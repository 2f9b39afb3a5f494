/** Both chains, the separation layer by layer, and beside them the number, its seeds and what theory says. */

import { el } from '../../core/element.js';
import { scientific } from '../../draw/numbers.js';
import { Pane } from '../../draw/pane.js';
import { Chains, counted, verdict } from './picture.js';
import { paintSeparation } from './separation.js';

/** @typedef {import('../../core/scene.js').Host} Host */
/** @typedef {import('../../core/scene.js').View} View */
/** @typedef {import('../../core/protocol.js').ChainsNumber} Shown */

/** Why a network needs the depth it needs, as `models/experiments/chains.py` argues. @type {Record<string, string>} */
const WHY = {
  invariant: 'Every node sees the same distances in both chains.',
  egnn: 'Two neighbors must each have heard of one end: then the distance between their moved points tells.',
  gvp: 'Both ends must have come to one node: then the lengths of its mixed arrows tell.',
  tensor: 'Messages are linear in the features: nothing meets half way, one end must come to the other.',
};

/** How many networks the number is of, which may still be measured. @param {Shown} shown */
function seedsWords({ values, seeds, rounding }) {
  const of =
    values.length === 0
      ? `Of ${seeds} random networks none is measured yet`
      : `Largest separation of ${values.length < seeds ? `${values.length} of ` : ''}${seeds} random networks${values.length < seeds ? ' so far' : ''}`;
  return `${of}. float64: up to ${scientific(rounding, 0)} it is rounding.`;
}

/** Rows of the table beside the picture; the text twin has all. */
const ROWS = 6;

/** The seeds of one number of layers: the smallest, the largest, and on which side of rounding they lie. @param {readonly number[]} values @param {number} layers @param {Shown} shown */
function measuredRow(values, layers, { rounding, seeds }) {
  const some = values.length > 0;
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const side = values.length < seeds ? '…' : least > rounding ? '✓ signal' : most <= rounding ? '≈ rounding' : 'both';
  const cells = [some ? scientific(least) : '', some ? scientific(most) : '', side];
  return el('tr', {}, el('th', { scope: 'row' }, String(layers)), ...cells.map((cell) => el('td', {}, cell)));
}

/** @param {Pane} pane */
function keys(pane) {
  const line = pane.legend();
  line.show([
    { kind: 'disc', role: 'message', text: '↓ has heard of the lower end' },
    { kind: 'disc', role: 'self', text: '↑ of the upper end' },
    { kind: 'disc', role: 'total', text: '↕ of both' },
    { kind: 'disc', role: 'edge', text: 'of neither' },
  ]);
}

/** @param {Shown} shown */
function tableOf(shown) {
  const names = shown.lines.map(({ name }) => name);
  const rows = Array.from({ length: shown.layers }, (_, k) => [
    String(k + 1),
    ...shown.lines.map(({ values }) => {
      const found = values[k] ?? [];
      return found.length === 0 ? '' : `${scientific(Math.min(...found))} to ${scientific(Math.max(...found))}`;
    }),
  ]);
  return { columns: ['layers', ...names], rows };
}

/** The column: the number, its seeds, what theory says, what was measured. @param {Pane} pane */
function beside(pane) {
  const name = el('strong');
  const question = el('h2');
  const number = el('p', { class: 'chains-number' });
  const said = el('p', { role: 'status' });
  const seeds = el('p');
  const theory = el('p');
  const crowd = el('p');
  const rows = el('tbody');
  const head = el('tr', {}, ...['layers', 'smallest', 'largest', ''].map((title) => el('th', { scope: 'col' }, title)));
  const measured = el('table', { class: 'numbers' }, el('thead', {}, head), rows);
  Object.assign(measured.style, { fontSize: 'calc(0.86em / var(--grown, 1))', whiteSpace: 'nowrap' });
  Object.assign(question.style, { fontSize: '1.4em', lineHeight: '1.2' });
  Object.assign(number.style, { fontSize: '3.8em', fontWeight: '700', lineHeight: '1.1' });
  Object.assign(said.style, { fontSize: '1.2em', fontWeight: '700' });
  const column = pane.column([el('p', {}, name), question, number, said, seeds, theory, measured, crowd], {
    least: '26em',
  });
  /** @param {Shown} shown @param {number} middle nodes @param {readonly number[]} counts predictions, by layers */
  const show = (shown, middle, counts) => {
    const begun = shown.layers > 0;
    name.textContent = `${shown.name}, k = ${middle}${begun ? `, ${counted(shown.layers)}` : ''}`;
    question.hidden = begun;
    question.textContent =
      'S and C differ only in how their two far ends lie. A layer hears one bond further. How many layers until the answers differ?';
    number.hidden = !begun;
    number.textContent = shown.largest === null ? '…' : scientific(shown.largest);
    number.style.color = shown.told === null ? '' : shown.told ? 'var(--message)' : 'var(--total)';
    said.textContent = verdict(shown);
    seeds.textContent = begun
      ? seedsWords(shown)
      : 'Random weights, nothing is trained. Messages run along the bonds drawn, no others.';
    theory.textContent = theoryWords(shown);
    const all = counts.reduce((a, b) => a + b, 0);
    const where = begun ? ': bars at the foot of the chart' : '';
    crowd.textContent = all > 0 ? `${all} prediction${all === 1 ? '' : 's'} from the class${where}.` : '';
    measured.hidden = !begun;
    const own = shown.lines.find(({ model }) => model === shown.model)?.values.slice(0, shown.layers) ?? [];
    rows.replaceChildren(...own.map((values, k) => measuredRow(values, k + 1, shown)).slice(-ROWS));
    column.again();
  };
  return { show };
}

/** What theory says stands here once the layers have shown it. @param {Shown} shown */
function theoryWords(shown) {
  const own = shown.lines.find(({ model }) => model === shown.model);
  if (own === undefined || shown.layers < (own.depth ?? shown.most)) return '';
  return `Theory: ${own.depth === null ? 'never' : `from ${counted(own.depth)} on`}. ${WHY[own.model] ?? ''}`;
}

/** @param {Host} host @returns {View} */
export function stage(host) {
  const pane = new Pane(host);
  const chains = new Chains();
  const face = pane.surface({ label: 'Two chains', focusable: true, draw });
  chains.bind(face);
  const text = pane.twin('Separations, smallest to largest of the seeds');
  keys(pane);
  const aside = beside(pane);

  function draw() {
    const picture = host.latest('chains.picture');
    const shown = host.latest('chains.number');
    if (!picture || !shown) return;
    const { width, height } = face;
    const upright = height > width;
    const left = upright ? { x: 0, y: 0, width, height: height * 0.5 } : { x: 0, y: 0, width: width * 0.42, height };
    const right = upright
      ? { x: 0, y: height * 0.52, width, height: height * 0.48 }
      : { x: width * 0.45, y: 0, width: width * 0.55, height };
    chains.paint(face, picture, shown, left);
    paintSeparation(face, shown, host.latest('chains.class')?.counts ?? [], right);
  }

  function show() {
    const shown = host.latest('chains.number');
    const picture = host.latest('chains.picture');
    if (!shown || !picture) return;
    aside.show(shown, picture.middle, host.latest('chains.class')?.counts ?? []);
    text.table(tableOf(shown));
    face.describe(`Two chains of ${picture.middle + 2} nodes, ${counted(shown.layers)}. ${verdict(shown)}`);
    face.invalidate();
  }
  return {
    update: show,
  };
}
