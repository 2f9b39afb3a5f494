/**
 * A canvas that writes down what is drawn on it as an SVG, so that a picture can be compared, and looked at.
 *
 *   const face = paper({ width: 400, height: 300 });
 *   paintGauge(face, data);
 *   svgOf(face);
 *
 * Letters are half as wide as they are high. A gradient and a stamped canvas are written as what they are made of.
 */

import { readFileSync } from 'node:fs';

import { HUES } from '../../static/draw/palette.js';

/** @typedef {import('../../static/draw/surface.js').Surface} Surface */
/** @typedef {import('../../static/draw/surface.js').Theme} Theme */
/** @typedef {{x: number, y: number}} Point */

const LETTER = 0.5;

/** Two decimals; never −0. @param {number} value */
function short(value) {
  const text = value.toFixed(2).replace(/\.?0+$/, '');
  return text === '-0' ? '0' : text;
}

/** @param {string} text */
const escaped = (text) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');

/** @param {string} font */
const sizeOf = (font) => Number(/([\d.]+)px/.exec(font)?.[1] ?? 10);

/** @param {Record<string, string | number>} attributes */
const written = (attributes) =>
  Object.entries(attributes)
    .map(([name, value]) => ` ${name}="${typeof value === 'number' ? short(value) : escaped(value)}"`)
    .join('');

class Gradient {
  /** @type {string[]} */
  stops = [];

  /** @param {readonly number[]} place */
  constructor(place) {
    this.place = place;
  }

  /** @param {number} at @param {string} colour */
  addColorStop(at, colour) {
    this.stops.push(`${short(at)} ${colour}`);
  }

  /** Its middle colour, which an SVG shows; and all of it, to compare. */
  get written() {
    const middle = this.stops[Math.floor(this.stops.length / 2)] ?? '';
    return {
      fill: middle.slice(middle.indexOf(' ') + 1),
      'data-gradient': `${this.place.map(short).join(' ')}: ${this.stops.join(', ')}`,
    };
  }
}

/** @param {string | Gradient} paint */
const filled = (paint) => (paint instanceof Gradient ? paint.written : { fill: paint });

const START = {
  fillStyle: /** @type {string | Gradient} */ ('#000000'),
  strokeStyle: /** @type {string | Gradient} */ ('#000000'),
  lineWidth: 1,
  lineJoin: 'miter',
  lineCap: 'butt',
  font: '10px sans-serif',
  textAlign: 'start',
  textBaseline: 'alphabetic',
  globalAlpha: 1,
};

/** What of CanvasRenderingContext2D the drawings use; anything else throws. */
class Context {
  /** @type {string[]} */
  marks = [];
  /** @type {string[]} */
  #path = [];
  /** @type {Point} */
  #pen = { x: 0, y: 0 };
  #dash = '';
  #clips = 0;
  /** @type {Map<Canvas, string>} */
  #stamps = new Map();
  /** @type {(typeof START & {dash: string, open: number})[]} open: groups, its own and those that clip */
  #saved = [];
  imageSmoothingEnabled = true;

  constructor() {
    Object.assign(this, START);
  }

