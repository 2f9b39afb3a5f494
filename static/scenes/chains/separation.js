/**
 * Separation against the number of layers: a logarithmic axis with 0 at its foot, the zone of rounding, a line for each
 * network that was measured, a dot for each seed, the theoretical depth of the network shown, the class's predictions.
 */

import { write } from '../../draw/mark.js';
import { power } from '../../draw/numbers.js';
import { fade } from '../../draw/palette.js';

/** @typedef {import('../../draw/surface.js').Surface} Surface */
/** @typedef {import('../../draw/surface.js').Box} Box */
/** @typedef {import('../../draw/surface.js').Theme} Theme */
/** @typedef {import('../../core/protocol.js').ChainsNumber} Shown */

/** Decades; below the lowest stands 0. */
const [LOWEST, HIGHEST] = [-18, 1];
const ORDER = ['invariant', 'egnn', 'gvp', 'tensor'];
const DASHES = [[2, 2.2], [], [4, 2], [0.1, 2]];

/** @param {Theme} theme @param {string} model */
const tone = (theme, model) => theme.hues[ORDER.indexOf(model)] ?? theme.ink;

/** @param {Surface} face @param {Shown} shown @param {readonly number[]} counts @param {Box} box */
export function paintSeparation(face, shown, counts, box) {
  const { small } = face;
  const area = {
    x: box.x + small * 3,
    y: box.y + small * 2.6,
    width: box.width - small * 4,
    height: box.height - small * 6.4,
  };
  const x = (/** @type {number} */ layers) => area.x + ((layers - 0.5) / shown.most) * area.width;
  const y = (/** @type {number} */ value) => {
    const decade = value > 0 ? Math.log10(value) : LOWEST;
    return area.y + area.height * (1 - (Math.min(HIGHEST, Math.max(LOWEST, decade)) - LOWEST) / (HIGHEST - LOWEST));
  };
  const foot = area.y + area.height;
  paintScale(face, shown, x, y, area, box);
  paintDepth(face, shown, x, area);
  for (const one of shown.lines) paintLine(face, one, shown, x, y);
  paintNames(face, shown, area);
  paintClass(face, shown, counts, x, area.x, foot + small * 4);
}

/**
 * The decades, the zone of rounding and the layers.
 * @param {Surface} face @param {Shown} shown @param {(layers: number) => number} x @param {(value: number) => number} y
 * @param {Box} area @param {Box} box
 */
function paintScale(face, shown, x, y, area, box) {
  const { ctx, theme, small } = face;
  const foot = area.y + area.height;
  ctx.fillStyle = fade(theme.total, 0.14);
  ctx.fillRect(area.x, y(shown.rounding), area.width, foot - y(shown.rounding));
  write(face, 'separation of S and C', area.x, box.y + small * 0.9, { align: 'left', weight: 700 });
  for (let decade = LOWEST; decade <= 0; decade += 3) {
    const at = y(10 ** decade);
    ctx.strokeStyle = theme.hairline;
    ctx.lineWidth = 1;
    ctx.beginPath();
    ctx.moveTo(area.x, at);
    ctx.lineTo(area.x + area.width, at);
    ctx.stroke();
    write(face, decade === LOWEST ? '0' : decade === 0 ? '1' : power(decade), area.x - small * 0.5, at, {
      align: 'right',
      colour: theme.quiet,
      halo: null,
    });
  }
  write(face, 'rounding', area.x + area.width - small * 0.4, y(shown.rounding) + small, {
    align: 'right',
    weight: 650,
    colour: theme.total,
    halo: null,
  });
  for (let layers = 1; layers <= shown.most; layers += 1) {
    write(face, String(layers), x(layers), foot + small, {
      colour: layers === shown.layers ? theme.ink : theme.quiet,
      weight: layers === shown.layers ? 800 : 500,
      halo: null,
    });
  }
  write(face, 'layers', area.x + area.width / 2, foot + small * 2.3, { colour: theme.quiet, halo: null });
}

