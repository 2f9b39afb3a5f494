/** Which edges came and which went between two pictures of the same points; pure logic. */

/** @typedef {import('../../core/protocol.js').RadiusGraph} Graph */
/** @typedef {{source: number, target: number, shift: readonly [number, number, number], oneway: boolean}} Edge */

/** How many edges may flash at once: beyond, a flash of everything says nothing. */
export const MOST_FLASHES = 600;

/**
 * The listed edges by a key that names both ends and the image.
 * @param {Pick<Graph, 'edges' | 'shifts' | 'oneway' | 'box'>} graph
 * @returns {Map<string, Edge>}
 */
export function edgesOf({ edges, shifts, oneway, box }) {
  const count = edges.data.length / 2;
  /** @type {Map<string, Edge>} */
  const found = new Map();
  for (let e = 0; e < count; e += 1) {
    const [source, target] = [edges.data[e] ?? 0, edges.data[count + e] ?? 0];
    /** @type {[number, number, number]} */
    const shift = [shifts.data[3 * e] ?? 0, shifts.data[3 * e + 1] ?? 0, shifts.data[3 * e + 2] ?? 0];
    const image = shift.map((part, axis) => Math.round(part / (box[axis] || 1)));
    const edge = { source, target, shift, oneway: oneway.data[e] === 1 };
    found.set(keyOf(edge, image), edge);
  }
  return found;
}

/** The same key for an edge and for its reverse where both exist. @param {Edge} edge @param {readonly number[]} image */
function keyOf({ source, target, oneway }, image) {
  const forward = `${source} ${target} ${image.join(' ')}`;
  if (oneway) return `${forward} >`;
  const backward = `${target} ${source} ${image.map((part) => -part || 0).join(' ')}`;
  return forward < backward ? forward : backward;
}

/**
 * @param {ReadonlyMap<string, Edge>} before
 * @param {ReadonlyMap<string, Edge>} after
 * @returns {{came: string[], went: Edge[]}}
 */
export function changesOf(before, after) {
  const came = [...after.keys()].filter((key) => !before.has(key));
  const went = [...before].filter(([key]) => !after.has(key)).map(([, edge]) => edge);
  return came.length + went.length > MOST_FLASHES ? { came: [], went: [] } : { came, went };
}

/**
 * The other ends of a node's edges, each once, in order.
 * @param {Pick<Graph, 'edges' | 'oneway'>} graph
 * @param {number} node
 * @returns {number[]}
 */
export function neighborsOf({ edges, oneway }, node) {
  const count = edges.data.length / 2;
  /** @type {Set<number>} */
  const others = new Set();
  for (let e = 0; e < count; e += 1) {
    const [source, target] = [edges.data[e] ?? 0, edges.data[count + e] ?? 0];
    if (source === target) continue;
    if (target === node) others.add(source);
    else if (source === node && oneway.data[e] !== 1) others.add(target);
  }
  return [...others].sort((a, b) => a - b);
}

/**
 * How far along a vector the wall of a box about the origin is met: 1 when the end is inside.
 * @param {readonly number[]} from
 * @param {readonly number[]} vector
 * @param {readonly number[]} box lengths
 */
export function toWall(from, vector, box) {
  let share = 1;
  box.forEach((length, axis) => {
    const [start, step] = [from[axis] ?? 0, vector[axis] ?? 0];
    const wall = step > 0 ? length / 2 : -length / 2;
    if (step !== 0) share = Math.min(share, Math.max(0, (wall - start) / step));
  });
  return share;
}
