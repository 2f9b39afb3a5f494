/** What `canon` draws: a shape with its principal axes, and the poses of both nudged shapes over each other. */

import { Cloud } from '../../draw/cloud.js';
import { arrow, write } from '../../draw/mark.js';
import { plain } from '../../draw/numbers.js';
import { mix } from '../../draw/palette.js';

/** @typedef {import('../../draw/surface.js').Surface} Surface */
/** @typedef {import('../../draw/surface.js').Box} Box */
/** @typedef {import('../../draw/camera.js').Camera} Camera */
/** @typedef {import('../../draw/camera.js').Vector} Vector */

const cloud = new Cloud();

/** The largest distance from the origin. @param {ArrayLike<number>} points (n, 3) */
export function radius(points) {
  let most = 0;
  for (let i = 0; i + 2 < points.length; i += 3)
    most = Math.max(most, Math.hypot(points[i] ?? 0, points[i + 1] ?? 0, points[i + 2] ?? 0));
  return most || 1;
}

/** A node keeps its colour in every pose; the lines between two poses join what belongs together. @param {Surface} face @param {number} n */
function look({ theme }, n) {
  return { colour: (/** @type {number} */ i) => mix(theme.self, theme.total, n > 1 ? i / (n - 1) : 0) };
}

/**
 * @param {Surface} face @param {Box} box @param {Camera} camera
 * @param {{points: ArrayLike<number>, pairs: number[], axes: ArrayLike<number> | null, eigenvalues?: readonly number[]}} shape axes: row k, as long as its spread; null where the method knows none
 */
export function paintShape(face, box, camera, { points, pairs, axes, eigenvalues }) {
  const n = points.length / 3;
  cloud.paint(face, camera, { positions: points, edges: pairs, ...look(face, n), radius: camera.reach * 0.068 }, box);
  if (!axes) return;
  const longest = camera.reach * 0.94;
  const size = Math.max(1e-9, ...[0, 1, 2].map((k) => Math.hypot(...axisOf(axes, k))));
  for (let k = 0; k < 3; k += 1)
    paintAxis(
      face,
      box,
      camera,
      axisOf(axes, k).map((v) => (v * longest) / size),
      k,
      eigenvalues?.[k],
    );
}

/** Whether a method makes its poses from the principal axes. @param {string} method */
export const usesAxes = (method) => method === 'pca' || method === 'frames';

/** @param {ArrayLike<number>} axes @param {number} k */
function axisOf(axes, k) {
  return [axes[3 * k] ?? 0, axes[3 * k + 1] ?? 0, axes[3 * k + 2] ?? 0];
}

/** Both ways from the centre: an axis has no sign. @param {Surface} face @param {Box} box @param {Camera} camera @param {number[]} to @param {number} k @param {number} [value] */
function paintAxis(face, box, camera, to, k, value) {
  const [x = 0, y = 0, z = 0] = to;
  const { theme, line } = face;
  const colour = [theme.arrow, theme.bias, theme.ink][k] ?? theme.ink;
  const centre = camera.at([0, 0, 0], box);
  const ends = [camera.at([x, y, z], box), camera.at([-x, -y, -z], box)];
  face.ctx.setLineDash([[], [line * 3, line * 1.8], [line * 0.4, line * 1.8]][k] ?? []);
  for (const end of ends) arrow(face.ctx, centre, end, { colour, width: line * 1.3 });
  face.ctx.setLineDash([]);
  const tip = ends[0];
  if (!tip || Math.hypot(x, y, z) < camera.reach * 0.05) return;
  const name = `${['first', 'second', 'third'][k]}${value === undefined ? '' : ` ${plain(value, 2)}`}`;
  const right = tip.x >= centre.x;
  const at = Math.min(
    box.x + box.width - face.small * 3,
    Math.max(box.x + face.small * 3, tip.x + (right ? 1 : -1) * face.small * 1.2),
  );
  write(face, name, at, tip.y + (tip.y < centre.y ? -1 : 1) * face.small * 0.9, { colour, weight: 650 });
}

/**
 * One pose: solid for one nudged shape, dashed for the other; the lines between them show how far each point leapt.
 * @param {Surface} face @param {Box} box @param {Camera} camera
 * @param {{pose: ArrayLike<number>, after: ArrayLike<number> | null, pairs: number[]}} data
 */
export function paintPose(face, box, camera, { pose, after, pairs }) {
  const { ctx, theme, line } = face;
  const n = pose.length / 3;
  const ghosts = after ? { ghosts: { positions: after, edges: pairs, colour: theme.message } } : {};
  cloud.paint(
    face,
    camera,
    { positions: pose, edges: pairs, ...look(face, n), radius: camera.reach * 0.068, ...ghosts },
    box,
  );
  if (!after) return;
  const [from, to] = [camera.project(pose, box), camera.project(after, box)];
  ctx.strokeStyle = theme.message;
  ctx.lineWidth = line * 0.8;
  for (let i = 0; i < n; i += 1) {
    const [a, b] = [
      { x: from.x[i] ?? 0, y: from.y[i] ?? 0 },
      { x: to.x[i] ?? 0, y: to.y[i] ?? 0 },
    ];
    if (Math.hypot(a.x - b.x, a.y - b.y) < face.unit * 0.5) continue;
    ctx.beginPath();
    ctx.moveTo(a.x, a.y);
    ctx.lineTo(b.x, b.y);
    ctx.stroke();
  }
}
