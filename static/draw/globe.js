/**
 * A unit sphere with axes and arrows from its centre, which a hand can turn.
 *
 *   paintGlobe(face, camera, box)                           outline, equator, two meridians, axes x, y, z
 *   paintArrows(face, camera, arrows, box)                  [{ tip, colour, name, kind }], farthest first
 *   nearest(face, camera, tips, point, box)                 the arrow under a finger, −1 for none
 *   turnedVector(v, dx, dy, camera, box)                    v after the hand moved by so many pixels
 *   turnedQuaternion(q, dx, dy, camera, box)                the same for a rotation
 *
 * A dashed arrow is a ghost; a pseudovector has a ring around its shaft that shows its sense of rotation.
 */

import { about, matrixOf, multiply, normalize } from './camera.js';
import { arrow, write } from './mark.js';
import { fade, mix } from './palette.js';
import { Spheres } from './sphere.js';

/** @typedef {import('./surface.js').Surface} Surface */
/** @typedef {import('./surface.js').Box} Box */
/** @typedef {import('./surface.js').Point} Point */
/** @typedef {import('./camera.js').Camera} Camera */
/** @typedef {import('./camera.js').Vector} Vector */
/** @typedef {import('./camera.js').Quaternion} Quaternion */
/**
 * @typedef {object} GlobeArrow
 * @property {Vector} tip
 * @property {string} colour
 * @property {string} [name] beside the tip
 * @property {'polar' | 'axial' | 'ghost'} [kind] axial: a pseudovector
 * @property {number} [width] of the shaft, in lines
 * @property {boolean} [held]
 */

const spheres = new Spheres();
const STEPS = 72;
const AXES = /** @type {const} */ ([
  ['x', [1.16, 0, 0]],
  ['y', [0, 1.16, 0]],
  ['z', [0, 0, 1.16]],
]);
/** A finger is this near. */
const NEAR = 46;

/** A camera that sees the whole sphere and its axes, y up; x to the right, z towards us. */
export function globeCamera(/** @type {Camera} */ camera) {
  camera.home = multiply(about([1, 0, 0], 0.36), about([0, 1, 0], -0.48));
  camera.rotation = camera.home;
  camera.centre = [0, 0, 0];
  camera.reach = 1.16;
  return camera;
}

/** @param {Surface} face @param {Camera} camera @param {Box} box @param {{quiet?: boolean}} [style] */
export function paintGlobe(face, camera, box, { quiet = false } = {}) {
  const { ctx, theme } = face;
  const centre = camera.at([0, 0, 0], box);
  const r = centre.scale * 1.012;
  const glow = ctx.createRadialGradient(centre.x - r * 0.35, centre.y - r * 0.4, r * 0.05, centre.x, centre.y, r);
  glow.addColorStop(0, fade(theme.dark ? '#8fb6d8' : '#ffffff', theme.dark ? 0.1 : 0));
  glow.addColorStop(1, fade(theme.edge, theme.dark ? 0.16 : 0.15));
  ctx.fillStyle = glow;
  ctx.beginPath();
  ctx.arc(centre.x, centre.y, r, 0, 2 * Math.PI);
  ctx.fill();
  ctx.strokeStyle = fade(theme.edge, 0.8);
  ctx.lineWidth = 2;
  ctx.stroke();
  for (const k of [0, 1, 2]) greatCircle(face, camera, box, k, quiet);
  for (const [name, tip] of AXES) axis(face, camera, box, name, [...tip]);
}

