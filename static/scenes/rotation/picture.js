/**
 * The two halves of the commuting square in 3-D: the input x and g·x, and the outputs f(g·x) over g·f(x).
 *
 * An output vector is an arrow from its point; at its tip a solid ball for f(g·x) and a dashed ring for g·f(x). Where
 * ball and ring coincide the model is equivariant; where they do not, a line shows by how much.
 */

import { arrow, write } from '../../draw/mark.js';
import { fade, mix, textOn } from '../../draw/palette.js';
import { Spheres } from '../../draw/sphere.js';

/** @typedef {import('../../draw/surface.js').Surface} Surface */
/** @typedef {import('../../draw/surface.js').Box} Box */
/** @typedef {import('../../draw/camera.js').Camera} Camera */
/** @typedef {import('../../draw/camera.js').Projection} Projection */
/** @typedef {import('../../draw/cloud.js').Cloud} Cloud */
/** @typedef {{paint(): void, depth: number}} Item */

const spheres = new Spheres();

/** The colours of this scene's terms, the same in formula, picture and gauge. @param {import('../../draw/surface.js').Theme} theme */
export function colours(theme) {
  const { self: made, total: after, message: apart, quiet: ghost } = theme;
  return { made, after, apart, ghost, input: theme.dark ? '#d6dae1' : '#3b4350' };
}

/** What a zone says of the two ways. */
export const VERDICTS = /** @type {Record<string, string>} */ ({
  rounding: 'Rounding: the two ways agree.',
  approximate: 'Approximate: close, but more than rounding.',
  broken: 'Broken: the output does not follow the input.',
});

/** The longest arrow in radii of the cloud; longer ones are cut. */
const LONGEST = 1.5;
const TYPICAL = 0.62;

/** The largest distance from a point. @param {ArrayLike<number>} points (n, 3) @param {readonly number[]} [from] */
export function radius(points, from = [0, 0, 0]) {
  let most = 0;
  for (let i = 0; i + 2 < points.length; i += 3) {
    const d = [0, 1, 2].map((k) => (points[i + k] ?? 0) - (from[k] ?? 0));
    most = Math.max(most, Math.hypot(...d));
  }
  return most || 1;
}

/**
 * Tips of arrows: points plus scaled vectors, none longer than the picture.
 * @param {ArrayLike<number>} points (n, 3)
 * @param {ArrayLike<number>} vectors (n, 3), or empty: the points themselves
 * @param {number} unit world length of a vector of length 1
 * @param {number} longest world length
 * @returns {{tips: Float32Array, cut: boolean}}
 */
export function tipsOf(points, vectors, unit, longest) {
  const tips = Float32Array.from(points);
  let cut = false;
  for (let i = 0; i + 2 < vectors.length; i += 3) {
    const v = [vectors[i] ?? 0, vectors[i + 1] ?? 0, vectors[i + 2] ?? 0].map((part) => part * unit);
    const length = Math.hypot(...v);
    const k = length > longest ? longest / length : 1;
    cut ||= k < 1;
    for (let axis = 0; axis < 3; axis += 1) tips[i + axis] = (tips[i + axis] ?? 0) + (v[axis] ?? 0) * k;
  }
  return { tips, cut };
}

/** World length of a vector of length 1, so that the longest expected one is well seen. @param {ArrayLike<number>} vectors @param {number} size the cloud's radius */
export function arrowUnit(vectors, size) {
  return vectors.length === 0 ? 1 : (TYPICAL * size) / radius(vectors);
}

/** @param {number} size */
export function longestArrow(size) {
  return LONGEST * size;
}

/** A ball's radius in pixels. @param {Surface} face @param {Box} box @param {number} n */
function ballOf(face, box, n) {
  const side = Math.min(box.width, box.height);
  return Math.max(face.unit * 0.22, Math.min(side * 0.034, (side * 0.085) / Math.sqrt(Math.max(n, 4) / 4)));
}

/** @param {Projection} p @param {number} i */
function spot(p, i) {
  return { x: p.x[i] ?? 0, y: p.y[i] ?? 0, depth: p.depth[i] ?? 0 };
}

