/**
 * One stroke, drawn by a finger in a square or by arrow keys, in shares of the square's side, y up.
 *
 *   const pen = new Pen();
 *   pen.begin(point, face)  pen.go(point, face)     the finger, in the drawing's pixels
 *   pen.step(key)                                   true when an arrow key moved the pen
 *   pen.stroke                                      at most MOST points, as the server takes them
 *   pen.paint(face)                                 the square, and the stroke so far
 */

import { roundBox } from './mark.js';

/** @typedef {import('./surface.js').Surface} Surface */
/** @typedef {import('./surface.js').Point} Point */

export const MOST = 48;
/** A finger that moved less has not moved. */
const LEAST = 0.012;
/** Of one press of an arrow key. */
const STEP = 0.125;
/** @type {Record<string, [number, number]>} */
const KEYS = { ArrowLeft: [-STEP, 0], ArrowRight: [STEP, 0], ArrowUp: [0, STEP], ArrowDown: [0, -STEP] };

/** Where a stroke is drawn. @param {Surface} face */
export function squareOf({ width, height, unit }) {
  const side = Math.max(1, Math.min(width, height) - unit);
  return { x: (width - side) / 2, y: (height - side) / 2, side };
}

export class Pen {
  /** @type {[number, number][]} */
  points = [];

  /** At most MOST points, evenly chosen, the ends among them. @returns {[number, number][]} */
  get stroke() {
    const { length } = this.points;
    const kept = Math.min(MOST, length);
    return Array.from({ length: kept }, (_, k) => {
      const [x, y] = this.points[Math.round((k * (length - 1)) / Math.max(1, kept - 1))] ?? [0, 0];
      return [Number(x.toFixed(4)), Number(y.toFixed(4))];
    });
  }

  clear() {
    this.points = [];
  }

  /** @param {Point} point @param {Surface} face */
  begin(point, face) {
    this.points = [];
    this.go(point, face);
  }

  /** @param {Point} point @param {Surface} face */
  go(point, face) {
    const { x, y, side } = squareOf(face);
    this.#add((point.x - x) / side, 1 - (point.y - y) / side, LEAST);
  }

  /** @param {string} key */
  step(key) {
    const by = KEYS[key];
    if (!by) return false;
    const [x, y] = this.points.at(-1) ?? [0.5, 0.5];
    if (this.points.length === 0) this.#add(x, y, 0);
    this.#add(x + by[0], y + by[1], 0);
    return true;
  }

  /** Within the square. @param {number} x @param {number} y @param {number} least */
  #add(x, y, least) {
    /** @type {[number, number]} */
    const next = [Math.max(0, Math.min(1, x)), Math.max(0, Math.min(1, y))];
    const last = this.points.at(-1);
    if (last && Math.hypot(next[0] - last[0], next[1] - last[1]) <= least) return;
    this.points.push(next);
  }

  /** @param {Surface} face */
  paint(face) {
    const { ctx, theme, line } = face;
    const { x, y, side } = squareOf(face);
    roundBox(ctx, x, y, side, side, 14);
    ctx.setLineDash([line * 3, line * 3]);
    ctx.strokeStyle = theme.quiet;
    ctx.lineWidth = line * 0.7;
    ctx.stroke();
    ctx.setLineDash([]);
    const places = this.points.map(([px, py]) => ({ x: x + px * side, y: y + (1 - py) * side }));
    const [first] = places;
    if (!first) return;
    ctx.fillStyle = ctx.strokeStyle = theme.message;
    ctx.beginPath();
    ctx.arc(first.x, first.y, line * 2.2, 0, 7);
    ctx.fill();
    ctx.lineWidth = line * 2;
    ctx.lineCap = ctx.lineJoin = 'round';
    ctx.beginPath();
    places.forEach((place, k) => (k === 0 ? ctx.moveTo(place.x, place.y) : ctx.lineTo(place.x, place.y)));
    ctx.stroke();
  }
}
