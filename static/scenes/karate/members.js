/**
 * Members as marks, in the club and in the plane of their two scores: a blue disc went with member 0, an orange square
 * with member 33, a hollow circle is one of whom the network was told nothing.
 */

import { write } from '../../draw/mark.js';
import { Network } from '../../draw/network.js';
import { fade, textOn } from '../../draw/palette.js';

/** @typedef {import('../../draw/surface.js').Surface} Surface */
/** @typedef {import('../../draw/surface.js').Box} Box */
/** @typedef {import('../../draw/surface.js').Point} Point */
/**
 * @typedef {object} Looks
 * @property {(i: number) => number} faction 0, 1, or −1: not told
 * @property {(i: number) => boolean} [wrong] crossed out
 * @property {(i: number) => boolean} [named] its number stands in it
 * @property {number} [own] ringed
 * @property {(i: number) => number} [count] students who suspect it
 * @property {readonly number[]} [large] drawn larger
 */

/**
 * @param {Surface} face @param {readonly Point[]} places of all members @param {number} r @param {number} i @param {Looks} looks
 */
function paintMember(face, places, r, i, looks) {
  const { x, y } = places[i] ?? { x: 0, y: 0 };
  const { ctx, theme, line } = face;
  const faction = looks.faction(i);
  const fill = faction < 0 ? theme.paper : faction === 0 ? theme.self : theme.message;
  const outline = (/** @type {number} */ radius) => {
    ctx.beginPath();
    if (faction === 1) ctx.rect(x - radius * 0.9, y - radius * 0.9, radius * 1.8, radius * 1.8);
    else ctx.arc(x, y, radius, 0, 2 * Math.PI);
  };
  outline(r);
  ctx.fillStyle = fill;
  ctx.fill();
  ctx.strokeStyle = faction < 0 ? theme.quiet : theme.paper;
  ctx.lineWidth = faction < 0 ? line : line * 0.6;
  ctx.stroke();
  if (looks.own === i) {
    outline(r + line * 2.2);
    ctx.strokeStyle = theme.ink;
    ctx.lineWidth = line * 1.3;
    ctx.stroke();
  }
  if (looks.named?.(i)) {
    const size = Math.min(face.small, r * 1.3);
    if (size >= face.small * 0.99)
      write(face, String(i), x, y, { size, weight: 700, colour: faction < 0 ? theme.ink : textOn(fill), halo: null });
    else
      write(face, String(i), x + r + face.small * (looks.wrong?.(i) ? 0.6 : 0.2), y - r - face.small * 0.25, {
        weight: 700,
        align: 'left',
      });
  }
  if (looks.wrong?.(i)) {
    const reach = r + line * 3;
    ctx.strokeStyle = theme.ink;
    ctx.lineWidth = line * 1.4;
    ctx.beginPath();
    ctx.arc(x, y, reach, 0, 2 * Math.PI);
    ctx.stroke();
    const { dx, dy } = roomiest(places, i, reach * 1.35);
    write(face, '✗', x + dx, y + dy, { weight: 800, size: face.small * 1.3 });
  }
  const count = looks.count?.(i) ?? 0;
  if (count > 0) write(face, `${count}×`, x - r * 0.8, y + r + face.small * 0.5, { weight: 750 });
}

/** Beside a member, where a mark covers no other; at the upper right stands its number. @param {readonly Point[]} places @param {number} i @param {number} away */
function roomiest(places, i, away) {
  const own = places[i] ?? { x: 0, y: 0 };
  const corners = [
    [-1, -1],
    [-1, 1],
    [1, 1],
  ].map(([a = 0, b = 0]) => ({ dx: a * away * Math.SQRT1_2, dy: b * away * Math.SQRT1_2 }));
  const room = corners.map(({ dx, dy }) =>
    Math.min(...places.map(({ x, y }, k) => (k === i ? Infinity : Math.hypot(own.x + dx - x, own.y + dy - y)))),
  );
  return corners[room.indexOf(Math.max(...room))] ?? { dx: -away, dy: 0 };
}

