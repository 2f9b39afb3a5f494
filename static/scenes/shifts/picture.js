/** What the stage and the phones draw: a point on the torus with its turned copies, and learning curves with fitted lines. */

import { lineChart } from '../../draw/chart.js';
import { arrow, write } from '../../draw/mark.js';
import { plain } from '../../draw/numbers.js';

/** @typedef {import('../../draw/surface.js').Surface} Surface */
/** @typedef {import('../../draw/surface.js').Box} Box */
/** @typedef {import('../../core/protocol.js').ShiftsLine} Line */

const COPIES = 8;
/** The angles of the point drawn, in turns; any would do. */
const POINT = [0.07, 0.31, 0.62];

/** Three dials: a point's angles, and its copies, all three turned together. @param {Surface} face @param {Box} box */
export function paintTorus(face, box) {
  const { ctx, theme, unit, small, line } = face;
  const room = small * 4.4;
  const across = box.width > box.height * 0.8;
  const step = across ? box.width / 3 : (box.height - room) / 3;
  const radius = Math.min(across ? step * 0.4 : step * 0.36, across ? (box.height - room - unit * 2) * 0.42 : box.width * 0.3);
  POINT.forEach((turn, k) => {
    const x = across ? box.x + (k + 0.5) * step : box.x + box.width / 2;
    const y = across ? box.y + (box.height - room) / 2 : box.y + (k + 0.5) * step;
    ctx.strokeStyle = theme.edge;
    ctx.lineWidth = line;
    ctx.beginPath();
    ctx.arc(x, y, radius, 0, 2 * Math.PI);
    ctx.stroke();
    for (let copy = COPIES - 1; copy >= 0; copy -= 1) {
      const angle = 2 * Math.PI * (turn + copy / COPIES);
      const to = { x: x + Math.cos(angle) * radius * 0.94, y: y - Math.sin(angle) * radius * 0.94 };
      if (copy === 0) {
        arrow(ctx, { x, y }, to, { colour: theme.message, width: line * 1.6 });
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
    write(face, `θ${'₁₂₃'[k] ?? ''}`, x + radius * 0.8, y - radius * 0.94, { align: 'left', weight: 700, size: unit });
  });
  const foot = box.y + box.height - room;
  write(face, 'The target depends on θ₁ − θ₂ and θ₂ − θ₃ alone.', box.x + box.width / 2, foot + small * 1.4, { weight: 600 });
  write(face, 'Turn all three together: it stays the same.', box.x + box.width / 2, foot + small * 2.8, { colour: theme.quiet });
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
    if (one.slope) parts.push({ name: '', x: one.slope.ends.map(([n]) => n), y: one.slope.ends.map(([, error]) => error), colour: theme.ink, dash: 2 });
    return parts;
  });
}

/** @param {Surface} face @param {readonly Line[]} lines @param {Box} box */
export function paintKernel(face, lines, box) {
  lineChart(face, { series: seriesOf(face, lines), xLog: true, yLog: true, xName: 'points n', yName: 'error on new points, 1 = predicting the mean', xRange: { from: 32, to: 2048 }, yRange: { from: 1e-4, to: 1 } }, box);
}

/** @param {Surface} face @param {import('../../core/protocol.js').ShiftsNeural} shown @param {import('../../core/protocol.js').ShiftsLive | undefined} live @param {Box} box */
export function paintNeural(face, shown, live, box) {
  const series = seriesOf(face, shown.lines);
  const here = live && live.test !== null && live.potential === shown.potential ? live : null;
  if (here) series.push({ name: `live, l = ${here.lmax}`, x: [here.size], y: [here.test ?? NaN], colour: face.theme.ink, points: true });
  lineChart(face, { series, xLog: true, yLog: true, xName: 'training frames n', yName: 'force error, ε/σ', xRange: { from: 8, to: 512 } }, box);
}

/** The numbers of the lines for a text twin. @param {readonly Line[]} lines @returns {import('../../draw/twin.js').Table} */
export function tableOf(lines) {
  const sizes = [...new Set(lines.flatMap(({ sizes: all }) => all))].sort((a, b) => a - b);
  const cell = (/** @type {Line} */ one, /** @type {number} */ n) => {
    const at = one.sizes.indexOf(n);
    if (at < 0) return '';
    const train = one.train.length > 0 ? `, train ${plain(one.train[at] ?? NaN, 3)}` : '';
    return `${plain(one.errors[at] ?? NaN, 4)} (${plain(one.lows[at] ?? NaN, 4)} to ${plain(one.highs[at] ?? NaN, 4)})${train}`;
  };
  return { columns: ['n', ...lines.map(({ name }) => name)], rows: sizes.map((n) => [String(n), ...lines.map((one) => cell(one, n))]) };
}

/** A slope with its interval. @param {Line} one */
export function slopeWords({ name, slope }) {
  if (!slope) return `${name}: no slope fitted`;
  return `${name}: ${slope.value.toFixed(2)} [${slope.low.toFixed(2)}, ${slope.high.toFixed(2)}]`;
}
