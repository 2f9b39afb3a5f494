/** What `classify` draws: the shapes, the lanes with their table, the accuracy shape by shape, and who was fooled. */

import { Camera, identity } from '../../draw/camera.js';
import { Cloud } from '../../draw/cloud.js';
import { roundBox, write } from '../../draw/mark.js';
import { plain, scientific } from '../../draw/numbers.js';
import { fade, mix } from '../../draw/palette.js';

/** @typedef {import('../../draw/surface.js').Surface} Surface */
/** @typedef {import('../../draw/surface.js').Box} Box */
/** @typedef {import('../../core/protocol.js').ClassifyContest} Contest */
/** @typedef {import('../../core/protocol.js').ClassifyRace} Race */
/** @typedef {import('../../core/protocol.js').ClassifyTable} Table */
/** @typedef {import('../../core/protocol.js').ClassifyBoard} Board */

/** Of a table's width, for the contestants' names. */
const NAMES = 0.21;
const cloud = new Cloud();
const camera = new Camera();

/** @param {number} share */
export const percent = (share) => `${plain(100 * share, share === 1 || share === 0 ? 0 : 1)}\u00a0%`;
/** @param {number} error */
export const printed = (error) => (error >= 0.01 ? plain(error, 2) : scientific(error, 0));
/** (n, 3) of one shape. @param {Contest} contest @param {number} shape */
export function pointsOf({ points, shapes }, shape) {
  const size = points.data.length / shapes.length;
  return points.data.subarray(size * shape, size * (shape + 1));
}

/** Drawings are seen from in front, as they were drawn; solid shapes a little from above. @param {Contest} contest */
export function viewOf({ drawn }) {
  return drawn ? identity() : camera.home;
}

/** @param {ArrayLike<number>} points (n, 3) */
function farthest(points) {
  let most = 0;
  for (let i = 0; i + 2 < points.length; i += 3)
    most = Math.max(most, Math.hypot(points[i] ?? 0, points[i + 1] ?? 0, points[i + 2] ?? 0));
  return most;
}

/** @param {Surface} face @param {Box} box @param {Contest} contest @param {number} shape @param {ArrayLike<number>} points */
export function paintShape(face, box, contest, shape, points) {
  const { theme } = face;
  camera.centre = [0, 0, 0];
  camera.rotation = viewOf(contest);
  camera.reach = contest.drawn ? Math.max(1.2, farthest(points)) + 0.2 : 1.55;
  const last = points.length / 3 - 1;
  const colour = (/** @type {number} */ i) => mix(theme.self, theme.total, i / last);
  cloud.paint(
    face,
    camera,
    { positions: points, edges: contest.pairs[shape] ?? [], colour, radius: contest.drawn ? 0.16 : 0.31 },
    box,
  );
}

/** All eight, upright, with their names. @param {Surface} face @param {Box} box @param {Contest} contest */
export function paintShapes(face, box, contest) {
  const columns = box.width > box.height ? 4 : 2;
  const rows = 8 / columns;
  const [wide, high] = [box.width / columns, box.height / rows];
  contest.shapes.forEach((name, k) => {
    const at = { x: box.x + (k % columns) * wide, y: box.y + Math.floor(k / columns) * high };
    const head = face.unit * 1.6;
    paintShape(face, { ...at, width: wide, height: high - head }, contest, k, pointsOf(contest, k));
    write(face, name, at.x + wide / 2, at.y + high - head * 0.7, { size: face.unit, weight: 650 });
  });
}

/**
 * The frame of a table: a row a contestant, its name on the left.
 * @param {Surface} face @param {Box} box @param {Contest} contest @param {number} share of the width for names @param {number} head
 * @param {number} [active] the row whose turn it is
 */
function rowsOf(face, box, contest, share, head, active = -1) {
  const left = box.width * share;
  const high = (box.height - head) / contest.lanes.length;
  contest.lanes.forEach(({ name }, k) => {
    const y = box.y + head + k * high;
    if (k % 2 === 0) {
      face.ctx.fillStyle = fade(face.theme.edge, 0.09);
      face.ctx.fillRect(box.x, y, box.width, high);
    }
    if (k === active) {
      face.ctx.fillStyle = face.theme.message;
      face.ctx.fillRect(box.x, y, face.line * 1.5, high);
    }
    write(face, name, box.x + face.small * 0.5, y + high / 2, { align: 'left', weight: 600, halo: null });
  });
  return { left, high, top: box.y + head };
}