/** The distance of two members' centers in radii of one, of which two are larger and half are squares. */
const BESIDE = 2.3;
/** Rounds of pushing after which places are as they are. */
const PASSES = 200;

/**
 * Places pushed apart until no two marks lie over each other: a small picture stays one of its members.
 * @param {readonly number[]} positions (n, 2) @param {number} least distance of two centers, in the same units
 * @returns {number[]}
 */
export function apart(positions, least) {
  const places = [...positions];
  const n = places.length / 2;
  for (let pass = 0, moved = true; moved && pass < PASSES; pass += 1) {
    moved = false;
    for (let i = 0; i < n; i += 1)
      for (let j = i + 1; j < n; j += 1) {
        const dx = (places[2 * j] ?? 0) - (places[2 * i] ?? 0);
        const dy = (places[2 * j + 1] ?? 0) - (places[2 * i + 1] ?? 0);
        const far = Math.hypot(dx, dy);
        if (far >= least * 0.98) continue;
        moved = true;
        const [ux, uy] = far > 0 ? [dx / far, dy / far] : [1, 0];
        const step = (least - far) / 2;
        places[2 * i] = (places[2 * i] ?? 0) - ux * step;
        places[2 * i + 1] = (places[2 * i + 1] ?? 0) - uy * step;
        places[2 * j] = (places[2 * j] ?? 0) + ux * step;
        places[2 * j + 1] = (places[2 * j + 1] ?? 0) + uy * step;
      }
  }
  return places;
}

/** The club: friendships and members. */
export class Club {
  #network = new Network();
  #n = 0;
  /** @type {{key: string, of: ArrayLike<number>, places: readonly number[]} | null} where the members lie in this box */
  #laid = null;

