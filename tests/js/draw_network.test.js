/** A drawing of nodes and links. */

import assert from 'node:assert/strict';
import test from 'node:test';

import { upright } from '../../static/draw/network.js';

test('a wide drawing stands up in a high box, and stays elsewhere', () => {
  const wide = [0, 0, 4, 1];
  assert.deepEqual(upright(wide, { width: 400, height: 300 }), wide);
  assert.deepEqual(upright(wide, { width: 300, height: 400 }), [-0, 0, -1, 4]);
  assert.deepEqual(upright([0, 0, 1, 4], { width: 300, height: 400 }), [0, 0, 1, 4]);
});

test('what stands up is turned and not mirrored', () => {
  const [ax = 0, ay = 0, bx = 0, by = 0, cx = 0, cy = 0] = upright([0, 0, 5, 0, 5, 1], { width: 1, height: 2 });
  assert.ok((bx - ax) * (cy - ay) - (by - ay) * (cx - ax) > 0);
});
