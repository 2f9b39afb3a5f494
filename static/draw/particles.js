/**
 * Messages on their way: dots that travel along edges, with their values as chips when there are few.
 *
 *   paintParticles(face, { edges: [[1, 0], [2, 0]], phase: 0.4, along: (i, j, t) => network.along(i, j, t), … })
 *
 * `phase` runs from 0 (at the sender) to 1 (at the receiver) and is eased here. With reduced motion nothing travels:
 * the edges are drawn in the message colour instead, and the chips stand in their middle.
 */

import { reducedMotion } from '../core/element.js';
import { chip } from './mark.js';

/** @typedef {import('./surface.js').Surface} Surface */
/** @typedef {import('./surface.js').Point} Point */
/**
 * @typedef {object} ParticleData
 * @property {readonly (readonly [number, number])[]} edges sender, receiver
 * @property {number} phase
 * @property {(i: number, j: number, t: number) => Point} along
 * @property {(e: number) => string} [colour] `message` unless told
 * @property {(e: number) => string} [text] the value carried; shown when there are at most `most` particles
 * @property {number} [most] chips; 12 unless told
 * @property {number} [stagger] 0: all leave at once; 1: the last leaves when the first arrives
 * @property {boolean} [still] as with reduced motion
 */

/** Slow out, slow in. @param {number} t in [0, 1]; outside is clamped */
export function eased(t) {
  const s = Math.min(1, Math.max(0, t));
  return s * s * (3 - 2 * s);
}

/**
 * The way one of `count` particles has gone, when they leave one after another.
 * @param {number} phase @param {number} k @param {number} count @param {number} stagger
 */
export function staggered(phase, k, count, stagger) {
  if (count < 2 || stagger <= 0) return eased(phase);
  const delay = (stagger * k) / (count - 1);
  return eased(phase * (1 + stagger) - delay);
}

/** @param {Surface} face @param {ParticleData} data */
export function paintParticles(face, data) {
  const { edges, along, stagger = 0 } = data;
  const colour = data.colour ?? (() => face.theme.message);
  const chips = data.text !== undefined && edges.length <= (data.most ?? 12);
  const still = data.still ?? reducedMotion();
  if (still) {
    if (data.phase <= 0) return;
    edges.forEach(([i, j], e) => traceEdge(face, along, i, j, 0.08, 0.92, colour(e), face.line * 1.5));
  }
  edges.forEach(([i, j], e) => {
    const t = still ? 0.5 : staggered(data.phase, e, edges.length, stagger);
    if (!still && (t <= 0 || t >= 1)) return;
    const at = along(i, j, t);
    if (chips) {
      chip(face, data.text?.(e) ?? '', at.x, at.y, { fill: colour(e) });
      return;
    }
    if (still) return;
    traceEdge(face, along, i, j, Math.max(0, t - 0.16), t, colour(e), face.line * 1.3);
    const { ctx } = face;
    ctx.beginPath();
    ctx.arc(at.x, at.y, face.line * 1.9, 0, 2 * Math.PI);
    ctx.fillStyle = colour(e);
    ctx.strokeStyle = face.theme.paper;
    ctx.lineWidth = 2;
    ctx.fill();
    ctx.stroke();
  });
}

/**
 * @param {Surface} face @param {ParticleData['along']} along @param {number} i @param {number} j
 * @param {number} from @param {number} to @param {string} colour @param {number} width
 */
function traceEdge({ ctx }, along, i, j, from, to, colour, width) {
  ctx.beginPath();
  for (let k = 0; k <= 8; k += 1) {
    const p = along(i, j, from + ((to - from) * k) / 8);
    if (k === 0) ctx.moveTo(p.x, p.y);
    else ctx.lineTo(p.x, p.y);
  }
  ctx.strokeStyle = colour;
  ctx.lineWidth = width;
  ctx.stroke();
}
