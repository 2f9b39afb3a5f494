/** Axes, ticks, the gauge's zones, the way of messages, and where an id has room. */

import assert from 'node:assert/strict';
import test from 'node:test';

import { chartTable } from '../../static/draw/chart.js';
import { gaugePlace, gaugeTable, gaugeWords, LIMITS, zoneOf } from '../../static/draw/gauge.js';
import { widestGap } from '../../static/draw/network.js';
import { axis, linearTicks, logTicks, placeOn, tickText } from '../../static/draw/numbers.js';
import { eased, staggered } from '../../static/draw/particles.js';

test('linear ticks stand at 1, 2 and 5', () => {
  assert.deepEqual(linearTicks(0, 7.3, 5), [0, 2, 4, 6]);
  assert.deepEqual(linearTicks(-0.3, 0.3, 5), [-0.2, 0, 0.2]);
  assert.deepEqual(linearTicks(2, 2), [2]);
});

test('logarithmic ticks are powers of ten, with 2 and 5 on a short axis', () => {
  assert.deepEqual(logTicks(0.009, 200), [0.01, 0.1, 1, 10, 100]);
  assert.deepEqual(logTicks(0.12, 0.7), [0.2, 0.5]);
  assert.ok(logTicks(1e-17, 10, 6).length <= 7);
});

test('an axis shows all its values and leaves out what it cannot show', () => {
  assert.deepEqual(axis([1, 9, NaN]), { lo: 0, hi: 10, log: false });
  const log = axis([0, 0.01, 1], { log: true });
  assert.ok(log.lo > 0 && log.lo <= 0.01 && log.hi >= 1);
  for (const empty of [axis([]), axis([], { log: true }), axis([4]), axis([], { from: 2 })])
    assert.ok(empty.hi > empty.lo);
  assert.equal(placeOn({ lo: 0.01, hi: 1, log: true }, 0.1), 0.5);
  assert.equal(tickText(1e-5, true), '10⁻⁵');
});

test('zones begin where the server says they begin', () => {
  assert.equal(zoneOf(1e-5, LIMITS.float32), 'rounding');
  assert.equal(zoneOf(1e-5, LIMITS.float64), 'approximate');
  assert.equal(zoneOf(1e-2, LIMITS.float64), 'broken');
  assert.equal(zoneOf(NaN, LIMITS.float32), 'broken');
});

test('the gauge holds zero, the tiny and the huge', () => {
  assert.equal(gaugePlace(0), 0);
  assert.equal(gaugePlace(1e-30), 0);
  assert.equal(gaugePlace(1e9), 1);
  assert.equal(gaugePlace(1e-8), 0.5);
});

test('a row of the gauge is said in words, by its largest error', () => {
  assert.equal(gaugeWords({ name: 'MLP', mean: 1e-3, max: 0.5 }, LIMITS.float32), '1.0·10⁻³, max 5.0·10⁻¹: broken');
  assert.equal(gaugeWords({ name: 'MLP', mean: NaN }, LIMITS.float32), 'not measured yet');
  assert.deepEqual(gaugeTable({ rows: [{ name: 'EGNN', mean: 2.5e-7 }] }).rows, [['EGNN', '2.5·10⁻⁷', '', 'rounding']]);
});

test('the table of a chart joins series on x', () => {
  const table = chartTable({
    series: [
      { name: 'a', x: [1, 2], y: [5, 6] },
      { name: 'b', x: [2], y: [7] },
    ],
  });
  assert.deepEqual(table, {
    columns: ['x', 'a', 'b'],
    rows: [
      ['1', '5', ''],
      ['2', '6', '7'],
    ],
  });
});

test('messages leave and arrive, one after another when told', () => {
  assert.equal(eased(-1), 0);
  assert.equal(eased(2), 1);
  assert.equal(staggered(0.5, 3, 4, 0), 0.5);
  assert.equal(staggered(0.5, 3, 4, 1), 0);
  assert.equal(staggered(1, 3, 4, 1), 1);
});

test('an id goes where no edge is', () => {
  assert.equal(widestGap([]), -Math.PI / 2);
  assert.ok(Math.abs(widestGap([0, Math.PI / 2]) - (5 * Math.PI) / 4) < 1e-9);
  assert.ok(Math.abs(widestGap([0]) - Math.PI) < 1e-9);
});
