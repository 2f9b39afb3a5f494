/** What `potential` draws: atoms coloured by E_i, F as arrows, the hands' pull, a training, and two runs over their energies and temperatures. */

import { approach } from '../../draw/approach.js';
import { lineChart } from '../../draw/chart.js';
import { paintGauge } from '../../draw/gauge.js';
import { arrow, write } from '../../draw/mark.js';
import { roundStep } from '../../draw/numbers.js';
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
  approach(camera, at, box, 0.5);
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
  const pulls = arrowsOf(shown.pulls.data, shown.largest).map((x) => x * 1.4);
  paintArrows(face, camera, cloud, at, bounded(pulls), box);
}

/** Blue arrows over the cluster's own: the hands, or what a network answers. @param {Surface} face @param {Camera} camera @param {Cloud} cloud @param {Float32Array} at @param {Float32Array} arrows @param {Box} box */
function paintArrows(face, camera, cloud, at, arrows, box) {
  const { theme } = face;
  const tips = camera.project(
    Float32Array.from(at, (x, k) => x + (arrows[k] ?? 0)),
    box,
  );
  for (let i = 0; i < at.length / 3; i += 1) {
    const from = cloud.place(i);
    const to = { x: tips.x[i] ?? 0, y: tips.y[i] ?? 0 };
    if (Math.hypot(to.x - from.x, to.y - from.y) < 4) continue;
    arrow(face.ctx, from, to, { colour: theme.paper, width: face.line * 3, head: face.line * 8 });
    arrow(face.ctx, from, to, { colour: theme.self, width: face.line * 2, head: face.line * 6 });
  }
}

/** Both runs above; below, their energies and temperatures; for forces that are no gradient, a gauge under both. @param {Surface} face @param {readonly [Camera, Camera]} cameras @param {readonly [Cloud, Cloud]} clouds @param {Run} run @param {Box} box */
export function paintRuns(face, cameras, clouds, run, box) {
  const { theme, unit } = face;
  const gauge = run.kind === 'direct' && run.direct !== null;
  const narrow = box.width < unit * 30;
  const [upper, lower] = [
    box.height * (gauge ? 0.36 : narrow ? 0.4 : 0.5),
    box.height * (gauge ? 0.34 : narrow ? 0.6 : 0.5),
  ];
  const hues = [theme.message, theme.self];
  [run.here, run.there].forEach(({ data }, k) => {
    const [camera, cloud] = [cameras[k], clouds[k]];
    if (!camera || !cloud || data.length === 0) return;
    const place = {
      x: box.x + (k * box.width) / 2,
      y: box.y + unit * 1.7,
      width: box.width / 2,
      height: upper - unit * 1.7,
    };
    approach(camera, data, place, 0.35);
    cloud.paint(face, camera, { positions: data, radius: ATOM, colour: () => hues[k] ?? theme.ink }, place);
    write(face, run.names[k] ?? '', place.x + place.width / 2, box.y + unit * 0.8, {
      size: Math.min(unit, place.width / 13),
      weight: 700,
      colour: hues[k] ?? theme.ink,
    });
  });
  traces(
    face,
    run,
    { x: box.x, y: box.y + upper + unit * 0.6, width: box.width, height: lower - unit * 0.6 },
    narrow,
    gauge,
  );
  if (gauge) {
    const y = box.y + upper + lower + unit * 0.4;
    const rows = [
      { name: `λ, ${run.names[1]}`, mean: run.gradient ?? NaN, colour: theme.self },
      { name: `λ, ${run.names[0]}`, mean: run.direct ?? NaN, colour: theme.message },
    ];
    paintGauge(
      face,
      { rows, limits: { rounding: 1e-12, broken: 1e-2 } },
      { x: box.x, y, width: box.width, height: box.y + box.height - y },
    );
  }
}

/** Energy and temperature over time, side by side, or one over the other where it is narrow. @param {Surface} face @param {Run} run @param {Box} box @param {boolean} narrow @param {boolean} gauge */
function traces(face, run, box, narrow, gauge) {
  const { theme, unit, small } = face;
  const lines = (/** @type {Float32Array} */ first, /** @type {Float32Array} */ second) => [
    // Their names stand above the clusters, in their colours.
    { name: '', x: run.times.data, y: first, colour: theme.message, dash: 0 },
    { name: '', x: run.times.data, y: second, colour: theme.self, dash: 1 },
  ];
  const energy = {
    series: lines(run.first.data, run.second.data),
    xName: 'time',
    yName: 'change of E_tot',
    xRange: { from: 0 },
  };
  const heat = {
    series: lines(run.first_heat.data, run.second_heat.data),
    xName: 'time',
    yName: 'temperature',
    xRange: { from: 0 },
    yRange: { from: 0 },
  };
  const inset = small * 0.8;
  if (narrow && gauge) lineChart(face, energy, { ...box, x: box.x + inset, width: box.width - inset });
  else if (narrow) {
    const half = box.height / 2;
    lineChart(face, { ...energy, xName: '' }, { x: box.x + inset, y: box.y, width: box.width - inset, height: half });
    lineChart(face, heat, { x: box.x + inset, y: box.y + half, width: box.width - inset, height: half });
  } else {
    const half = box.width / 2;
    lineChart(face, energy, { ...box, x: box.x + inset, width: half - inset - unit });
    lineChart(face, heat, { ...box, x: box.x + half + inset, width: half - inset - unit });
  }
}

