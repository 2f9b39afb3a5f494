/**
 * A matrix as cells: adjacency (0/1 or weights) or features (n x d heat map), numbers in the cells when they are large
 * enough, headers for rows and columns, one linked row, column or cell; up to 200 x 200, then just pixels.
 *
 *   const matrix = new Matrix();
 *   matrix.paint(face, { values, rows, columns, title: 'A', … }, box?)
 *   matrix.hit(point)       {row, column} under the pointer; row or column is −1 on a header; null outside
 *   matrix.cell(i, j)       its box on the screen, as painted last
 */

import { roundBox, write } from './mark.js';
import { column as sameDecimals } from './numbers.js';
import { channels, domain, scale, textOn } from './palette.js';

/** @typedef {import('./surface.js').Surface} Surface */
/** @typedef {import('./surface.js').Box} Box */
/** @typedef {import('./surface.js').Point} Point */
/** @typedef {{row: number, column: number}} Cell */
/**
 * @typedef {object} MatrixData
 * @property {ArrayLike<number>} values (rows, columns), row by row
 * @property {number} rows
 * @property {number} columns
 * @property {string} [title] above the matrix
 * @property {'adjacency' | 'heat'} [kind] adjacency: 0 is empty, the rest ink; heat (unless told): viridis or diverging
 * @property {boolean} [signed] diverging about 0
 * @property {{lo: number, hi: number}} [range] of the colours
 * @property {(row: number, column: number) => string | null} [colour] of a cell; null: by value
 * @property {(value: number, row: number, column: number) => string} [text] of a cell; tidy numbers unless told
 * @property {(row: number) => string} [rowName] the number from 1 unless told
 * @property {(column: number) => string} [columnName] the number from 1 unless told
 * @property {Partial<Cell>} [linked] row and/or column that stands out
 * @property {readonly number[]} [rowsLit] rows framed in the `message` colour
 * @property {number} [own] row of the viewer, marked at its name
 * @property {'centre' | 'left'} [align]
 */

/** Below this many pixels a cell has no number; below the second no gap and no name. */
const FRAMED = 9;

export class Matrix {
  #box = { x: 0, y: 0, width: 0, height: 0 };
  #side = { x: 1, y: 1 };
  #rows = 0;
  #columns = 0;
  /** whether columns have names above them */
  #headed = true;
  #pixels = document.createElement('canvas');

