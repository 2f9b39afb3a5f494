/** Beside the picture: what this position shows, its number with the zone, and a sentence on what to see. */

import { el } from '../../core/element.js';
import { paintGauge } from '../../draw/gauge.js';
import { errorText, fixed } from '../../draw/numbers.js';
import { statement } from '../../draw/statement.js';
import { TURNED } from './picture.js';

/** @typedef {import('../../draw/pane.js').Pane} Pane */
/** @typedef {import('./picture.js').Frames} Frames */
/** @typedef {import('../../draw/statement.js').Words} Words */

const VERDICTS = /** @type {Record<string, string>} */ ({
  rounding: 'Rounding.',
  approximate: 'More than rounding.',
  broken: 'Broken.',
});

/** @type {((frames: Frames, hands: boolean) => Words)[]} by position */
const SAID = [
  (_, hands) => ({
    title: 'Two arrows: what can be made of them?',
    number: '3 + 3',
    caption: 'numbers, two polar vectors: 1o and 1o',
    lines: [
      hands ? 'Drag either arrow.' : 'Two unit vectors from one point.',
      'Which numbers of the pair stay when the room turns?',
    ],
  }),
  () => ({
    title: 'All products of two components',
    number: '9',
    caption: 'numbers vᵢ wⱼ: the outer product v wᵀ',
    lines: [
      'Everything that is linear in v and in w is a sum of these nine.',
      'Do all nine mix when both arrows turn?',
    ],
  }),
  ({ task }) => ({
    title: '9 = 1 + 3 + 5',
    number: fixed(task.dot, 3),
    caption: 'v · w, the one number that no rotation changes',
    lines: [
      '0e is the dot product, 1e the cross product, 2e what is left.',
      'Arrows at right angles: 0e is zero. Arrows in line: 1e is zero.',
    ],
  }),
  ({ turned }) => ({
    title: 'Each part turns by itself',
    number: errorText(turned.off_block),
    sound: turned.zone === 'rounding',
    caption: 'of Q (R ⊗ R) Qᵀ lies outside the blocks, float64',
    lines: [
      `${VERDICTS[turned.zone]} Without Q: ${errorText(turned.cartesian_off)} of R ⊗ R.`,
      'In the basis Q the nine numbers never mix across 1, 3 and 5.',
    ],
  }),
  ({ reflected }) => ({
    title: 'Both arrows are reflected. And v × w?',
    lines: [
      reflected.reflection === 'inversion'
        ? 'The inversion P flips all three components of both.'
        : 'The mirror P flips the x of both arrows.',
      'It stays? It flips? Neither?',
      'Decide before it is shown.',
    ],
  }),
  ({ reflected }) => ({
    title: 'A cross product is a pseudovector',
    number: errorText(reflected.error),
    sound: reflected.zone === 'rounding',
    caption: '‖P\u00a0v\u00a0×\u00a0P\u00a0w − det(P)\u00a0P\u00a0(v\u00a0×\u00a0w)‖, float64',
    lines: [
      reflected.error === 0 ? 'Exactly 0: the two agree.' : (VERDICTS[reflected.zone] ?? ''),
      reflected.reflection === 'inversion'
        ? 'Both arrows flip, their cross product stays: 1e, even.'
        : 'It does not follow the mirror as an arrow would (dashed): 1e, even.',
      'The ring is its sense of rotation.',
      'Vectors turn with R, pseudovectors with det(R) R.',
    ],
  }),
];

export class Aside {
  /** @param {Pane} pane */
  constructor(pane) {
    this.host = pane.host;
    this.said = statement();
    this.gauge = el('div', { class: 'fit' });
    Object.assign(this.gauge.style, {
      maxHeight: '12em',
      marginTop: '0.4em',
      marginInline: '-0.95em',
    });
    this.column = pane.column([...this.said.parts, this.gauge], {
      least: '22em',
      wanted: () => this.gauge.hidden === true,
    });
    /** @type {Frames | null} */
    this.frames = null;
    this.face = pane.surface({ label: 'Gauge of errors', draw: (face) => this.#draw(face) }, this.gauge);
  }

  /** @param {Frames} frames */
  show(frames) {
    this.frames = frames;
    const words = SAID[frames.task.act]?.(frames, this.host.canSend());
    if (!words) return;
    this.said.show(words);
    const rows = this.#rows();
    this.gauge.hidden = rows.length === 0;
    this.column.again();
    this.face.describe(
      rows.map(({ name, mean }) => `${name}: ${errorText(mean)}`).join('; ') || 'Nothing is checked here',
    );
    this.face.invalidate();
  }

  #rows() {
    const { frames } = this;
    if (frames?.task.act === TURNED)
      return [
        { name: 'Q basis', mean: frames.turned.off_block },
        { name: 'products', mean: frames.turned.cartesian_off },
      ];
    return [];
  }

  /** @param {import('../../draw/surface.js').Surface} face */
  #draw(face) {
    const rows = this.#rows();
    if (rows.length > 0) paintGauge(face, { dtype: 'float64', rows });
  }
}
