/** One room: a small cloud, the edge v → u, and the feature that is written on it: arrows, a length, an arc, two planes. */

import { Camera } from '../../draw/camera.js';
import { Cloud } from '../../draw/cloud.js';
import { arrow, write } from '../../draw/mark.js';
import { fixed } from '../../draw/numbers.js';
import { fade } from '../../draw/palette.js';

/** @typedef {import('../../draw/surface.js').Surface} Surface */
/** @typedef {import('../../draw/surface.js').Box} Box */
/** @typedef {import('../../draw/camera.js').Vector} Vector */
/**
 * @typedef {object} RoomPicture
 * @property {ArrayLike<number>} points (n, 3)
 * @property {ArrayLike<number>} links (e, 2)
 * @property {readonly string[]} labels
 * @property {ArrayLike<number>} arrows (a, 6)
 * @property {ArrayLike<number>} lines (m, 3)
 * @property {ArrayLike<number>} planes (p, 9)
 * @property {ArrayLike<number>} [ghost] (n, 3) the room as it came
 * @property {boolean} origin whether the origin matters
 */

/** Numbers of a feature as a tuple. @param {readonly number[]} values @param {number} [digits] */
export function tuple(values, digits = 2) {
  const said = values.map((v) => fixed(v, digits)).join(', ');
  return values.length === 1 ? said : `(${said})`;
}

export class RoomPainter {
  camera = new Camera();
  #cloud = new Cloud();

  /** @param {Surface} face @param {Box} box @param {RoomPicture} room @param {Vector} [centre] */
  paint(face, box, room, centre = [0, 0, 0]) {
    const { camera } = this;
    const { ctx, theme } = face;
    camera.centre = centre;
    camera.reach = room.ghost ? 1.75 : 1.5;
    const planes = camera.project(room.planes, box);
    for (let k = 0; k + 2 < planes.count; k += 3) {
      ctx.beginPath();
      for (let c = 0; c < 3; c += 1) ctx.lineTo(planes.x[k + c] ?? 0, planes.y[k + c] ?? 0);
      ctx.closePath();
      ctx.fillStyle = fade(k === 0 ? theme.self : theme.total, 0.24);
      ctx.strokeStyle = k === 0 ? theme.self : theme.total;
      ctx.lineWidth = face.line * 0.8;
      ctx.fill();
      ctx.stroke();
    }
    this.#cloud.paint(
      face,
      camera,
      {
        positions: room.points,
        edges: room.links,
        radius: 0.17,
        colour: (i) => (i < 2 ? theme.self : theme.edge),
        edgeColour: (e) => (e === 0 ? theme.message : theme.edge),
        ...(room.ghost ? { ghosts: { positions: room.ghost, edges: room.links } } : {}),
      },
      box,
    );
    this.#stroke(face, box, room.lines);
    const ends = camera.project(room.arrows, box);
    for (let k = 0; k + 1 < ends.count; k += 2) {
      const [from, to] = [k, k + 1].map((i) => ({ x: ends.x[i] ?? 0, y: ends.y[i] ?? 0 }));
      if (!from || !to) continue;
      arrow(ctx, from, to, { colour: theme.paper, width: face.line * 2.6, head: face.line * 7 });
      arrow(ctx, from, to, { colour: theme.arrow, width: face.line * 1.6, head: face.line * 6 });
    }
    this.#names(face, room);
    if (room.origin) {
      const at = camera.at([0, 0, 0], box);
      write(face, '0', at.x, at.y + face.small * 1.1, { weight: 700 });
      ctx.beginPath();
      ctx.arc(at.x, at.y, face.line * 1.6, 0, 2 * Math.PI);
      ctx.fillStyle = theme.ink;
      ctx.fill();
    }
  }

  /** Each name in the widest gap between the links of its node, over the arrows. @param {Surface} face @param {RoomPicture} room */
  #names(face, { links, labels }) {
    labels.forEach((name, i) => {
      if (name === '') return;
      const here = this.#cloud.place(i);
      const ends = Array.from(links).flatMap((node, k) =>
        node === i ? [this.#cloud.place(links[k % 2 === 0 ? k + 1 : k - 1] ?? i)] : [],
      );
      const angles = ends.map(({ x, y }) => Math.atan2(y - here.y, x - here.x)).sort((a, b) => a - b);
      const gaps = angles.map((angle, k) => ({
        angle,
        gap: (angles[k + 1] ?? (angles[0] ?? 0) + 2 * Math.PI) - angle,
      }));
      const widest = gaps.reduce((a, b) => (b.gap > a.gap ? b : a), { angle: 0, gap: 0 });
      const away = widest.angle + widest.gap / 2;
      const far = here.radius + face.small * 0.7;
      write(face, name, here.x + far * Math.cos(away), here.y + far * Math.sin(away), { weight: 700 });
    });
  }

  /** @param {Surface} face @param {Box} box @param {ArrayLike<number>} points */
  #stroke(face, box, points) {
    const { ctx, theme } = face;
    const seen = this.camera.project(points, box);
    if (seen.count < 2) return;
    ctx.beginPath();
    for (let i = 0; i < seen.count; i += 1) ctx.lineTo(seen.x[i] ?? 0, seen.y[i] ?? 0);
    for (const [colour, width] of /** @type {const} */ ([
      [theme.paper, 3.4],
      [theme.arrow, 2],
    ])) {
      ctx.strokeStyle = colour;
      ctx.lineWidth = face.line * width;
      ctx.stroke();
    }
  }
}
