/** How numbers are printed. */

import assert from 'node:assert/strict';
import test from 'node:test';

import { column, errorText, fixed, plain, power, scientific, tidy } from '../../static/draw/numbers.js';

test('fixed decimals have a typographic minus and no negative zero', () => {
  assert.equal(fixed(-1.5), '−1.50');
  assert.equal(fixed(-0.001), '0.00');
  assert.equal(fixed(12, 0), '12');
});

test('tidy numbers drop trailing zeros, and only decimals', () => {
  assert.equal(tidy(0.1 + 0.2), '0.3');
  assert.equal(tidy(100), '100');
  assert.equal(tidy(-2), '−2');
  assert.equal(tidy(100, 0), '100');
});

test('scientific numbers are a mantissa and a power of ten', () => {
  assert.equal(scientific(2.5e-7), '2.5·10⁻⁷');
  assert.equal(scientific(-3e12), '−3.0·10¹²');
  assert.equal(scientific(9.99e-8), '1.0·10⁻⁷');
  assert.equal(scientific(0), '0');
  assert.equal(power(0), '10⁰');
});

test('what is no number is said in words or as infinity', () => {
  assert.equal(fixed(NaN), 'not a number');
  assert.equal(scientific(NaN), 'not a number');
  assert.equal(tidy(-Infinity), '−∞');
});

test('plain numbers turn scientific far from one', () => {
  assert.equal(plain(0.05), '0.05');
  assert.equal(plain(0.0005), '5.0·10⁻⁴');
  assert.equal(plain(12345), '1.2·10⁴');
  assert.equal(plain(0), '0');
});

test('a column has the same decimals, as few as its values need', () => {
  assert.deepEqual(column([1, -2]), ['1', '−2']);
  assert.deepEqual(column([0.5, 2]), ['0.5', '2.0']);
  assert.deepEqual(column([0.123, NaN]), ['0.12', 'not a number']);
});

test('an error says exactly 0 as such, and what is small as a power of ten', () => {
  assert.equal(errorText(0), '0');
  assert.equal(errorText(2.5e-16), '2.5·10⁻¹⁶');
  assert.equal(errorText(0.0099), '9.9·10⁻³');
  assert.equal(errorText(0.6), '0.60');
  assert.equal(errorText(2e5), '2.0·10⁵');
  assert.equal(errorText(NaN), 'not a number');
});