/** @param {Surface} face @param {Camera} camera @param {Box} box @param {number} k the axis it is about @param {boolean} quiet */
function greatCircle({ ctx, theme }, camera, box, k, quiet) {
  const ring = new Float32Array(3 * (STEPS + 1));
  for (let i = 0; i <= STEPS; i += 1) {
    const angle = (2 * Math.PI * i) / STEPS;
    ring[3 * i + ((k + 1) % 3)] = Math.cos(angle);
    ring[3 * i + ((k + 2) % 3)] = Math.sin(angle);
  }
  const seen = camera.project(ring, box);
  for (const front of [false, true]) {
    ctx.strokeStyle = fade(theme.edge, (front ? 0.7 : 0.34) * (quiet ? 0.6 : 1));
    ctx.lineWidth = front ? 1.8 : 1.4;
    ctx.setLineDash(front ? [] : [3, 6]);
    ctx.beginPath();
    let on = false;
    for (let i = 0; i <= STEPS; i += 1) {
      const here = (seen.depth[i] ?? 0) >= 0 === front;
      if (here && on) ctx.lineTo(seen.x[i] ?? 0, seen.y[i] ?? 0);
      else if (here) ctx.moveTo(seen.x[i] ?? 0, seen.y[i] ?? 0);
      on = here;
    }
    ctx.stroke();
  }
  ctx.setLineDash([]);
}

/** @param {Surface} face @param {Camera} camera @param {Box} box @param {string} name @param {Vector} tip */
function axis(face, camera, box, name, tip) {
  const { ctx, theme, small } = face;
  const [from, to] = [camera.at([0, 0, 0], box), camera.at(tip, box)];
  ctx.strokeStyle = theme.edge;
  ctx.lineWidth = 1.6;
  ctx.beginPath();
  ctx.moveTo(from.x, from.y);
  ctx.lineTo(to.x, to.y);
  ctx.stroke();
  const length = Math.hypot(to.x - from.x, to.y - from.y) || 1;
  const [ux, uy] = [(to.x - from.x) / length, (to.y - from.y) / length];
  write(face, name, to.x + ux * small * 0.7, to.y + uy * small * 0.7, {
    colour: theme.quiet,
    size: small * 1.1,
    weight: 650,
  });
}

/** @param {Surface} face @param {Camera} camera @param {readonly GlobeArrow[]} arrows @param {Box} box */
export function paintArrows(face, camera, arrows, box) {
  const placed = arrows.map((each) => ({ each, to: camera.at(each.tip, box) }));
  placed.sort((a, b) => a.to.depth - b.to.depth);
  for (const { each, to } of placed) paintOne(face, camera, each, to, box);
}

/** @param {Surface} face @param {Camera} camera @param {GlobeArrow} one @param {import('./camera.js').Seen} to @param {Box} box */
function paintOne(face, camera, one, to, box) {
  const { ctx, theme, line } = face;
  const from = camera.at([0, 0, 0], box);
  const away = Math.min(0.45, Math.max(0, 0.1 - to.depth * 0.45));
  const colour = one.kind === 'ghost' ? one.colour : mix(one.colour, theme.paper, away);
  const width = line * (one.width ?? 2);
  if (Math.hypot(to.x - from.x, to.y - from.y) < 2) return;
  if (one.kind === 'ghost') {
    ctx.setLineDash([line * 2.4, line * 2]);
    arrow(ctx, from, to, { colour, width: width * 0.6, head: width * 2.6 });
    ctx.setLineDash([]);
  } else {
    arrow(ctx, from, to, { colour: theme.paper, width: width + line * 1.2, head: width * 3.9 });
    arrow(ctx, from, to, { colour, width, head: width * 3.3 });
  }
  if (one.kind === 'axial') sense(face, camera, one, colour, box);
  if (one.held) spheres.stamp(ctx, one.colour, to.x, to.y, line * 4, theme.dark);
  if (one.name) label(face, one, from, to);
}

/** @param {Surface} face @param {GlobeArrow} one @param {Point} from @param {Point} to */
function label(face, one, from, to) {
  const length = Math.hypot(to.x - from.x, to.y - from.y);
  const [ux, uy] = length < 12 ? [0.7, -0.7] : [(to.x - from.x) / length, (to.y - from.y) / length];
  const out = face.unit * (0.85 + 0.16 * (one.name?.length ?? 1) * Math.abs(ux));
  write(face, one.name ?? '', to.x + ux * out, to.y + uy * out, {
    colour: one.colour,
    weight: 700,
    size: face.unit * 1.02,
  });
}

