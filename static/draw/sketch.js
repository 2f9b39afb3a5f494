/**
 * A line that somebody draws on axes with a finger, and many such lines over one another with the one that is right.
 *
 *   const sketch = new Sketch({ x: { title: 'n', low: 10, high: 1000, scale: 'log' }, y: … });
 *   sketch.put(point, from)     the finger is here; heights between it and where it was before are set too
 *   sketch.nudge(k, step)       height k up or down by a share of the axis
 *   sketch.heights              (16,) evenly along the x axis, or null
 *   sketch.paint(face, { lines, curve })
 */

import { write } from './mark.js';
import { axis, placeOn, ticksOf, tickText } from './numbers.js';

/** @typedef {import('./surface.js').Surface} Surface */
/** @typedef {import('./surface.js').Point} Point */
/** @typedef {{title: string, low: number, high: number, scale?: 'linear' | 'log'}} Range */
/** @typedef {import('./numbers.js').Axis} Axis */

export const SAMPLES = 16;

export class Sketch {
  /** @type {number[] | null} */
  heights = null;
  /** the height that the keyboard stands on, −1 for none */
  cursor = -1;
  /** heights that were drawn; the others follow the nearest of them */
  #drawn = new Set();
  #area = { x: 0, y: 0, width: 1, height: 1 };

  /** @param {{x: Range, y: Range}} ranges */
  constructor({ x, y }) {
    this.x = x;
    this.y = y;
    this.xAxis = axisOf(x);
    this.yAxis = axisOf(y);
  }

  /** @param {Point} point in the drawing's pixels @param {Point | null} from where the finger was before */
  put(point, from) {
    const { y, height } = this.#area;
    const [k, share] = [this.#nearest(point), 1 - (point.y - y) / height];
    const heights = this.heights ?? Array.from({ length: SAMPLES }, () => this.#value(share));
    const before = from === null ? k : this.#nearest(from);
    const start = heights[before] ?? this.#value(share);
    const steps = Math.max(1, Math.abs(k - before));
    for (let step = 0; step <= steps; step += 1) {
      const at = Math.round(before + ((k - before) * step) / steps);
      const [a, b] = [placeOn(this.yAxis, start), share];
      heights[at] = this.#value(from === null ? b : a + ((b - a) * step) / steps);
      this.#drawn.add(at);
    }
    this.heights = this.#completed(heights);
  }

  /** Before the first and after the last point that was drawn, the line goes on level. @param {number[]} heights */
  #completed(heights) {
    const [first, last] = [Math.min(...this.#drawn), Math.max(...this.#drawn)];
    return heights.map((height, k) => (k < first ? heights[first] : k > last ? heights[last] : height) ?? height);
  }

  /** @param {number} k which height @param {number} step share of the axis */
  nudge(k, step) {
    const heights = this.heights ?? Array.from({ length: SAMPLES }, () => this.#value(0.5));
    heights[k] = this.#value(placeOn(this.yAxis, heights[k] ?? this.y.low) + step);
    for (let at = 0; at < SAMPLES; at += 1) this.#drawn.add(at);
    this.heights = heights;
  }

  /** @param {Surface} face @param {{lines?: ArrayLike<number>, curve?: ArrayLike<number>}} [others] */
  paint(face, { lines = [], curve = [] } = {}) {
    const { small, width, height, theme, ctx } = face;
    const left = small * 4.2;
    this.#area = { x: left, y: small * 1.9, width: width - left - small * 1.4, height: height - small * 5 };
    this.#axes(face);
    ctx.lineJoin = 'round';
    const many = lines.length / SAMPLES;
    ctx.globalAlpha = Math.max(0.12, Math.min(0.6, 12 / Math.max(1, many)));
    for (let line = 0; line < many; line += 1) {
      this.#line(
        face,
        Array.from({ length: SAMPLES }, (_, k) => lines[line * SAMPLES + k] ?? NaN),
        theme.self,
        face.line,
      );
    }
    ctx.globalAlpha = 1;
    if (this.heights !== null) this.#line(face, this.heights, theme.message, face.line * 1.5);
    if (curve.length > 0) this.#curve(face, curve);
    if (this.heights !== null && this.cursor >= 0) {
      const at = this.#place(this.cursor, this.heights[this.cursor] ?? 0);
      ctx.fillStyle = theme.message;
      ctx.beginPath();
      ctx.arc(at.x, at.y, small * 0.5, 0, 7);
      ctx.fill();
    }
  }

  /** @param {Point} point */
  #nearest(point) {
    const share = (point.x - this.#area.x) / this.#area.width;
    return Math.max(0, Math.min(SAMPLES - 1, Math.round(share * (SAMPLES - 1))));
  }

  /** The value at a share of the y axis, within it. @param {number} share */
  #value(share) {
    const within = Math.max(0, Math.min(1, share));
    const { lo, hi, log } = this.yAxis;
    const value = log ? lo * (hi / lo) ** within : lo + (hi - lo) * within;
    return Math.max(this.y.low, Math.min(this.y.high, value));
  }

  /** @param {number} k @param {number} height @returns {Point} */
  #place(k, height) {
    const { x, y, width, height: tall } = this.#area;
    return { x: x + (width * k) / (SAMPLES - 1), y: y + tall * (1 - placeOn(this.yAxis, height)) };
  }

  /** @param {Surface} face @param {readonly number[]} heights @param {string} colour @param {number} width */
  #line({ ctx }, heights, colour, width) {
    ctx.strokeStyle = colour;
    ctx.lineWidth = width;
    ctx.beginPath();
    heights.forEach((height, k) => {
      const { x, y } = this.#place(k, height);
      if (k === 0) ctx.moveTo(x, y);
      else ctx.lineTo(x, y);
    });
    ctx.stroke();
  }

