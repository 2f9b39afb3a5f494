import assert from 'node:assert/strict';
import test from 'node:test';
import { showStatus } from '../../static/core/enter.js';
import { Room } from '../../static/core/room.js';
import { unpack } from '../../static/core/socket.js';
import { frame } from './frames.js';

function shown() {
  const room = new Room('lecture2', 'student');
  const place = { textContent: '', title: '', dataset: /** @type {DOMStringMap} */ ({}) };
  showStatus(room, place);
  return {
    room,
    place,
    take: (/** @type {string} */ t, /** @type {Record<string, unknown>} */ fields) =>
      room.take(unpack(frame(t, fields))),
  };
}

test('the connection is told in words', () => {
  const { room, place, take } = shown();
  assert.equal(place.textContent, 'connecting…');
  room.takeStatus('live', 0);
  assert.equal(place.textContent, 'live');
  take('engine', { ready: false, generation: 1, device: 'cpu' });
  assert.deepEqual([place.textContent, place.dataset['status']], ['models starting…', 'starting']);
  room.takeStatus('stopped', 4404);
  assert.equal(place.textContent, 'closed');
});

test('an engine that does not answer is told, with the sentence behind it', () => {
  const { room, place, take } = shown();
  room.takeStatus('live', 0);
  take('engine', { ready: false, generation: 1, device: 'cpu', why: 'it does not answer' });
  assert.deepEqual([place.textContent, place.title], ['models do not answer…', 'it does not answer']);
  take('engine', { ready: true, generation: 1, device: 'cpu', why: '' });
  assert.deepEqual([place.textContent, place.title], ['live', '']);
});

test('a restart that was announced is told until the server is back', () => {
  const { room, place, take } = shown();
  room.takeStatus('live', 0);
  take('closing', { detail: 'the server restarts' });
  assert.deepEqual([place.textContent, place.dataset['status']], ['the server restarts…', 'reconnecting']);
  take('engine', { ready: false, generation: 1, device: 'cpu' });
  room.takeStatus('reconnecting', 0);
  room.takeStatus('reconnecting', 0);
  assert.equal(place.textContent, 'the server restarts…');
  room.takeStatus('live', 0);
  take('engine', { ready: true, generation: 2, device: 'cpu' });
  assert.deepEqual([place.textContent, place.dataset['status']], ['live', 'live']);
  room.takeStatus('reconnecting', 0);
  assert.equal(place.textContent, 'reconnecting…');
});

test('a server that does not come back is no restart any more, and what is closed for good is closed', () => {
  const { room, place, take } = shown();
  room.takeStatus('live', 0);
  take('closing', { detail: 'the server restarts' });
  for (let i = 0; i < 12; i += 1) room.takeStatus('reconnecting', 0);
  assert.equal(place.textContent, 'reconnecting…');
  take('closing', { detail: 'the server restarts' });
  room.takeStatus('stopped', 4409);
  assert.equal(place.textContent, 'closed');
});
