/** The wall of `classify`: what the class drew, the eight that will be told apart in front. */

import { roundBox, write } from '../../draw/mark.js';
import { fade, mix } from '../../draw/palette.js';

/** @typedef {import('../../draw/surface.js').Surface} Surface */
/** @typedef {import('../../draw/surface.js').Box} Box */
/** @typedef {import('../../draw/surface.js').Point} Point */
/** @typedef {import('../../core/protocol.js').ClassifyContest} Contest */
/** @typedef {import('../../core/protocol.js').ClassifyWall} Wall */
/** @typedef {{number: number, box: Box}} Tile */

const CLASSES = 8;
/** Around a drawing that is small, though as long as any other. */
const LEAST = 1.1;

/** Dots along a stroke, joined, in the middle of a box. @param {Surface} face @param {Box} box @param {ArrayLike<number>} points (n, d) @param {number} d @param {number} pale 0 for full ink */
export function paintStroke({ ctx, theme, line, unit }, box, points, d, pale = 0) {
  const n = points.length / d;
  const [across, up] = [0, 1].map((axis) => {
    const all = Array.from({ length: n }, (_, k) => points[d * k + axis] ?? 0);
    const [low, high] = [Math.min(...all), Math.max(...all)];
    return { middle: (low + high) / 2, half: Math.max(LEAST, (high - low) / 2) + 0.35 };
  });
  if (!across || !up) return;
  const scale = Math.min(box.width / across.half, box.height / up.half) / 2;
  const places = Array.from({ length: n }, (_, k) => ({
    x: box.x + box.width / 2 + scale * ((points[d * k] ?? 0) - across.middle),
    y: box.y + box.height / 2 - scale * ((points[d * k + 1] ?? 0) - up.middle),
  }));
  const ink = (/** @type {string} */ colour) => mix(colour, theme.paper, pale);
  const dot = Math.min(unit * 0.8, Math.max(line, scale * 0.18));
  ctx.lineCap = ctx.lineJoin = 'round';
  ctx.lineWidth = Math.max(line * 0.8, dot * 0.6);
  ctx.strokeStyle = ink(theme.edge);
  ctx.beginPath();
  places.forEach((at, k) => (k === 0 ? ctx.moveTo(at.x, at.y) : ctx.lineTo(at.x, at.y)));
  ctx.stroke();
  places.forEach((at, k) => {
    ctx.fillStyle = ink(mix(theme.self, theme.total, k / Math.max(1, n - 1)));
    ctx.beginPath();
    ctx.arc(at.x, at.y, dot, 0, 7);
    ctx.fill();
  });
}

/** @param {Surface} face @param {Box} box @param {Contest} contest @param {Wall} wall @returns {Tile[]} where each drawing hangs */
export function paintWall(face, box, contest, wall) {
  const { unit, theme, ctx } = face;
  const others = Math.max(0, wall.numbers.data.length - CLASSES);
  const columns = box.width > box.height ? 4 : 2;
  const below = others === 0 ? 0 : box.height * 0.34;
  const [wide, high] = [box.width / columns, (box.height - below) / (CLASSES / columns)];
  /** @type {Tile[]} */
  const tiles = [];
  contest.shapes.forEach((name, k) => {
    const tile = {
      x: box.x + (k % columns) * wide + 6,
      y: box.y + Math.floor(k / columns) * high + 6,
      width: wide - 12,
      height: high - 12,
    };
    const own = k < contest.own;
    roundBox(ctx, tile.x, tile.y, tile.width, tile.height, 14);
    ctx.fillStyle = fade(own ? theme.self : theme.edge, own ? 0.1 : 0.05);
    ctx.fill();
    if (own) {
      ctx.strokeStyle = theme.self;
      ctx.lineWidth = face.line;
      ctx.stroke();
    }
    const head = unit * 1.5;
    const d = 3 * (contest.points.data.length / 3 / contest.shapes.length);
    paintStroke(
      face,
      { ...tile, height: tile.height - head },
      contest.points.data.subarray(k * d, (k + 1) * d),
      3,
      own ? 0 : 0.55,
    );
    write(
      face,
      own ? String(k + 1) : `${name}, built in`,
      tile.x + tile.width / 2,
      tile.y + tile.height - head * 0.55,
      {
        size: own ? unit * 1.1 : face.small,
        weight: own ? 700 : 500,
        colour: own ? theme.ink : theme.quiet,
        halo: null,
      },
    );
    if (own) tiles.push({ number: wall.numbers.data[k] ?? 0, box: tile });
  });
  if (others > 0)
    tiles.push(
      ...paintOthers(face, { x: box.x, y: box.y + box.height - below, width: box.width, height: below }, wall, others),
    );
  return tiles;
}

/** Those who came after the eighth, small. @param {Surface} face @param {Box} box @param {Wall} wall @param {number} others @returns {Tile[]} */
function paintOthers(face, box, wall, others) {
  const head = face.small * 1.9;
  const area = { ...box, y: box.y + head, height: box.height - head };
  const more = wall.total - wall.numbers.data.length;
  write(
    face,
    more > 0 ? `after the first eight, the newest ${others} of ${others + more}` : 'after the first eight',
    box.x + 8,
    box.y + head * 0.55,
    { align: 'left', weight: 600, halo: null },
  );
  // The largest squares of which so many fit.
  let columns = 1;
  while (Math.ceil(others / columns) * (area.width / columns) > area.height) columns += 1;
  const side = Math.min(area.width / columns, area.height);
  const size = wall.points.data.length / wall.numbers.data.length;
  return Array.from({ length: others }, (_, i) => {
    const k = CLASSES + i;
    const tile = {
      x: area.x + (i % columns) * side + 3,
      y: area.y + Math.floor(i / columns) * side + 3,
      width: side - 6,
      height: side - 6,
    };
    roundBox(face.ctx, tile.x, tile.y, tile.width, tile.height, 8);
    face.ctx.fillStyle = fade(face.theme.edge, 0.1);
    face.ctx.fill();
    paintStroke(face, tile, wall.points.data.subarray(k * size, (k + 1) * size), 2);
    return { number: wall.numbers.data[k] ?? 0, box: tile };
  });
}

/** The drawing under the pointer. @param {readonly Tile[]} tiles @param {Point} point */
export function tileAt(tiles, { x, y }) {
  return tiles.find(({ box }) => x >= box.x && y >= box.y && x < box.x + box.width && y < box.y + box.height) ?? null;
}
