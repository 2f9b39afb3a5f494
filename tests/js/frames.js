/** Frames as `server/protocol/wire.py` packs them, for tests that need the bytes and not a server. */

/**
 * @param {Record<string, unknown>} header the JSON header, tensor notes included
 * @param {Uint8Array} [tail]
 * @returns {ArrayBuffer}
 */
export function bytesOf(header, tail = new Uint8Array()) {
  const text = new TextEncoder().encode(JSON.stringify(header));
  const start = 4 + text.length + ((8 - ((4 + text.length) % 8)) % 8);
  const bytes = new Uint8Array(start + tail.length).fill(32);
  new DataView(bytes.buffer).setUint32(0, text.length, true);
  bytes.set(text, 4);
  bytes.set(tail, start);
  return bytes.buffer;
}

let last = 0;

/**
 * A frame with the server's stamp.
 * @param {string} t
 * @param {Record<string, unknown>} [fields]
 */
export function frame(t, fields = {}) {
  last += 1;
  return bytesOf({ seq: last, by: '', t, ...fields });
}
