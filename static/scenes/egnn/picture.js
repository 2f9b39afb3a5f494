/** What `egnn` draws: x_l(g·x) as balls coloured by a feature, g·x_l(x) as dashed rings, and what separates them. */

import { approach } from '../../draw/approach.js';
import { Cloud } from '../../draw/cloud.js';
import { power } from '../../draw/numbers.js';
import { scale } from '../../draw/palette.js';

/** @typedef {import('../../draw/surface.js').Surface} Surface */
/** @typedef {import('../../draw/surface.js').Box} Box */
/** @typedef {import('../../draw/camera.js').Camera} Camera */
/** @typedef {import('../../core/protocol.js').EgnnShown} Shown */

/** The largest distance from the origin. @param {ArrayLike<number>} points (n, 3) */
export function radius(points) {
  let most = 0;
  for (let i = 0; i + 2 < points.length; i += 3)
    most = Math.max(most, Math.hypot(points[i] ?? 0, points[i + 1] ?? 0, points[i + 2] ?? 0));
  return most || 1;
}

/** A ball's radius over the camera's reach. @param {number} n balls */
const ball = (n) => Math.min(0.07, 0.33 / Math.sqrt(n || 1));

/** Near enough to fill the box with the points. @param {Camera} camera @param {readonly number[]} points (n, 3), of two runs @param {Box} box */
export function near(camera, points, box) {
  approach(camera, points, box, 0.09 * radius(points));
}

/**
 * @param {Surface} face @param {Box} box @param {Camera} camera @param {Cloud} cloud
 * @param {{shown: Shown, made: ArrayLike<number>, after: ArrayLike<number>, pairs: number[], chosen?: number, pulls?: Float32Array, heard?: readonly number[]}} data
 */
export function paintBoth(face, box, camera, cloud, { shown, made, after, pairs, chosen, pulls, heard }) {
  const { ctx, theme, line } = face;
  const channels = shown.features.shape[1] ?? 1;
  const colour = scale({ lo: -1, hi: 1, signed: true, dark: theme.dark });
  const n = made.length / 3;
  // A ring is as wide as its ball: where the two ways agree it is the ball's dashed rim.
  cloud.paint(
    face,
    camera,
    {
      positions: made,
      edges: pairs,
      radius: camera.reach * ball(n),
      colour: (i) => colour(shown.features.data[i * channels] ?? 0),
      ...(chosen !== undefined && chosen >= 0 ? { chosen, highlighted: heard ?? [] } : {}),
      ...(pulls ? { arrows: pulls } : {}),
    },
    box,
  );
  const [from, to] = [camera.project(made, box), camera.project(after, box)];
  ctx.lineWidth = line;
  for (let i = 0; i < n; i += 1) {
    const { radius: r } = cloud.place(i);
    const [a, b] = [
      { x: from.x[i] ?? 0, y: from.y[i] ?? 0 },
      { x: to.x[i] ?? 0, y: to.y[i] ?? 0 },
    ];
    if (Math.hypot(a.x - b.x, a.y - b.y) > r) {
      ctx.strokeStyle = theme.message;
      ctx.beginPath();
      ctx.moveTo(a.x, a.y);
      ctx.lineTo(b.x, b.y);
      ctx.stroke();
    }
    ctx.strokeStyle = theme.total;
    ctx.setLineDash([line * 1.9, line * 1.5]);
    ctx.beginPath();
    ctx.arc(b.x, b.y, r + line * 1.2, 0, 2 * Math.PI);
    ctx.stroke();
    ctx.setLineDash([]);
  }
}

/** @param {number} unit a power of ten */
const unitText = (unit) => power(Math.round(Math.log10(unit)));

/** @param {Shown} shown */
export function heading(shown) {
  const title =
    shown.layer === 0
      ? 'the input g·x'
      : shown.verdict
        ? `after all ${shown.layer} layers`
        : `after layer ${shown.layer}`;
  if (shown.drawn < shown.layer)
    return { title, words: `not a number; drawn is layer ${shown.drawn}, in units of ${unitText(shown.unit)}` };
  const unit = shown.unit > 1 ? `, drawn in units of ${unitText(shown.unit)}` : '';
  return { title, words: `g: ${shown.words}${unit}` };
}
