/** Beside the picture: what this position shows, the number that proves it with its zone, and a sentence on what to see. */

import { el } from '../../core/element.js';
import { paintGauge } from '../../draw/gauge.js';
import { fixed, scientific } from '../../draw/numbers.js';
import { roomy } from '../../draw/roomy.js';
import { surface } from '../../draw/surface.js';
import { block } from './pyramid.js';

/** @typedef {import('../../core/scene.js').Host} Host */
/** @typedef {import('../../core/protocol.js').VectorsShown} Shown */
/** @typedef {import('../../draw/surface.js').Theme} Theme */
/** @typedef {{title: string, number?: string, sound?: boolean, caption?: string, lines: string[]}} Words */

const TURNED = 4;
const VERDICTS = /** @type {Record<string, string>} */ ({
  rounding: 'Rounding: the two ways agree.',
  approximate: 'Approximate: more than rounding.',
  broken: 'Broken: the two ways differ.',
});

/** An error in print; 0 is said to be exact. @param {number} value */
export function printed(value) {
  return value === 0 ? '0' : value >= 0.01 ? fixed(value, 2) : scientific(value, 1);
}

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
    lines: [hands ? 'Drag the arrow: all three change together.' : 'Watch the three numbers change together.', 'Are there other ways to write a direction?'],
  }),
  ({ degree }) => ({
    title: 'The same arrow, more numbers',
    number: String((degree + 1) ** 2),
    caption: degree === 0 ? 'number' : `numbers: ${counted(degree)}`,
    lines: ['Each bar is one function Yₗₘ at the arrow’s tip; its shape stands above it.', degree > 0 ? `${block(1)} is the arrow itself: √3 · (x, y, z).` : ''],
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
    number: printed(error),
    sound: zone === 'rounding',
    caption: 'largest |Y(R v) − D(R) Y(v)|, float64',
    lines: [VERDICTS[zone] ?? '', degree > 0 ? `Outside the blocks: ${printed(off)} of ‖D‖.` : '', 'Every degree l turns by a matrix of its own, 2l + 1 wide: an irrep.'],
  }),
  ({ norm_change: change }) => ({
    title: 'The norm of each block stays',
    number: printed(change),
    sound: change < 1e-12,
    caption: 'largest relative change of ‖Yₗ‖ under this turn',
    lines: ['The numbers of a block change, their norm is invariant: √(2l + 1).', 'Dashed: before. Filled: after.'],
  }),
  (shown) => neighbors(shown),
];

/** @param {Shown} shown @returns {Words} */
function neighbors({ arrows, first, blocks, error, of_class: ofClass, aims, degree }) {
  const n = arrows.data.length / 3;
  const zero = blocks.filter((each) => each.degree > 0 && (first === null || each.degree < first)).map((each) => block(each.degree));
  const whose = ofClass && aims > 0 ? `${n} students’ arrows, summed` : n === 1 ? 'One arrow so far' : `${n} neighbors, summed`;
  return {
    title: whose,
    number: first === null ? 'none' : `l = ${first}`,
    caption: first === null ? `no degree from 1 to ${degree} sees them` : 'first degree above 0 that sees the set',
    lines: [
      zero.length > 0 ? `${zero.join(' = ')} = 0: lower degrees cancel.` : 'No degree cancels. A symmetric set makes some vanish.',
      `Turned: |Y(R v) − D(R) Y(v)| at most ${printed(error)}.`,
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
    el('tr', {}, el('th', { scope: 'row' }, String(l)), el('td', {}, `${l}${l % 2 === 0 ? 'e' : 'o'}`), el('td', {}, String(2 * l + 1))),
  );
  return [el('thead', {}, head), el('tbody', {}, ...rows)];
}

export class Aside {
  /** @param {Host} host */
  constructor(host) {
    this.host = host;
    this.title = el('h2');
    this.number = el('p', { 'data-number': true });
    this.caption = el('p');
    this.lines = el('div', { role: 'status' });
    this.table = el('table', { class: 'numbers' });
    this.gauge = el('div');
    this.box = el('div', {}, this.title, this.number, this.caption, this.lines, this.table, this.gauge);
    Object.assign(this.box.style, { position: 'absolute', inset: '0', display: 'flex', flexDirection: 'column', gap: '0.4em' });
    Object.assign(this.gauge.style, { position: 'relative', flex: '1 1 0', minHeight: '0', maxHeight: '16em', marginTop: '0.4em', marginInline: '-0.95em' });
    Object.assign(this.table.style, { marginTop: '0.8em', alignSelf: 'start' });
    host.side.style.minHeight = '22em';
    Object.assign(this.title.style, { fontSize: '1.45em', lineHeight: '1.15' });
    Object.assign(this.number.style, { fontSize: '3.1em', fontWeight: '700', lineHeight: '1.05', letterSpacing: '-0.02em', marginTop: '0.15em' });
    Object.assign(this.lines.style, { display: 'grid', gap: '0.45em', marginTop: '0.5em' });
    host.side.append(this.box);
    this.fit = roomy(this.box, () => this.gauge.hidden === true);
    this.face = surface(this.gauge, { label: 'Gauge of errors', draw: (face) => this.#draw(face) });
  }

  destroy() {
    this.fit.destroy();
    this.face.destroy();
    this.host.side.style.minHeight = '';
    this.box.remove();
  }

  /** @param {Shown} shown @param {Theme} theme */
  show(shown, theme) {
    const words = SAID[shown.act]?.(shown, this.host.canSend());
    if (!words) return;
    this.title.textContent = words.title;
    this.number.hidden = words.number === undefined;
    this.number.textContent = words.number ?? '';
    this.number.style.color = words.sound === undefined ? '' : words.sound ? theme.total : theme.message;
    this.caption.hidden = words.caption === undefined;
    this.caption.textContent = words.caption ?? '';
    this.lines.replaceChildren(...words.lines.filter(Boolean).map((line) => el('p', {}, line)));
    const checked = shown.act >= TURNED;
    this.table.hidden = checked || shown.act === 0 || shown.degree > 4;
    this.gauge.hidden = !checked;
    if (!this.table.hidden) this.table.replaceChildren(...irreps(shown.degree));
    this.fit.again();
    this.face.describe(readings(shown).map(({ name, mean }) => `${name}: ${printed(mean)}`).join('; '));
    this.face.invalidate();
  }

  /** @param {import('../../draw/surface.js').Surface} face */
  #draw(face) {
    const shown = this.host.latest('vectors.shown');
    if (shown && shown.act >= TURNED) paintGauge(face, { dtype: 'float64', rows: readings(shown) });
  }
}