  /** @returns {typeof START} */
  get #state() {
    return /** @type {typeof START} */ (/** @type {unknown} */ (this));
  }

  save() {
    const { fillStyle, strokeStyle, lineWidth, lineJoin, lineCap, font, textAlign, textBaseline, globalAlpha } =
      this.#state;
    const kept = { fillStyle, strokeStyle, lineWidth, lineJoin, lineCap, font, textAlign, textBaseline, globalAlpha };
    this.#saved.push({ ...kept, dash: this.#dash, open: 1 });
    this.marks.push('<g>');
  }

  restore() {
    const { dash, open, ...kept } = this.#saved.pop() ?? { dash: '', open: 0, ...START };
    Object.assign(this, kept);
    this.#dash = dash;
    this.marks.push('</g>'.repeat(open));
  }

  /** @param {readonly number[]} dash */
  setLineDash(dash) {
    this.#dash = dash.map(short).join(' ');
  }

  beginPath() {
    this.#path = [];
  }

  closePath() {
    this.#path.push('Z');
  }

  /** @param {number} x @param {number} y */
  moveTo(x, y) {
    this.#to('M', x, y);
  }

  /** @param {number} x @param {number} y */
  lineTo(x, y) {
    this.#to(this.#path.length === 0 ? 'M' : 'L', x, y);
  }

  /** @param {number} u @param {number} v @param {number} x @param {number} y */
  quadraticCurveTo(u, v, x, y) {
    this.#to(`Q${short(u)} ${short(v)} `, x, y);
  }

  /** @param {number} x @param {number} y @param {number} width @param {number} height */
  rect(x, y, width, height) {
    this.#path.push(`M${short(x)} ${short(y)}h${short(width)}v${short(height)}h${short(-width)}Z`);
  }

  /** @param {number} x @param {number} y @param {number} r @param {number} from @param {number} to @param {boolean} [back] */
  arc(x, y, r, from, to, back = false) {
    const at = (/** @type {number} */ angle) => ({ x: x + r * Math.cos(angle), y: y + r * Math.sin(angle) });
    const start = at(from);
    this.#to(this.#path.length === 0 ? 'M' : 'L', start.x, start.y);
    const turn = Math.min(2 * Math.PI, Math.abs(to - from)) * (back ? -1 : 1);
    // Half turns, as an SVG's arc cannot be a whole one.
    const parts = Math.max(1, Math.ceil(Math.abs(turn) / Math.PI - 1e-9));
    for (let k = 1; k <= parts; k += 1) {
      const end = at(from + (turn * k) / parts);
      this.#to(`A${short(r)} ${short(r)} 0 0 ${back ? 0 : 1} `, end.x, end.y);
    }
  }

  /** @param {number} x1 @param {number} y1 @param {number} x2 @param {number} y2 @param {number} r */
  arcTo(x1, y1, x2, y2, r) {
    const [before, after] = [unit(this.#pen.x - x1, this.#pen.y - y1), unit(x2 - x1, y2 - y1)];
    const angle = Math.acos(Math.max(-1, Math.min(1, before.x * after.x + before.y * after.y)));
    const along = r / Math.tan(angle / 2);
    const side = before.x * after.y - before.y * after.x;
    this.#to('L', x1 + before.x * along, y1 + before.y * along);
    this.#to(`A${short(r)} ${short(r)} 0 0 ${side < 0 ? 1 : 0} `, x1 + after.x * along, y1 + after.y * along);
  }

  fill() {
    this.#mark('path', { d: this.#path.join(''), ...filled(this.#state.fillStyle) });
  }

  stroke() {
    this.#mark('path', { d: this.#path.join(''), ...this.#stroked() });
  }

  clip() {
    this.#clips += 1;
    this.marks.push(
      `<clipPath id="clip${this.#clips}"><path${written({ d: this.#path.join('') })}/></clipPath>`,
      `<g clip-path="url(#clip${this.#clips})">`,
    );
    const last = this.#saved.at(-1);
    if (last) last.open += 1;
  }

  /** @param {number} x @param {number} y @param {number} width @param {number} height */
  fillRect(x, y, width, height) {
    this.#mark('rect', { x, y, width, height, ...filled(this.#state.fillStyle) });
  }

  /** @param {number} x @param {number} y @param {number} width @param {number} height */
  strokeRect(x, y, width, height) {
    this.#mark('rect', { x, y, width, height, ...this.#stroked() });
  }

  clearRect() {
    this.marks = [];
  }

  /** @param {string} text @param {number} x @param {number} y */
  fillText(text, x, y) {
    const { fillStyle, font, textAlign, textBaseline } = this.#state;
    const anchor = { left: 'start', start: 'start', center: 'middle', right: 'end', end: 'end' }[textAlign] ?? '';
    const weight = /^\d+/.exec(font)?.[0] ?? '400';
    const place = { x, y, 'text-anchor': anchor, 'dominant-baseline': textBaseline === 'middle' ? 'central' : 'auto' };
    this.#mark('text', { ...place, 'font-size': sizeOf(font), 'font-weight': weight, ...filled(fillStyle) }, text);
  }

  /** The halo under a text that follows. */
  strokeText() {}

  /** @param {string} text */
  measureText(text) {
    return { width: [...text].length * sizeOf(this.#state.font) * LETTER };
  }

  /** @param {number} x0 @param {number} y0 @param {number} r0 @param {number} x1 @param {number} y1 @param {number} r1 */
  createRadialGradient(x0, y0, r0, x1, y1, r1) {
    return new Gradient([x0, y0, r0, x1, y1, r1]);
  }

  /** @param {Canvas} canvas @param {number} x @param {number} y @param {number} width @param {number} height */
  drawImage(canvas, x, y, width, height) {
    let id = this.#stamps.get(canvas);
    if (id === undefined) {
      id = `stamp${this.#stamps.size + 1}`;
      this.#stamps.set(canvas, id);
      const inner = canvas.context.marks.join('\n');
      this.marks.push(`<symbol id="${id}" viewBox="0 0 ${canvas.width} ${canvas.height}">\n${inner}\n</symbol>`);
    }
    this.#mark('use', { href: `#${id}`, x, y, width, height });
  }

  /** @param {number} width @param {number} height */
  createImageData(width, height) {
    return { width, height, data: new Uint8ClampedArray(4 * width * height) };
  }

  /** One row of pixels a line. @param {{width: number, height: number, data: Uint8ClampedArray}} image */
  putImageData({ width, height, data }) {
    for (let row = 0; row < height; row += 1) {
      const colour = (/** @type {number} */ at) =>
        [0, 1, 2].map((k) => (data[at + k] ?? 0).toString(16).padStart(2, '0')).join('');
      const pixels = Array.from({ length: width }, (_, k) => colour(4 * (row * width + k)));
      this.marks.push(`<!-- ${pixels.join(' ')} -->`);
    }
  }

  /** @param {string} how @param {number} x @param {number} y */
  #to(how, x, y) {
    this.#path.push(`${how}${short(x)} ${short(y)}`);
    this.#pen = { x, y };
  }

  #stroked() {
    const { strokeStyle, lineWidth, lineCap } = this.#state;
    /** @type {Record<string, string | number>} */
    const dashed = this.#dash === '' ? {} : { 'stroke-dasharray': this.#dash };
    return {
      fill: 'none',
      stroke: String(strokeStyle),
      'stroke-width': lineWidth,
      'stroke-linecap': lineCap,
      ...dashed,
    };
  }

  /** @param {string} tag @param {Record<string, string | number>} attributes @param {string} [text] */
  #mark(tag, attributes, text = '') {
    const { globalAlpha } = this.#state;
    const shown = globalAlpha === 1 ? attributes : { ...attributes, opacity: globalAlpha };
    const start = `<${tag}${written(shown)}`;
    this.marks.push(text === '' ? `${start}/>` : `${start}>${escaped(text)}</${tag}>`);
  }
}

