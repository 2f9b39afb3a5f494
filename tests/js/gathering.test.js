import assert from 'node:assert/strict';
import test from 'node:test';
import { framing, spot, ties } from '../../static/views/gathering.js';

test('no two students sit on one another, and each is tied to earlier ones', () => {
  for (let i = 1; i < 200; i += 1) {
    const here = spot(i);
    const nearest = Math.min(
      ...Array.from({ length: i }, (_, j) => Math.hypot(spot(j).x - here.x, spot(j).y - here.y)),
    );
    assert.ok(nearest > 0.8, `node ${i} is ${nearest} from another`);
    assert.equal(ties(i).length, Math.min(2, i));
    assert.ok(ties(i).every((j) => j < i));
  }
  assert.deepEqual(ties(0), []);
});

test('the frame holds everybody', () => {
  for (const count of [1, 2, 5, 40, 300]) {
    const { x, y, scale } = framing(count, 900, 600);
    for (let i = 0; i < count; i += 1) {
      assert.ok(Math.abs(spot(i).x - x) * scale < 450);
      assert.ok(Math.abs(spot(i).y - y) * scale < 300);
    }
  }
});
