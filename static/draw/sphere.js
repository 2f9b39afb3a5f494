/**
 * Pre-shaded spheres: a colour is shaded once into a small canvas and then only stamped.
 *
 *   const spheres = new Spheres();
 *   spheres.stamp(ctx, '#0072b2', x, y, radius);
 *
 * The rim is dark on light themes and bright on dark ones, so that every fill keeps 3:1 against the page.
 */

import { mix } from './palette.js';

const SIZE = 128;
const MOST = 600;

export class Spheres {
  /** @type {Map<string, HTMLCanvasElement>} */
  #made = new Map();

  /**
   * @param {CanvasRenderingContext2D} ctx
   * @param {string} colour "#rrggbb"
   * @param {number} x
   * @param {number} y
   * @param {number} radius pixels
   * @param {boolean} [dark]
   */
  stamp(ctx, colour, x, y, radius, dark = false) {
    const key = dark ? `${colour}d` : colour;
    let sprite = this.#made.get(key);
    if (sprite === undefined) {
      if (this.#made.size >= MOST) this.#made.clear();
      sprite = shaded(colour, dark);
      this.#made.set(key, sprite);
    }
    const side = radius * 2 * (SIZE / (SIZE - 4));
    ctx.drawImage(sprite, x - side / 2, y - side / 2, side, side);
  }
}

/** @param {string} colour @param {boolean} dark */
function shaded(colour, dark) {
  const canvas = document.createElement('canvas');
  canvas.width = SIZE;
  canvas.height = SIZE;
  const ctx = canvas.getContext('2d');
  if (ctx === null) throw new Error('This browser gives no 2D canvas context.');
  const middle = SIZE / 2;
  const radius = middle - 2;
  const light = ctx.createRadialGradient(
    middle - radius * 0.34,
    middle - radius * 0.4,
    radius * 0.04,
    middle,
    middle,
    radius,
  );
  light.addColorStop(0, mix(colour, '#ffffff', 0.62));
  light.addColorStop(0.22, mix(colour, '#ffffff', 0.22));
  light.addColorStop(0.55, colour);
  light.addColorStop(0.86, mix(colour, '#0b0d12', 0.3));
  light.addColorStop(1, mix(colour, '#0b0d12', 0.46));
  ctx.fillStyle = light;
  ctx.beginPath();
  ctx.arc(middle, middle, radius, 0, 2 * Math.PI);
  ctx.fill();
  ctx.lineWidth = 4;
  ctx.strokeStyle = dark ? mix(colour, '#ffffff', 0.42) : mix(colour, '#0b0d12', 0.6);
  ctx.globalAlpha = 0.85;
  ctx.beginPath();
  ctx.arc(middle, middle, radius - 1, 0, 2 * Math.PI);
  ctx.stroke();
  return canvas;
}
