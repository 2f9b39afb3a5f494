/** Beside the picture: what this position shows, the number that proves it with its zone, and a sentence on what to see. */

import { el } from '../../core/element.js';
import { paintGauge } from '../../draw/gauge.js';
import { errorText } from '../../draw/numbers.js';
import { statement } from '../../draw/statement.js';
import { block } from './pyramid.js';

/** @typedef {import('../../draw/pane.js').Pane} Pane */
/** @typedef {import('../../core/protocol.js').VectorsShown} Shown */
/** @typedef {import('../../draw/statement.js').Words} Words */

const TURNED = 4;
const VERDICTS = /** @type {Record<string, string>} */ ({
  rounding: 'Rounding: the two ways agree.',
  approximate: 'Approximate: more than rounding.',
  broken: 'Broken: the two ways differ.',
});

/** 25 = 1 + 3 + 5 + 7 + 9. @param {number} degree */
function counted(degree) {
  return Array.from({ length: degree + 1 }, (_, l) => String(2 * l + 1)).join(' + ');
}

/** @type {((shown: Shown, hands: boolean) => Words)[]} by position */
const SAID = [
  (_, hands) => ({
    title: 'One arrow, three numbers',
    number: '3',
    caption: 'x, y and z of a unit vector: degree l\u00a0=\u00a01, parity odd (1o)',
    lines: [
      hands ? 'Drag the arrow: all three change together.' : 'Watch the three numbers change together.',
      'Are there other ways to write a direction?',
    ],
  }),
  ({ degree }) => ({
    title: 'The same arrow, more numbers',
    number: String((degree + 1) ** 2),
    caption: degree === 0 ? 'number' : `numbers: ${counted(degree)}`,
    lines: [
      'Each bar is one function Yₗₘ at the arrow’s tip; its shape stands above it.',
      degree > 0 ? `${block(1)} is the arrow itself: √3 · (x, y, z).` : '',
    ],
  }),
  ({ degree }) => ({
    title: 'Drawn as a surface',
    number: String((degree + 1) ** 2),
    caption: 'numbers make one shape: r = |f(u)|, f(u) = Σ Yₗₘ(v) Yₗₘ(u)',
    lines: ['Blue lobes are positive, orange ones negative.', 'The higher L, the sharper the peak along the arrow.'],
  }),
  () => ({
    title: 'The arrow turns. Which numbers mix?',
    lines: ['Inside each block?', 'Across blocks?', 'Not at all?', 'Decide before it is shown.'],
  }),
  ({ error, zone, off_block: off, degree }) => ({
    title: 'Mixed inside each block',
    number: errorText(error),
    sound: zone === 'rounding',
    caption: 'largest |Y(R v) − D(R) Y(v)|, float64',
    lines: [
      VERDICTS[zone] ?? '',
      degree > 0 ? `Outside the blocks: ${errorText(off)} of ‖D‖.` : '',
      'Every degree l turns by a matrix of its own, 2l + 1 wide: an irrep.',
    ],
  }),
  ({ norm_change: change }) => ({
    title: 'The norm of each block stays',
    number: errorText(change),
    sound: change < 1e-12,
    caption: 'largest relative change of ‖Yₗ‖ under this turn',
    lines: ['The numbers of a block change, their norm is invariant: √(2l + 1).', 'Dashed: before. Filled: after.'],
  }),
  (shown) => neighbors(shown),
];

/** @param {Shown} shown @returns {Words} */
function neighbors({ arrows, first, blocks, error, of_class: ofClass, aims, degree }) {
  const n = arrows.data.length / 3;
  const zero = blocks
    .filter((each) => each.degree > 0 && (first === null || each.degree < first))
    .map((each) => block(each.degree));
  const whose =
    ofClass && aims > 0 ? `${n} students’ arrows, summed` : n === 1 ? 'One arrow so far' : `${n} neighbors, summed`;
  return {
    title: whose,
    number: first === null ? 'none' : `l = ${first}`,
    caption: first === null ? `no degree from 1 to ${degree} sees them` : 'first degree above 0 that sees the set',
    lines: [
      zero.length > 0
        ? `${zero.join(' = ')} = 0: lower degrees cancel.`
        : 'No degree cancels. A symmetric set makes some vanish.',
      `Turned: |Y(R v) − D(R) Y(v)| at most ${errorText(error)}.`,
      'A sum does not depend on the order of the neighbors.',
    ],
  };
}

/** The errors of the turn that is shown. @param {Shown} shown */
function readings({ error, off_block: off, norm_change: change }) {
  return [
    { name: 'harmonics', mean: error },
    { name: 'off-block', mean: off },
    { name: 'norms', mean: change },
  ];
}

/** Which irreps the numbers are: degree, parity (−1)ˡ, how many. @param {number} degree */
function irreps(degree) {
  const head = el('tr', {}, ...['degree l', 'irrep', 'numbers'].map((name) => el('th', { scope: 'col' }, name)));
  const rows = Array.from({ length: degree + 1 }, (_, l) =>
    el(
      'tr',
      {},
      el('th', { scope: 'row' }, String(l)),
      el('td', {}, `${l}${l % 2 === 0 ? 'e' : 'o'}`),
      el('td', {}, String(2 * l + 1)),
    ),
  );
  return [el('thead', {}, head), el('tbody', {}, ...rows)];
}

export class Aside {
  /** @param {Pane} pane */
  constructor(pane) {
    this.host = pane.host;
    this.said = statement();
    this.table = el('table', { class: 'numbers' });
    this.gauge = el('div', { class: 'fit' });
    Object.assign(this.gauge.style, {
      maxHeight: '16em',
      marginTop: '0.4em',
      marginInline: '-0.95em',
    });
    Object.assign(this.table.style, { marginTop: '0.8em', alignSelf: 'start' });
    this.column = pane.column([...this.said.parts, this.table, this.gauge], {
      least: '22em',
      wanted: () => this.gauge.hidden === true,
    });
    this.face = pane.surface({ label: 'Gauge of errors', draw: (face) => this.#draw(face) }, this.gauge);
  }

  /** @param {Shown} shown */
  show(shown) {
    const words = SAID[shown.act]?.(shown, this.host.canSend());
    if (!words) return;
    this.said.show(words);
    const checked = shown.act >= TURNED;
    this.table.hidden = checked || shown.act === 0 || shown.degree > 4;
    this.gauge.hidden = !checked;
    if (!this.table.hidden) this.table.replaceChildren(...irreps(shown.degree));
    this.column.again();
    this.face.describe(
      readings(shown)
        .map(({ name, mean }) => `${name}: ${errorText(mean)}`)
        .join('; '),
    );
    this.face.invalidate();
  }

  /** @param {import('../../draw/surface.js').Surface} face */
  #draw(face) {
    const shown = this.host.latest('vectors.shown');
    if (shown && shown.act >= TURNED) paintGauge(face, { dtype: 'float64', rows: readings(shown) });
  }
}
