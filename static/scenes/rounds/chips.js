/**
 * The values that messages carry, each standing still beside its edge while dots travel along it; a chip never covers a
 * node, a name or another chip, and one for which there is no room is left out.
 */

import { chip } from '../../draw/mark.js';

/** @typedef {import('../../draw/surface.js').Surface} Surface */
/** @typedef {import('../../draw/surface.js').Point} Point */
/** @typedef {import('../../draw/surface.js').Box} Box */
/** @typedef {{x: number, y: number, radius: number}} Disc */
/**
 * @typedef {object} Chip
 * @property {string} text
 * @property {(t: number) => Point} along the edge, from 0 at the sender to 1 at the receiver
 */

/** Places on the edge, the best first; beside it, this many heights of a chip further out. */
const ALONG = [0.5, 0.38, 0.62, 0.26, 0.74];
const BESIDE = [0, 0.5, 1, 1.5];
/** A wider chip, in its heights of text, would hide more of the graph than it tells. */
const WIDEST = 9;
/** Pixels between a chip and anything else. */
const AIR = 3;

/**
 * Where chips of these sizes have room, in their order; null: nowhere.
 * @param {readonly {along: (t: number) => Point, width: number, height: number}[]} chips
 * @param {{discs: readonly Disc[], boxes: readonly Box[]}} taken
 * @param {Box} within
 * @returns {(Point | null)[]}
 */
export function places(chips, taken, within) {
  const boxes = [...taken.boxes];
  return chips.map(({ along, width, height }) => {
    for (const at of candidates(along, width, height)) {
      const box = { x: at.x - width / 2, y: at.y - height / 2, width, height };
      if (
        !holds(within, box) ||
        taken.discs.some((disc) => touches(disc, box)) ||
        boxes.some((other) => overlap(other, box))
      )
        continue;
      boxes.push(box);
      return at;
    }
    return null;
  });
}

/** @param {(t: number) => Point} along @param {number} width @param {number} height @returns {Iterable<Point>} */
function* candidates(along, width, height) {
  for (const t of ALONG) yield along(t);
  const [from, to] = [along(0), along(1)];
  const length = Math.hypot(to.x - from.x, to.y - from.y) || 1;
  // Above first, else to the right, whichever way the message goes: chips of one row of nodes stand in one row too.
  const up = to.x - from.x || from.y - to.y;
  const [nx, ny] = [((to.y - from.y) / length) * Math.sign(up), ((from.x - to.x) / length) * Math.sign(up)];
  const half = (Math.abs(nx) * width + Math.abs(ny) * height) / 2 + 2 * AIR;
  for (const further of BESIDE) {
    for (const t of ALONG) {
      for (const side of [1, -1]) {
        const away = side * (half + further * height);
        yield { x: along(t).x + nx * away, y: along(t).y + ny * away };
      }
    }
  }
}

/** @param {Box} outer @param {Box} inner */
function holds(outer, inner) {
  const right = inner.x + inner.width <= outer.x + outer.width;
  return inner.x >= outer.x && inner.y >= outer.y && right && inner.y + inner.height <= outer.y + outer.height;
}

/** @param {Disc} disc @param {Box} box */
function touches(disc, box) {
  const x = Math.max(box.x, Math.min(disc.x, box.x + box.width));
  const y = Math.max(box.y, Math.min(disc.y, box.y + box.height));
  return Math.hypot(disc.x - x, disc.y - y) < disc.radius + AIR;
}

/** @param {Box} a @param {Box} b */
function overlap(a, b) {
  return (
    a.x < b.x + b.width + AIR && b.x < a.x + a.width + AIR && a.y < b.y + b.height + AIR && b.y < a.y + a.height + AIR
  );
}

/** A box around a text that is written with its middle here. @param {Surface} face @param {string} text @param {Point} at @returns {Box} */
export function around(face, text, at) {
  face.ctx.font = face.font(face.small, 700);
  const width = face.ctx.measureText(text).width;
  return { x: at.x - width / 2, y: at.y - face.small * 0.6, width, height: face.small * 1.2 };
}

/** @param {Surface} face @param {readonly Chip[]} chips @param {{discs: readonly Disc[], boxes: readonly Box[]}} taken */
export function paintChips(face, chips, taken) {
  const { ctx, small, theme } = face;
  ctx.font = face.font(small, 600);
  // As large as `chip` draws it, with its outline.
  const sized = chips.map((each) => ({
    ...each,
    width: ctx.measureText(each.text).width + small * 0.8 + 4,
    height: small * 1.4 + 4,
  }));
  if (sized.some(({ width }) => width > WIDEST * small)) return;
  places(sized, taken, face.box).forEach((at, k) => {
    const text = chips[k]?.text;
    if (at !== null && text !== undefined) chip(face, text, at.x, at.y, { fill: theme.message });
  });
}
