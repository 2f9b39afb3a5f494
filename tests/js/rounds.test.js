/** The scene `rounds`: what a view reads from a trace, and the words on stage and phones. */

import assert from 'node:assert/strict';
import test from 'node:test';
import {
  colouredBy,
  incoming,
  brief,
  inside,
  links,
  newIds,
  nodes,
  revealed,
  row,
  rowsOf,
  slab,
  standing,
  vector,
  ways,
  width,
} from '../../static/scenes/rounds/reading.js';
import { progressWords, triesWords, waitingWords } from '../../static/scenes/rounds/words.js';

/** @param {readonly number[]} shape @param {number} [first] */
function counting(shape, first = 0) {
  const size = shape.reduce((a, b) => a * b, 1);
  return { data: Float32Array.from({ length: size }, (_, i) => first + i), shape };
}

/** A path 0 - 1 - 2 with two features, of which one of two updates is revealed. */
function trace() {
  return /** @type {const} */ ({
    t: 'rounds.trace',
    seq: 1,
    by: '',
    version: 4,
    rounds: 2,
    features: counting([2, 3, 2]),
    sent: counting([2, 3, 2], 100),
    self: counting([1, 3, 2], 200),
    totals: counting([1, 3, 2], 300),
    weights: { data: Float32Array.of(1, 0.5, 0.5, 1), shape: [4] },
    edges: { data: Int32Array.of(1, 0, 2, 1, 0, 1, 1, 2), shape: [2, 4] },
    w_self: counting([2, 2]),
    w_neigh: counting([2, 2]),
    bias: counting([2]),
    positions: counting([3, 2]),
    seats: ['a', 'b', 'c'],
    aggregation: 'mean',
    activation: 'relu',
    gcn: false,
    computing: true,
  });
}

test('a trace says how large it is and how much of it is revealed', () => {
  assert.deepEqual([nodes(trace()), width(trace()), revealed(trace())], [3, 2, 1]);
});

test('rows and slabs lie where the shape says', () => {
  assert.deepEqual(row(trace().features, 1, 2), [10, 11]);
  assert.deepEqual([...slab(trace().features, 1)], [6, 7, 8, 9, 10, 11]);
  assert.deepEqual(rowsOf(trace().w_self), [[0, 1], [2, 3]]);
});

test('a node hears the sources of the edges that end at it', () => {
  assert.deepEqual(incoming(trace(), 0), [{ source: 1, weight: 1 }]);
  assert.deepEqual(incoming(trace(), 1), [{ source: 0, weight: 0.5 }, { source: 2, weight: 0.5 }]);
  assert.deepEqual(ways(trace()), [[1, 0], [0, 1], [2, 1], [1, 2]]);
  assert.deepEqual(links(trace()), [0, 1, 1, 2], 'the drawing has each pair once');
});

test('each phase shows its own numbers, the new features only from the phase update on', () => {
  const made = trace();
  const seen = (/** @type {number} */ round, /** @type {import('../../static/scenes/rounds/reading.js').Phase} */ phase) => {
    const { tensor, at } = standing(made, round, phase);
    return row(tensor, at, 0)[0];
  };
  assert.deepEqual([seen(0, 'input'), seen(1, 'self'), seen(1, 'messages'), seen(1, 'total'), seen(1, 'update')], [0, 200, 100, 300, 6]);
  assert.equal(seen(2, 'messages'), 106, 'what is sent next is revealed before it is used');
  assert.deepEqual([colouredBy(0, 'input'), colouredBy(2, 'total'), colouredBy(2, 'update')], [0, 1, 2]);
});

test('vectors are written in one piece, with a typographic minus', () => {
  assert.equal(vector([1, -2]), '(1,\u00a0−2)');
  assert.equal(vector([-0.5]), '−0.5');
  assert.equal(brief([1, 2, 3, 4]), '(1,\u00a02, …)');
  assert.equal(inside([1, -2]), '1, −2');
  assert.equal(inside([3, 4, 5]), '3', 'of more than two features the first one');
});

test('an order turns into the ids of the old nodes', () => {
  assert.deepEqual(newIds(Int32Array.of(2, 0, 1)), [1, 2, 0]);
});

test('the class is counted in words', () => {
  assert.equal(progressWords({ answered: 23, of: 31 }), '23 of 31 nodes done');
  assert.equal(progressWords({ answered: 0, of: 1 }), '0 of 1 node done');
  assert.equal(waitingWords({ answered: 23, of: 31 }), 'waiting for 8 more nodes');
  assert.equal(waitingWords({ answered: 30, of: 31 }), 'waiting for 1 more node');
  assert.equal(waitingWords({ answered: 31, of: 31 }), 'the update closes now');
  assert.deepEqual([triesWords(1, 3), triesWords(2, 3)], ['2 tries left', 'one try left']);
});
