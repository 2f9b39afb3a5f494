/**
 * A surface r = |f(u)| around a point, coloured by the sign of f: the lobes of spherical harmonics, shaded, depth sorted.
 *
 *   const lobes = new Lobes(points, triangles);      (v, 3) unit vectors u, (t, 3) counter-clockwise from outside
 *   lobes.paint(face, camera, values, { size: 1 }, box?)     values: (v) f at each u; world length of |f| = 1
 *
 * Positive blue, negative orange: tell them apart in words too. Triangles that look away are left out; about 3,000 are
 * drawn in a few milliseconds. The mesh and the values come from the server; here they are projected and lit.
 */

import { projection } from './camera.js';
import { mix } from './palette.js';

/** @typedef {import('./surface.js').Surface} Surface */
/** @typedef {import('./surface.js').Box} Box */
/** @typedef {import('./surface.js').Theme} Theme */
/** @typedef {import('./camera.js').Camera} Camera */
/** @typedef {{size?: number, seams?: boolean}} LobeStyle seams false: for icons, whose gaps are not seen */

const SHADES = 96;
const BUCKETS = 1024;
/** Towards the light, in view axes: from the upper left, well in front. */
const LIGHT = normal3(-0.42, 0.62, 0.66);
/** Half way between light and eye. */
const GLOSS = normal3(LIGHT[0], LIGHT[1], LIGHT[2] + 1);

/** @param {number} x @param {number} y @param {number} z @returns {[number, number, number]} */
function normal3(x, y, z) {
  const length = Math.hypot(x, y, z) || 1;
  return [x / length, y / length, z / length];
}

/** The colours of the two signs. @param {Theme} theme */
export function signColours(theme) {
  return theme.dark ? { positive: '#3f9fe0', negative: '#f0803c' } : { positive: '#1279bd', negative: '#e0661c' };
}

/** @type {Map<string, string[]>} */
const ramps = new Map();

/** Shades of a colour from its dark side to its gloss. @param {string} colour @returns {string[]} */
function ramp(colour) {
  let made = ramps.get(colour);
  if (made === undefined) {
    made = Array.from({ length: SHADES }, (_, k) => {
      const t = k / (SHADES - 1);
      if (t < 0.55) return mix(mix(colour, '#0b1020', 0.5), colour, t / 0.55);
      return mix(colour, '#ffffff', ((t - 0.55) / 0.45) ** 1.6 * 0.82);
    });
    ramps.set(colour, made);
  }
  return made;
}

export class Lobes {
  #placed;
  #normals;
  #shade;
  #seen = projection();

  /** @param {ArrayLike<number>} points (v, 3) @param {ArrayLike<number>} triangles (t, 3) */
  constructor(points, triangles) {
    this.points = points;
    this.triangles = triangles;
    this.#placed = new Float32Array(points.length);
    this.#normals = new Float32Array(points.length);
    this.#shade = new Float32Array(points.length / 3);
    this.drawn = new Int32Array(triangles.length / 3);
    this.order = new Int32Array(triangles.length / 3);
  }