/** @param {number} x @param {number} y @returns {Point} */
function unit(x, y) {
  const length = Math.hypot(x, y) || 1;
  return { x: x / length, y: y / length };
}

class Canvas {
  width = 0;
  height = 0;
  context = new Context();

  getContext() {
    return this.context;
  }
}

/** Canvases that a drawing makes for itself come from here. */
export function standIn() {
  Object.assign(globalThis, {
    document: { createElement: () => new Canvas() },
    matchMedia: () => ({ matches: false }),
  });
}

const SHEET = readFileSync(new URL('../../static/theme.css', import.meta.url), 'utf8');

/** The colors of the pages' sheet. @param {boolean} dark @returns {Theme} */
export function themeOf(dark) {
  const from = SHEET.indexOf(`[data-theme="${dark ? 'dark' : 'light'}"] {`);
  const block = SHEET.slice(from, SHEET.indexOf('}', from));
  const read = (/** @type {string} */ name) => {
    const value = new RegExp(`--${name}: (#[0-9a-f]{6});`).exec(block)?.[1];
    if (value === undefined) throw new Error(`expected --${name} in theme.css`);
    return value;
  };
  return {
    dark,
    paper: read('paper'),
    card: read('card'),
    ink: read('ink'),
    quiet: read('quiet'),
    hairline: read('hairline'),
    edge: read('edge'),
    arrow: read('arrow'),
    self: read('self'),
    message: read('message'),
    total: read('total'),
    bias: read('bias'),
    hues: dark ? HUES.dark : HUES.light,
  };
}

/** A surface of this size, in the type of a stage at 1280 x 720. @param {{width?: number, height?: number, dark?: boolean}} [size] */
export function paper({ width = 480, height = 320, dark = false } = {}) {
  const ctx = new Context();
  const face = {
    ctx,
    width,
    height,
    unit: 18,
    small: 14.4,
    line: 3,
    ratio: 1,
    theme: themeOf(dark),
    box: { x: 0, y: 0, width, height },
    now: 0,
    font: (size = 14.4, weight = 500) => `${weight} ${size}px sans-serif`,
    describe() {},
    invalidate() {},
  };
  return /** @type {Surface} */ (/** @type {unknown} */ (face));
}

/** @param {Surface} face */
export function svgOf(face) {
  const { marks } = /** @type {Context} */ (/** @type {unknown} */ (face.ctx));
  const size = `width="${face.width}" height="${face.height}" viewBox="0 0 ${face.width} ${face.height}"`;
  return `<svg xmlns="http://www.w3.org/2000/svg" ${size} style="background:${face.theme.paper}">\n${marks.join('\n')}\n</svg>\n`;
}