/** @param {Surface} face @param {Projection} p @param {readonly number[]} pairs */
function bonds({ ctx, theme, line }, p, pairs) {
  ctx.strokeStyle = fade(theme.edge, 0.6);
  ctx.lineWidth = line * 0.6;
  ctx.beginPath();
  for (let k = 0; k + 1 < pairs.length; k += 2) {
    const [a, b] = [pairs[k] ?? 0, pairs[k + 1] ?? 0];
    ctx.moveTo(p.x[a] ?? 0, p.y[a] ?? 0);
    ctx.lineTo(p.x[b] ?? 0, p.y[b] ?? 0);
  }
  ctx.stroke();
}

/** Far ones first. @param {Item[]} items */
function paintAll(items) {
  items.sort((a, b) => a.depth - b.depth);
  for (const item of items) item.paint();
}

/** Far things go towards the paper. @param {string} colour @param {number} depth @param {string} paper */
function hazed(colour, depth, paper) {
  return mix(colour, paper, Math.round(8 * Math.min(0.5, Math.max(0, 0.22 - 0.3 * depth))) / 16);
}

/**
 * @typedef {object} InputPicture
 * @property {ArrayLike<number>} points x
 * @property {ArrayLike<number>} turned g·x
 * @property {number[]} pairs node numbers of the edges, two by two
 * @property {readonly string[]} elements
 * @property {boolean} ghost whether x is shown beside g·x
 * @property {number} size the cloud's radius
 * @property {import('../../draw/camera.js').Vector} [shift] from x to g·x, drawn when it is longer than the cloud
 */

/** @param {Surface} face @param {Box} box @param {Camera} camera @param {Cloud} cloud @param {InputPicture} picture */
export function paintInput(face, box, camera, cloud, { points, turned, pairs, elements, ghost, size, shift }) {
  const tone = colours(face.theme);
  const base = size * Math.min(0.1, 0.34 / Math.sqrt(elements.length || 1));
  cloud.paint(
    face,
    camera,
    {
      positions: turned,
      edges: pairs,
      colour: (i) => elementColour(elements[i] ?? '', face.theme.dark) ?? tone.input,
      sizeOf: (i) => (elements[i] === 'H' ? 0.72 : 1),
      radius: base,
      ...(ghost ? { ghosts: { positions: points, edges: pairs, colour: tone.ghost } } : {}),
    },
    box,
  );
  if (shift && Math.hypot(...shift) > size) {
    const [from, to] = [camera.at(between(shift, 0.18), box), camera.at(between(shift, 0.82), box)];
    arrow(face.ctx, from, to, { colour: tone.ghost, width: face.line });
    write(face, 'b', (from.x + to.x) / 2 + face.unit * 0.7, (from.y + to.y) / 2, { size: face.unit, weight: 700 });
  }
  const seen = camera.project(turned, box);
  for (let i = 0; i < elements.length; i += 1) {
    const { x, y, radius: r } = cloud.place(i);
    const letter = elements[i] ?? '';
    if (letter === '' || r < 9 || covered(seen, cloud, i)) continue;
    const fill = elementColour(letter, face.theme.dark) ?? tone.input;
    write(face, letter, x, y + r * 0.06, { size: r * 1.05, weight: 700, colour: textOn(fill), halo: null });
  }
}

/** Whether a nearer node hides the middle of this one. @param {Projection} seen @param {Cloud} cloud @param {number} i */
function covered(seen, cloud, i) {
  const at = cloud.place(i);
  for (let j = 0; j < seen.count; j += 1) {
    if ((seen.depth[j] ?? 0) <= (seen.depth[i] ?? 0)) continue;
    const other = cloud.place(j);
    if (Math.hypot(other.x - at.x, other.y - at.y) < other.radius) return true;
  }
  return false;
}

/** @param {import('../../draw/camera.js').Vector} shift @param {number} t @returns {import('../../draw/camera.js').Vector} */
function between([x, y, z], t) {
  return [x * t, y * t, z * t];
}

/** After the usual colours of chemists, dark enough for a projector; each carries its letter too. @param {string} element @param {boolean} dark */
function elementColour(element, dark) {
  const known = /** @type {Record<string, string>} */ ({
    H: dark ? '#d6dae1' : '#c3c9d2',
    C: dark ? '#8a919c' : '#3b4350',
    O: '#c0392b',
    N: '#2b5fb8',
    F: '#4d9a2a',
    Cl: '#3a9a6a',
    Br: '#8c3b1f',
  });
  return known[element];
}

