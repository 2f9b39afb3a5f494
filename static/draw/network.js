/**
 * A node-link drawing in the plane: discs coloured by value with the number inside, ids outside, edges, arrows, marks.
 *
 *   const network = new Network();
 *   network.paint(face, { positions, edges, values, … }, box?)
 *   network.hit(point)        node under the pointer, or −1
 *   network.place(i)          {x, y, radius} on the screen, as painted last
 *   network.along(i, j, t)    point of the edge from i to j (bowed when both directions are drawn), for particles
 *   network.world(point)      a pixel as position in the data's units, for dragging a node
 *
 * Node size follows the distance between nodes, so that 5 nodes are large and 200 are dots.
 */

import { ring } from './cloud.js';
import { arrow, tick, write } from './mark.js';
import { tidy } from './numbers.js';
import { domain, mix, scale, textOn } from './palette.js';

/** @typedef {import('./surface.js').Surface} Surface */
/** @typedef {import('./surface.js').Box} Box */
/** @typedef {import('./surface.js').Point} Point */
/**
 * @typedef {object} NetworkData
 * @property {ArrayLike<number>} positions (n, 2), any unit, y up
 * @property {ArrayLike<number>} edges (m, 2)
 * @property {boolean} [directed] arrowheads at the second node; a pair in both directions bows apart
 * @property {ArrayLike<number>} [values] (n,) colour and number of each node; NaN: not yet known (hollow)
 * @property {{lo: number, hi: number}} [range] of the colours; that of the values unless told
 * @property {boolean} [signed] blue-grey-vermillion about 0 instead of viridis
 * @property {(i: number) => string} [colour] of node i instead of by value
 * @property {(i: number) => string} [inside] text in node i instead of its value
 * @property {(i: number) => string} [id] text beside node i; the number from 1 unless told; '' for none
 * @property {(e: number) => string | null} [edgeColour] null: the theme's
 * @property {number} [chosen] node in the `self` colour's ring
 * @property {readonly number[] | ReadonlySet<number>} [neighbors] nodes ringed in `message`; edges from them to the chosen one too
 * @property {boolean} [fadeOthers] what is neither chosen nor neighbor steps back
 * @property {number} [own] the viewer's node: double ring
 * @property {(i: number) => boolean} [done] a check mark at node i
 * @property {number} [radius] of a node in pixels, instead of by distance
 */

/** The share of the least type size to which the numbers in a node may shrink: what is smaller is not written. */
const READABLE = 0.99;

export class Network {
  #x = new Float64Array(0);
  #y = new Float64Array(0);
  #n = 0;
  #radius = 10;
  #fit = { scale: 1, dx: 0, dy: 0 };
  /** @type {{x: number, y: number, text: string}[]} the ids beside the nodes, as painted last */
  ids = [];
  /** @type {Set<string>} pairs that are drawn in both directions */
  #both = new Set();

