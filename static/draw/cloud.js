/**
 * A point cloud or molecule in three dimensions: shaded spheres, sticks, arrows, ghosts, labels, rings; sorted by depth.
 *
 *   const cloud = new Cloud();
 *   cloud.paint(face, camera, { positions, edges, colours, arrows, … }, box?)
 *   cloud.hit(point)        the nearest node under the pointer, or −1
 *   cloud.place(i)          {x, y, radius} of node i on the screen, as painted last
 *   cloud.along(i, j, t)    {x, y} on the stick from i to j, for particles
 *   linesOf(edges)          the pairs of an edge list with both directions, each once; pairsOf(edges): all of them
 *
 * Good to about 500 nodes and 3000 sticks. What is far is paler and thinner, never under 3:1 on the page.
 */

import { projection } from './camera.js';
import { arrow, write } from './mark.js';
import { channels, mix, textOn } from './palette.js';
import { Spheres } from './sphere.js';

/** @typedef {import('./surface.js').Surface} Surface */
/** @typedef {import('./surface.js').Box} Box */
/** @typedef {import('./surface.js').Point} Point */
/** @typedef {import('./camera.js').Camera} Camera */
/** @typedef {import('./camera.js').Projection} Projection */
/** @typedef {(i: number) => string} ColourOf */
/**
 * @typedef {object} Ghosts another cloud, drawn as dashed outlines: the input before a rotation, the expected answer
 * @property {ArrayLike<number>} positions (n, 3)
 * @property {ArrayLike<number>} [edges] (m, 2)
 * @property {ArrayLike<number>} [arrows] (n, 3)
 * @property {string} [colour]
 * @property {(i: number) => number} [sizeOf] factor on the radius of outline i
 */
/**
 * @typedef {object} CloudData
 * @property {ArrayLike<number>} positions (n, 3), world units
 * @property {ArrayLike<number>} [edges] (m, 2) node numbers; a directed pair given twice is drawn once or twice as given
 * @property {ColourOf} [colour] of node i, "#rrggbb"; the theme's `self` unless told
 * @property {ColourOf} [edgeColour] of stick e; the theme's edge, graded by depth, unless told
 * @property {ArrayLike<number>} [arrows] (n, 3) vectors in world units, already as long as they should look
 * @property {number} [radius] of a node in world units; a share of the reach unless told
 * @property {(i: number) => number} [sizeOf] factor on the radius of node i
 * @property {(i: number) => string} [label] text beside node i; '' for none
 * @property {(i: number) => string} [inside] text on the sphere of node i where it has room, such as an element's letter
 * @property {ReadonlySet<number> | readonly number[]} [highlighted] nodes with a ring in `message` colour; their sticks too
 * @property {boolean} [fadeOthers] what is not highlighted steps back
 * @property {number} [own] node with the double ring of the viewer
 * @property {number} [chosen] node with a ring in `self` colour
 * @property {Ghosts} [ghosts]
 */

const NODE = 0;
const STICK = 1;
const ARROW = 2;
const BUCKETS = 512;
/** Halos cost a second stroke for each stick. */
const MOST_HALOS = 700;

export class Cloud {
  #spheres = new Spheres();
  /** @type {Projection} */
  #seen = projection();
  /** @type {Projection} */
  #tips = projection();
  /** @type {Projection} */
  #ghosts = projection();
  #radii = new Float32Array(0);
  #order = new Int32Array(0);
  #depths = new Float32Array(0);
  #count = 0;
  /** Many sticks are a texture: thinner than the line that single ones have. */
  #stickWidth = 1;
  #arrowWidth = 1;
  /** @type {Map<string, string>} mixed colours, by what was mixed */
  #mixed = new Map();

