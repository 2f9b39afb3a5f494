/**
 * Bytes -> frame: `u32 header length | JSON header | pad to 8 | tensors`, the inverse of `server/protocol/wire.py`.
 *
 * A tensor stands in the header as `{dtype, shape, at}`, little-endian, `at` counted from the start of the tail; every
 * tensor is 8-aligned, so its numbers become a typed-array view without a copy.
 */

/** @typedef {import('./protocol.js').Frame} Frame */
/** @typedef {{dtype: string, shape: number[], at: number}} TensorNote */

const KINDS = { f4: Float32Array, f8: Float64Array, i4: Int32Array, u1: Uint8Array };

/**
 * The frame that these bytes hold; throws a RangeError or SyntaxError when they are no frame.
 * @param {ArrayBuffer} bytes
 * @returns {Frame}
 */
export function unpack(bytes) {
  if (bytes.byteLength < 4) throw new RangeError(`expected at least 4 bytes of frame, got ${bytes.byteLength}`);
  const length = new DataView(bytes).getUint32(0, true);
  const end = 4 + length;
  if (end > bytes.byteLength) throw new RangeError(`expected a header of ${length} bytes, got ${bytes.byteLength - 4}`);
  const tail = end + ((8 - (end % 8)) % 8);
  const text = new TextDecoder().decode(new Uint8Array(bytes, 4, length));
  return /** @type {Frame} */ (
    JSON.parse(text, (_key, value) => (isTensorNote(value) ? view(value, bytes, tail) : value))
  );
}

/**
 * @param {unknown} value
 * @returns {value is TensorNote}
 */
function isTensorNote(value) {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  return Object.keys(value).length === 3 && 'dtype' in value && 'shape' in value && 'at' in value;
}

/**
 * @param {TensorNote} note
 * @param {ArrayBuffer} bytes
 * @param {number} tail
 */
function view(note, bytes, tail) {
  const Kind = KINDS[/** @type {keyof typeof KINDS} */ (note.dtype)];
  if (Kind === undefined) throw new RangeError(`expected dtype f4, f8, i4 or u1, got ${note.dtype}`);
  const count = note.shape.reduce((product, axis) => product * axis, 1);
  return { data: new Kind(bytes, tail + note.at, count), shape: note.shape };
}