  /**
   * @param {Pick<Surface, 'ctx' | 'theme' | 'box'>} face
   * @param {Camera} camera
   * @param {ArrayLike<number>} values (v)
   * @param {LobeStyle} [style]
   * @param {Box} [box]
   */
  paint(face, camera, values, { size = 1, seams = true } = {}, box = face.box) {
    this.#place(values, size);
    this.#light(camera);
    this.#seen = camera.project(this.#placed, box, this.#seen);
    const count = this.#front();
    const { ctx, theme } = face;
    const { positive, negative } = signColours(theme);
    const ramps2 = [ramp(negative), ramp(positive)];
    const { x, y } = this.#seen;
    const { triangles } = this;
    ctx.lineWidth = seams ? 0.9 : 0.6;
    ctx.lineJoin = 'round';
    for (let k = 0; k < count; k += 1) {
      const t = 3 * (this.order[k] ?? 0);
      const [a, b, c] = [triangles[t] ?? 0, triangles[t + 1] ?? 0, triangles[t + 2] ?? 0];
      const sign = (values[a] ?? 0) + (values[b] ?? 0) + (values[c] ?? 0) >= 0 ? 1 : 0;
      const light = ((this.#shade[a] ?? 0) + (this.#shade[b] ?? 0) + (this.#shade[c] ?? 0)) / 3;
      const colour = ramps2[sign]?.[Math.max(0, Math.min(SHADES - 1, Math.round(light * (SHADES - 1))))] ?? positive;
      ctx.beginPath();
      ctx.moveTo(x[a] ?? 0, y[a] ?? 0);
      ctx.lineTo(x[b] ?? 0, y[b] ?? 0);
      ctx.lineTo(x[c] ?? 0, y[c] ?? 0);
      ctx.closePath();
      ctx.fillStyle = colour;
      ctx.fill();
      ctx.strokeStyle = colour; // closes the seams between neighbors
      ctx.stroke();
    }
  }

  /** @param {ArrayLike<number>} values @param {number} size */
  #place(values, size) {
    const { points } = this;
    for (let i = 0; i < points.length; i += 1) {
      this.#placed[i] = (points[i] ?? 0) * Math.abs(values[Math.floor(i / 3)] ?? 0) * size;
    }
  }

  /** Normals of the corners, from the triangles around them, and how brightly each is lit. @param {Camera} camera */
  #light(camera) {
    const [p, n] = [this.#placed, this.#normals];
    n.fill(0);
    const { triangles } = this;
    for (let t = 0; t < triangles.length; t += 3) {
      const [a, b, c] = [3 * (triangles[t] ?? 0), 3 * (triangles[t + 1] ?? 0), 3 * (triangles[t + 2] ?? 0)];
      const [ux, uy, uz] = [
        (p[b] ?? 0) - (p[a] ?? 0),
        (p[b + 1] ?? 0) - (p[a + 1] ?? 0),
        (p[b + 2] ?? 0) - (p[a + 2] ?? 0),
      ];
      const [vx, vy, vz] = [
        (p[c] ?? 0) - (p[a] ?? 0),
        (p[c + 1] ?? 0) - (p[a + 1] ?? 0),
        (p[c + 2] ?? 0) - (p[a + 2] ?? 0),
      ];
      const [x, y, z] = [uy * vz - uz * vy, uz * vx - ux * vz, ux * vy - uy * vx];
      for (const k of [a, b, c]) {
        n[k] = (n[k] ?? 0) + x;
        n[k + 1] = (n[k + 1] ?? 0) + y;
        n[k + 2] = (n[k + 2] ?? 0) + z;
      }
    }
    const m = camera.matrix();
    for (let i = 0; i < this.#shade.length; i += 1) {
      const [x, y, z] = [n[3 * i] ?? 0, n[3 * i + 1] ?? 0, n[3 * i + 2] ?? 0];
      const length = Math.hypot(x, y, z) || 1;
      const view = (/** @type {number} */ k) => ((m[k] ?? 0) * x + (m[k + 1] ?? 0) * y + (m[k + 2] ?? 0) * z) / length;
      const [vx, vy, vz] = [view(0), view(3), view(6)];
      const diffuse = Math.max(0, vx * LIGHT[0] + vy * LIGHT[1] + vz * LIGHT[2]);
      const gloss = Math.max(0, vx * GLOSS[0] + vy * GLOSS[1] + vz * GLOSS[2]) ** 36;
      this.#shade[i] = 0.22 + 0.46 * diffuse + 0.3 * gloss;
    }
  }

  /** The triangles that look at us, farthest first, by buckets. @returns {number} how many */
  #front() {
    const { x, y, depth } = this.#seen;
    const { triangles, drawn, order } = this;
    const starts = new Int32Array(BUCKETS + 1);
    const buckets = new Int32Array(triangles.length / 3);
    let count = 0;
    for (let t = 0; t < triangles.length; t += 3) {
      const [a, b, c] = [triangles[t] ?? 0, triangles[t + 1] ?? 0, triangles[t + 2] ?? 0];
      const area =
        ((x[b] ?? 0) - (x[a] ?? 0)) * ((y[c] ?? 0) - (y[a] ?? 0)) -
        ((x[c] ?? 0) - (x[a] ?? 0)) * ((y[b] ?? 0) - (y[a] ?? 0));
      if (area >= 0) continue; // y points down: what looks at us runs the other way round
      const middle = ((depth[a] ?? 0) + (depth[b] ?? 0) + (depth[c] ?? 0)) / 3;
      const bucket = Math.max(0, Math.min(BUCKETS - 1, Math.round(((middle + 1.2) / 2.4) * (BUCKETS - 1))));
      buckets[count] = bucket;
      drawn[count] = t / 3;
      starts[bucket + 1] = (starts[bucket + 1] ?? 0) + 1;
      count += 1;
    }
    for (let b = 0; b < BUCKETS; b += 1) starts[b + 1] = (starts[b + 1] ?? 0) + (starts[b] ?? 0);
    for (let k = 0; k < count; k += 1) {
      const at = starts[buckets[k] ?? 0] ?? 0;
      starts[buckets[k] ?? 0] = at + 1;
      order[at] = drawn[k] ?? 0;
    }
    return count;
  }
}
