/**
 * A camera that stands near: the sphere around the points may leave its box, the points may not.
 *
 *   approach(camera, points, box, margin);     in place of camera.fit(points, margin)
 *
 * Most clouds are longer in depth than they look, so `fit` alone leaves half of a wide box empty. It steps back only
 * where a point would leave the box as the cloud turns.
 */

/** @typedef {import('./camera.js').Camera} Camera */
/** @typedef {import('./surface.js').Box} Box */

/** Of the sphere's radius: as near as it comes. */
const NEAR = 0.72;

/**
 * @param {Camera} camera its centre and reach are set; zoom and pan stay the viewer's own
 * @param {ArrayLike<number>} points (n, 3)
 * @param {Box} box
 * @param {number} [margin] kept free around each point, world units
 * @param {number} [near] of the sphere's radius: as near as it comes; less for what is long and thin in a box of its shape
 */
export function approach(camera, points, box, margin = 0, near = NEAR) {
  camera.fit(points, margin);
  camera.reach *= near;
  const { zoom, panX, panY } = camera;
  Object.assign(camera, { zoom: 1, panX: 0, panY: 0 });
  const seen = camera.project(points, box);
  let over = 1;
  for (let i = 0; i < seen.count; i += 1) {
    const around = margin * (seen.scale[i] ?? 0);
    const [x, y] = [(seen.x[i] ?? 0) - box.x - box.width / 2, (seen.y[i] ?? 0) - box.y - box.height / 2];
    over = Math.max(over, (Math.abs(x) + around) / (box.width / 2), (Math.abs(y) + around) / (box.height / 2));
  }
  camera.reach *= over;
  Object.assign(camera, { zoom, panX, panY });
}
