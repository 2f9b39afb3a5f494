/** What `potential` says beside its picture: the one number of each position, its set-up, and what to look for. */

import { errorText, fixed, scientific, tidy } from '../../draw/numbers.js';
import { CUTOFF, DIRECT, DRAG, DYNAMICS, TRAIN } from './picture.js';

/** @typedef {import('../../core/protocol.js').PotentialCluster} Cluster */
/** @typedef {import('../../core/protocol.js').PotentialRun} Run */
/** @typedef {import('../../core/protocol.js').PotentialTraining} Training */
/** @typedef {import('../../draw/headline.js').Reading} Reading */

/** @param {Cluster} shown */
const limit = (shown) => (shown.dtype === 'float64' ? 1e-12 : 1e-5);

/** @param {Cluster} shown @returns {Reading} */
function ofForces(shown) {
  const sound = shown.net <= limit(shown) && shown.torque <= limit(shown);
  return {
    of: 'size of the sum of all F, over the sum of sizes',
    value: errorText(shown.net),
    words: sound ? 'zero to rounding, the torque too' : 'more than rounding',
    tone: sound ? 'sound' : 'broken',
  };
}

/** @param {Run} run @returns {Reading | null} */
function ofRun(run) {
  if (run.missing !== '' || run.frame < 1) return null;
  if (run.over)
    return { of: run.names[0], value: 'overflow', words: 'one of the runs left the range of numbers', tone: 'broken' };
  if (run.kind === 'learned') {
    const kept = run.spreads[1] <= 10 * run.spreads[0];
    return {
      of: 'spread of E_tot, learned',
      value: errorText(run.spreads[1]),
      words: kept ? 'kept as well as the true one' : 'more than the true one',
      tone: kept ? 'sound' : 'between',
    };
  }
  const of = `spread of E_tot, ${run.names[0]} over ${run.names[1]}`;
  const ratio = run.ratio ?? 1;
  const loses = ratio > 10;
  return {
    of,
    value: `${tidy(ratio, ratio < 10 ? 1 : 0)} ×`,
    words: loses ? `${run.names[0]} does not keep the energy` : 'both keep the energy',
    tone: loses ? 'broken' : 'sound',
  };
}

/** @param {Training} training @returns {Reading | null} */
function ofTraining(training) {
  if (training.diverged)
    return {
      of: 'the training',
      value: 'diverged',
      words: `at step ${training.step} its loss is above 10⁶ or no number`,
      tone: 'broken',
    };
  const mae = training.maes.data[training.maes.data.length - 1];
  if (mae === undefined) return null;
  return {
    of: 'mean error of a force component',
    value: errorText(mae),
    words: `${fixed((100 * mae) / training.size, 0)} % of the mean force`,
    tone: mae < 0.3 * training.size ? 'sound' : 'between',
  };
}

/** The number of this position. @param {Cluster} shown @param {Run} run @param {Training | null} training @returns {Reading | null} */
export function reading(shown, run, training) {
  const { position } = shown;
  if (position === 1) return ofForces(shown);
  if (position === DRAG) {
    return {
      of: 'E above the cluster at rest',
      value: errorText(Math.max(0, shown.total - shown.rest)),
      words:
        shown.hands === 0
          ? 'no hand pulls'
          : `${shown.hands} hand${shown.hands === 1 ? '' : 's'} pull${shown.hands === 1 ? 's' : ''}`,
      tone: 'plain',
    };
  }
  if (position === TRAIN) return training ? ofTraining(training) : null;
  if (position >= CUTOFF) return ofRun(run);
  return {
    of: 'E, the sum of all E_i',
    value: fixed(shown.total, 2),
    words: `${shown.energies.data.length} atoms, ${shown.name}`,
    tone: 'plain',
  };
}

/** Sentences for this position. @param {Cluster} shown @param {Run} run @param {Training | null} training @param {string} left @returns {string[]} */
export function sentences(shown, run, training, left) {
  const ends = shown.ending === 'smooth' ? 'ends smoothly at the cutoff' : 'is cut off hard';
  switch (shown.position) {
    case 0:
      return [
        'Predict: an atom is pushed a little inwards. Which way does its force point, and what do all forces sum to?',
        `E_i is the share of atom i: half of each pair it is in. ${shown.name} ${ends}. Reduced units.`,
      ];
    case 1:
      return [
        `Largest force ${fixed(shown.largest, 1)}. Torque: ${scientific(shown.torque)} of its parts.`,
        `E does not change when all atoms move or turn together. So forces and torques sum to zero, in ${shown.dtype}.`,
      ];
    case DRAG:
      return [
        'Every phone may pull one atom, with a limited force. Blue: the hands. Several at one atom tear it off: beyond the cutoff its force is exactly 0.',
      ];
    case CUTOFF:
      return [
        'The same start, the same pair. A pair that crosses the cutoff changes E at once; no force pays for it.',
        `Spreads ${scientific(run.spreads[0])} and ${scientific(run.spreads[1])}; velocity Verlet, step 0.005, ${shown.dtype}.`,
      ];
    case TRAIN:
      return [
        training && training.parameters > 0
          ? `Step ${training.step} of ${training.of}${left}. ${training.parameters} weights, float32.`
          : 'Making data.',
        training?.diverged
          ? 'The step of Adam was too long for this slope. Take a smaller learning rate; nothing else is lost.'
          : '48 clusters of a Langevin dynamics; loss: energy an atom and forces. Adam, 4 clusters a step.',
        training?.diverged ? '' : "E is trained on, its shares E_i are not: they are the network's own.",
      ];
    case DYNAMICS:
      return run.missing !== ''
        ? [run.missing, training ? `Step ${training.step} of ${training.of}${left}.` : '']
        : [
            `Temperatures ${heats(run)
              .map((value) => fixed(value, 2))
              .join(' and ')}. True spread ${scientific(run.spreads[0])}.`,
            `One start, two potentials: the atoms part. Velocity Verlet, step 0.01, ${shown.dtype}.`,
          ];
    default:
      return ofDirect(run, training, left);
  }
}

/** @param {Run} run @param {Training | null} training @param {string} left */
function ofDirect(run, training, left) {
  if (run.missing !== '') return [run.missing, training ? `Step ${training.step} of ${training.of}${left}.` : ''];
  if (run.direct === null || run.gradient === null) return ['Measuring the Jacobian of both forces, row by row.'];
  return [
    `λ = ${scientific(run.direct)} read off, ${scientific(run.gradient)} for the slope. Where λ is not 0 no energy has this force.`,
    'Published for direct-force models: λ from 0.004 to 0.032 (Bigi et al. 2025, arXiv 2412.11569). There: runaway heating in long runs; this run is short.',
  ];
}

/** Both temperatures, as they are now. @param {Run} run */
export const heats = (run) => [run.first_heat.data.at(-1) ?? 0, run.second_heat.data.at(-1) ?? 0];

/** Whether this position shows two runs. @param {number} position */
export const isRun = (position) => [CUTOFF, DYNAMICS, DIRECT].includes(position);
