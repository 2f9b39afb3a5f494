/** What the stage and the phones draw: a point on the torus with its turned copies, and learning curves with fitted lines. */

import { lineChart } from '../../draw/chart.js';
import { arrow, write } from '../../draw/mark.js';
import { fixed, plain } from '../../draw/numbers.js';

/** @typedef {import('../../draw/surface.js').Surface} Surface */
/** @typedef {import('../../draw/surface.js').Box} Box */
/** @typedef {import('../../core/protocol.js').ShiftsLine} Line */

/** Three dials: a point's angles, and its copies, all three turned together. @param {Surface} face @param {import('../../core/protocol.js').ShiftsPoint} point @param {Box} box */
export function paintTorus(face, point, box) {
  const { ctx, theme, unit, small, line } = face;
  const words = small * 4.4;
  const across = box.width > box.height * 0.8;
  const step = across ? box.width / 3 : (box.height - words) / 3;
  const radius = across ? Math.min(step * 0.42, (box.height - words) * 0.42) : Math.min(step * 0.4, box.width * 0.36);
  const middle = across ? box.y + (box.height - words) / 2 : 0;
  [0, 1, 2].forEach((k) => {
    const x = across ? box.x + (k + 0.5) * step : box.x + box.width / 2;
    const y = across ? middle : box.y + (k + 0.5) * step;
    ctx.strokeStyle = theme.edge;
    ctx.lineWidth = line;
    ctx.beginPath();
    ctx.arc(x, y, radius, 0, 2 * Math.PI);
    ctx.stroke();
    // The point itself comes first, and is painted last.
    for (const [copy, angles] of [...point.angles.entries()].reverse()) {
      const angle = angles[k] ?? 0;
      const to = { x: x + Math.cos(angle) * radius * 0.94, y: y - Math.sin(angle) * radius * 0.94 };
      if (copy === 0) {
        arrow(ctx, { x, y }, to, { colour: theme.message, width: line * 2 });
        continue;
      }
      ctx.strokeStyle = theme.self;
      ctx.lineWidth = line;
      ctx.setLineDash([line * 2, line * 2]);
      ctx.beginPath();
      ctx.moveTo(x, y);
      ctx.lineTo(to.x, to.y);
      ctx.stroke();
      ctx.setLineDash([]);
    }
    write(face, `θ${'₁₂₃'[k] ?? ''}`, x + radius * 0.76, y - radius * 0.94, { align: 'left', weight: 700, size: unit });
  });
  const foot = across ? Math.min(middle + radius + unit * 1.2, box.y + box.height - words) : box.y + box.height - words;
  const size = box.width > unit * 28 ? unit : small;
  write(face, 'The target depends on θ₁ − θ₂ and θ₂ − θ₃ alone.', box.x + box.width / 2, foot + size * 1.4, {
    weight: 600,
    size,
  });
  write(face, 'Turn all three together: it stays the same.', box.x + box.width / 2, foot + size * 2.8, {
    colour: theme.quiet,
    size,
  });
}

/** The lines of one act, each with its training errors and the fitted slope. @param {Surface} face @param {readonly Line[]} lines */
function seriesOf(face, lines) {
  const { theme } = face;
  const colours = [theme.self, theme.message, theme.total];
  return lines.flatMap((one, k) => {
    const colour = colours[k % colours.length] ?? theme.ink;
    /** @type {import('../../draw/chart.js').Series[]} */
    const parts = [{ name: one.name, x: one.sizes, y: one.errors, colour, dash: 0, points: true }];
    if (one.train.length > 0) parts.push({ name: '', x: one.sizes, y: one.train, colour, dash: 1 });
    if (one.slope)
      parts.push({
        name: '',
        x: one.slope.ends.map(([n]) => n),
        y: one.slope.ends.map(([, error]) => error),
        colour: theme.ink,
        dash: 2,
      });
    return parts;
  });
}

/** From the smallest to the largest repetition. @param {Surface} face @param {readonly Line[]} lines @param {(x: number, y: number) => {x: number, y: number}} at */
function paintSpread({ ctx, theme, line }, lines, at) {
  const colours = [theme.self, theme.message, theme.total];
  ctx.lineWidth = line * 0.8;
  lines.forEach((one, k) => {
    ctx.strokeStyle = colours[k % colours.length] ?? theme.ink;
    one.sizes.forEach((n, i) => {
      const [low, high] = [at(n, one.lows[i] ?? NaN), at(n, one.highs[i] ?? NaN)];
      if (!(low.y - high.y > line * 4)) return;
      ctx.beginPath();
      for (const end of [low, high]) {
        ctx.moveTo(end.x - line * 2, end.y);
        ctx.lineTo(end.x + line * 2, end.y);
      }
      ctx.moveTo(low.x, low.y);
      ctx.lineTo(high.x, high.y);
      ctx.stroke();
    });
  });
}

/** @param {Surface} face @param {readonly Line[]} lines @param {Box} box */
export function paintKernel(face, lines, box) {
  const at = lineChart(
    face,
    {
      series: seriesOf(face, lines),
      xLog: true,
      yLog: true,
      xName: 'points n',
      yName: 'error on new points, 1 = predicting the mean',
      xRange: { from: 32, to: 2048 },
      yRange: { from: 3e-5, to: 1.2 },
    },
    box,
  );
  paintSpread(face, lines, at);
}