/** A ring around the shaft with a head: a pseudovector is a sense of rotation. @param {Surface} face @param {Camera} camera @param {GlobeArrow} one @param {string} colour @param {Box} box */
function sense({ ctx, line }, camera, { tip }, colour, box) {
  const length = Math.hypot(...tip);
  if (length < 0.12) return;
  const n = tip.map((part) => part / length);
  const [nx = 0, ny = 0, nz = 1] = n;
  const helper = Math.abs(nx) < 0.8 ? [1, 0, 0] : [0, 1, 0];
  const a = unit(cross([nx, ny, nz], helper));
  const b = cross([nx, ny, nz], a);
  const [radius, span] = [0.17, 1.62 * Math.PI];
  const points = new Float32Array(3 * 41);
  for (let i = 0; i <= 40; i += 1) {
    const angle = (span * i) / 40;
    for (let k = 0; k < 3; k += 1) {
      points[3 * i + k] =
        (tip[k] ?? 0) * 0.52 + radius * (Math.cos(angle) * (a[k] ?? 0) + Math.sin(angle) * (b[k] ?? 0));
    }
  }
  const seen = camera.project(points, box);
  const at = (/** @type {number} */ i) => ({ x: seen.x[i] ?? 0, y: seen.y[i] ?? 0 });
  ctx.strokeStyle = colour;
  ctx.lineWidth = line * 1.15;
  ctx.beginPath();
  for (let i = 0; i <= 37; i += 1) {
    if (i === 0) ctx.moveTo(at(0).x, at(0).y);
    else ctx.lineTo(at(i).x, at(i).y);
  }
  ctx.stroke();
  arrow(ctx, at(36), at(40), { colour, width: line * 1.15, head: line * 5 });
}

/** @param {readonly number[]} a @param {readonly number[]} b @returns {Vector} the axis of a ring that is drawn */
function cross([ax = 0, ay = 0, az = 0], [bx = 0, by = 0, bz = 0]) {
  return [ay * bz - az * by, az * bx - ax * bz, ax * by - ay * bx];
}

/** @param {Vector} v @returns {Vector} */
function unit([x, y, z]) {
  const length = Math.hypot(x, y, z) || 1;
  return [x / length, y / length, z / length];
}

/**
 * The arrow whose tip is under the finger, −1 for none; of several, the one nearer to us.
 * @param {Camera} camera @param {readonly Vector[]} tips @param {Point} point @param {Box} box
 */
export function nearest(camera, tips, point, box) {
  let [best, least] = [-1, Infinity];
  tips.forEach((tip, i) => {
    const seen = camera.at(tip, box);
    const distance = Math.hypot(seen.x - point.x, seen.y - point.y);
    const score = distance - 8 * seen.depth;
    if (distance < NEAR && score < least) [best, least] = [i, score];
  });
  return best;
}

/** The rotation of the world after the hand moved: what is in front follows the finger. @param {number} dx @param {number} dy @param {Camera} camera @param {Box} box @returns {Quaternion} */
function stepOf(dx, dy, camera, box) {
  const speed = 1 / camera.pixels(box);
  const step = multiply(about([1, 0, 0], dy * speed), about([0, 1, 0], dx * speed));
  const view = camera.rotation;
  /** @type {Quaternion} */
  const back = [-view[0], -view[1], -view[2], view[3]];
  return multiply(multiply(back, step), view);
}

/** @param {Vector} v @param {number} dx pixels to the right @param {number} dy pixels down @param {Camera} camera @param {Box} box @returns {Vector} */
export function turnedVector(v, dx, dy, camera, box) {
  const m = matrixOf(normalize(stepOf(dx, dy, camera, box)));
  const row = (/** @type {number} */ k) => (m[k] ?? 0) * v[0] + (m[k + 1] ?? 0) * v[1] + (m[k + 2] ?? 0) * v[2];
  return unit([row(0), row(3), row(6)]);
}

/** @param {Quaternion} q @param {number} dx @param {number} dy @param {Camera} camera @param {Box} box @returns {Quaternion} */
export function turnedQuaternion(q, dx, dy, camera, box) {
  return normalize(multiply(stepOf(dx, dy, camera, box), q));
}
