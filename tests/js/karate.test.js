/** On the smallest phone no member of the club lies over another; where there is room the drawing stays as it was made. */

import assert from 'node:assert/strict';
import test from 'node:test';
import { apart, fitted, pixelsOf } from '../../static/scenes/karate/members.js';

/** The least distance of two places (n, 2). @param {readonly number[]} places */
function closest(places) {
  let least = Infinity;
  for (let i = 0; i < places.length; i += 2)
    for (let j = 0; j < i; j += 2)
      least = Math.min(
        least,
        Math.hypot((places[i] ?? 0) - (places[j] ?? 0), (places[i + 1] ?? 0) - (places[j + 1] ?? 0)),
      );
  return least;
}

/** 34 places on a spiral, the inner ones close to each other, and two that are one. */
const CLUB = Array.from({ length: 34 }, (_, i) => [
  Math.sqrt(i) * Math.cos(2.4 * i),
  Math.sqrt(i) * Math.sin(2.4 * i),
]).flatMap(([x = 0, y = 0], i) => (i === 33 ? [0, 0] : [x ** 3, y ** 3]));

test('marks that would lie over each other are pushed apart, and the picture still fits its box', () => {
  const box = { x: 0, y: 0, width: 320, height: 225 };
  const [radius, margin] = [10.9, 31];
  let places = fitted(CLUB, box);
  assert.ok(closest(places) * pixelsOf(places, box, margin) < radius);
  for (let pass = 0; pass < 4; pass += 1) places = apart(places, (2.3 * radius) / pixelsOf(places, box, margin));
  assert.ok(closest(places) * pixelsOf(places, box, margin) > 2 * radius);
});

test('where there is room nobody is moved', () => {
  assert.deepEqual(apart([0, 0, 1, 0, 0, 1], 0.9), [0, 0, 1, 0, 0, 1]);
  assert.deepEqual(apart([0, 0, 0, 0], 1), [-0.5, 0, 0.5, 0]);
});