/**
 * A cluster that is not trained on, with its true forces and the network's; beside it the error and the loss.
 * @param {Surface} face @param {Camera} camera @param {Cloud} cloud @param {Training} training @param {Cluster} shown @param {Box} box
 */
export function paintTraining(face, camera, cloud, training, shown, box) {
  const { unit } = face;
  const narrow = box.width < unit * 30;
  const share = narrow ? box.height * 0.52 : box.width * 0.46;
  const left = narrow ? { ...box, height: share } : { ...box, width: share };
  const right = narrow
    ? { ...box, y: box.y + share, height: box.height - share }
    : { ...box, x: box.x + share, width: box.width - share };
  if (training.at.data.length === 0) {
    paintCluster(face, camera, cloud, shown, below(box, unit), { forces: false });
    title(face, 'making data with the true potential', box);
    return;
  }
  paintLearned(face, camera, cloud, training, left);
  paintCurves(face, training, right, narrow);
}

/** @param {Surface} face @param {Camera} camera @param {Cloud} cloud @param {Training} training @param {Box} box */
function paintLearned(face, camera, cloud, training, box) {
  const { theme, unit } = face;
  const colour = scale({ ...domain(training.energies.data), dark: theme.dark });
  const at = training.positions.data;
  const place = below(box, unit);
  approach(camera, at, place, 0.5);
  cloud.paint(
    face,
    camera,
    {
      positions: at,
      edges: training.bonds.data,
      radius: ATOM,
      colour: (i) => colour(training.energies.data[i] ?? 0),
      arrows: arrowsOf(training.truth.data, training.largest),
    },
    place,
  );
  paintArrows(face, camera, cloud, at, bounded(arrowsOf(training.forces.data, training.largest)), place);
  title(face, 'a cluster it was not trained on', box);
}

/** What a title leaves. @param {Box} box @param {number} unit @returns {Box} */
const below = (box, unit) => ({ ...box, y: box.y + unit * 1.7, height: box.height - unit * 1.7 });

/** @param {Surface} face @param {string} text @param {Box} box */
function title(face, text, box) {
  write(face, text, box.x + box.width / 2, box.y + face.unit * 0.8, {
    size: Math.min(face.unit, box.width / 18),
    weight: 700,
  });
}

/** Two hundred hands, or a network that knows nothing yet, may come to enormous forces. @param {Float32Array} arrows */
function bounded(arrows) {
  for (let i = 0; i < arrows.length; i += 3) {
    const length = Math.hypot(arrows[i] ?? 0, arrows[i + 1] ?? 0, arrows[i + 2] ?? 0);
    const factor = Math.min(1, (1.3 * LONGEST) / Math.max(length, 1e-12));
    for (let k = 0; k < 3; k += 1) arrows[i + k] = (arrows[i + k] ?? 0) * factor;
  }
  return arrows;
}

/** From a round number below to one above, so that a short logarithmic axis has two that can be read. @param {number[]} values */
function between(values) {
  const above = values.filter((value) => value > 0);
  return above.length === 0 ? {} : { from: 1 / roundStep(1 / Math.min(...above)), to: roundStep(Math.max(...above)) };
}

/** @param {Surface} face @param {Training} training @param {Box} box @param {boolean} narrow */
function paintCurves(face, training, box, narrow) {
  const { theme, small } = face;
  const zero = Float32Array.from(training.at.data, () => training.size);
  const shared = { xName: 'training step', yLog: true, xRange: { from: 0, to: training.of } };
  const upper = narrow ? box.height : box.height * 0.56;
  const inset = small * 0.8;
  const series = [
    { name: '', x: training.at.data, y: training.maes.data, colour: theme.self, dash: 0 },
    { name: '', x: training.at.data, y: zero, colour: theme.quiet, dash: 1 },
  ];
  lineChart(
    face,
    {
      ...shared,
      series,
      yName: 'error of a force component, not trained on',
      yRange: between([...training.maes.data, training.size]),
    },
    { x: box.x + inset, y: box.y, width: box.width - inset - small * 0.6, height: upper },
  );
  if (narrow) return;
  const loss = [{ name: '', x: training.at.data, y: training.losses.data, colour: theme.total, dash: 0 }];
  lineChart(
    face,
    {
      ...shared,
      series: loss,
      yName: 'training loss: forces, energy an atom',
      yRange: between([...training.losses.data]),
    },
    { x: box.x + inset, y: box.y + upper, width: box.width - inset - small * 0.6, height: box.height - upper },
  );
}
