import assert from 'node:assert/strict';
import test from 'node:test';
import { Room } from '../../static/core/room.js';
import { unpack } from '../../static/core/socket.js';
import { backward, onward, Walk } from '../../static/core/walk.js';
import { frame } from './frames.js';

/** @typedef {keyof import('../../static/core/protocol.js').FrameByTag} Tag */

function room() {
  const made = new Room('lecture2', 'student');
  const take = (/** @type {string} */ t, /** @type {Record<string, unknown>} */ fields = {}) =>
    made.take(unpack(frame(t, fields)));
  return { made, take };
}

/** A tag of a scene that does not exist, as a tag of the protocol. */
const SCENE_TAG = /** @type {Tag} */ (/** @type {unknown} */ ('probe.cursor'));

test('the latest frame of a tag wins, and a newcomer is told of it at once', () => {
  const { made, take } = room();
  take('joined', { joined: 3, present: 3, dealt: 0 });
  take('joined', { joined: 4, present: 3, dealt: 0 });
  assert.equal(made.latest('joined')?.joined, 4);
  /** @type {number[]} */
  const heard = [];
  const stop = made.on('joined', ({ joined }) => heard.push(joined));
  take('joined', { joined: 5, present: 3, dealt: 0 });
  stop();
  take('joined', { joined: 6, present: 3, dealt: 0 });
  assert.deepEqual(heard, [4, 5]);
});

test('another scene clears the frames of the last one, and nothing else', () => {
  const { made, take } = room();
  take('opened', { scene: 'probe', title: 'Probe', version: 7, params: {}, step: 0 });
  take('joined', { joined: 1, present: 1, dealt: 0 });
  take('probe.cursor', { round: 2 });
  take('opened', { scene: 'probe', title: 'Probe', version: 7, params: { n: 5 }, step: 0 });
  assert.equal(made.sceneFrames.length, 1);
  take('opened', { scene: 'probe', title: 'Probe', version: 9, params: {}, step: 0 });
  assert.deepEqual(made.sceneFrames, []);
  assert.equal(made.latest(SCENE_TAG), undefined);
  assert.equal(made.latest('joined')?.joined, 1);
});

test('a fault is told and not remembered', () => {
  const { made, take } = room();
  /** @type {string[]} */
  const heard = [];
  made.on('fault', ({ detail }) => heard.push(detail));
  take('fault', { code: 'refused', detail: 'not now', re: null });
  assert.deepEqual(heard, ['not now']);
  made.on('fault', () => heard.push('again'));
  assert.deepEqual(heard, ['not now']);
});

test('scene frames come in the order of their arrival', () => {
  const { made, take } = room();
  take('probe.cursor', { round: 0 });
  take('probe.trace', {});
  take('probe.cursor', { round: 1 });
  assert.deepEqual(
    made.sceneFrames.map((each) => String(each.t)),
    ['probe.trace', 'probe.cursor'],
  );
});

test('slots of one kind are kept each by its name, and forgotten with the scene', () => {
  const { made, take } = room();
  take('opened', { scene: 'probe', title: 'Probe', version: 7, params: {}, step: 0 });
  take('probe.cursor', { slot: 'probe.cursor.a', round: 1 });
  take('probe.cursor', { slot: 'probe.cursor.b', round: 2 });
  take('probe.cursor', { slot: 'probe.cursor.a', round: 3 });
  assert.deepEqual(
    made.sceneFrames.map((each) => [each.slot, Reflect.get(each, 'round')]),
    [
      ['probe.cursor.b', 2],
      ['probe.cursor.a', 3],
    ],
  );
  assert.equal(Reflect.get(made.latest(SCENE_TAG) ?? {}, 'round'), 3);
  take('opened', { scene: 'probe', title: 'Probe', version: 9, params: {}, step: 0 });
  assert.deepEqual(made.sceneFrames, []);
  assert.equal(made.latest(SCENE_TAG), undefined);
});

test('a slot that is emptied is forgotten, and another of its kind is the latest', () => {
  const { made, take } = room();
  take('opened', { scene: 'probe', title: 'Probe', version: 7, params: {}, step: 0 });
  take('probe.trace', {});
  take('probe.cursor', { slot: 'probe.cursor.a', round: 1 });
  take('probe.cursor', { slot: 'probe.cursor.b', round: 2 });
  take('gone', { slot: 'probe.cursor.b' });
  assert.equal(Reflect.get(made.latest(SCENE_TAG) ?? {}, 'round'), 1);
  take('gone', { slot: 'probe.cursor.a' });
  take('gone', { slot: 'probe.cursor.a' });
  assert.equal(made.latest(SCENE_TAG), undefined);
  assert.deepEqual(
    made.sceneFrames.map((each) => String(each.t)),
    ['probe.trace'],
  );
});

test('Page Down walks the positions, then the plan; Page Up back', () => {
  assert.deepEqual(onward({ position: 0, positions: 3, step: 1, steps: 4 }), { t: 'position', to: 1 });
  assert.deepEqual(onward({ position: 2, positions: 3, step: 1, steps: 4 }), { t: 'step', to: 2 });
  assert.deepEqual(onward({ position: 0, positions: 1, step: null, steps: 4 }), { t: 'step', to: 0 });
  assert.equal(onward({ position: 2, positions: 3, step: 3, steps: 4 }), null);
  assert.deepEqual(backward({ position: 2, positions: 3, step: 1, steps: 4 }), { t: 'position', to: 1 });
  assert.deepEqual(backward({ position: 0, positions: 3, step: 1, steps: 4 }), { t: 'step', to: 0 });
  assert.equal(backward({ position: 0, positions: 1, step: null, steps: 4 }), null);
});

test('fast presses count on from what was sent, and none skips a step of the plan', () => {
  let now = 0;
  const walk = new Walk(() => now);
  walk.learn({ position: 0, positions: 3, step: 0, steps: 3 });
  const press = () => {
    const move = walk.next();
    if (move) walk.expect(move);
    return move;
  };
  assert.deepEqual(press(), { t: 'position', to: 1 });
  assert.deepEqual(press(), { t: 'position', to: 2 });
  walk.learn({ position: 1, positions: 3, step: 0, steps: 3 });
  assert.deepEqual(press(), { t: 'step', to: 1 });
  assert.equal(press(), null);
  walk.learn({ position: 0, positions: 5, step: 1, steps: 3 });
  assert.deepEqual(press(), { t: 'position', to: 1 });
  now = 20_000;
  assert.deepEqual(press(), { t: 'position', to: 1 }, 'the server never said so: its truth wins');
});
