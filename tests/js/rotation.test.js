import assert from 'node:assert/strict';
import test from 'node:test';
import { about, identity, matrixOf, multiply } from '../../static/draw/camera.js';
import { linesOf } from '../../static/draw/cloud.js';
import { errorsTable, printed } from '../../static/draw/errors.js';
import { apart, between, dragged, inverse, moved, STEP, stepped } from '../../static/draw/hand.js';
import { Motion } from '../../static/scenes/rotation/motion.js';
import { arrowUnit, radius, tipsOf } from '../../static/scenes/rotation/picture.js';
import { cellsOf, wordsOf } from '../../static/scenes/rotation/table.js';

/** @typedef {import('../../static/core/protocol.js').RotationTurned} Turned */
/** @typedef {import('../../static/draw/camera.js').Quaternion} Quaternion */

/** @param {ArrayLike<number>} got @param {readonly number[]} wanted @param {number} [slack] */
function near(got, wanted, slack = 1e-6) {
  assert.equal(got.length, wanted.length);
  wanted.forEach((value, i) =>
    assert.ok(Math.abs((got[i] ?? NaN) - value) < slack, `${String(got[i])} for ${value} at ${i}`),
  );
}

/** @param {number[]} data @param {number} n */
const tensor = (data, n) => ({ data: Float32Array.from(data), shape: [n, 3] });

/**
 * A frame of one point and one vector.
 * @param {Quaternion} quaternion
 * @param {Partial<Turned>} [rest]
 * @returns {Turned}
 */
function frame(quaternion, rest = {}) {
  const { mirror = false, offset = [0, 0, 0] } = rest;
  const m = matrixOf(quaternion);
  const point = moved([1, 0, 0], m, [...offset], mirror);
  const vector = moved([0, 1, 0], m, [0, 0, 0], mirror);
  return {
    t: 'rotation.turned',
    seq: 1,
    by: '',
    version: 1,
    act: 2,
    kind: 'rotation',
    words: '',
    quaternion,
    mirror,
    offset,
    matrix: { data: Float64Array.from(m), shape: [3, 3] },
    shift: { data: Float64Array.from(offset), shape: [3] },
    points: tensor([1, 0, 0], 1),
    turned: { data: point, shape: [1, 3] },
    scalars: tensor([1], 1),
    scalars_after: tensor([1], 1),
    vectors: { data: vector, shape: [1, 3] },
    vectors_after: { data: vector, shape: [1, 3] },
    edges: { data: Int32Array.from([]), shape: [2, 0] },
    elements: [''],
    error: [],
    norm: '',
    ...rest,
  };
}

test('a drag turns about the axes of the screen, whatever the camera looks at', () => {
  for (const view of [identity(), about([0, 1, 0], 1.1), about([1, 2, 3], 2)]) {
    const g = dragged(identity(), 100, 0, view);
    const seen = multiply(multiply(view, g), inverse(view));
    near(seen, [...about([0, 1, 0], 0.9)]);
  }
});

test('four arrow keys, each 15 degrees, opposite ones cancel, other keys do nothing', () => {
  const view = about([1, 1, 0], 0.4);
  for (const [there, back] of [
    ['ArrowLeft', 'ArrowRight'],
    ['ArrowUp', 'ArrowDown'],
  ]) {
    const g = stepped(identity(), there ?? '', view) ?? identity();
    assert.ok(Math.abs(apart(g, identity()) - STEP) < 1e-9);
    assert.ok(apart(stepped(g, back ?? '', view) ?? g, identity()) < 1e-6);
  }
  assert.equal(stepped(identity(), 'a', view), null);
});

test('moved mirrors first, turns then, shifts last', () => {
  near(moved([1, 0, 0], matrixOf(about([0, 0, 1], Math.PI / 2)), [0, 0, 5], true), [0, -1, 5]);
});

test('between blends, and does not blend clouds of different size', () => {
  near(between([0, 0, 0], [2, 4, 6], 0.5), [1, 2, 3]);
  near(between([0], [2, 4, 6], 0.5), [2, 4, 6]);
});

test('an edge list that holds both directions gives each pair once', () => {
  assert.deepEqual(linesOf([0, 1, 1, 2, 1, 0, 2, 1]), [0, 1, 1, 2]);
});

test('the longest expected arrow is well seen and a longer one is cut', () => {
  const unit = arrowUnit([0, 3, 4], 2);
  near([5 * unit], [1.24]);
  assert.deepEqual(tipsOf([0, 0, 0], [0, 3, 4], unit, 3).cut, false);
  const { tips, cut } = tipsOf([1, 0, 0], [1000, 0, 0], unit, 3);
  assert.ok(cut);
  near(tips, [4, 0, 0]);
  near(tipsOf([1, 2, 3], [], 1, 1).tips, [1, 2, 3]);
});

