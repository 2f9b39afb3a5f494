/** The drawing with its ids, what each number made of the new ids, and the view of both that stage and phones share. */

import { el } from '../../core/element.js';
import { Network } from '../../draw/network.js';
import { errorText, plain } from '../../draw/numbers.js';

/** @typedef {import('../../draw/pane.js').Pane} Pane */
/** @typedef {import('../../core/scene.js').View} View */
/** @typedef {import('../../core/protocol.js').PermutePicture} Picture */
/** @typedef {import('../../core/protocol.js').PermuteVerdict} Verdict */
/** @typedef {import('../../core/protocol.js').PermuteRow} Row */
/** @typedef {import('../../draw/surface.js').Surface} Surface */

const MEANING = { equivariant: 'rows move along', invariant: 'unchanged' };

/** (2, e) sources over targets -> pairs, each line once. @param {Picture} picture */
function lines({ edges: { data } }) {
  const count = data.length / 2;
  /** @type {number[]} */
  const pairs = [];
  for (let e = 0; e < count; e += 1) {
    const a = data[e] ?? 0;
    const b = data[count + e] ?? 0;
    if (a < b) pairs.push(a, b);
  }
  return pairs;
}

/** The drawing with its ids; a tapped node stands out, and its row with it. */
export class Drawing {
  network = new Network();
  /** @type {Picture | null} */
  picture = null;
  /** node of the drawing, −1 for none */
  chosen = -1;
  /** the node that the keyboard stands on, −1 for none */
  cursor = -1;

  /** @param {Surface} face @param {number} width of the drawing, at the left */
  paint(face, width) {
    const { picture } = this;
    if (picture === null) return;
    const ids = picture.ids.data;
    this.network.paint(
      face,
      {
        positions: picture.positions.data,
        edges: lines(picture),
        values: [...ids].map((id) => picture.features.data[id * 2] ?? 0),
        signed: true,
        inside: (i) => String(ids[i] ?? ''),
        id: () => '',
        chosen: this.chosen,
        neighbors: this.cursor < 0 ? [] : [this.cursor],
      },
      { x: 0, y: 0, width, height: face.height },
    );
  }
}

/** @param {Row} row */
function values(row) {
  return row.before.length === 0
    ? ''
    : `${row.before.map((v) => plain(v, 2)).join(', ')} → ${row.after.map((v) => plain(v, 2)).join(', ')}`;
}

/** What became of a number; one that may notice the order need not notice every swap. @param {Row} row */
function meaning({ kind, zone }) {
  if (zone !== 'rounding') return '✗ noticed the order';
  return kind === 'neither' ? 'not noticed yet' : `✓ ${MEANING[kind]}`;
}

/** The table of what noticed. @param {Verdict} verdict */
function table(verdict) {
  const body = verdict.rows.map((row) =>
    el(
      'tr',
      { class: `verdict-${row.zone}` },
      el('th', { scope: 'row' }, row.name),
      el('td', {}, errorText(row.error)),
      el('td', {}, meaning(row)),
    ),
  );
  const head = el(
    'tr',
    {},
    ...['function', 'relative error', 'verdict'].map((name) => el('th', { scope: 'col' }, name)),
  );
  return el('table', { class: 'numbers' }, el('thead', {}, head), el('tbody', {}, ...body));
}

/** @param {Verdict} verdict */
function sentence(verdict) {
  const { shuffles } = verdict;
  return shuffles === 0
    ? 'The ids as they came. Nothing was renumbered yet.'
    : `Renumbered ${shuffles} time${shuffles === 1 ? '' : 's'}.`;
}

/** What the colors of the nodes are: the first row of Xᵀ. @param {Picture} picture @param {string} text @returns {import('../../draw/legend.js').Key} */
function scaleOf(picture, text) {
  const first = [...picture.features.data].filter((_, k) => k % 2 === 0);
  const most = plain(Math.max(0, ...first.map(Math.abs)), 1);
  return { kind: 'bar', lo: `−${most}`, hi: most, text, signed: true };
}

/**
 * @typedef {object} How the stage's view and a phone's differ
 * @property {(face: Surface, drawing: Drawing) => void} paint
 * @property {(verdict: HTMLElement, words: HTMLElement) => {again(): void}} beside where both stand
 * @property {string} colors what the colors of the nodes are
 * @property {(node: number, drawing: Drawing) => void} choose
 */
/** @param {Pane} pane @param {How} how @returns {View} */
export function view(pane, { paint, beside, colors, choose }) {
  const drawing = new Drawing();
  const face = pane.surface({
    label: 'A graph and its matrices under the present ids',
    focusable: true,
    draw: (at) => paint(at, drawing),
  });
  const text = pane.twin('Which numbers noticed the new ids');
  const words = el('p', { role: 'status' });
  const verdictArea = el('div', {});
  const column = beside(verdictArea, words);
  const keys = pane.legend();
  const pick = (/** @type {number} */ node) => {
    choose(node, drawing);
    face.invalidate();
  };
  const tapped = (/** @type {PointerEvent} */ event) => {
    drawing.cursor = -1;
    pick(drawing.network.hit(face.point(event)));
  };
  face.canvas.addEventListener('pointerdown', tapped, { signal: face.signal });
  return {
    update(frame) {
      if (frame.t === 'permute.picture') {
        drawing.picture = frame;
        keys.show([scaleOf(frame, colors)]);
      }
      if (frame.t === 'permute.verdict') {
        verdictArea.replaceChildren(table(frame));
        words.textContent = sentence(frame);
        column.again();
        text.table({
          columns: ['function', 'error', 'first ids → present ids'],
          rows: frame.rows.map((row) => [row.name, errorText(row.error), values(row)]),
        });
      }
      face.invalidate();
    },
    key(event) {
      const count = drawing.picture?.ids.data.length ?? 0;
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      const from = drawing.cursor < 0 && step === -1 ? 0 : drawing.cursor;
      if (event.key === 'Enter' && drawing.cursor >= 0) pick(drawing.cursor);
      else if (step !== undefined && count > 0) drawing.cursor = (from + step + count) % count;
      else return false;
      face.invalidate();
      return true;
    },
  };
}