  /**
   * @param {Surface} face
   * @param {MatrixData} data
   * @param {Box} [box]
   */
  paint(face, data, box = face.box) {
    this.#layout(face, data, box);
    const { rows, columns, values } = data;
    const colours = scale({
      ...(data.range ?? domain(values, data.signed)),
      signed: data.signed,
      dark: face.theme.dark,
    });
    const fill = (/** @type {number} */ i, /** @type {number} */ j) => {
      const value = values[i * columns + j] ?? NaN;
      const told = data.colour?.(i, j) ?? null;
      if (told !== null) return told;
      if (!Number.isFinite(value)) return face.theme.card;
      if (data.kind === 'adjacency' && !data.signed) return value === 0 ? face.theme.card : face.theme.self;
      return colours(value);
    };
    if (Math.min(this.#side.x, this.#side.y) < FRAMED) this.#paintPixels(face, fill);
    else this.#paintCells(face, data, fill);
    this.#paintNames(face, data);
    this.#paintLinks(face, data);
    if (data.title) {
      const { x, y } = this.#box;
      const header = this.#named(face).columns ? face.small * 1.5 : face.small * 0.4;
      write(face, data.title, x, y - header - face.small * 0.55, {
        align: 'left',
        weight: 700,
        halo: null,
        size: face.small * 1.05,
      });
    }
    if (rows === 0 || columns === 0)
      write(face, 'empty', box.x + box.width / 2, box.y + box.height / 2, { colour: face.theme.quiet });
  }

  /** @param {Point} point @returns {Cell | null} */
  hit({ x, y }) {
    const column = Math.floor((x - this.#box.x) / this.#side.x);
    const row = Math.floor((y - this.#box.y) / this.#side.y);
    if (row >= this.#rows || column >= this.#columns || (row < 0 && column < 0)) return null;
    if (x < this.#box.x - 60 || y < this.#box.y - 44) return null;
    return { row: Math.max(-1, row), column: Math.max(-1, column) };
  }

  /** @param {number} row @param {number} column @returns {Box} */
  cell(row, column) {
    const { x, y } = this.#side;
    return { x: this.#box.x + column * x, y: this.#box.y + row * y, width: x, height: y };
  }

  /** @param {Surface} face @param {MatrixData} data @param {Box} box */
  #layout(face, data, box) {
    const { small } = face;
    const name = data.rowName ?? String;
    face.ctx.font = face.font(small, 600);
    const names = Array.from({ length: Math.min(data.rows, 40) }, (_, i) => face.ctx.measureText(name(i)).width);
    const left = Math.max(small, ...names) + small * 0.7;
    this.#headed = (data.columnName ?? String)(0) !== '';
    const top = small * (this.#headed ? 1.6 : 0.5) + (data.title ? small * 1.5 : 0);
    const width = Math.max(10, box.width - left - small * 0.4);
    const height = Math.max(10, box.height - top - small * 0.4);
    // Cells that carry numbers may be wider than high; the others are squares.
    const y = Math.min(height / Math.max(1, data.rows), small * 2.6);
    const x = Math.min(width / Math.max(1, data.columns), data.kind === 'adjacency' ? y : Math.max(y, small * 3.4));
    const square = Math.min(x, y);
    this.#side = data.kind === 'adjacency' || square < small * 1.2 ? { x: square, y: square } : { x, y };
    this.#rows = data.rows;
    this.#columns = data.columns;
    const taken = { width: this.#side.x * data.columns, height: this.#side.y * data.rows };
    const spare = data.align === 'left' ? 0 : (width - taken.width) / 2;
    this.#box = {
      x: box.x + left + spare,
      y: box.y + top + (data.align === 'left' ? 0 : (height - taken.height) / 2),
      ...taken,
    };
  }

  /** Where names of rows and columns have room. @param {Surface} face */
  #named(face) {
    return { rows: this.#side.y >= face.small * 1.02, columns: this.#headed && this.#side.x >= face.small * 1.02 };
  }

  /** One pixel a cell, stretched. @param {Surface} face @param {(i: number, j: number) => string} fill */
  #paintPixels(face, fill) {
    if (this.#rows === 0 || this.#columns === 0) return;
    this.#pixels.width = this.#columns;
    this.#pixels.height = this.#rows;
    const ctx = this.#pixels.getContext('2d');
    if (ctx === null) return;
    const image = ctx.createImageData(this.#columns, this.#rows);
    for (let i = 0; i < this.#rows; i += 1) {
      for (let j = 0; j < this.#columns; j += 1)
        image.data.set([...channels(fill(i, j)), 255], 4 * (i * this.#columns + j));
    }
    ctx.putImageData(image, 0, 0);
    const { x, y, width, height } = this.#box;
    face.ctx.imageSmoothingEnabled = false;
    face.ctx.drawImage(this.#pixels, x, y, width, height);
    face.ctx.imageSmoothingEnabled = true;
    face.ctx.strokeStyle = face.theme.edge;
    face.ctx.lineWidth = 1.5;
    face.ctx.strokeRect(x, y, width, height);
  }

  /** @param {Surface} face @param {MatrixData} data @param {(i: number, j: number) => string} fill */
  #paintCells(face, data, fill) {
    const { ctx, theme } = face;
    const gap = Math.min(this.#side.x, this.#side.y) > 18 ? 1.5 : 0.75;
    const texts = this.#texts(face, data);
    for (let i = 0; i < data.rows; i += 1) {
      for (let j = 0; j < data.columns; j += 1) {
        const { x, y, width, height } = this.cell(i, j);
        const colour = fill(i, j);
        roundBox(ctx, x + gap, y + gap, width - 2 * gap, height - 2 * gap, Math.min(5, height * 0.14));
        ctx.fillStyle = colour;
        ctx.fill();
        if (colour === theme.card) {
          ctx.strokeStyle = theme.hairline;
          ctx.lineWidth = 1;
          ctx.stroke();
        }
        if (!texts) continue;
        const text = texts.text(i, j);
        const empty = data.kind === 'adjacency' && (data.values[i * data.columns + j] ?? 0) === 0;
        const ink = empty ? theme.quiet : textOn(colour);
        write(face, text, x + width / 2, y + height / 2 + texts.size * 0.05, {
          size: texts.size,
          halo: null,
          colour: ink,
          weight: empty ? 400 : 600,
        });
      }
    }
  }

  /** The cells' texts and their size, or null where they cannot be read. @param {Surface} face @param {MatrixData} data */
  #texts(face, data) {
    const least = face.small * 0.99; // what is smaller cannot be read from the last row and is not written
    if (this.#side.y < least * 1.25) return null;
    const values = Array.from({ length: data.rows * data.columns }, (_, k) => data.values[k] ?? NaN);
    const written = sameDecimals(values, 2);
    const text = (/** @type {number} */ i, /** @type {number} */ j) => {
      const k = i * data.columns + j;
      if (data.text) return data.text(values[k] ?? NaN, i, j);
      return Number.isFinite(values[k]) ? (written[k] ?? '') : '';
    };
    face.ctx.font = face.font(face.small, 600);
    let widest = 1;
    for (let i = 0; i < data.rows; i += 1) {
      for (let j = 0; j < data.columns; j += 1) widest = Math.max(widest, face.ctx.measureText(text(i, j)).width);
    }
    const size = Math.min(face.small * 1.1, this.#side.y * 0.74, (face.small * (this.#side.x - 7)) / widest);
    return size >= least ? { size, text } : null;
  }

  /** @param {Surface} face @param {MatrixData} data */
  #paintNames(face, data) {
    const named = this.#named(face);
    const { theme, small } = face;
    const name = (/** @type {number} */ k) => String(k + 1);
    for (let i = 0; named.rows && i < data.rows; i += 1) {
      const { x, y, height } = this.cell(i, 0);
      const own = data.own === i;
      const on = own || data.linked?.row === i;
      write(face, (data.rowName ?? name)(i), x - small * 0.5, y + height / 2, {
        align: 'right',
        weight: on ? 700 : 500,
        colour: on ? theme.ink : theme.quiet,
        halo: null,
      });
    }
    for (let j = 0; named.columns && j < data.columns; j += 1) {
      const { x, y, width } = this.cell(0, j);
      const on = data.linked?.column === j;
      write(face, (data.columnName ?? name)(j), x + width / 2, y - small * 0.75, {
        weight: on ? 700 : 500,
        colour: on ? theme.ink : theme.quiet,
        halo: null,
      });
    }
  }

  /** @param {Surface} face @param {MatrixData} data */
  #paintLinks(face, data) {
    const { ctx, theme, line } = face;
    const { x, y, width, height } = this.#box;
    const frame = (/** @type {Box} */ b, /** @type {string} */ colour, /** @type {number} */ w) => {
      roundBox(ctx, b.x, b.y, b.width, b.height, 5);
      ctx.strokeStyle = colour;
      ctx.lineWidth = w;
      ctx.stroke();
    };
    for (const i of data.rowsLit ?? [])
      frame({ x, y: y + i * this.#side.y, width, height: this.#side.y }, theme.message, line);
    const { row = -1, column = -1 } = data.linked ?? {};
    if (row >= 0) frame({ x, y: y + row * this.#side.y, width, height: this.#side.y }, theme.self, line);
    if (column >= 0) frame({ x: x + column * this.#side.x, y, width: this.#side.x, height }, theme.self, line);
    if (row >= 0 && column >= 0) frame(this.cell(row, column), theme.ink, line * 1.2);
    if (data.own !== undefined)
      frame({ x, y: y + data.own * this.#side.y, width, height: this.#side.y }, theme.ink, line);
  }
}