test('the radius is measured from the point that is asked for', () => {
  assert.equal(radius([3, 4, 0]), 5);
  assert.equal(radius([3, 4, 0], [3, 4, 2]), 2);
});

test('errors are printed as the hall reads them', () => {
  assert.deepEqual([0, 2.7e-7, 0.71, 1.1, 29, 1700].map(printed), ['0', '2.7·10⁻⁷', '0.71', '1.1', '29', '1.7·10³']);
  const row = /** @type {const} */ ({
    kind: 'rotation',
    output: 'vectors',
    mean: 1.2e-7,
    maximum: 3e-7,
    samples: 64,
    zone: 'rounding',
  });
  const now = /** @type {const} */ ({ output: 'scalars', error: 0, zone: 'rounding' });
  assert.deepEqual(errorsTable([], [now], 'mirrored').rows, [
    ['this one: mirrored', 'scalars', '0', '0', '1', 'rounding'],
  ]);
  assert.deepEqual(errorsTable([row], [], '').rows, [
    ['rotation', 'vectors', '1.2·10⁻⁷', '3.0·10⁻⁷', '64', 'rounding'],
  ]);
});

test('a large turn moves the input on its arc first, and shows the answer at its end', () => {
  const motion = new Motion();
  motion.follow(frame(identity()), 0, false);
  const end = motion.follow(frame(about([0, 0, 1], Math.PI / 2)), 1000, false);
  assert.ok(end > 1500);
  for (const t of [1100, 1300, 1600]) {
    const moment = motion.at(t);
    near([radius(moment.turned), radius(moment.after)], [1, 1], 1e-5);
    assert.equal(moment.opacity, 0);
  }
  near(motion.at(end).turned, [0, 1, 0]);
  near(motion.at(end).after, [-1, 0, 0]);
  assert.equal(motion.at(end).opacity, 1);
});

test('a small turn is blended with its answer in sight; reduced motion has none; another model does not glide', () => {
  const motion = new Motion();
  motion.follow(frame(identity()), 0, false);
  const end = motion.follow(frame(about([0, 0, 1], 0.1)), 10, false);
  assert.ok(end < 200);
  assert.equal(motion.at(30).opacity, 1);
  assert.equal(motion.follow(frame(about([0, 0, 1], 2)), 500, true), 500);
  assert.equal(motion.follow(frame(identity(), { version: 2 }), 900, false), 900);
});

test('a mirror image is reached through the plane', () => {
  const motion = new Motion();
  motion.follow(frame(identity()), 0, false);
  const end = motion.follow(frame(identity(), { mirror: true }), 0, false);
  const xs = [0.1, 0.3, 0.6].map((part) => motion.at(part * end).turned[0] ?? NaN);
  assert.ok((xs[0] ?? 0) > (xs[1] ?? 0) && (xs[1] ?? 0) > (xs[2] ?? 0));
  near(motion.at(end).turned, [-1, 0, 0]);
});

test('a row of the table has this turn first, then each kind in float32 and float64, and nothing where nothing was computed', () => {
  const cell = (
    /** @type {'rotation' | 'reflection' | 'translation'} */ kind,
    /** @type {'float32' | 'float64'} */ dtype,
    /** @type {number} */ error,
  ) => ({ kind, dtype, error, zone: /** @type {const} */ ('broken') });
  /** @type {import('../../static/core/protocol.js').RotationTable} */
  const table = {
    t: 'rotation.table',
    seq: 1,
    by: '',
    version: 1,
    act: 4,
    words: 'turned by 79°',
    dtype: 'float32',
    sound: 0,
    of: 2,
    samples: 8,
    lines: [
      { model: 'naive', name: 'Naive', cells: [cell('reflection', 'float64', 2), cell('rotation', 'float32', 1e30)] },
    ],
    present: [{ model: 'naive', error: 0.5, zone: 'broken' }],
  };
  assert.deepEqual(
    cellsOf(table, 0).map((found) => found?.error),
    [0.5, 1e30, undefined, undefined, 2, undefined, undefined],
  );
  const { columns, rows } = wordsOf(table);
  assert.equal(columns.length, 8);
  assert.deepEqual(rows, [['Naive', '0.50, broken', 'overflow, broken', '', '', '2.0, broken', '', '']]);
});
