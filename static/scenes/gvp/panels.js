/** The panels of the perceptron, one by one: arrows within a circle, bars on a line. A phone has three, the stage all eight. */

import { arrow, roundBox, write } from '../../draw/mark.js';
import { fixed } from '../../draw/numbers.js';
import { mix } from '../../draw/palette.js';

/** @typedef {import('../../draw/surface.js').Surface} Surface */
/** @typedef {import('../../draw/surface.js').Box} Box */
/** @typedef {import('../../draw/camera.js').Camera} Camera */

/** The act in which the input is turned. */
export const TURNED = 6;
/** Bars of this height fill their box, unless there is a higher one. */
const FULL = 1.4;
const SUB = ['₁', '₂', '₃'];

/** What a panel must hold: the longest of these arrows, their names included. @param {...ArrayLike<number>} sets (n, 3) each */
export function reachOf(...sets) {
  let longest = 0.3;
  for (const set of sets)
    for (let i = 0; i + 2 < set.length; i += 3)
      longest = Math.max(longest, Math.hypot(set[i] ?? 0, set[i + 1] ?? 0, set[i + 2] ?? 0));
  return longest * 1.3;
}

/**
 * Arrows from one foot, within a circle.
 * @param {Surface} face @param {Camera} camera @param {Box} box
 * @param {{arrows: ArrayLike<number>, ghosts?: ArrayLike<number>, name: string, lit: boolean}} what
 */
export function paintArrows(face, camera, box, { arrows, ghosts, name, lit }) {
  const { ctx, theme, line, small } = face;
  const centre = { x: box.x + box.width / 2, y: box.y + box.height / 2 };
  const radius = Math.min(box.width, box.height) * 0.46;
  ctx.beginPath();
  ctx.arc(centre.x, centre.y, radius, 0, 2 * Math.PI);
  ctx.fillStyle = mix(theme.paper, lit ? theme.arrow : theme.edge, lit ? 0.1 : 0.07);
  ctx.fill();
  ctx.strokeStyle = lit ? theme.arrow : theme.hairline;
  ctx.lineWidth = lit ? line : 2;
  ctx.stroke();
  if (ghosts) {
    const tips = camera.project(ghosts, box);
    ctx.setLineDash([line * 2, line * 2]);
    for (let i = 0; i < tips.count; i += 1)
      arrow(ctx, centre, { x: tips.x[i] ?? 0, y: tips.y[i] ?? 0 }, { colour: theme.quiet, width: line * 0.8 });
    ctx.setLineDash([]);
  }
  const tips = camera.project(arrows, box);
  for (let i = 0; i < tips.count; i += 1) {
    const to = { x: tips.x[i] ?? 0, y: tips.y[i] ?? 0 };
    arrow(ctx, centre, to, { colour: i === 0 ? theme.arrow : theme.self, width: line * 1.7 });
    const far = Math.hypot(to.x - centre.x, to.y - centre.y) || 1;
    write(
      face,
      `${name}${SUB[i] ?? ''}`,
      to.x + ((to.x - centre.x) / far) * small * 0.9,
      to.y + ((to.y - centre.y) / far) * small * 0.9,
      { weight: 700 },
    );
  }
}

/**
 * Bars standing on a line; a mark on each where it stood before.
 * @param {Surface} face @param {Box} box
 * @param {{values: readonly number[], before?: readonly number[], names: readonly string[], colour: string}} what
 */
export function paintBars(face, box, { values, before, names, colour }) {
  const { ctx, theme, small, line } = face;
  const most = Math.max(FULL, ...values.map(Math.abs), ...(before ?? []).map(Math.abs));
  const foot = box.y + box.height - small * 1.3;
  const tall = box.height - small * 2.8;
  const step = box.width / values.length;
  ctx.strokeStyle = theme.edge;
  ctx.lineWidth = 2;
  ctx.beginPath();
  ctx.moveTo(box.x, foot);
  ctx.lineTo(box.x + box.width, foot);
  ctx.stroke();
  values.forEach((value, k) => {
    const middle = box.x + step * (k + 0.5);
    const height = (Math.abs(value) / most) * tall;
    const wide = Math.min(step * 0.55, small * 1.8);
    ctx.fillStyle = colour;
    roundBox(ctx, middle - wide / 2, foot - height, wide, height, 3);
    ctx.fill();
    const was = before?.[k];
    const top = Math.max(height, was === undefined ? 0 : (Math.abs(was) / most) * tall);
    write(face, fixed(value, 2), middle, foot - top - small * 0.75, { weight: 700 });
    write(face, names[k] ?? '', middle, foot + small * 0.75, { colour: theme.quiet });
    if (was === undefined) return;
    const at = foot - (Math.abs(was) / most) * tall;
    ctx.strokeStyle = theme.ink;
    ctx.lineWidth = line;
    ctx.setLineDash([line * 1.6, line * 1.4]);
    ctx.beginPath();
    ctx.moveTo(middle - wide * 0.85, at);
    ctx.lineTo(middle + wide * 0.85, at);
    ctx.stroke();
    ctx.setLineDash([]);
  });
}
