/** The perceptron line by line in numbers, as they came: what stands beside the formulas on the stage. */

import { fixed, tidy } from '../../draw/numbers.js';

/** @typedef {import('../../core/protocol.js').GvpMachine} Machine */

const LOW = ['₁', '₂', '₃'];
const low = (/** @type {number} */ i) => LOW[i] ?? '';

/** "0.8 v₁ − 0.5 v₂". @param {readonly number[]} weights @param {string} name */
function combination(weights, name) {
  return weights
    .map(
      (weight, i) =>
        `${i === 0 ? (weight < 0 ? '−' : '') : weight < 0 ? ' − ' : ' + '}${tidy(Math.abs(weight), 2)} ${name}${low(i)}`,
    )
    .join('');
}

/** Rows of new arrows out of old ones. @param {Machine} machine @param {0 | 1} which W_h or W_mu @param {string} to @param {string} from */
function mixtures({ mixing, vector_bias }, which, to, from) {
  const [, n = 0] = mixing.shape;
  const constant = which === 0 && vector_bias;
  return Array.from({ length: n }, (_, i) => {
    const row = [...mixing.data.subarray((which * n + i) * n, (which * n + i + 1) * n)];
    return `${to}${low(i)} = ${combination(row, from)}${constant ? ` + B${low(i)}` : ''}`;
  });
}

/** Numbers of the input as it came, each with its name. @param {ArrayLike<number>} values (2, n), the first row counts @param {(i: number) => string} name */
function first(values, name) {
  return Array.from({ length: values.length / 2 }, (_, i) => `${name(i)} = ${fixed(values[i] ?? 0, 2)}`).join(', ');
}

/** @param {Machine} machine @param {string} line of the algorithm, or "in" @returns {string[]} */
export function inNumbers(machine, line) {
  const arrow = (/** @type {number} */ i) =>
    [...machine.before.data.subarray(3 * i, 3 * i + 3)].map((part) => fixed(part, 2)).join(', ');
  switch (line) {
    case 'in':
      return [
        `s = (${[...machine.scalars_in.data].map((s) => fixed(s, 2)).join(', ')})`,
        ...[0, 1].map((i) => `v${low(i)} = (${arrow(i)})`),
      ];
    case 'mixed':
      return mixtures(machine, 0, 'h', 'v');
    case 'lengths':
      return [first(machine.lengths.data, (i) => `‖h${low(i)}‖`)];
    case 'lane':
      return [first(machine.scalars.data, (i) => `s′${low(i)}`)];
    case 'second':
      return mixtures(machine, 1, 'μ', 'h');
    default:
      return [
        ...(machine.vector_gate ? ['s_m: the scalar lane before σ'] : []),
        Array.from(
          { length: machine.gates.data.length / 2 },
          (_, i) => `v′${low(i)} = ${fixed(machine.gates.data[i] ?? 0, 2)} μ${low(i)}`,
        ).join(', '),
      ];
  }
}