  /**
   * @param {Surface} face
   * @param {Camera} camera
   * @param {CloudData} data
   * @param {Box} [box]
   */
  paint(face, camera, data, box = face.box) {
    const n = Math.floor(data.positions.length / 3);
    this.#seen = camera.project(data.positions, box, this.#seen);
    if (this.#radii.length < n) this.#radii = new Float32Array(n);
    const radius = data.radius ?? camera.reach * Math.min(0.1, 0.36 / Math.sqrt(n || 1));
    const least = face.unit * 0.22;
    for (let i = 0; i < n; i += 1) {
      this.#radii[i] = Math.max(least, radius * (data.sizeOf?.(i) ?? 1) * (this.#seen.scale[i] ?? 1));
    }
    if (data.arrows) this.#tips = camera.project(sums(data.positions, data.arrows), box, this.#tips);
    if (data.ghosts) this.#paintGhosts(face, camera, data.ghosts, radius, box);
    this.#sort(data);
    this.#stickWidth = Math.min(1, Math.max(0.4, Math.sqrt(700 / ((data.edges?.length ?? 0) / 2 || 1))));
    this.#arrowWidth = Math.min(1, Math.max(0.5, Math.sqrt(120 / (n || 1))));
    const lit = litNodes(data);
    for (let k = 0; k < this.#count; k += 1) {
      const item = this.#order[k] ?? 0;
      const index = item >> 2;
      if ((item & 3) === NODE) this.#paintNode(face, data, index, lit);
      else if ((item & 3) === STICK) this.#paintStick(face, data, index, lit);
      else this.#paintArrow(face, data, index);
    }
    for (const i of lit ?? []) if (i !== data.chosen) this.#paintRing(face, i, face.theme.message);
    if (data.chosen !== undefined) this.#paintRing(face, data.chosen, face.theme.self);
    if (data.own !== undefined) this.#paintOwn(face, data.own);
    if (data.label) this.#paintLabels(face, data, n);
  }

  /** The nearest node within a fingertip of the pointer, or −1. @param {Point} point @param {number} [slack] pixels */
  hit({ x, y }, slack = 10) {
    let best = -1;
    let nearest = Infinity;
    for (let i = 0; i < this.#seen.count; i += 1) {
      const d = Math.hypot((this.#seen.x[i] ?? 0) - x, (this.#seen.y[i] ?? 0) - y) - (this.#radii[i] ?? 0);
      const score = d < 0 ? -1 - (this.#seen.depth[i] ?? 0) * 0.5 : d; // inside several: the one in front
      if (d < slack && score < nearest) {
        nearest = score;
        best = i;
      }
    }
    return best;
  }

  /** @param {number} i */
  place(i) {
    return { x: this.#seen.x[i] ?? 0, y: this.#seen.y[i] ?? 0, radius: this.#radii[i] ?? 0 };
  }

  /** @param {number} i @param {number} j @param {number} t from 0 at i to 1 at j @returns {Point} */
  along(i, j, t) {
    const a = this.place(i);
    const b = this.place(j);
    return { x: a.x + (b.x - a.x) * t, y: a.y + (b.y - a.y) * t };
  }

  /** Farthest first, by buckets: one pass, no comparisons. @param {CloudData} data */
  #sort(data) {
    const n = this.#seen.count;
    const m = Math.floor((data.edges?.length ?? 0) / 2);
    const total = n + m + (data.arrows ? n : 0);
    if (this.#order.length < total) {
      this.#order = new Int32Array(total);
      this.#depths = new Float32Array(total);
    }
    const { depth } = this.#seen;
    for (let i = 0; i < n; i += 1) this.#depths[i] = depth[i] ?? 0;
    for (let e = 0; e < m; e += 1) {
      const [i, j] = [data.edges?.[2 * e] ?? 0, data.edges?.[2 * e + 1] ?? 0];
      this.#depths[n + e] = ((depth[i] ?? 0) + (depth[j] ?? 0)) / 2;
    }
    if (data.arrows) {
      for (let i = 0; i < n; i += 1) {
        const [foot, tip] = [depth[i] ?? 0, this.#tips.depth[i] ?? 0];
        this.#depths[n + m + i] = tip < foot ? foot - 0.02 : tip + 0.02;
      }
    }
    const bucket = (/** @type {number} */ k) =>
      Math.min(BUCKETS - 1, Math.max(0, Math.round((((this.#depths[k] ?? 0) + 1.5) / 3) * (BUCKETS - 1))));
    const starts = new Int32Array(BUCKETS + 1);
    for (let k = 0; k < total; k += 1) starts[bucket(k) + 1] = (starts[bucket(k) + 1] ?? 0) + 1;
    for (let b = 0; b < BUCKETS; b += 1) starts[b + 1] = (starts[b + 1] ?? 0) + (starts[b] ?? 0);
    for (let k = 0; k < total; k += 1) {
      const at = starts[bucket(k)] ?? 0;
      starts[bucket(k)] = at + 1;
      if (k < n) this.#order[at] = (k << 2) | NODE;
      else if (k < n + m) this.#order[at] = ((k - n) << 2) | STICK;
      else this.#order[at] = ((k - n - m) << 2) | ARROW;
    }
    this.#count = total;
  }

  /** @param {Surface} face @param {CloudData} data @param {number} i @param {ReadonlySet<number> | null} lit */
  #paintNode(face, data, i, lit) {
    const { ctx, theme } = face;
    const { x, y, radius } = this.place(i);
    const away = recession(this.#seen.depth[i] ?? 0);
    const back = lit !== null && data.fadeOthers && !lit.has(i) ? 0.55 : 0;
    const colour = data.colour?.(i) ?? theme.self;
    this.#spheres.stamp(
      ctx,
      quantized(this.#mix(colour, theme.paper, Math.max(away * 0.3, back))),
      x,
      y,
      radius,
      theme.dark,
    );
    const text = data.inside?.(i) ?? '';
    const size = Math.min(face.small * 1.15, radius * 1.1);
    if (text && size > face.small * 0.6)
      write(face, text, x, y, { size, weight: 700, colour: textOn(colour), halo: null });
  }

  /** Rings lie over all else: they say where to look. @param {Surface} face @param {number} i @param {string} colour */
  #paintRing(face, i, colour) {
    if (i < 0 || i >= this.#seen.count) return;
    const { x, y, radius } = this.place(i);
    ring(face.ctx, x, y, radius + face.line * 0.5, colour, face.line * 1.3);
  }

  /** @param {Surface} face @param {number} i */
  #paintOwn(face, i) {
    if (i < 0 || i >= this.#seen.count) return;
    const { x, y, radius } = this.place(i);
    ring(face.ctx, x, y, radius + face.line * 0.9, face.theme.paper, face.line * 1.4);
    ring(face.ctx, x, y, radius + face.line * 2, face.theme.ink, face.line);
  }

  /** `mix`, remembered; t in sixteenths. @param {string} a @param {string} b @param {number} t */
  #mix(a, b, t) {
    const step = Math.round(t * 16);
    const key = `${a}${b}${step}`;
    let made = this.#mixed.get(key);
    if (made === undefined) {
      if (this.#mixed.size > 4000) this.#mixed.clear();
      made = mix(a, b, step / 16);
      this.#mixed.set(key, made);
    }
    return made;
  }

  /** @param {Surface} face @param {CloudData} data @param {number} e @param {ReadonlySet<number> | null} lit */
  #paintStick(face, data, e, lit) {
    const { ctx, theme } = face;
    const [i, j] = [data.edges?.[2 * e] ?? 0, data.edges?.[2 * e + 1] ?? 0];
    const length = apart(data.positions, i, data.positions, j);
    const a = this.#surfacePoint(i, this.place(j), length);
    const b = this.#surfacePoint(j, this.place(i), length);
    const away = recession(((this.#seen.depth[i] ?? 0) + (this.#seen.depth[j] ?? 0)) / 2);
    const between = lit?.has(i) && lit.has(j);
    const near = this.#mix(theme.edge, theme.ink, 0.42);
    let colour = data.edgeColour?.(e) ?? (between ? theme.message : this.#mix(near, theme.edge, away));
    if (lit !== null && data.fadeOthers && !between) colour = this.#mix(colour, theme.paper, 0.5);
    const width = face.line * (between ? 1.5 : (1.25 - 0.35 * away) * this.#stickWidth);
    ctx.beginPath();
    ctx.moveTo(a.x, a.y);
    ctx.lineTo(b.x, b.y);
    if ((data.edges?.length ?? 0) / 2 <= MOST_HALOS) {
      ctx.strokeStyle = theme.paper;
      ctx.lineWidth = width + face.line * 1.1;
      ctx.lineCap = 'butt';
      ctx.stroke();
      ctx.lineCap = 'round';
    }
    ctx.strokeStyle = colour;
    ctx.lineWidth = width;
    ctx.stroke();
  }

  /**
   * Where a stick of this length towards a screen point comes out of the sphere of node i.
   * @param {number} i @param {Point} to @param {number} length world units
   * @returns {Point}
   */
  #surfacePoint(i, to, length) {
    const { x, y, radius } = this.place(i);
    const share = Math.min(0.5, radius / (length * (this.#seen.scale[i] ?? 1) || 1));
    return { x: x + (to.x - x) * share, y: y + (to.y - y) * share };
  }

  /** @param {Surface} face @param {CloudData} data @param {number} i */
  #paintArrow(face, data, i) {
    const to = { x: this.#tips.x[i] ?? 0, y: this.#tips.y[i] ?? 0 };
    const from = this.#surfacePoint(i, to, Math.hypot(...[0, 1, 2].map((k) => data.arrows?.[3 * i + k] ?? 0)));
    if (Math.hypot(to.x - from.x, to.y - from.y) < 1) return;
    const away = recession(this.#seen.depth[i] ?? 0);
    const width = face.line * (1.35 - 0.3 * away) * this.#arrowWidth;
    arrow(face.ctx, from, to, { colour: face.theme.paper, width: width + face.line * 0.9, head: width * 4.9 });
    arrow(face.ctx, from, to, { colour: face.theme.arrow, width, head: width * 3.9 });
  }

  /** @param {Surface} face @param {Camera} camera @param {Ghosts} ghosts @param {number} radius @param {Box} box */
  #paintGhosts(face, camera, ghosts, radius, box) {
    const { ctx, theme } = face;
    const seen = camera.project(ghosts.positions, box, this.#ghosts);
    this.#ghosts = seen;
    ctx.save();
    ctx.strokeStyle = ghosts.colour ?? theme.quiet;
    ctx.lineWidth = Math.max(2, face.line * 0.8);
    ctx.setLineDash([face.line * 2.2, face.line * 1.9]);
    const edges = ghosts.edges ?? [];
    ctx.beginPath();
    for (let e = 0; e + 1 < edges.length; e += 2) {
      ctx.moveTo(seen.x[edges[e] ?? 0] ?? 0, seen.y[edges[e] ?? 0] ?? 0);
      ctx.lineTo(seen.x[edges[e + 1] ?? 0] ?? 0, seen.y[edges[e + 1] ?? 0] ?? 0);
    }
    ctx.stroke();
    for (let i = 0; i < seen.count; i += 1) {
      const r = Math.max(face.unit * 0.22, radius * (ghosts.sizeOf?.(i) ?? 1) * (seen.scale[i] ?? 1));
      ctx.beginPath();
      ctx.arc(seen.x[i] ?? 0, seen.y[i] ?? 0, r, 0, 2 * Math.PI);
      ctx.fillStyle = theme.paper;
      ctx.fill();
      ctx.stroke();
    }
    ctx.setLineDash([]);
    if (ghosts.arrows) {
      const tips = camera.project(sums(ghosts.positions, ghosts.arrows), box);
      for (let i = 0; i < seen.count; i += 1) {
        const from = { x: seen.x[i] ?? 0, y: seen.y[i] ?? 0 };
        arrow(ctx, from, { x: tips.x[i] ?? 0, y: tips.y[i] ?? 0 }, { colour: ghosts.colour ?? theme.quiet, width: 2 });
      }
    }
    ctx.restore();
  }

  /** @param {Surface} face @param {CloudData} data @param {number} n */
  #paintLabels(face, data, n) {
    for (let i = 0; i < n; i += 1) {
      const text = data.label?.(i) ?? '';
      const { x, y, radius } = this.place(i);
      if (text)
        write(face, text, x + radius * 0.8 + face.small * 0.2, y - radius * 0.8 - face.small * 0.3, { align: 'left' });
    }
  }
}

/** @param {CloudData} data @returns {ReadonlySet<number> | null} */
function litNodes({ highlighted }) {
  if (highlighted === undefined) return null;
  return highlighted instanceof Set ? highlighted : new Set(highlighted);
}

/** 0 in front, 1 at the back. @param {number} depth */
function recession(depth) {
  return Math.min(1, Math.max(0, 0.5 - depth / 2));
}

/** Few enough colours that each is shaded once. @param {string} colour */
function quantized(colour) {
  return `#${channels(colour)
    .map((c) => (c & 0xf8).toString(16).padStart(2, '0'))
    .join('')}`;
}

/** Distance between row i of a and row j of b. @param {ArrayLike<number>} a @param {number} i @param {ArrayLike<number>} b @param {number} j */
function apart(a, i, b, j) {
  const d = (/** @type {number} */ k) => (a[3 * i + k] ?? 0) - (b[3 * j + k] ?? 0);
  return Math.hypot(d(0), d(1), d(2));
}

/** Entry by entry. @param {ArrayLike<number>} a @param {ArrayLike<number>} b */
function sums(a, b) {
  return Float32Array.from(a, (value, i) => value + (b[i] ?? 0));
}

/** @param {CanvasRenderingContext2D} ctx @param {number} x @param {number} y @param {number} r @param {string} colour @param {number} width */
export function ring(ctx, x, y, r, colour, width) {
  ctx.beginPath();
  ctx.arc(x, y, r, 0, 2 * Math.PI);
  ctx.strokeStyle = colour;
  ctx.lineWidth = width;
  ctx.stroke();
}

/**
 * Pairs of nodes as a cloud or a network draws them, each line once, of an edge list that has both directions.
 * @param {ArrayLike<number>} edges (2, e)
 * @returns {number[]} (e / 2, 2)
 */
export function linesOf(edges) {
  const count = edges.length / 2;
  /** @type {number[]} */
  const pairs = [];
  for (let e = 0; e < count; e += 1) {
    const [a, b] = [edges[e] ?? 0, edges[count + e] ?? 0];
    if (a < b) pairs.push(a, b);
  }
  return pairs;
}

/**
 * The same of a list in which each direction stands for itself: every pair, in its order.
 * @param {ArrayLike<number>} edges (2, e)
 * @returns {number[]} (e, 2)
 */
export function pairsOf(edges) {
  const count = edges.length / 2;
  return Array.from({ length: 2 * count }, (_, k) => edges[(k % 2) * count + (k >> 1)] ?? 0);
}
