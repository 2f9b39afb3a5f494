/** The scene `rounds`: what a view reads from a trace, and the words on stage and phones. */

import assert from 'node:assert/strict';
import test from 'node:test';
import { fromTrace } from '../../static/scenes/rounds/arithmetic.js';
import { places } from '../../static/scenes/rounds/chips.js';
import {
  brief,
  colouredBy,
  incoming,
  inside,
  links,
  newIds,
  nodes,
  progressWords,
  Reader,
  revealed,
  row,
  rowsOf,
  slab,
  standing,
  triesWords,
  vector,
  waitingWords,
  ways,
  width,
} from '../../static/scenes/rounds/reading.js';

/** @param {readonly number[]} shape @param {number} [first] */
function counting(shape, first = 0) {
  const size = shape.reduce((a, b) => a * b, 1);
  return { data: Float32Array.from({ length: size }, (_, i) => first + i), shape };
}

const STAMP = { seq: 1, by: '' };

/** A path 0 - 1 - 2 with two features, of which one of two updates is revealed. */
function frames() {
  return /** @type {const} */ ({
    graph: {
      t: 'rounds.graph',
      ...STAMP,
      version: 3,
      edges: { data: Int32Array.of(1, 0, 2, 1, 0, 1, 1, 2), shape: [2, 4] },
      positions: counting([3, 2]),
      seats: ['a', 'b', 'c'],
    },
    trace: {
      t: 'rounds.trace',
      ...STAMP,
      version: 4,
      graph: 3,
      rounds: 2,
      features: counting([2, 3, 2]),
      sent: counting([2, 3, 2], 100),
      weights: { data: Float32Array.of(1, 0.5, 0.5, 1), shape: [4] },
      w_self: counting([2, 2]),
      w_neigh: counting([2, 2]),
      bias: counting([2]),
      aggregation: 'mean',
      activation: 'relu',
      gcn: false,
      computing: true,
    },
    terms: { t: 'rounds.terms', ...STAMP, trace: 4, self: counting([1, 3, 2], 200), totals: counting([1, 3, 2], 300) },
    mine: { t: 'rounds.mine', ...STAMP, trace: 4, node: 2, self: counting([1, 2], 204), totals: counting([1, 2], 304) },
  });
}

/** The same as the stage puts it together. */
function trace() {
  const { graph, trace: frame, terms } = frames();
  const made = new Reader(true).read(graph, frame, terms);
  assert.ok(made !== null);
  return made;
}

test('frames are put together only where each names the other', () => {
  const { graph, trace: frame, terms } = frames();
  const stage = new Reader(true);
  assert.equal(stage.read(undefined, frame, terms), null);
  assert.equal(stage.read({ ...graph, version: 9 }, frame, terms), null, 'a newer graph waits for its trace');
  assert.equal(
    stage.read(graph, frame, { ...terms, trace: 3 }),
    null,
    'terms of the last trace are not shown with this one',
  );
  const whole = stage.read(graph, frame, terms);
  assert.equal(whole?.self, terms.self);
  assert.equal(whole?.edges, graph.edges);
  assert.equal(stage.read(graph, frame, terms), whole, 'the same frames are the same trace');
  assert.notEqual(stage.read(graph, { ...frame }, terms), whole);
});

test('a phone is told its own terms alone, and of no other trace', () => {
  const { graph, trace: frame, terms, mine } = frames();
  const seen = new Reader(false).read(graph, frame);
  assert.ok(seen !== null);
  assert.deepEqual([seen.self, standing(seen, 1, 'total').part, standing(seen, 1, 'total').at], [null, 'h', 0]);
  const sum = fromTrace(seen, mine, 1, 2);
  assert.deepEqual([sum?.own, sum?.total], [row(terms.self, 0, 2), row(terms.totals, 0, 2)]);
  assert.equal(fromTrace(seen, { ...mine, trace: 3 }, 1, 2), null);
  assert.equal(fromTrace(seen, mine, 1, 0), null, 'another node');
  assert.equal(fromTrace(seen, mine, 2, 2), null, 'not revealed');
});

test('a chip stands on its edge where there is room, else beside it, and covers nothing', () => {
  const line = (/** @type {number} */ a, /** @type {number} */ b) => (/** @type {number} */ t) => ({
    x: a + (b - a) * t,
    y: 100,
  });
  const within = { x: 0, y: 0, width: 600, height: 200 };
  const discs = [50, 150, 550].map((x) => ({ x, y: 100, radius: 30 }));
  const chip = { width: 60, height: 20 };
  const [short, long] = places(
    [
      { ...chip, along: line(80, 120) },
      { ...chip, along: line(520, 180) },
    ],
    { discs, boxes: [] },
    within,
  );
  assert.deepEqual(long, { x: 350, y: 100 });
  assert.ok(short && short.y < 80, 'above the short edge');
  for (const { x, y, radius } of discs) {
    const [dx, dy] = [Math.max(0, Math.abs((short?.x ?? 0) - x) - 30), Math.max(0, Math.abs((short?.y ?? 0) - y) - 10)];
    assert.ok(Math.hypot(dx, dy) >= radius);
  }
  const full = { x: 0, y: 0, width: 600, height: 200 };
  assert.deepEqual(
    places([{ ...chip, along: line(80, 120) }], { discs, boxes: [full] }, within),
    [null],
    'no room: no chip',
  );
});

test('a trace says how large it is and how much of it is revealed', () => {
  assert.deepEqual([nodes(trace()), width(trace()), revealed(trace())], [3, 2, 1]);
});

test('rows and slabs lie where the shape says', () => {
  assert.deepEqual(row(trace().features, 1, 2), [10, 11]);
  assert.deepEqual([...slab(trace().features, 1)], [6, 7, 8, 9, 10, 11]);
  assert.deepEqual(rowsOf(trace().w_self), [
    [0, 1],
    [2, 3],
  ]);
});

test('a node hears the sources of the edges that end at it', () => {
  assert.deepEqual(incoming(trace(), 0), [{ source: 1, weight: 1 }]);
  assert.deepEqual(incoming(trace(), 1), [
    { source: 0, weight: 0.5 },
    { source: 2, weight: 0.5 },
  ]);
  assert.deepEqual(ways(trace()), [
    [1, 0],
    [0, 1],
    [2, 1],
    [1, 2],
  ]);
  assert.deepEqual(links(trace()), [0, 1, 1, 2], 'the drawing has each pair once');
});

test('each phase shows its own numbers, the new features only from the phase update on', () => {
  const made = trace();
  const seen = (
    /** @type {number} */ round,
    /** @type {import('../../static/scenes/rounds/reading.js').Phase} */ phase,
  ) => {
    const { tensor, at } = standing(made, round, phase);
    return row(tensor, at, 0)[0];
  };
  assert.deepEqual(
    [seen(0, 'input'), seen(1, 'self'), seen(1, 'messages'), seen(1, 'total'), seen(1, 'update')],
    [0, 200, 100, 300, 6],
  );
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
