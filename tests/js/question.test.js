import assert from 'node:assert/strict';
import test from 'node:test';
import { backward, onward, Walk } from '../../static/core/walk.js';
import { SAMPLES, Sketch } from '../../static/draw/sketch.js';

const place = { position: 0, positions: 3, step: 1, steps: 4 };

test('Page Down closes the vote, reveals, and goes on; words have nothing to reveal', () => {
  assert.deepEqual(onward({ ...place, phase: 'open' }), { t: 'vote', to: 'closed' });
  assert.deepEqual(onward({ ...place, phase: 'closed' }), { t: 'vote', to: 'revealed' });
  assert.deepEqual(onward({ ...place, phase: 'closed', words: true }), { t: 'position', to: 1 });
  assert.deepEqual(onward({ ...place, phase: 'revealed' }), { t: 'position', to: 1 });
  assert.deepEqual(onward({ ...place, phase: 'away' }), { t: 'position', to: 1 });
});

test('Page Up puts a question away first', () => {
  for (const phase of /** @type {const} */ (['open', 'closed', 'revealed'])) {
    assert.deepEqual(backward({ ...place, phase }), { t: 'vote', to: 'away' });
  }
  assert.deepEqual(backward({ ...place, phase: 'away' }), { t: 'step', to: 0 });
});

test('presses that come faster than the answers walk through every phase', () => {
  const walk = new Walk(() => 0);
  walk.learn(place);
  walk.learnPhase('open', false);
  const sent = [];
  for (let press = 0; press < 4; press += 1) {
    const move = walk.next();
    sent.push(move);
    if (move) walk.expect(move);
  }
  assert.deepEqual(sent, [
    { t: 'vote', to: 'closed' },
    { t: 'vote', to: 'revealed' },
    { t: 'position', to: 1 },
    { t: 'position', to: 2 },
  ]);
});

/** A sketch whose drawing area is known: paint needs a canvas, put only where the area is. */
function sketch() {
  return new Sketch({ x: { title: 'x', low: 0, high: 15 }, y: { title: 'y', low: 0, high: 10 } });
}

test('a stroke sets the heights below it; beyond its ends the line goes on level', () => {
  const drawn = sketch();
  // The area of a sketch that was never painted is one pixel wide and high.
  drawn.put({ x: 5 / 15, y: 1 }, null);
  drawn.put({ x: 10 / 15, y: 0 }, { x: 5 / 15, y: 1 });
  const heights = drawn.heights ?? [];
  assert.equal(heights.length, SAMPLES);
  assert.deepEqual(heights.slice(0, 6), [0, 0, 0, 0, 0, 0]);
  assert.deepEqual(heights.slice(10), [10, 10, 10, 10, 10, 10]);
  assert.deepEqual(heights.slice(5, 11).map(Math.round), [0, 2, 4, 6, 8, 10]);
});

test('heights stay within the axis, by finger and by key', () => {
  const drawn = sketch();
  drawn.put({ x: -3, y: -9 }, null);
  assert.ok((drawn.heights ?? []).every((height) => height === 10));
  drawn.nudge(3, 0.5);
  drawn.nudge(4, -0.1);
  assert.deepEqual((drawn.heights ?? []).slice(3, 5), [10, 9]);
});

test('a logarithmic axis is drawn on in its own measure', () => {
  const drawn = new Sketch({
    x: { title: 'n', low: 1, high: 1000, scale: 'log' },
    y: { title: 'e', low: 0.001, high: 1, scale: 'log' },
  });
  drawn.put({ x: 0.5, y: 1 / 3 }, null);
  assert.ok(Math.abs((drawn.heights?.[0] ?? 0) - 0.1) < 1e-9);
});
