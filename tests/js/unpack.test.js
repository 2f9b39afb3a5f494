import assert from 'node:assert/strict';
import test from 'node:test';
import { unpack } from '../../static/core/socket.js';
import { bytesOf } from './frames.js';

/** A frame with one tensor of each dtype, as `server.protocol.wire.pack(...).stamped(2**32 + 7, "seat1")` wrote it. */
const PACKED = [
  'fd0000007b22736571223a343239343936373330332c226279223a227365617431222c2274223a2270726f62652e7472616365222c226c61',
  '62656c223a22c3856e67737472c3b66d20c2b720c3a9222c226665617475726573223a7b226474797065223a226634222c22736861706522',
  '3a5b322c325d2c226174223a307d2c226578616374223a7b226474797065223a226638222c227368617065223a5b315d2c226174223a3136',
  '7d2c226564676573223a7b226474797065223a226934222c227368617065223a5b322c335d2c226174223a32347d2c226d61736b223a7b22',
  '6474797065223a227531222c227368617065223a5b335d2c226174223a34387d7d202020202020200000c03f000000c00000803e00004040',
  '182d4454fb2109400000000001000000020000000100000002000000000000000100010000000000',
].join('');

function packed() {
  return new Uint8Array((PACKED.match(/../g) ?? []).map((pair) => parseInt(pair, 16))).buffer;
}

test("the server's bytes become a frame with typed views", () => {
  const frame = /** @type {Record<string, unknown>} */ (/** @type {unknown} */ (unpack(packed())));
  assert.equal(frame['t'], 'probe.trace');
  assert.equal(frame['seq'], 2 ** 32 + 7);
  assert.equal(frame['by'], 'seat1');
  assert.equal(frame['label'], 'Ångström · é');
  assert.deepEqual(frame['features'], { data: new Float32Array([1.5, -2, 0.25, 3]), shape: [2, 2] });
  assert.deepEqual(frame['exact'], { data: new Float64Array([Math.PI]), shape: [1] });
  assert.deepEqual(frame['edges'], { data: new Int32Array([0, 1, 2, 1, 2, 0]), shape: [2, 3] });
  assert.deepEqual(frame['mask'], { data: new Uint8Array([1, 0, 1]), shape: [3] });
});

test('tensors are views into the frame, not copies', () => {
  const bytes = packed();
  const frame = /** @type {Record<string, {data: Float32Array}>} */ (/** @type {unknown} */ (unpack(bytes)));
  assert.equal(frame['features']?.data.buffer, bytes);
});

test('an empty tensor has its shape', () => {
  const note = { dtype: 'i4', shape: [2, 0], at: 0 };
  const frame = /** @type {Record<string, unknown>} */ (
    /** @type {unknown} */ (unpack(bytesOf({ t: 'a.b', edges: note })))
  );
  assert.deepEqual(frame['edges'], { data: new Int32Array(0), shape: [2, 0] });
});

test('bytes that are no frame are refused', () => {
  assert.throws(() => unpack(new ArrayBuffer(2)), /at least 4 bytes/);
  assert.throws(() => unpack(new Uint8Array([255, 255, 0, 0, 1]).buffer), /a header of 65535 bytes/);
  assert.throws(() => unpack(bytesOf({ x: { dtype: 'c8', shape: [1], at: 0 } })), /f4, f8, i4 or u1, got c8/);
});