  /** What was computed: dots joined by a line. @param {Surface} face @param {ArrayLike<number>} curve (k, 2) */
  #curve({ ctx, theme, line, small }, curve) {
    const { x, y, width, height } = this.#area;
    const points = Array.from({ length: curve.length / 2 }, (_, k) => ({
      x: x + width * placeOn(this.xAxis, curve[2 * k] ?? NaN),
      y: y + height * (1 - placeOn(this.yAxis, curve[2 * k + 1] ?? NaN)),
    })).filter((point) => Number.isFinite(point.x) && Number.isFinite(point.y));
    ctx.save();
    ctx.beginPath();
    ctx.rect(x - small, y - small, width + 2 * small, height + 2 * small);
    ctx.clip();
    ctx.strokeStyle = theme.total;
    ctx.fillStyle = theme.total;
    ctx.lineWidth = line * 1.7;
    ctx.beginPath();
    points.forEach((point, k) => (k === 0 ? ctx.moveTo(point.x, point.y) : ctx.lineTo(point.x, point.y)));
    ctx.stroke();
    for (const point of points) {
      ctx.beginPath();
      ctx.arc(point.x, point.y, small * 0.32, 0, 7);
      ctx.fill();
    }
    ctx.restore();
  }

  /** @param {Surface} face */
  #axes(face) {
    const { ctx, theme, small } = face;
    const { x, y, width, height } = this.#area;
    ctx.strokeStyle = theme.hairline;
    ctx.lineWidth = 1;
    for (const value of ticksOf(this.yAxis, 5)) {
      const at = y + height * (1 - placeOn(this.yAxis, value));
      ctx.beginPath();
      ctx.moveTo(x, at);
      ctx.lineTo(x + width, at);
      ctx.stroke();
      write(face, tickText(value, this.yAxis.log), x - small * 0.5, at, {
        align: 'right',
        colour: theme.quiet,
        halo: null,
      });
    }
    for (const value of ticksOf(this.xAxis, 5)) {
      const at = x + width * placeOn(this.xAxis, value);
      write(face, tickText(value, this.xAxis.log), at, y + height + small, { colour: theme.quiet, halo: null });
    }
    ctx.strokeStyle = theme.edge;
    ctx.lineWidth = face.line * 0.7;
    ctx.strokeRect(x, y, width, height);
    write(face, this.y.title, x, y - small, { align: 'left', weight: 600, halo: null });
    write(face, this.x.title, x + width, y + height + small * 2.4, { align: 'right', weight: 600, halo: null });
  }
}

/** @param {Range} range @returns {Axis} */
function axisOf({ low, high, scale = 'linear' }) {
  return axis([], { log: scale === 'log', from: low, to: high });
}