/**
 * The largest of the seeds as a line, each seed as a dot.
 * @param {Surface} face @param {Shown['lines'][number]} one @param {Shown} shown
 * @param {(layers: number) => number} x @param {(value: number) => number} y
 */
function paintLine(face, one, shown, x, y) {
  const { ctx, line } = face;
  const last = one.model === shown.model ? Math.min(shown.layers, one.values.length) : one.values.length;
  const colour = tone(face.theme, one.model);
  ctx.strokeStyle = colour;
  ctx.fillStyle = colour;
  ctx.lineWidth = line * (one.model === shown.model ? 1.6 : 1);
  ctx.setLineDash((DASHES[ORDER.indexOf(one.model)] ?? []).map((d) => d * line * 1.2));
  ctx.beginPath();
  one.values.slice(0, last).forEach((values, k) => {
    if (values.length > 0) ctx.lineTo(x(k + 1), y(Math.max(...values)));
  });
  ctx.stroke();
  ctx.setLineDash([]);
  one.values.slice(0, last).forEach((values, k) => {
    for (const value of values) {
      ctx.beginPath();
      ctx.arc(x(k + 1), y(value), line * 1.5, 0, 2 * Math.PI);
      ctx.fill();
    }
  });
}

/** The networks by name, dash and colour, one below the other where no line has risen yet. @param {Surface} face @param {Shown} shown @param {Box} area */
function paintNames(face, shown, area) {
  const { ctx, theme, small, line } = face;
  shown.lines.forEach((one, k) => {
    const colour = tone(theme, one.model);
    const y = area.y + small * (0.9 + 1.45 * k);
    ctx.strokeStyle = colour;
    ctx.lineWidth = line * 1.2;
    ctx.setLineDash((DASHES[ORDER.indexOf(one.model)] ?? []).map((d) => d * line));
    ctx.beginPath();
    ctx.moveTo(area.x + small * 0.4, y);
    ctx.lineTo(area.x + small * 1.9, y);
    ctx.stroke();
    ctx.setLineDash([]);
    write(face, one.name, area.x + small * 2.4, y, {
      align: 'left',
      colour,
      weight: one.model === shown.model ? 750 : 500,
    });
  });
}

/** Once the layers have come to it, where theory puts the jump of the network shown. @param {Surface} face @param {Shown} shown @param {(layers: number) => number} x @param {Box} area */
function paintDepth(face, shown, x, area) {
  const { ctx, theme, line, small } = face;
  const depth = shown.lines.find(({ model }) => model === shown.model)?.depth ?? null;
  if (depth === null || shown.layers < depth) return;
  ctx.strokeStyle = theme.ink;
  ctx.lineWidth = line;
  ctx.setLineDash([line * 2, line * 2]);
  ctx.beginPath();
  ctx.moveTo(x(depth), area.y);
  ctx.lineTo(x(depth), area.y + area.height);
  ctx.stroke();
  ctx.setLineDash([]);
  write(face, 'theory', x(depth) + small * 0.3, area.y + area.height - small * 2.2, { align: 'left', weight: 650 });
}

/** @param {Surface} face @param {Shown} shown @param {readonly number[]} counts @param {(layers: number) => number} x @param {number} left @param {number} base */
function paintClass(face, shown, counts, x, left, base) {
  const { ctx, theme, small } = face;
  const most = Math.max(1, ...counts);
  if (shown.layers === 0 || counts.every((count) => count === 0)) return;
  counts.forEach((count, layers) => {
    if (count === 0 || layers === 0) return;
    const tall = (count / most) * small * 1.1;
    ctx.fillStyle = theme.self;
    ctx.fillRect(x(layers) - small * 0.5, base - tall, small, tall);
    write(face, String(count), x(layers) + small * 0.8, base - small * 0.5, { align: 'left', weight: 700 });
  });
  write(face, 'class', left - small * 0.5, base - small * 0.5, { align: 'right', colour: theme.quiet });
}