/** @param {Surface} face @param {number} x @param {number} y @param {number} r @param {string} colour @param {number} [width] */
function ring({ ctx, line }, x, y, r, colour, width = line * 0.8) {
  ctx.beginPath();
  ctx.arc(x, y, r, 0, 2 * Math.PI);
  ctx.strokeStyle = colour;
  ctx.lineWidth = width;
  ctx.setLineDash([Math.max(4, r * 0.45), Math.max(3, r * 0.32)]);
  ctx.stroke();
  ctx.setLineDash([]);
}

/**
 * @typedef {object} OutputPicture
 * @property {ArrayLike<number>} turned where the outputs sit
 * @property {readonly number[]} pairs
 * @property {ArrayLike<number>} made tips of f(g·x)
 * @property {ArrayLike<number>} after tips of g·f(x)
 * @property {number} opacity of f(g·x): 0 before it is shown
 * @property {boolean} vectors whether the model makes any; without, the points alone are drawn
 */

/** @param {Surface} face @param {Box} box @param {Camera} camera @param {OutputPicture} picture */
export function paintOutput(face, box, camera, picture) {
  const { ctx, theme } = face;
  const tone = colours(theme);
  const base = camera.project(picture.turned, box);
  const made = camera.project(picture.made, box);
  const after = camera.project(picture.after, box);
  const r = ballOf(face, box, base.count) * 0.92;
  bonds(face, base, picture.pairs);
  /** @type {Item[]} */
  const items = [];
  for (let i = 0; i < base.count; i += 1) {
    const [at, ghost, tip] = [spot(base, i), spot(after, i), spot(made, i)];
    if (!picture.vectors) {
      items.push({ depth: at.depth, paint: () => dot(face, at.x, at.y, r * 0.6, theme.edge) });
      continue;
    }
    items.push({ depth: at.depth, paint: () => dot(face, at.x, at.y, r * 0.34, theme.edge) });
    items.push({ depth: (at.depth + ghost.depth) / 2 - 0.01, paint: () => shaft(face, at, ghost, tone.after, [7, 6]) });
    items.push({
      depth: ghost.depth + 0.02,
      paint: () => ring(face, ghost.x, ghost.y, r * 1.32, tone.after, face.line * 1.15),
    });
    if (picture.opacity <= 0) continue;
    items.push({
      depth: tip.depth,
      paint: () => {
        ctx.globalAlpha = picture.opacity;
        const far = Math.hypot(tip.x - ghost.x, tip.y - ghost.y) > r * 0.6;
        if (far) residual(face, ghost, tip, tone.apart);
        arrow(ctx, at, shortOf(at, tip, r), { colour: tone.made, width: face.line * 1.1 });
        spheres.stamp(ctx, hazed(tone.made, tip.depth, theme.paper), tip.x, tip.y, r, theme.dark);
        ctx.globalAlpha = 1;
      },
    });
  }
  paintAll(items);
}

/** @param {Surface} face @param {number} x @param {number} y @param {number} r @param {string} colour */
function dot({ ctx }, x, y, r, colour) {
  ctx.beginPath();
  ctx.arc(x, y, r, 0, 2 * Math.PI);
  ctx.fillStyle = colour;
  ctx.fill();
}

/** @typedef {{x: number, y: number}} Flat */
/** @param {Flat} from @param {Flat} to @param {number} gap */
function shortOf(from, to, gap) {
  const length = Math.hypot(to.x - from.x, to.y - from.y);
  const k = length > gap ? (length - gap) / length : 0;
  return { x: from.x + (to.x - from.x) * k, y: from.y + (to.y - from.y) * k };
}

/** @param {Surface} face @param {Flat} from @param {Flat} to @param {string} colour @param {number[]} dash */
function shaft({ ctx, line }, from, to, colour, dash) {
  ctx.strokeStyle = colour;
  ctx.lineWidth = line;
  ctx.setLineDash(dash);
  ctx.beginPath();
  ctx.moveTo(from.x, from.y);
  ctx.lineTo(to.x, to.y);
  ctx.stroke();
  ctx.setLineDash([]);
}

/** @param {Surface} face @param {Flat} from @param {Flat} to @param {string} colour */
function residual({ ctx, line }, from, to, colour) {
  ctx.strokeStyle = colour;
  ctx.lineWidth = line * 1.7;
  ctx.beginPath();
  ctx.moveTo(from.x, from.y);
  ctx.lineTo(to.x, to.y);
  ctx.stroke();
}
