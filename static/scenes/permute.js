/** The scene `permute`: the drawing stays, the ids and the rows of the matrices move, a table says which numbers noticed. */

import { el } from '../core/element.js';
import { sideColumn } from '../draw/column.js';
import { legend } from '../draw/legend.js';
import { Matrix } from '../draw/matrix.js';
import { Network } from '../draw/network.js';
import { errorText, plain } from '../draw/numbers.js';
import { surface } from '../draw/surface.js';
import { twin } from '../draw/twin.js';

/** @typedef {import('../core/scene.js').Host} Host */
/** @typedef {import('../core/scene.js').View} View */
/** @typedef {import('../core/protocol.js').PermutePicture} Picture */
/** @typedef {import('../core/protocol.js').PermuteVerdict} Verdict */
/** @typedef {import('../core/protocol.js').PermuteRow} Row */
/** @typedef {import('../draw/surface.js').Surface} Surface */

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
class Drawing {
  network = new Network();
  adjacency = new Matrix();
  features = new Matrix();
  output = new Matrix();
  /** @type {Picture | null} */
  picture = null;
  /** node of the drawing, −1 for none */
  chosen = -1;
  /** the node that the keyboard stands on, −1 for none */
  cursor = -1;

  /** @param {Surface} face @param {boolean} matrices */
  paint(face, matrices) {
    const { picture } = this;
    if (picture === null) return;
    const { width, height } = face;
    const split = matrices ? width * 0.46 : width;
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
      { x: 0, y: 0, width: split, height },
    );
    if (!matrices) return;
    const n = ids.length;
    const row = this.chosen < 0 ? undefined : ids[this.chosen];
    const linked = row === undefined ? {} : { row, column: row };
    const top = { x: split, y: 0, width: width - split, height: height * 0.6 };
    const name = (/** @type {number} */ i) => (n > 16 ? '' : String(i));
    const values = picture.adjacency.data;
    this.adjacency.paint(
      face,
      {
        values,
        rows: n,
        columns: n,
        kind: 'adjacency',
        title: 'A',
        rowName: name,
        columnName: name,
        linked,
        text: () => '',
      },
      top,
    );
    this.#wide(face, this.features, 'Xᵀ', picture.features.data, n, row, {
      ...top,
      y: height * 0.62,
      height: height * 0.17,
    });
    this.#wide(face, this.output, 'F(X, A)ᵀ', picture.output.data, n, row, {
      ...top,
      y: height * 0.82,
      height: height * 0.17,
    });
  }

  /**
   * A features matrix lying down, so that its columns stand below those of A.
   * @param {Surface} face @param {Matrix} matrix @param {string} title @param {Float32Array} data @param {number} n
   * @param {number | undefined} column @param {{x: number, y: number, width: number, height: number}} box
   */
  #wide(face, matrix, title, data, n, column, box) {
    const width = data.length / n;
    const values = Float32Array.from({ length: data.length }, (_, k) => data[(k % n) * width + Math.floor(k / n)] ?? 0);
    matrix.paint(
      face,
      {
        values,
        rows: width,
        columns: n,
        signed: true,
        title,
        rowName: () => '',
        columnName: () => '',
        text: (value) => (n > 12 ? '' : plain(value, 1)),
        ...(column === undefined ? {} : { linked: { column } }),
      },
      box,
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

/**
 * @param {Host} host
 * @param {{matrices: boolean, choose: (node: number, drawing: Drawing) => void}} how
 * @returns {View}
 */
function view(host, { matrices, choose }) {
  const drawing = new Drawing();
  const face = surface(host.main, {
    label: 'A graph and its matrices under the present ids',
    focusable: true,
    draw: (at) => drawing.paint(at, matrices),
  });
  const text = twin(host.main, 'Which numbers noticed the new ids');
  const words = el('p', { role: 'status' });
  const verdictArea = el('div', {});
  // The first formula stands in the header.
  const column = matrices
    ? sideColumn(host.side, [el('p', {}, host.formula('invariant')), verdictArea, words], { least: '22em' })
    : null;
  if (column !== null)
    verdictArea.style.fontSize = 'calc(1em / var(--grown, 1))'; // it is as wide as the column
  else {
    verdictArea.style.fontSize = '0.84em';
    host.side.append(verdictArea, words);
  }
  const keys = legend(host.legend);
  /** What the colours of the nodes are: the first row of Xᵀ. */
  const explain = () => {
    const first = [...(drawing.picture?.features.data ?? [])].filter((_, k) => k % 2 === 0);
    const most = plain(Math.max(0, ...first.map(Math.abs)), 1);
    keys.show([
      {
        kind: 'bar',
        lo: `−${most}`,
        hi: most,
        text: matrices
          ? 'color of a node: its first feature, the upper row of Xᵀ'
          : 'color of a node: its first feature',
        signed: true,
      },
    ]);
  };
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
        explain();
      }
      if (frame.t === 'permute.verdict') {
        verdictArea.replaceChildren(table(frame));
        words.textContent = sentence(frame);
        column?.again();
        text.table({
          columns: ['function', 'error', 'first ids → present ids'],
          rows: frame.rows.map((row) => [row.name, errorText(row.error), values(row)]),
        });
      }
      face.invalidate();
    },
    theme: explain,
    destroy() {
      column?.destroy();
      keys.destroy();
      face.destroy();
      text.destroy();
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

/** @param {Host} host */
export function stage(host) {
  return view(host, {
    matrices: true,
    choose: (node, drawing) => {
      drawing.chosen = node === drawing.chosen ? -1 : node;
    },
  });
}

/** Two taps swap two ids, for the whole class. @param {Host} host */
export function student(host) {
  host.side.append(el('p', {}, 'Tap two nodes: they swap their ids, for everybody.'));
  return view(host, {
    matrices: false,
    choose: (node, drawing) => {
      const ids = drawing.picture?.ids.data;
      const a = ids?.[drawing.chosen];
      const b = ids?.[node];
      if (a !== undefined && b !== undefined && a !== b) {
        host.send({ t: 'permute.swap', a, b }, { matters: true });
        drawing.chosen = -1;
      } else drawing.chosen = node;
    },
  });
}

/** @param {Host} host @returns {View} */
export function control(host) {
  const button = el(
    'button',
    { type: 'button', class: 'button', onclick: () => host.send({ t: 'permute.shuffle' }, { matters: true }) },
    'Shuffle the ids',
  );
  host.main.append(button);
  return { update() {}, destroy: () => button.remove() };
}
