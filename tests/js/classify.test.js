import assert from 'node:assert/strict';
import test from 'node:test';

import { MOST, Pen } from '../../static/draw/pen.js';
import { Clock } from '../../static/scenes/classify/clock.js';

/** @param {number} version @param {number} lane @param {number} step @returns {import('../../static/core/protocol.js').ClassifyTurn} */
const turn = (version, lane, step) => ({ t: 'classify.turn', version, lane, step, seq: 1, by: '' });

/** @param {Clock} clock @param {number} step @param {number} from @param {number[]} takes milliseconds of each lane */
function round(clock, step, from, takes) {
  let now = from;
  takes.forEach((ms, lane) => {
    now += ms;
    clock.see(turn(1, lane, step), takes.length, now);
  });
  return now;
}

test('a turn takes what passes since the one before it, whoever took that', () => {
  const clock = new Clock();
  let now = round(clock, 1, 0, [900, 900, 900]);
  assert.equal(clock.seconds(0, 300), null, 'the first turn builds the networks');
  for (const step of [11, 21, 31]) now = round(clock, step, now, [20, 50, 400]);
  assert.equal(clock.seconds(0, 300), 0.6);
  assert.equal(clock.seconds(1, 300), 1.5);
  assert.equal(clock.seconds(2, 300), 12);
});

test('a pause is no one’s time', () => {
  const clock = new Clock();
  let now = round(clock, 1, 0, [9, 9]);
  now = round(clock, 11, now, [20, 40]);
  now = round(clock, 21, now + 60_000, [20, 40]);
  round(clock, 31, now, [20, 40]);
  assert.equal(clock.seconds(0, 100), 0.2);
});

test('a page that comes late, or again, times the turns it sees', () => {
  const clock = new Clock();
  let now = round(clock, 51, 0, [0, 0]); // as a page is told on opening: all at once
  now = round(clock, 61, now + 5000, [20, 40]);
  now = round(clock, 71, now, [20, 40]);
  round(clock, 81, now, [20, 40]);
  assert.equal(clock.seconds(1, 300), 1.2);
  clock.see(turn(2, 1, 0), 2, 0);
  assert.equal(clock.seconds(1, 300), null, 'another contest has other times');
});

test('a pen keeps within its square and sends a bounded stroke with both ends', () => {
  const pen = new Pen();
  const face = /** @type {import('../../static/draw/surface.js').Surface} */ (
    /** @type {unknown} */ ({ width: 220, height: 320, unit: 20 })
  );
  pen.begin({ x: 10, y: 260 }, face);
  assert.deepEqual(pen.stroke, [[0, 0]]);
  for (let x = 10; x <= 400; x += 3) pen.go({ x, y: 260 - x / 2 }, face);
  const { stroke } = pen;
  assert.equal(stroke.length, MOST);
  assert.deepEqual(stroke[0], [0, 0]);
  assert.equal(stroke.at(-1)?.[0], 1);
});

test('arrow keys draw, other keys do not', () => {
  const pen = new Pen();
  assert.equal(pen.step('a'), false);
  assert.deepEqual(pen.stroke, []);
  assert.ok(pen.step('ArrowUp') && pen.step('ArrowRight'));
  assert.deepEqual(pen.stroke, [
    [0.5, 0.5],
    [0.5, 0.625],
    [0.625, 0.625],
  ]);
});
