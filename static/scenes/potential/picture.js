/** What `potential` draws: atoms coloured by E_i, F as arrows, the hands' pull, and two runs side by side over their energies. */

import { approach } from '../../draw/approach.js';
import { lineChart } from '../../draw/chart.js';
import { paintGauge } from '../../draw/gauge.js';
import { arrow, write } from '../../draw/mark.js';
import { domain, scale } from '../../draw/palette.js';

/** @typedef {import('../../draw/surface.js').Surface} Surface */
/** @typedef {import('../../draw/surface.js').Box} Box */
/** @typedef {import('../../draw/camera.js').Camera} Camera */
/** @typedef {import('../../draw/cloud.js').Cloud} Cloud */
/** @typedef {import('../../core/protocol.js').PotentialCluster} Cluster */
/** @typedef {import('../../core/protocol.js').PotentialRun} Run */
/** @typedef {import('../../core/protocol.js').PotentialTraining} Training */

export const DRAG = 2;
export const CUTOFF = 3;
export const TRAIN = 4;
export const DYNAMICS = 5;
export const DIRECT = 6;
/** An atom's radius in units of the pair's length. */
const ATOM = 0.3;
/** The longest arrow, in the same. */
const LONGEST = 0.9;

/** As long as they should look: the largest force is LONGEST. @param {ArrayLike<number>} vectors @param {number} largest */
export function arrowsOf(vectors, largest) {
  const factor = LONGEST / Math.max(largest, 1);
  return Float32Array.from(vectors, (value) => value * factor);
}

/**
 * @param {Surface} face @param {Camera} camera @param {Cloud} cloud @param {Cluster} shown @param {Box} box
 * @param {{own?: number, forces?: boolean}} [options]
 */
export function paintCluster(face, camera, cloud, shown, box, { own, forces = shown.position > 0 } = {}) {
  const { theme } = face;
  const colour = scale({ ...domain(shown.energies.data), dark: theme.dark });
  const at = shown.positions.data;
  approach(camera, at, box, 0.75);
  cloud.paint(
    face,
    camera,
    {
      positions: at,
      edges: shown.bonds.data,
      radius: ATOM,
      colour: (i) => colour(shown.energies.data[i] ?? 0),
      ...(forces ? { arrows: arrowsOf(shown.forces.data, shown.largest) } : {}),
      ...(own !== undefined && own >= 0 ? { own } : {}),
    },
    box,
  );
  const pulls = arrowsOf(shown.pulls.data, shown.largest);
  const tips = camera.project(Float32Array.from(at, (x, k) => x + (pulls[k] ?? 0) * 1.4), box);
  for (let i = 0; i < at.length / 3; i += 1) {
    const from = cloud.place(i);
    const to = { x: tips.x[i] ?? 0, y: tips.y[i] ?? 0 };
    if (Math.hypot(to.x - from.x, to.y - from.y) < 4) continue;
    arrow(face.ctx, from, to, { colour: theme.paper, width: face.line * 3, head: face.line * 8 });
    arrow(face.ctx, from, to, { colour: theme.self, width: face.line * 2, head: face.line * 6 });
  }
}

/** Both runs above, their energies below. @param {Surface} face @param {readonly [Camera, Camera]} cameras @param {readonly [Cloud, Cloud]} clouds @param {Run} run @param {Box} box */
export function paintRuns(face, cameras, clouds, run, box) {
  const { theme, unit } = face;
  const gauge = run.kind === 'direct' && run.direct !== null;
  const upper = box.height * (gauge ? 0.38 : 0.5);
  const hues = [theme.message, theme.self];
  [run.here, run.there].forEach(({ data }, k) => {
    const [camera, cloud] = [cameras[k], clouds[k]];
    if (!camera || !cloud || data.length === 0) return;
    const place = { x: box.x + (k * box.width) / 2, y: box.y + unit * 1.7, width: box.width / 2, height: upper - unit * 1.7 };
    approach(camera, data, place, 0.35);
    cloud.paint(face, camera, { positions: data, radius: ATOM, colour: () => hues[k] ?? theme.ink }, place);
    write(face, run.names[k] ?? '', place.x + place.width / 2, box.y + unit * 0.8, { size: Math.min(unit, place.width / 11), weight: 700, colour: hues[k] ?? theme.ink });
  });
  // A narrow chart has no room for names at its lines' ends; they stand above the clusters, in their colours.
  const narrow = box.width < unit * 30;
  const inset = face.small * 0.8;
  const lower = { x: box.x + inset, y: box.y + upper + unit * 0.6, width: box.width - inset, height: box.height * (gauge ? 0.34 : 0.5) - unit * 0.6 };
  lineChart(
    face,
    {
      series: [
        { name: narrow ? '' : run.names[0], x: run.times.data, y: run.first.data, colour: theme.message, dash: 0 },
        { name: narrow ? '' : run.names[1], x: run.times.data, y: run.second.data, colour: theme.self, dash: 1 },
      ],
      xName: 'time',
      yName: narrow ? 'change of E_tot' : 'change of E_tot, kinetic and potential',
      xRange: { from: 0 },
    },
    lower,
  );
  if (gauge) {
    const y = lower.y + lower.height + unit * 0.4;
    const rows = [
      { name: `λ, ${run.names[1]}`, mean: run.gradient ?? NaN, colour: theme.self },
      { name: `λ, ${run.names[0]}`, mean: run.direct ?? NaN, colour: theme.message },
    ];
    paintGauge(face, { rows, limits: { rounding: 1e-12, broken: 1e-2 } }, { x: box.x, y, width: box.width, height: box.y + box.height - y });
  }
}

/** @param {Surface} face @param {Training} training @param {Box} box */
export function paintTraining(face, training, box) {
  const { theme, unit, small } = face;
  if (training.at.data.length === 0) {
    write(face, 'making data: Langevin dynamics with the true potential', box.x + box.width / 2, box.y + box.height / 2, { size: small, colour: theme.quiet });
    return;
  }
  const zero = Float32Array.from(training.at.data, () => training.size);
  lineChart(
    face,
    {
      series: [
        { name: 'force error', x: training.at.data, y: training.maes.data, colour: theme.self, dash: 0 },
        { name: 'answering 0', x: training.at.data, y: zero, colour: theme.quiet, dash: 1 },
      ],
      title: `${training.network}: mean error of a force component`,
      xName: 'training step',
      yName: 'on clusters not trained on',
      yLog: true,
      xRange: { from: 0, to: training.of },
    },
    { x: box.x, y: box.y + unit * 0.3, width: box.width, height: box.height - unit * 0.3 },
  );
}