/** @param {Surface} face @param {import('../../core/protocol.js').ShiftsNeural} shown @param {import('../../core/protocol.js').ShiftsLive | undefined} live @param {Box} box */
export function paintNeural(face, shown, live, box) {
  const here = live && live.potential === shown.potential ? live : null;
  const measured = [...(here?.trail ?? []), here?.train ?? NaN].filter((value) => value > 0);
  const every = [...shown.lines.flatMap(({ highs, lows, train }) => [...highs, ...lows, ...train]), ...measured];
  const yRange = { from: Math.min(...every) / 1.2, to: Math.max(...every) * 1.2 };
  const at = lineChart(
    face,
    {
      series: seriesOf(face, shown.lines),
      xLog: true,
      yLog: true,
      xName: 'training frames n',
      yName: 'mean error of a force component, ε/σ',
      xRange: { from: 8, to: 512 },
      yRange,
    },
    box,
  );
  paintSpread(face, shown.lines, at);
  paintSetUp(face, shown.how, at(512, yRange.to));
  if (here) paintLive(face, here, at);
}

/** How it was measured, in the corner that falling curves leave free; a phone has no room. @param {Surface} face @param {readonly string[]} how @param {{x: number, y: number}} corner */
function paintSetUp(face, how, corner) {
  const { small, theme, box } = face;
  if (box.width < small * 36) return;
  how.forEach((words, k) =>
    write(face, words, corner.x, corner.y + small * (1.25 * k - 0.95), { align: 'right', colour: theme.quiet }),
  );
}

/** How the live point fell, where it is, and its training error. @param {Surface} face @param {import('../../core/protocol.js').ShiftsLive} live @param {(x: number, y: number) => {x: number, y: number}} at */
function paintLive(face, { size, test, train, trail, running, step }, at) {
  if (test === null || train === null) return;
  const { ctx, theme, line, small } = face;
  const [here, learned] = [at(size, test), at(size, train)];
  ctx.strokeStyle = theme.bias;
  ctx.fillStyle = theme.bias;
  ctx.lineWidth = line * 0.8;
  ctx.beginPath();
  ctx.moveTo(here.x, at(size, Math.max(test, train, ...trail)).y);
  ctx.lineTo(here.x, at(size, Math.min(test, train, ...trail)).y);
  ctx.stroke();
  for (const error of trail) {
    const { x, y } = at(size, error);
    ctx.fillRect(x - line * 2, y - line / 2, line * 4, line);
  }
  diamond(face, learned, small * 0.5, theme.paper);
  diamond(face, here, small * 0.66, theme.bias);
  const right = size < 128;
  const words = running ? `live, step ${step}` : 'live';
  write(face, words, here.x + (right ? 1 : -1) * small, here.y, {
    align: right ? 'left' : 'right',
    weight: 700,
    colour: theme.bias,
  });
}

/** @param {Surface} face @param {{x: number, y: number}} at @param {number} reach @param {string} fill */
function diamond({ ctx, theme, line }, { x, y }, reach, fill) {
  ctx.beginPath();
  ctx.moveTo(x, y - reach);
  ctx.lineTo(x + reach, y);
  ctx.lineTo(x, y + reach);
  ctx.lineTo(x - reach, y);
  ctx.closePath();
  ctx.fillStyle = fill;
  // A rim of paper sets it off from the lines it lies on.
  ctx.lineWidth = line * 2.4;
  ctx.strokeStyle = theme.paper;
  ctx.stroke();
  ctx.fill();
  ctx.lineWidth = line;
  ctx.strokeStyle = theme.bias;
  ctx.stroke();
}

/** The numbers of the lines for a text twin. @param {readonly Line[]} lines @returns {import('../../draw/pane.js').Table} */
export function tableOf(lines) {
  const sizes = [...new Set(lines.flatMap(({ sizes: all }) => all))].sort((a, b) => a - b);
  const cell = (/** @type {Line} */ one, /** @type {number} */ n) => {
    const at = one.sizes.indexOf(n);
    if (at < 0) return '';
    const train = one.train.length > 0 ? `, train ${plain(one.train[at] ?? NaN, 3)}` : '';
    return `${plain(one.errors[at] ?? NaN, 4)} (${plain(one.lows[at] ?? NaN, 4)} to ${plain(one.highs[at] ?? NaN, 4)})${train}`;
  };
  return {
    columns: ['n', ...lines.map(({ name }) => name)],
    rows: sizes.map((n) => [String(n), ...lines.map((one) => cell(one, n))]),
  };
}

/** A slope with its interval. @param {Line} one */
export function slopeWords({ name, slope }) {
  if (!slope) return `${name}: no slope fitted`;
  return `${name}: ${fixed(slope.value)} [${fixed(slope.low)},\u00a0${fixed(slope.high)}]`;
}

/** The sizes it was fitted on. @param {NonNullable<Line['slope']>} slope */
export const rangeOf = ({ ends: [[first], [last]] }) => `n\u00a0${first}–${last}`;