const TITLES = [
  ['training', 'data'],
  ['rotated', ''],
  ['rotated,', 'noisy'],
  ['invariance', 'error'],
  ['error,', 'noisy'],
  ['shapes', 'seen'],
  ['seconds', ''],
];
/** Shares of the width: the invariance error takes the widest words. */
const WIDE = [1, 1, 1, 1.25, 1, 1, 1];

/**
 * Curve by curve, number by number.
 * @param {Surface} face @param {Box} box @param {Contest} contest @param {Race} race @param {Table | undefined} table
 * @param {(lane: number, steps: number) => number | null} secondsOf
 */
export function paintRace(face, box, contest, race, table, secondsOf) {
  const { small, theme } = face;
  const head = small * 3.2;
  const running = race.finished === 0 && race.turn >= 0;
  const { left, high, top } = rowsOf(face, box, contest, NAMES, head, running ? race.turn : -1);
  const lane = { x: box.x + left, width: box.width * 0.135 };
  const rest = box.width - left - lane.width;
  const before = (/** @type {number} */ k) => WIDE.slice(0, k).reduce((a, b) => a + b, 0);
  const at = (/** @type {number} */ k) =>
    lane.x + lane.width + (rest * (before(k) + (WIDE[k] ?? 1) / 2)) / before(WIDE.length);
  write(face, 'rotated', lane.x + lane.width / 2, box.y + small * 0.8, { weight: 650 });
  write(face, `step 1 to ${race.of}`, lane.x + lane.width / 2, box.y + small * 2.1, { colour: theme.quiet });
  TITLES.forEach(([one = '', two = ''], k) => {
    write(face, one, at(k), box.y + small * 0.8, { weight: 650 });
    write(face, two, at(k), box.y + small * 2.1, { weight: 650 });
  });
  contest.lanes.forEach(({ key }, k) => {
    const y = top + k * high;
    paintCurve(face, { x: lane.x, y: y + high * 0.1, width: lane.width, height: high * 0.8 }, race, k, contest.ceiling);
    paintResult(face, { race, table, seconds: secondsOf }, k, y + high / 2, at, key);
  });
}

/**
 * One network's numbers.
 * @param {Surface} face @param {{race: Race, table: Table | undefined, seconds: (lane: number, steps: number) => number | null}} results
 * @param {number} k its lane @param {number} middle @param {(column: number) => number} at @param {string} key
 */
function paintResult(face, { race, table, seconds }, k, middle, at, key) {
  const { small, theme } = face;
  const row = table?.rows.find((each) => each.key === key);
  const steps = race.steps.data[k] ?? 0;
  if (steps === 0) return;
  const fell = race.diverged.data[k] ?? 0;
  if (fell) {
    write(face, `diverged at step ${fell}`, at(0), middle, {
      align: 'left',
      colour: theme.message,
      weight: 650,
      halo: null,
    });
    return;
  }
  write(face, percent(row?.train ?? race.train.data[k] ?? 0), at(0), middle, { halo: null });
  const rotated = row?.rotated ?? race.rotated.data[k] ?? 0;
  write(face, percent(rotated), at(1), middle, {
    size: small * 1.2,
    weight: 700,
    colour: rotated === 1 ? theme.total : theme.ink,
    halo: null,
  });
  write(face, (race.samples.data[k] ?? 0).toLocaleString('en'), at(5), middle, { halo: null });
  write(face, timed(seconds(k, steps)), at(6), middle, { halo: null });
  if (!row) return;
  write(face, percent(row.noisy), at(2), middle, { halo: null });
  write(face, printed(row.error), at(3), middle, {
    colour: row.zone === 'rounding' ? theme.total : theme.message,
    weight: 600,
    halo: null,
  });
  write(face, printed(row.error_noisy), at(4), middle, {
    colour: row.zone_noisy === 'rounding' ? theme.total : theme.message,
    weight: 600,
    halo: null,
  });
}

/** @param {number | null} seconds */
export const timed = (seconds) => (seconds === null ? '–' : plain(seconds, seconds < 9.95 ? 1 : 0));

