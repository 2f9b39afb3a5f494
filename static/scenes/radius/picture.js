/**
 * The points and their edges, in the plane and in space. An edge that comes is green and solid, one that goes vermillion
 * and dashed, for a moment; an edge to an image leaves through the wall of the periodic box, dashed.
 */

import { projection } from '../../draw/camera.js';
import { ring } from '../../draw/cloud.js';
import { arrow, write } from '../../draw/mark.js';
import { fade, mix, textOn } from '../../draw/palette.js';
import { Spheres } from '../../draw/sphere.js';
import { changesOf, edgesOf, toWall } from './edges.js';

/** @typedef {import('../../core/protocol.js').RadiusGraph} Graph */
/** @typedef {import('../../draw/surface.js').Surface} Surface */
/** @typedef {import('../../draw/surface.js').Theme} Theme */
/** @typedef {import('../../draw/camera.js').Camera} Camera */
/** @typedef {import('../../draw/camera.js').Vector} Vector */
/** @typedef {import('./edges.js').Edge} Edge */
/**
 * @typedef {object} Look
 * @property {number} chosen node with the cutoff around it; −1 for none
 * @property {number} own the viewer's node; −1 for none
 * @property {ReadonlySet<number>} lit nodes that stand out
 * @property {(node: number) => string} label beside a node; '' for none
 */

const FLASH = 900;
const GLIDE = 140;
/** More edges than this are drawn as hairlines. */
const CROWD = 1500;

export class Picture {
  /** @type {Graph | null} */
  graph = null;
  /** @type {Map<string, Edge>} */
  #edges = new Map();
  /** @type {Map<string, number>} when an edge came */
  #came = new Map();
  /** @type {{edge: Edge, at: number}[]} */
  #went = [];
  #from = new Float32Array(0);
  #shown = new Float32Array(0);
  #start = -Infinity;
  #spheres = new Spheres();
  #seen = projection();
  #radius = 8;
  #still = false;
  /** @type {{node: number, at: Vector} | null} a point under the hand, ahead of the server's answer */
  held = null;