  /**
   * @param {Surface} face
   * @param {NetworkData} data
   * @param {Box} [box]
   */
  paint(face, data, box = face.box) {
    this.#layout(face, data, box);
    this.#both = data.directed ? bothWays(data.edges) : new Set();
    const near = new Set(data.neighbors ?? []);
    this.#paintEdges(face, data, near);
    const values = data.values ?? [];
    const colours = scale({
      ...(data.range ?? domain(values, data.signed)),
      signed: data.signed,
      dark: face.theme.dark,
    });
    for (let i = 0; i < this.#n; i += 1) this.#paintNode(face, data, i, near, colours);
    this.ids = [];
    const roomy = this.#radius > face.small * 0.45;
    if (data.id || roomy) this.#paintIds(face, data, near);
  }

  /** @param {Point} point @param {number} [slack] pixels around the node */
  hit({ x, y }, slack = 12) {
    let best = -1;
    let nearest = this.#radius + slack;
    for (let i = 0; i < this.#n; i += 1) {
      const d = Math.hypot((this.#x[i] ?? 0) - x, (this.#y[i] ?? 0) - y);
      if (d < nearest) [nearest, best] = [d, i];
    }
    return best;
  }

  /** @param {number} i */
  place(i) {
    return { x: this.#x[i] ?? 0, y: this.#y[i] ?? 0, radius: this.#radius };
  }

  /** @param {Point} point @returns {[number, number]} in the data's units */
  world({ x, y }) {
    return [(x - this.#fit.dx) / this.#fit.scale, (this.#fit.dy - y) / this.#fit.scale];
  }

  /** @param {number} i @param {number} j @param {number} t from 0 at the rim of i to 1 at the rim of j @returns {Point} */
  along(i, j, t) {
    const a = this.place(i);
    const b = this.place(j);
    const length = Math.hypot(b.x - a.x, b.y - a.y) || 1;
    const cut = Math.min(0.45, a.radius / length);
    const s = cut + (1 - 2 * cut) * t;
    const bow = this.#bow(i, j) * 4 * s * (1 - s);
    return {
      x: a.x + (b.x - a.x) * s - ((b.y - a.y) / length) * bow,
      y: a.y + (b.y - a.y) * s + ((b.x - a.x) / length) * bow,
    };
  }

  /** Pixels that an edge leaves the straight line. @param {number} i @param {number} j */
  #bow(i, j) {
    return this.#both.has(`${i} ${j}`) ? Math.min(22, this.#radius * 0.55) : 0;
  }

  /** Positions to pixels with margins for the nodes and their ids. @param {Surface} face @param {NetworkData} data @param {Box} box */
  #layout(face, data, box) {
    const n = Math.floor(data.positions.length / 2);
    this.#n = n;
    if (this.#x.length < n) [this.#x, this.#y] = [new Float64Array(n), new Float64Array(n)];
    const xs = domain(every(data.positions, 0));
    const ys = domain(every(data.positions, 1));
    let margin = face.unit * 1.5;
    for (let pass = 0; pass < 2; pass += 1) {
      const s = Math.min((box.width - 2 * margin) / (xs.hi - xs.lo), (box.height - 2 * margin) / (ys.hi - ys.lo));
      const dx = box.x + box.width / 2 - (s * (xs.lo + xs.hi)) / 2;
      const dy = box.y + box.height / 2 + (s * (ys.lo + ys.hi)) / 2;
      this.#fit = { scale: s, dx, dy };
      for (let i = 0; i < n; i += 1) {
        this.#x[i] = dx + s * (data.positions[2 * i] ?? 0);
        this.#y[i] = dy - s * (data.positions[2 * i + 1] ?? 0);
      }
      const largest = Math.min(face.unit * 1.7, Math.min(box.width, box.height) * 0.09);
      this.#radius = data.radius ?? Math.max(face.unit * 0.26, Math.min(largest, this.#closest() * 0.34));
      margin = this.#radius + face.small * (data.id || this.#radius > face.small * 0.45 ? 1.7 : 0.6);
    }
  }

  /** A low quantile of the distance to the nearest node, so that one close pair does not make all nodes dots. */
  #closest() {
    const nearest = Array.from({ length: this.#n }, (_, i) => {
      let best = Infinity;
      for (let j = 0; j < this.#n; j += 1) {
        if (j !== i)
          best = Math.min(
            best,
            Math.hypot((this.#x[i] ?? 0) - (this.#x[j] ?? 0), (this.#y[i] ?? 0) - (this.#y[j] ?? 0)),
          );
      }
      return best;
    }).sort((a, b) => a - b);
    return nearest[Math.floor(nearest.length * 0.15)] ?? Infinity;
  }

  /** @param {Surface} face @param {NetworkData} data @param {ReadonlySet<number>} near */
  #paintEdges(face, data, near) {
    const { theme } = face;
    const width = this.#radius < face.unit * 0.4 ? Math.max(2, face.line * 0.7) : face.line;
    const m = Math.floor(data.edges.length / 2);
    /** @type {number[]} */
    const front = [];
    for (let e = 0; e < m; e += 1) {
      const [i, j] = [data.edges[2 * e] ?? 0, data.edges[2 * e + 1] ?? 0];
      const told = data.edgeColour?.(e) ?? null;
      const lit =
        data.chosen !== undefined &&
        ((j === data.chosen && near.has(i)) || (!data.directed && i === data.chosen && near.has(j)));
      if (told !== null || lit) front.push(e);
      else this.#paintEdge(face, data, i, j, data.fadeOthers ? mix(theme.edge, theme.paper, 0.45) : theme.edge, width);
    }
    for (const e of front) {
      const [i, j] = [data.edges[2 * e] ?? 0, data.edges[2 * e + 1] ?? 0];
      this.#paintEdge(face, data, i, j, data.edgeColour?.(e) ?? theme.message, width * 1.6);
    }
  }

  /** @param {Surface} face @param {NetworkData} data @param {number} i @param {number} j @param {string} colour @param {number} width */
  #paintEdge(face, data, i, j, colour, width) {
    const { ctx } = face;
    const from = this.along(i, j, 0);
    const to = this.along(i, j, 1);
    const middle = this.along(i, j, 0.5);
    // A quadratic curve passes its middle at half the way to its control point.
    const control = { x: 2 * middle.x - (from.x + to.x) / 2, y: 2 * middle.y - (from.y + to.y) / 2 };
    const head = data.directed ? width * 3.2 + face.unit * 0.08 : 0;
    const way = Math.hypot(to.x - control.x, to.y - control.y) || 1;
    const foot = { x: to.x - ((to.x - control.x) / way) * head, y: to.y - ((to.y - control.y) / way) * head };
    ctx.strokeStyle = colour;
    ctx.lineWidth = width;
    ctx.beginPath();
    ctx.moveTo(from.x, from.y);
    ctx.quadraticCurveTo(control.x, control.y, foot.x, foot.y);
    ctx.stroke();
    if (data.directed) arrow(ctx, foot, to, { colour, width, head });
  }

  /** @param {Surface} face @param {NetworkData} data @param {number} i @param {ReadonlySet<number>} near @param {(v: number) => string} colours */
  #paintNode(face, data, i, near, colours) {
    const { ctx, theme } = face;
    const { x, y, radius } = this.place(i);
    const value = data.values?.[i] ?? NaN;
    const known = data.colour !== undefined || Number.isFinite(value);
    const back = data.fadeOthers && i !== data.chosen && !near.has(i) ? 0.6 : 0;
    const fill = mix(data.colour?.(i) ?? (known ? colours(value) : theme.card), theme.paper, back);
    ctx.beginPath();
    ctx.arc(x, y, radius, 0, 2 * Math.PI);
    ctx.fillStyle = fill;
    ctx.fill();
    ctx.strokeStyle = back ? theme.edge : mix(fill, theme.ink, known ? 0.55 : 0.7);
    ctx.lineWidth = Math.max(1.5, face.line * 0.5);
    if (!known) ctx.setLineDash([face.line * 1.6, face.line * 1.4]);
    ctx.stroke();
    ctx.setLineDash([]);
    if (near.has(i)) ring(ctx, x, y, radius + face.line * 0.6, theme.message, face.line * 1.2);
    if (data.chosen === i) ring(ctx, x, y, radius + face.line * 0.8, theme.self, face.line * 1.6);
    if (data.own === i) {
      ring(ctx, x, y, radius + face.line * 0.8, theme.paper, face.line * 1.4);
      ring(ctx, x, y, radius + face.line * 2, theme.ink, face.line);
    }
    const text = data.inside?.(i) ?? (Number.isFinite(value) ? tidy(value, 1) : '');
    if (text) this.#paintInside(face, text, x, y, fill);
    if (data.done?.(i)) {
      const r = Math.max(face.small * 0.42, radius * 0.36);
      ctx.beginPath();
      ctx.arc(x + radius * 0.74, y + radius * 0.74, r, 0, 2 * Math.PI);
      ctx.fillStyle = theme.total;
      ctx.strokeStyle = theme.paper;
      ctx.lineWidth = 2;
      ctx.fill();
      ctx.stroke();
      tick(ctx, x + radius * 0.74, y + radius * 0.74, r * 1.05, textOn(theme.total));
    }
  }

  /** Whether a text can be read inside a node. @param {Surface} face @param {string} text */
  readable(face, text) {
    face.ctx.font = face.font(face.small, 600);
    return this.#radius === 0 || this.#fitted(face, text).fit >= READABLE;
  }

  /** In one line, or below each other, and how large of the small type. @param {Surface} face with that type @param {string} text */
  #fitted({ ctx, small }, text) {
    const room = (/** @type {string} */ line, /** @type {number} */ share) =>
      (this.#radius * share) / ctx.measureText(line).width;
    const beside = room(text, 1.75);
    const lines = beside >= READABLE ? [text] : text.split(', ');
    const fit =
      lines.length === 1
        ? beside
        : Math.min((this.#radius * 1.5) / (lines.length * small), ...lines.map((line) => room(line, 1.6)));
    return { lines, fit };
  }

  /** The numbers, if they can be read: beside each other, else below each other. @param {Surface} face @param {string} text @param {number} x @param {number} y @param {string} fill */
  #paintInside(face, text, x, y, fill) {
    const { ctx } = face;
    ctx.font = face.font(face.small, 600);
    const { lines, fit } = this.#fitted(face, text);
    if (fit < READABLE) return;
    const size = face.small * Math.min(1.25, fit);
    lines.forEach((line, k) => {
      const down = (k - (lines.length - 1) / 2) * size * 1.04 + size * 0.05;
      write(face, line, x, y + down, { size, weight: 600, colour: textOn(fill), halo: null });
    });
  }

  /** Ids in the widest gap between a node's edges. @param {Surface} face @param {NetworkData} data @param {ReadonlySet<number>} near */
  #paintIds(face, data, near) {
    const angles = Array.from({ length: this.#n }, () => /** @type {number[]} */ ([]));
    for (let e = 0; e + 1 < data.edges.length; e += 2) {
      const [i, j] = [data.edges[e] ?? 0, data.edges[e + 1] ?? 0];
      if (i === j) continue;
      const angle = Math.atan2((this.#y[j] ?? 0) - (this.#y[i] ?? 0), (this.#x[j] ?? 0) - (this.#x[i] ?? 0));
      angles[i]?.push(angle);
      angles[j]?.push(angle + Math.PI);
    }
    for (let i = 0; i < this.#n; i += 1) {
      const text = data.id?.(i) ?? String(i + 1);
      if (!text) continue;
      const angle = widestGap(angles[i] ?? []);
      const { x, y, radius } = this.place(i);
      const rings = data.own === i ? 3 : data.chosen === i || near.has(i) ? 1.6 : 0;
      const away = radius + face.small * 0.8 + face.line * rings;
      const at = {
        x: x + Math.cos(angle) * (away + face.small * 0.14 * (text.length - 1)),
        y: y + Math.sin(angle) * away,
      };
      this.ids.push({ ...at, text });
      write(face, text, at.x, at.y, {
        colour: i === data.own ? face.theme.ink : face.theme.quiet,
        weight: i === data.own ? 700 : 600,
      });
    }
  }
}

/** Every second entry. @param {ArrayLike<number>} flat @param {0 | 1} k */
function every(flat, k) {
  return Array.from({ length: Math.floor(flat.length / 2) }, (_, i) => flat[2 * i + k] ?? 0);
}

/** @param {ArrayLike<number>} edges @returns {Set<string>} */
function bothWays(edges) {
  const all = new Set();
  for (let e = 0; e + 1 < edges.length; e += 2) all.add(`${edges[e]} ${edges[e + 1]}`);
  return new Set([...all].filter((pair) => all.has(pair.split(' ').reverse().join(' '))));
}

/**
 * The middle of the largest angle that no edge enters; straight up for a node without edges.
 * @param {readonly number[]} angles radians
 */
export function widestGap(angles) {
  if (angles.length === 0) return -Math.PI / 2;
  const turn = 2 * Math.PI;
  const sorted = angles.map((a) => ((a % turn) + turn) % turn).sort((a, b) => a - b);
  let best = 0;
  let widest = -1;
  sorted.forEach((angle, k) => {
    const next = k + 1 < sorted.length ? (sorted[k + 1] ?? 0) : (sorted[0] ?? 0) + turn;
    if (next - angle > widest + 1e-9) [widest, best] = [next - angle, (angle + next) / 2];
  });
  return best;
}

/**
 * A wide drawing stands up where the picture is high: the same graph, turned.
 * @param {ArrayLike<number>} positions (n, 2)
 * @param {{width: number, height: number}} box
 */
export function upright(positions, { width, height }) {
  const list = Array.from(positions);
  const reach = (/** @type {0 | 1} */ k) =>
    Math.max(...list.filter((_, i) => i % 2 === k)) - Math.min(...list.filter((_, i) => i % 2 === k));
  if (width >= height || reach(0) <= reach(1)) return list;
  return list.map((_, i) => (i % 2 === 0 ? -(list[i + 1] ?? 0) : (list[i - 1] ?? 0)));
}