/** @param {Surface} face @param {Box} box @param {Race} race @param {number} k @param {number} ceiling */
function paintCurve(face, { x, y, width, height }, race, k, ceiling) {
  const { ctx, theme, line } = face;
  const lanes = race.losses.data.length;
  const heights = Array.from(race.at.data, (_, i) => race.curves.data[i * lanes + k] ?? -1);
  const count = heights.filter((each) => each >= 0).length;
  roundBox(ctx, x, y, width, height, 4);
  ctx.fillStyle = theme.paper;
  ctx.fill();
  ctx.strokeStyle = theme.quiet;
  ctx.lineWidth = 1;
  ctx.setLineDash([line * 2, line * 2]);
  ctx.beginPath();
  ctx.moveTo(x, y + height * (1 - ceiling));
  ctx.lineTo(x + width, y + height * (1 - ceiling));
  ctx.stroke();
  ctx.setLineDash([]);
  if (count === 0) return;
  const px = (/** @type {number} */ i) => x + (width * (race.at.data[i] ?? 0)) / race.of;
  const py = (/** @type {number} */ i) => y + height * (1 - (heights[i] ?? 0));
  ctx.beginPath();
  ctx.moveTo(px(0), py(0));
  for (let i = 1; i < count; i += 1) ctx.lineTo(px(i), py(i));
  ctx.strokeStyle = theme.message;
  ctx.lineWidth = line;
  ctx.stroke();
  ctx.lineTo(px(count - 1), y + height);
  ctx.lineTo(px(0), y + height);
  ctx.closePath();
  ctx.fillStyle = fade(theme.message, 0.18);
  ctx.fill();
}

/** A column a shape. @param {Surface} face @param {Box} box @param {Contest} contest @param {Table} table */
export function paintByShape(face, box, contest, table) {
  const { small, theme, ctx } = face;
  const head = Math.min(box.height * 0.22, small * 7);
  const { left, high, top } = rowsOf(face, box, contest, NAMES, head);
  const wide = (box.width - left) / contest.shapes.length;
  contest.shapes.forEach((name, s) => {
    const x = box.x + left + s * wide;
    paintShape(face, { x, y: box.y, width: wide, height: head - small * 1.6 }, contest, s, pointsOf(contest, s));
    write(face, s < contest.own ? String(s + 1) : name, x + wide / 2, box.y + head - small * 0.8, { weight: 650 });
  });
  contest.lanes.forEach(({ key }, k) => {
    const row = table.rows.find((each) => each.key === key);
    row?.by_shape.forEach((share, s) => {
      const [x, y] = [box.x + left + s * wide, top + k * high];
      roundBox(ctx, x + 2, y + 2, wide - 4, high - 4, 6);
      ctx.fillStyle = fade(share === 1 ? theme.total : theme.message, share === 1 ? 0.16 : 0.1 + 0.4 * (1 - share));
      ctx.fill();
      const mark = share === 1 ? '✓ ' : share < 0.5 ? '✗ ' : '';
      write(face, `${mark}${plain(100 * share, share === 1 || share === 0 ? 0 : 1)}`, x + wide / 2, y + high / 2, {
        weight: share === 1 ? 600 : 700,
        halo: null,
      });
    });
  });
}

/** A bar a contestant: the share of students who fooled it. @param {Surface} face @param {Box} box @param {Contest} contest @param {Board} board @param {Table} table */
export function paintBoard(face, box, contest, board, table) {
  const { small, theme, ctx } = face;
  const head = small * 3.2;
  const { left, high, top } = rowsOf(face, box, contest, NAMES, head);
  const bar = { x: box.x + left, width: box.width * 0.5 };
  const [one, two] = [bar.x + bar.width + box.width * 0.075, bar.x + bar.width + box.width * 0.215];
  const titles = [
    [bar.x + bar.width / 2, 'share of the class', 'that fooled it'],
    [one, 'fooled', 'by'],
    [two, 'wrong of', `${table.rotations.toLocaleString('en')} tested`],
  ];
  for (const [x, above, below] of /** @type {[number, string, string][]} */ (titles)) {
    write(face, above, x, box.y + small * 0.8, { weight: 650 });
    write(face, below, x, box.y + small * 2.1, { weight: 650 });
  }
  contest.lanes.forEach(({ key }, k) => {
    const y = top + k * high;
    const fooled = board.fooled[k] ?? 0;
    const share = board.students > 0 ? fooled / board.students : 0;
    roundBox(ctx, bar.x, y + high * 0.2, bar.width, high * 0.6, 6);
    ctx.fillStyle = fade(theme.edge, 0.25);
    ctx.fill();
    if (share > 0) {
      roundBox(ctx, bar.x, y + high * 0.2, bar.width * share, high * 0.6, 6);
      ctx.fillStyle = theme.message;
      ctx.fill();
    }
    const text = board.students === 0 ? 'not tried yet' : fooled === 0 ? '✓ by nobody yet' : '';
    if (text) write(face, text, bar.x + small * 0.6, y + high / 2, { align: 'left', halo: null });
    write(face, `${fooled} of ${board.students}`, one, y + high / 2, { weight: 700, halo: null });
    const row = table.rows.find((each) => each.key === key);
    if (row) write(face, percent(1 - row.rotated), two, y + high / 2, { halo: null });
  });
}
