import assert from 'node:assert/strict';
import test from 'node:test';
import { meanOf, trialsOf, verdictOf } from '../../static/scenes/radius/aside.js';
import { changesOf, edgesOf, neighborsOf, toWall } from '../../static/scenes/radius/edges.js';
import { jumpText } from '../../static/scenes/radius/energy.js';
import { bounded, paced, swungBy, turnedBy, worldStep } from '../../static/scenes/radius/hands.js';

/** @param {[number, number][]} pairs @param {number[]} [oneway] @param {number[]} [shifts] */
function graph(pairs, oneway = [], shifts = []) {
  const flat = [...pairs.map(([a]) => a), ...pairs.map(([, b]) => b)];
  return {
    edges: { data: Int32Array.from(flat), shape: [2, pairs.length] },
    oneway: { data: Uint8Array.from(pairs, (_, e) => oneway[e] ?? 0), shape: [pairs.length] },
    shifts: { data: Float32Array.from(shifts), shape: [shifts.length / 3, 3] },
    box: shifts.length > 0 ? [4, 4] : [],
  };
}

test('edges that came and went are told apart, whichever end is listed first', () => {
  const before = edgesOf(
    graph([
      [0, 1],
      [1, 2],
    ]),
  );
  const after = edgesOf(
    graph([
      [1, 0],
      [2, 3],
    ]),
  );
  const { came, went } = changesOf(before, after);
  assert.equal(came.length, 1);
  assert.deepEqual(
    went.map(({ source, target }) => [source, target]),
    [[1, 2]],
  );
});

test('an edge that loses its reverse has changed, and so has one to another image', () => {
  assert.equal(changesOf(edgesOf(graph([[0, 1]])), edgesOf(graph([[0, 1]], [1]))).came.length, 1);
  const right = edgesOf(graph([[0, 1]], [], [4, 0, 0]));
  assert.equal(changesOf(right, edgesOf(graph([[0, 1]], [], [-4, 0, 0]))).came.length, 1);
  assert.equal(changesOf(right, edgesOf(graph([[1, 0]], [], [-4, 0, 0]))).came.length, 0);
});

test('when nearly everything changes nothing flashes', () => {
  const many = edgesOf(graph(Array.from({ length: 900 }, (_, k) => [k, k + 1])));
  assert.deepEqual(changesOf(new Map(), many), { came: [], went: [] });
});

test('neighbors are those that are heard: both ends of an edge, the target alone of a one-way one', () => {
  const some = graph(
    [
      [0, 1],
      [2, 1],
      [1, 3],
      [1, 1],
    ],
    [0, 1, 1, 0],
  );
  assert.deepEqual(neighborsOf(some, 1), [0, 2]);
  assert.deepEqual(neighborsOf(some, 3), [1]);
  assert.deepEqual(neighborsOf(some, 2), []);
});

test('a stub ends at the first wall it meets', () => {
  assert.equal(toWall([1, 0, 0], [4, 0, 0], [4, 4]), 0.25);
  assert.equal(toWall([0, 0, 0], [1, 1, 9], [4, 4]), 1);
});

test('a drag sends the first value at once and the last one in the end', async () => {
  /** @type {number[]} */
  const sent = [];
  const push = paced((/** @type {number} */ value) => sent.push(value), 5);
  for (const value of [1, 2, 3]) push(value);
  assert.deepEqual(sent, [1]);
  await new Promise((done) => setTimeout(done, 40));
  assert.deepEqual(sent, [1, 3]);
});

test('turning keeps unit quaternions; a quarter of a swing is a quarter', () => {
  const q = turnedBy([0, 0, 0, 1], 30, -20, [0, 0, 0, 1]);
  assert.ok(Math.abs(Math.hypot(...q) - 1) < 1e-12);
  const [, , z, w] = swungBy([0, 0, 0, 1], { x: 1, y: 0 }, { x: 0, y: -1 }, { x: 0, y: 0 });
  assert.ok(Math.abs(2 * Math.atan2(z, w) - Math.PI / 2) < 1e-12);
  assert.deepEqual(worldStep(1, 2, [0, 0, 0, 1]), [1, 2, 0]);
  assert.deepEqual(bounded([1e9, -1e9, 3]), [100, -100, 3]);
});

test('numbers and sentences', () => {
  assert.equal(jumpText(0.79576), '0.796');
  assert.equal(jumpText(2.5e-16), '2.5·10⁻¹⁶');
  const check = {
    possible: true,
    turned: true,
    difference: 44,
    edges: 288,
    trials: 20,
    of: 20,
    fewest: 72,
    most: 288,
    largest: 216,
    words: 'Not the same edges.',
  };
  const frame = { t: /** @type {const} */ ('radius.check'), seq: 1, by: '', version: 1, ...check };
  assert.equal(verdictOf(frame).number, '44');
  assert.ok(/72 to 288 directed edges; the sets differ in up to 216/.test(trialsOf(frame)));
  assert.equal(verdictOf({ ...frame, possible: false, difference: null }).number, '–');
  assert.ok(/the same 288 directed edges/.test(trialsOf({ ...frame, fewest: 288, largest: 0 })));
});

test('the mean degree stands beside what the density promises', () => {
  const some = /** @type {import('../../static/core/protocol.js').RadiusGraph} */ ({
    mean_degree: 3.9,
    expected_degree: 5.309,
    dim: 2,
    periodic: false,
  });
  assert.ok(/mean 3.9, ρπr².=.5.31 away from the rim/.test(meanOf(some)));
  assert.equal(meanOf({ ...some, expected_degree: null }), 'Nodes of each degree: mean 3.9');
});
