/** The lines of the perceptron in numbers. */

import assert from 'node:assert/strict';
import test from 'node:test';

import { inNumbers } from '../../static/scenes/gvp/words.js';

const tensor = (/** @type {number[]} */ data, /** @type {number[]} */ shape) => ({
  data: Float32Array.from(data),
  shape,
});
const MACHINE = /** @type {import('../../static/core/protocol.js').GvpMachine} */ (
  /** @type {unknown} */ ({
    vector_bias: false,
    vector_gate: false,
    mixing: tensor([0.75, -0.5, 0, 2, -1, 0.25, 0.5, 1], [2, 2, 2]),
    before: tensor([1, 0.5, 0, 0, -2, 0, ...new Array(18).fill(0)], [4, 2, 3]),
    scalars_in: tensor([0.5, 1], [2]),
    lengths: tensor([1.5, 2, 9, 9], [2, 2]),
    scalars: tensor([0, 1, 2, 9, 9, 9], [2, 3]),
    gates: tensor([0.5, 0.75, 9, 9], [2, 2]),
  })
);

test('what comes in is said with its parts', () => {
  assert.deepEqual(inNumbers(MACHINE, 'in'), [
    's = (0.50, 1.00)',
    'v₁ = (1.00, 0.50, 0.00)',
    'v₂ = (0.00, −2.00, 0.00)',
  ]);
});

test('new arrows are combinations of old ones, with the constant where there is a bias', () => {
  assert.deepEqual(inNumbers(MACHINE, 'mixed'), ['h₁ = 0.75 v₁ − 0.5 v₂', 'h₂ = 0 v₁ + 2 v₂']);
  assert.deepEqual(inNumbers({ ...MACHINE, vector_bias: true }, 'mixed'), [
    'h₁ = 0.75 v₁ − 0.5 v₂ + B₁',
    'h₂ = 0 v₁ + 2 v₂ + B₂',
  ]);
  assert.deepEqual(inNumbers({ ...MACHINE, vector_bias: true }, 'second'), [
    'μ₁ = −1 h₁ + 0.25 h₂',
    'μ₂ = 0.5 h₁ + 1 h₂',
  ]);
});

test('numbers are those of the input as it came', () => {
  assert.deepEqual(inNumbers(MACHINE, 'lengths'), ['‖h₁‖ = 1.50, ‖h₂‖ = 2.00']);
  assert.deepEqual(inNumbers(MACHINE, 'lane'), ['s′₁ = 0.00, s′₂ = 1.00, s′₃ = 2.00']);
  assert.deepEqual(inNumbers({ ...MACHINE, vector_gate: true }, 'gate'), [
    's_m: the scalar lane before σ',
    'v′₁ = 0.50 μ₁, v′₂ = 0.75 μ₂',
  ]);
});