  /**
   * @param {Surface} face @param {ArrayLike<number>} positions @param {ArrayLike<number>} edges (2, m), row by row
   * @param {Looks & {dashed?: ReadonlySet<string>}} looks `dashed`: pairs "u v" that are hidden from the network
   * @param {Box} [box]
   */
  paint(face, positions, edges, looks, box = face.box) {
    this.#n = Math.floor(positions.length / 2);
    const m = Math.floor(edges.length / 2);
    const pairs = Array.from({ length: m }, (_, e) => [edges[e] ?? 0, edges[m + e] ?? 0]);
    const hidden = (/** @type {readonly number[]} */ [u = 0, v = 0]) => looks.dashed?.has(`${u} ${v}`) ?? false;
    const r = Math.max(face.small * 0.78, Math.min(box.width, box.height) * 0.026);
    // No number stands beside a member, where the network keeps room for it.
    const wide = grown(box, face.small * 0.8);
    this.#network.paint(
      face,
      {
        positions: this.#spread(positions, wide, r, r * 0.7 + face.small * 1.7),
        edges: pairs.filter((pair) => !hidden(pair)).flat(),
        inside: () => '',
        id: () => '',
        colour: () => face.theme.paper,
        radius: r * 0.7, // a square lies over all of it
      },
      wide,
    );
    for (const [u = 0, v = 0] of pairs.filter(hidden))
      paintHidden(face, this.#network.place(u), this.#network.place(v));
    // A cross, a ring or a count lies over its neighbors.
    const marked = (/** @type {number} */ i) =>
      Number((looks.wrong?.(i) ?? false) || looks.own === i || (looks.count?.(i) ?? 0) > 0);
    const order = Array.from({ length: this.#n }, (_, i) => i).sort((a, b) => marked(a) - marked(b));
    const places = Array.from({ length: this.#n }, (_, i) => this.#network.place(i));
    for (const i of order) paintMember(face, places, looks.large?.includes(i) ? r * 1.25 : r, i, looks);
  }

  /** @param {ArrayLike<number>} positions @param {Box} box @param {number} r of a member, in pixels @param {number} margin the network's */
  #spread(positions, box, r, margin) {
    const key = `${box.width} ${box.height} ${r}`;
    if (this.#laid?.of !== positions || this.#laid.key !== key) {
      let places = fitted(positions, box);
      // Pushing widens the whole, so that it is drawn smaller: once more, until that is little.
      for (let pass = 0; pass < 4; pass += 1) places = apart(places, (r * BESIDE) / pixelsOf(places, box, margin));
      this.#laid = { key, of: positions, places };
    }
    return this.#laid.places;
  }

  /** @param {Point} point @param {number} [slack] */
  hit(point, slack = 6) {
    return this.#n === 0 ? -1 : this.#network.hit(point, slack);
  }
}

/** @param {Surface} face @param {Point} a @param {Point} b */
function paintHidden(face, a, b) {
  const { ctx, line, theme } = face;
  ctx.strokeStyle = theme.bias;
  ctx.lineWidth = line * 1.5;
  ctx.setLineDash([line * 3, line * 2]);
  ctx.beginPath();
  ctx.moveTo(a.x, a.y);
  ctx.lineTo(b.x, b.y);
  ctx.stroke();
  ctx.setLineDash([]);
}

/** @param {Box} box @param {number} by @returns {Box} */
const grown = ({ x, y, width, height }, by) => ({
  x: x - by,
  y: y - by,
  width: width + 2 * by,
  height: height + 2 * by,
});

/** Pixels to a unit of places that fill a box but for a margin. @param {readonly number[]} places @param {Box} box @param {number} margin */
export function pixelsOf(places, box, margin) {
  const [wide, high] = [reach(places, 0), reach(places, 1)];
  return Math.max(1e-9, Math.min((box.width - 2 * margin) / wide, (box.height - 2 * margin) / high));
}

/** How far places (n, 2) reach along x or y. @param {readonly number[]} places @param {0 | 1} k */
function reach(places, k) {
  const values = places.filter((_, i) => i % 2 === k);
  return Math.max(...values) - Math.min(...values) || 1;
}

/** A drawing of a graph turned and widened to the shape of its box: its distances mean nothing. @param {ArrayLike<number>} positions @param {Box} box */
export function fitted(positions, box) {
  const list = Array.from(positions);
  const high = box.height > box.width;
  const turned =
    high === reach(list, 0) > reach(list, 1)
      ? list.map((_, i) => (i % 2 === 0 ? -(list[i + 1] ?? 0) : (list[i - 1] ?? 0)))
      : list;
  const factor = ((box.width / box.height) * reach(turned, 1)) / reach(turned, 0);
  return turned.map((value, i) => (i % 2 === 0 ? value * factor : value));
}

/**
 * The plane of the two scores, in which a picture glides to the next.
 *
 *   plane.take(points, still)   the newest (n, 2); the face animates until it is there
 *   plane.paint(face, looks, line, box)
 */
export class Plane {
  #from = new Float64Array(0);
  #to = new Float64Array(0);
  #begun = 0;
  /** @type {Point[]} */
  #places = [];

  /** @param {Surface} face @param {ArrayLike<number>} points @param {boolean} still */
  take(face, points, still) {
    const now = performance.now();
    const here = this.#at(now);
    const same = here.length === points.length && Array.from(points).every((value, k) => value === this.#to[k]);
    if (same) return;
    this.#to = Float64Array.from(points);
    this.#from = still || here.length !== this.#to.length ? this.#to.slice() : here;
    this.#begun = now;
    face.animate(now + GLIDE);
  }

  /** @param {number} now */
  #at(now) {
    const t = Math.min(1, Math.max(0, (now - this.#begun) / GLIDE));
    return this.#to.map((value, k) => (this.#from[k] ?? value) * (1 - t) + value * t);
  }

  /** @param {Point} point @param {number} [slack] */
  hit({ x, y }, slack = 16) {
    let best = -1;
    let nearest = slack;
    this.#places.forEach((place, i) => {
      const d = Math.hypot(place.x - x, place.y - y);
      if (d < nearest) [nearest, best] = [d, i];
    });
    return best;
  }

  /**
   * @param {Surface} face @param {Looks} looks
   * @param {{normal: readonly [number, number], offset: number, text: string, sides?: boolean} | null} line drawn dashed; `sides`: both sides in the faction's colour
   * @param {Box} [box] @param {[string, string]} [names] of the axes
   */
  paint(face, looks, line, box = face.box, names = ['score of faction ●', 'score of faction ■']) {
    const { ctx, theme, small } = face;
    const points = this.#at(face.now);
    const n = points.length / 2;
    if (n === 0) return;
    const area = {
      x: box.x + small * 0.5,
      y: box.y + small * 1.8,
      width: box.width - small,
      height: box.height - small * 3.6,
    };
    const xs = points.filter((_, k) => k % 2 === 0);
    const ys = points.filter((_, k) => k % 2 === 1);
    const middle = [(Math.min(...xs) + Math.max(...xs)) / 2, (Math.min(...ys) + Math.max(...ys)) / 2];
    const [mx = 0, my = 0] = middle;
    const scale =
      Math.min(
        area.width / (Math.max(...xs) - Math.min(...xs) || 1),
        area.height / (Math.max(...ys) - Math.min(...ys) || 1),
      ) * 0.86;
    const centre = { x: area.x + area.width / 2, y: area.y + area.height / 2 };
    const at = (/** @type {number} */ x, /** @type {number} */ y) => ({
      x: centre.x + (x - mx) * scale,
      y: centre.y - (y - my) * scale,
    });
    ctx.save();
    ctx.beginPath();
    ctx.rect(area.x, area.y, area.width, area.height);
    ctx.fillStyle = theme.card;
    ctx.fill();
    ctx.clip();
    if (line) paintLine(face, line, at, (4 * (area.width + area.height)) / scale, [mx, my]);
    ctx.restore();
    ctx.strokeStyle = theme.hairline;
    ctx.lineWidth = 2;
    ctx.strokeRect(area.x, area.y, area.width, area.height);
    write(face, `↑ ${names[1]}`, area.x, box.y + small * 0.9, { align: 'left', colour: theme.quiet, halo: null });
    write(face, `${names[0]} →`, area.x + area.width, area.y + area.height + small * 0.95, {
      align: 'right',
      colour: theme.quiet,
      halo: null,
    });
    const r = Math.max(7, small * 0.5);
    this.#places = Array.from({ length: n }, (_, i) => at(points[2 * i] ?? 0, points[2 * i + 1] ?? 0));
    // Those that are looked at lie on top.
    const last = (/** @type {number} */ i) => Number(looks.named?.(i) ?? false) + 2 * Number(looks.own === i);
    const order = this.#places.map((_, i) => i).sort((a, b) => last(a) - last(b));
    for (const i of order) paintMember(face, this.#places, looks.large?.includes(i) ? r * 1.3 : r, i, looks);
    if (line) {
      write(face, line.text, area.x + small * 0.5, area.y + area.height - small * 0.9, { align: 'left', weight: 650 });
    }
  }
}

const GLIDE = 160;

/**
 * @param {Surface} face @param {{normal: readonly [number, number], offset: number, sides?: boolean}} line
 * @param {(x: number, y: number) => Point} at @param {number} far @param {[number, number]} near a place in the picture
 */
function paintLine(face, { normal: [a, b], offset, sides }, at, far, [mx, my]) {
  const { ctx, theme } = face;
  const size = a * a + b * b;
  const t = (offset - a * mx - b * my) / size;
  const foot = [mx + t * a, my + t * b];
  const end = (/** @type {number} */ s, /** @type {number} */ off) =>
    at((foot[0] ?? 0) - b * s * far + a * off * far, (foot[1] ?? 0) + a * s * far + b * off * far);
  for (const [side, colour] of sides
    ? /** @type {const} */ ([
        [1, theme.self],
        [-1, theme.message],
      ])
    : []) {
    ctx.beginPath();
    for (const { x, y } of [end(-1, 0), end(1, 0), end(1, side), end(-1, side)]) ctx.lineTo(x, y);
    ctx.fillStyle = fade(colour, 0.13);
    ctx.fill();
  }
  ctx.strokeStyle = theme.ink;
  ctx.lineWidth = face.line;
  ctx.setLineDash([face.line * 3, face.line * 2]);
  ctx.beginPath();
  for (const { x, y } of [end(-1, 0), end(1, 0)]) ctx.lineTo(x, y);
  ctx.stroke();
  ctx.setLineDash([]);
}