  /** @param {Graph} graph @param {boolean} still no motion @returns {number} until when to animate */
  take(graph, still) {
    const now = performance.now();
    const before = this.graph;
    const same =
      before !== null &&
      before.scenery === graph.scenery &&
      before.positions.data.length === graph.positions.data.length;
    const edges = edgesOf(graph);
    this.#still = still;
    if (same) {
      this.#from = this.#shown.slice();
      const { came, went } = changesOf(this.#edges, edges);
      for (const key of came) this.#came.set(key, now);
      this.#went.push(...went.map((edge) => ({ edge, at: now })));
    } else {
      this.#from = Float32Array.from(graph.positions.data);
      this.#came.clear();
      this.#went = [];
    }
    for (const key of this.#came.keys()) if (!edges.has(key)) this.#came.delete(key);
    this.graph = graph;
    this.#edges = edges;
    this.#start = same && !still ? now : -Infinity;
    this.#glide(now);
    return now + FLASH + 50;
  }

  /** Points on their way, or where they are. @param {number} now */
  #glide(now) {
    if (this.graph === null) return;
    const target = this.graph.positions.data;
    const t = Math.min(1, Math.max(0, (now - this.#start) / GLIDE));
    const box = this.graph.box;
    this.#shown = Float32Array.from(target, (to, i) => {
      const from = this.#from[i] ?? to;
      const length = box[i % 3] ?? Infinity;
      return Math.abs(to - from) > length / 2 ? to : from + (to - from) * t;
    });
    if (this.held) this.#shown.set(this.held.at, 3 * this.held.node);
  }

  /** @param {number} i @returns {Vector} */
  place(i) {
    return [this.#shown[3 * i] ?? 0, this.#shown[3 * i + 1] ?? 0, this.#shown[3 * i + 2] ?? 0];
  }

  /** The node under a pixel, or −1; the nearest to the eye of several. @param {{x: number, y: number}} point @param {number} [slack] */
  hit({ x, y }, slack = 12) {
    let best = -1;
    let least = this.#radius + slack;
    for (let i = 0; i < this.#seen.count; i += 1) {
      const d = Math.hypot((this.#seen.x[i] ?? 0) - x, (this.#seen.y[i] ?? 0) - y);
      if (d < least) [least, best] = [d, i];
    }
    return best;
  }

  /** @param {Surface} face @param {Camera} camera @param {Look} look */
  paint(face, camera, look) {
    const { graph } = this;
    if (graph === null) return;
    const now = Math.max(face.now, performance.now());
    this.#glide(now);
    camera.plan = graph.dim === 2;
    camera.centre = [0, 0, 0];
    const half =
      graph.box.length > 0 ? (graph.dim === 2 ? Math.max(...graph.box) / 2 : Math.hypot(...graph.box) / 2) : 0;
    camera.reach = half > 0 ? half * (graph.dim === 2 ? 1.0 : 0.9) : graph.room * 0.9;
    const n = graph.degrees.data.length;
    this.#seen = camera.project(this.#shown, face.box, this.#seen);
    const side = Math.min(face.width, face.height);
    this.#radius = Math.max(face.unit * 0.26, Math.min(side * 0.026, (side * 0.13) / Math.sqrt(n)));
    if (graph.box.length > 0) this.#paintBox(face, camera, graph);
    if (look.chosen >= 0 && look.chosen < n) this.#paintReach(face, camera, graph, look.chosen);
    this.#paintEdges(face, camera, graph, look, now);
    this.#paintNodes(face, graph, look);
  }

  /** The cutoff about a node: a disc in the plane, a ball in space. @param {Surface} face @param {Camera} camera @param {Graph} graph @param {number} node */
  #paintReach({ ctx, theme, line, ...face }, camera, graph, node) {
    if (graph.kind !== 'radius') return;
    const { x, y, scale } = camera.at(this.place(node), face.box);
    const radius = graph.cutoff * scale;
    ctx.beginPath();
    ctx.arc(x, y, radius, 0, 2 * Math.PI);
    ctx.fillStyle = fade(theme.self, 0.1);
    ctx.fill();
    ctx.setLineDash([line * 3, line * 2]);
    ctx.lineWidth = line;
    ctx.strokeStyle = theme.self;
    ctx.stroke();
    if (graph.dim === 3) {
      ctx.globalAlpha = 0.45;
      ctx.beginPath();
      ctx.ellipse(x, y, radius, radius * 0.32, 0, 0, 2 * Math.PI);
      ctx.stroke();
      ctx.globalAlpha = 1;
    }
    ctx.setLineDash([]);
  }

  /** @param {Surface} face @param {Camera} camera @param {Graph} graph */
  #paintBox({ ctx, theme, line, box }, camera, graph) {
    const [a = 0, b = 0, c = 0] = graph.box.map((length) => length / 2);
    const corners = [0, 1, 2, 3, 4, 5, 6, 7].map((k) =>
      camera.at([k & 1 ? a : -a, k & 2 ? b : -b, k & 4 ? c : -c], box),
    );
    ctx.strokeStyle = theme.quiet;
    ctx.lineWidth = Math.max(2, line * 0.7);
    ctx.beginPath();
    corners.forEach((from, k) => {
      for (const bit of graph.dim === 2 ? [1, 2] : [1, 2, 4]) {
        const to = corners[k | bit];
        if ((k & bit) !== 0 || to === undefined || (graph.dim === 2 && k >= 4)) continue;
        ctx.moveTo(from.x, from.y);
        ctx.lineTo(to.x, to.y);
      }
    });
    ctx.stroke();
  }

  /** @param {Surface} face @param {Camera} camera @param {Graph} graph @param {Look} look @param {number} now */
  #paintEdges(face, camera, graph, look, now) {
    const { theme } = face;
    const many = this.#edges.size > CROWD;
    const base = many ? Math.max(1, face.line * 0.4) : face.line * (this.#edges.size > 400 ? 0.7 : 0.95);
    const near = mix(theme.edge, theme.ink, 0.3);
    this.#went = this.#went.filter(({ at }) => now - at < FLASH);
    for (const { edge, at } of this.#went) {
      const left = 1 - (now - at) / FLASH;
      this.#paintEdge(
        face,
        camera,
        graph,
        edge,
        fade(theme.message, this.#still ? 1 : Math.min(1, left * 1.6)),
        face.line * 1.2,
        true,
      );
    }
    /** @type {[Edge, string, number][]} */
    const front = [];
    for (const [key, edge] of this.#edges) {
      const born = this.#came.get(key);
      const age = born === undefined ? 1 : (now - born) / FLASH;
      const mine = look.own === edge.source || look.own === edge.target;
      if (age >= 1) this.#came.delete(key);
      const away = graph.dim === 3 ? this.#recession(edge) : 0.25;
      const calm = edge.oneway
        ? theme.arrow
        : mine
          ? theme.self
          : mix(near, mix(theme.edge, theme.paper, many ? 0.35 : 0), away);
      if (age < 1)
        front.push([edge, mix(theme.total, calm, Math.max(0, age * 2 - 1)), face.line * (many ? 0.7 : 1) * (2 - age)]);
      else if (mine) front.push([edge, calm, face.line * 1.5]);
      else this.#paintEdge(face, camera, graph, edge, calm, base * (1.15 - 0.4 * away), false);
    }
    for (const [edge, colour, width] of front) this.#paintEdge(face, camera, graph, edge, colour, width, false);
  }

  /** 0 in front, 1 at the back. @param {Edge} edge */
  #recession({ source, target }) {
    const depth = ((this.#seen.depth[source] ?? 0) + (this.#seen.depth[target] ?? 0)) / 2;
    return Math.min(1, Math.max(0, 0.5 - depth / 2));
  }

  /** @param {Surface} face @param {Camera} camera @param {Graph} graph @param {Edge} edge @param {string} colour @param {number} width @param {boolean} dashed */
  #paintEdge(face, camera, graph, edge, colour, width, dashed) {
    const { ctx, line } = face;
    const [a, b] = [
      { x: this.#seen.x[edge.source] ?? 0, y: this.#seen.y[edge.source] ?? 0 },
      { x: this.#seen.x[edge.target] ?? 0, y: this.#seen.y[edge.target] ?? 0 },
    ];
    ctx.strokeStyle = colour;
    ctx.lineWidth = width;
    if (edge.shift.some((part) => part !== 0)) {
      this.#paintStubs(face, camera, graph, edge);
      return;
    }
    if (edge.oneway) {
      const length = Math.hypot(b.x - a.x, b.y - a.y) || 1;
      const cut = Math.min(0.45, (this.#radius + line * 0.6) / length);
      const tip = { x: b.x + (a.x - b.x) * cut, y: b.y + (a.y - b.y) * cut };
      if (dashed) ctx.setLineDash([line * 2.4, line * 2]);
      arrow(ctx, a, tip, {
        colour,
        width: Math.max(width * 0.8, 1.5),
        head: Math.max(face.unit * (this.#edges.size > CROWD / 2 ? 0.32 : 0.5), width * 3.4),
      });
      ctx.setLineDash([]);
      return;
    }
    if (dashed) ctx.setLineDash([line * 2.4, line * 2]);
    ctx.beginPath();
    ctx.moveTo(a.x, a.y);
    ctx.lineTo(b.x, b.y);
    ctx.stroke();
    ctx.setLineDash([]);
  }

  /** An edge to an image: it leaves at one wall and enters at the other. @param {Surface} face @param {Camera} camera @param {Graph} graph @param {Edge} edge */
  #paintStubs(face, camera, graph, edge) {
    const { ctx, line, box } = face;
    const [from, to] = [this.place(edge.source), this.place(edge.target)];
    const vector = from.map((part, axis) => (to[axis] ?? 0) - part + (edge.shift[axis] ?? 0));
    ctx.setLineDash([line * 1.6, line * 1.8]);
    ctx.beginPath();
    for (const [start, sign] of /** @type {[Vector, number][]} */ ([
      [from, 1],
      [to, -1],
    ])) {
      const way = vector.map((part) => part * sign);
      const share = Math.min(1, toWall(start, way, graph.box) + 0.03);
      const [p, q] = [
        camera.at(start, box),
        camera.at(
          [start[0] + (way[0] ?? 0) * share, start[1] + (way[1] ?? 0) * share, start[2] + (way[2] ?? 0) * share],
          box,
        ),
      ];
      ctx.moveTo(p.x, p.y);
      ctx.lineTo(q.x, q.y);
    }
    ctx.stroke();
    ctx.setLineDash([]);
  }

  /** @param {Surface} face @param {Graph} graph @param {Look} look */
  #paintNodes(face, graph, look) {
    const { ctx, theme, line } = face;
    const n = graph.degrees.data.length;
    const order = Array.from({ length: n }, (_, i) => i).sort(
      (a, b) => (this.#seen.depth[a] ?? 0) - (this.#seen.depth[b] ?? 0),
    );
    for (const i of order) {
      const [x, y] = [this.#seen.x[i] ?? 0, this.#seen.y[i] ?? 0];
      const away = graph.dim === 3 ? Math.min(1, Math.max(0, 0.5 - (this.#seen.depth[i] ?? 0) / 2)) : 0;
      const r = this.#radius * (graph.dim === 3 ? 1.2 - 0.4 * away : 1) * (graph.elements[i] === 'H' ? 0.8 : 1);
      const alone = graph.degrees.data[i] === 0;
      const component = graph.component.data[i] ?? 0;
      const colour = mix(
        theme.hues[component % theme.hues.length] ?? theme.self,
        theme.paper,
        Math.round(away * 4) / 12,
      );
      if (alone) this.#hollow(face, x, y, r);
      else if (shapeOf(component) === 0) this.#spheres.stamp(ctx, colour, x, y, r, theme.dark);
      else polygon(ctx, x, y, r, shapeOf(component), colour, mix(colour, theme.ink, 0.5));
      const element = graph.elements[i] ?? '';
      if (element && r > 10)
        write(face, element, x, y, {
          size: Math.min(face.small, r * 1.1),
          weight: 700,
          colour: textOn(colour),
          halo: null,
        });
      if (look.lit.has(i)) ring(ctx, x, y, r + line, theme.message, line);
      if (look.chosen === i) ring(ctx, x, y, r + line, theme.self, line);
      if (look.own === i) {
        ring(ctx, x, y, r + line, theme.paper, line * 1.2);
        ring(ctx, x, y, r + line * 2.2, theme.ink, line);
      }
    }
    for (let i = 0; i < n; i += 1) {
      const text = look.label(i);
      if (text)
        write(
          face,
          text,
          this.#seen.x[i] ?? 0,
          (this.#seen.y[i] ?? 0) - this.#radius - face.small * (look.own === i ? 1.1 : 0.75),
          { weight: look.own === i || look.lit.has(i) ? 700 : 550 },
        );
    }
  }

  /** A point without edges. @param {Surface} face @param {number} x @param {number} y @param {number} r */
  #hollow({ ctx, theme, line }, x, y, r) {
    ctx.beginPath();
    ctx.arc(x, y, r * 0.8, 0, 2 * Math.PI);
    ctx.fillStyle = theme.paper;
    ctx.fill();
    ctx.lineWidth = line * 0.8;
    ctx.strokeStyle = theme.quiet;
    ctx.stroke();
  }
}

/** 0 disc, 3 triangle, 4 square, 5 pentagon: with the four hues, sixteen components told apart. @param {number} component */
export function shapeOf(component) {
  return [0, 4, 3, 5][(component + Math.floor(component / 4)) % 4] ?? 0;
}

/** @param {CanvasRenderingContext2D} ctx @param {number} x @param {number} y @param {number} r @param {number} corners @param {string} fill @param {string} rim */
function polygon(ctx, x, y, r, corners, fill, rim) {
  ctx.beginPath();
  for (let k = 0; k < corners; k += 1) {
    const angle = (2 * Math.PI * (k + (corners === 4 ? 0.5 : 0))) / corners - Math.PI / 2;
    const [px, py] = [x + Math.cos(angle) * r * 1.2, y + Math.sin(angle) * r * 1.2];
    if (k === 0) ctx.moveTo(px, py);
    else ctx.lineTo(px, py);
  }
  ctx.closePath();
  ctx.fillStyle = fill;
  ctx.fill();
  ctx.strokeStyle = rim;
  ctx.lineWidth = Math.max(1.5, r * 0.14);
  ctx.stroke();
}
