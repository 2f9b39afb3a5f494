/** The drawing beside its matrices, and what noticed the new ids. */

import { el } from '../../core/element.js';
import { Matrix } from '../../draw/matrix.js';
import { plain } from '../../draw/numbers.js';
import { Pane } from '../../draw/pane.js';
import { view } from './picture.js';

/** @typedef {import('../../core/scene.js').Host} Host */
/** @typedef {import('../../draw/surface.js').Surface} Surface */
/** @typedef {import('./picture.js').Drawing} Drawing */

/** How much of the width the drawing has. */
const DRAWN = 0.46;

/** A, X and F(X, A) under the present ids; the row of a chosen node stands out in each. */
class Matrices {
  adjacency = new Matrix();
  features = new Matrix();
  output = new Matrix();

  /** @param {Surface} face @param {Drawing} drawing @param {number} left where they begin */
  paint(face, drawing, left) {
    const { picture } = drawing;
    if (picture === null) return;
    const { width, height } = face;
    const ids = picture.ids.data;
    const n = ids.length;
    const row = drawing.chosen < 0 ? undefined : ids[drawing.chosen];
    const linked = row === undefined ? {} : { row, column: row };
    const top = { x: left, y: 0, width: width - left, height: height * 0.6 };
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

/** @param {Host} host */
export function stage(host) {
  const pane = new Pane(host);
  const matrices = new Matrices();
  return view(pane, {
    paint: (face, drawing) => {
      const left = face.width * DRAWN;
      drawing.paint(face, left);
      matrices.paint(face, drawing, left);
    },
    beside: (verdict, words) => {
      verdict.style.fontSize = 'calc(1em / var(--grown, 1))'; // it is as wide as the column
      // The first formula stands in the header.
      return pane.column([el('p', {}, host.formula('invariant')), verdict, words], { least: '22em' });
    },
    colors: 'color of a node: its first feature, the upper row of Xᵀ',
    choose: (node, drawing) => {
      drawing.chosen = node === drawing.chosen ? -1 : node;
    },
  });
}
