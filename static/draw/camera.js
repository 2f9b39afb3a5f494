/**
 * A camera about a centre: rotation as a quaternion, mild perspective, fit, and a flat plan view; pure arithmetic.
 *
 *   const camera = new Camera();
 *   camera.fit(positions);                          centre and reach from (n, 3) positions
 *   camera.project(positions, box, out)             out: Projection, reused from frame to frame
 *   camera.at([x, y, z], box)                       one point: {x, y, depth, scale}
 *   camera.unproject(x, y, through, box)            the point under a pixel, in the plane through a point, facing us
 *   camera.turn(dx, dy)  camera.zoomBy(1.1)  camera.pan(dx, dy)  camera.reset()
 *   camera.plan = true                              looks straight down z, no perspective; a drag pans
 *
 * World: right-handed, any unit. Screen: pixels, y down. `orbit.js` binds a camera to pointer, wheel and keys.
 */

/** @typedef {[number, number, number, number]} Quaternion x, y, z, w */
/** @typedef {[number, number, number]} Vector */
/** @typedef {import('./surface.js').Box} Box */
/** @typedef {{x: number, y: number, depth: number, scale: number}} Seen depth: 1 nearest, −1 farthest, about; scale: pixels to a unit */
/**
 * @typedef {object} Projection of n points
 * @property {number} count
 * @property {Float32Array} x
 * @property {Float32Array} y
 * @property {Float32Array} depth 1 nearest, −1 farthest, about
 * @property {Float32Array} scale pixels to a world unit there
 */

/** The eye's distance in reaches: 4 gives a mild perspective. */
const EYE = 4;
/** The share of the box's half side that the reach fills. */
const FILL = 0.86;

/** @returns {Quaternion} */
export function identity() {
  return [0, 0, 0, 1];
}

/** First b, then a. @param {Quaternion} a @param {Quaternion} b @returns {Quaternion} */
export function multiply(a, b) {
  const [ax, ay, az, aw] = a;
  const [bx, by, bz, bw] = b;
  return [
    aw * bx + ax * bw + ay * bz - az * by,
    aw * by - ax * bz + ay * bw + az * bx,
    aw * bz + ax * by - ay * bx + az * bw,
    aw * bw - ax * bx - ay * by - az * bz,
  ];
}

/** @param {Vector} axis of any length but 0 @param {number} angle radians @returns {Quaternion} */
export function about(axis, angle) {
  const length = Math.hypot(...axis) || 1;
  const s = Math.sin(angle / 2) / length;
  return [axis[0] * s, axis[1] * s, axis[2] * s, Math.cos(angle / 2)];
}

/** @param {Quaternion} q @returns {Quaternion} */
export function normalize(q) {
  const length = Math.hypot(...q) || 1;
  return [q[0] / length, q[1] / length, q[2] / length, q[3] / length];
}

/** The 3 x 3 rotation matrix, row by row. @param {Quaternion} q of length 1 @returns {number[]} */
export function matrixOf([x, y, z, w]) {
  return [
    1 - 2 * (y * y + z * z),
    2 * (x * y - z * w),
    2 * (x * z + y * w),
    2 * (x * y + z * w),
    1 - 2 * (x * x + z * z),
    2 * (y * z - x * w),
    2 * (x * z - y * w),
    2 * (y * z + x * w),
    1 - 2 * (x * x + y * y),
  ];
}

/** Between two rotations, the short way. @param {Quaternion} a @param {Quaternion} b @param {number} t @returns {Quaternion} */
export function slerp(a, b, t) {
  const dot = a[0] * b[0] + a[1] * b[1] + a[2] * b[2] + a[3] * b[3];
  const sign = dot < 0 ? -1 : 1;
  const angle = Math.acos(Math.min(1, Math.abs(dot)));
  const [p, q] =
    angle < 1e-4 ? [1 - t, t] : [Math.sin((1 - t) * angle) / Math.sin(angle), Math.sin(t * angle) / Math.sin(angle)];
  const part = (/** @type {0 | 1 | 2 | 3} */ k) => a[k] * p + b[k] * q * sign;
  return normalize([part(0), part(1), part(2), part(3)]);
}

/** @param {number} [count] @returns {Projection} */
export function projection(count = 0) {
  const room = () => new Float32Array(count);
  return { count, x: room(), y: room(), depth: room(), scale: room() };
}

export class Camera {
  /** @type {Quaternion} a little from above and from the side, so that depth is seen at once */
  home = multiply(about([1, 0, 0], 0.42), about([0, 1, 0], -0.55));
  /** @type {Quaternion} */
  rotation = this.home;
  /** @type {Vector} */
  centre = [0, 0, 0];
  /** Half of what should be seen, in world units. */
  reach = 1;
  zoom = 1;
  panX = 0;
  panY = 0;
  plan = false;

  /** Back to the first view; centre and reach stay. */
  reset() {
    this.rotation = this.home;
    this.zoom = 1;
    this.panX = 0;
    this.panY = 0;
  }

  /**
   * Centre and reach from positions, so that no rotation leaves the box.
   * @param {ArrayLike<number>} positions (n, 3)
   * @param {number} [margin] world units around, such as a node's radius
   */
  fit(positions, margin = 0) {
    const n = Math.floor(positions.length / 3);
    if (n === 0) return;
    /** @type {Vector} */
    const low = [Infinity, Infinity, Infinity];
    /** @type {Vector} */
    const high = [-Infinity, -Infinity, -Infinity];
    for (let i = 0; i < 3 * n; i += 1) {
      const k = /** @type {0 | 1 | 2} */ (i % 3);
      low[k] = Math.min(low[k], positions[i] ?? 0);
      high[k] = Math.max(high[k], positions[i] ?? 0);
    }
    this.centre = [(low[0] + high[0]) / 2, (low[1] + high[1]) / 2, (low[2] + high[2]) / 2];
    let farthest = 0;
    for (let i = 0; i < n; i += 1) {
      const d = Math.hypot(...this.#from(positions, i));
      farthest = Math.max(farthest, d);
    }
    this.reach = farthest + margin || 1;
  }

  /** @param {ArrayLike<number>} positions @param {number} i @returns {Vector} relative to the centre */
  #from(positions, i) {
    const [cx, cy, cz] = this.centre;
    return [(positions[3 * i] ?? 0) - cx, (positions[3 * i + 1] ?? 0) - cy, (positions[3 * i + 2] ?? 0) - cz];
  }

  /** Pixels to a world unit in the plane of the centre. @param {Box} box */
  pixels(box) {
    return (Math.min(box.width, box.height) / 2 / this.reach) * FILL * this.zoom;
  }

  /** World to view, row by row. */
  matrix() {
    return this.plan ? matrixOf(identity()) : matrixOf(this.rotation);
  }

  /**
   * @param {ArrayLike<number>} positions (n, 3)
   * @param {Box} box
   * @param {Projection} [out] reused when it is large enough
   * @returns {Projection}
   */
  project(positions, box, out = projection()) {
    const n = Math.floor(positions.length / 3);
    const target = out.x.length >= n ? out : projection(n);
    target.count = n;
    const m = this.matrix();
    const scale = this.pixels(box);
    const middle = { x: box.x + box.width / 2 + this.panX, y: box.y + box.height / 2 + this.panY };
    for (let i = 0; i < n; i += 1) {
      const p = this.#from(positions, i);
      const z = (m[6] ?? 0) * p[0] + (m[7] ?? 0) * p[1] + (m[8] ?? 0) * p[2];
      const s = scale * this.#perspective(z);
      target.x[i] = middle.x + ((m[0] ?? 0) * p[0] + (m[1] ?? 0) * p[1] + (m[2] ?? 0) * p[2]) * s;
      target.y[i] = middle.y - ((m[3] ?? 0) * p[0] + (m[4] ?? 0) * p[1] + (m[5] ?? 0) * p[2]) * s;
      target.depth[i] = z / this.reach;
      target.scale[i] = s;
    }
    return target;
  }

  /** @param {number} z of the view */
  #perspective(z) {
    return this.plan ? 1 : EYE / Math.max(0.5, EYE - z / this.reach);
  }

  /** @param {Vector} position @param {Box} box @returns {Seen} */
  at(position, box) {
    const out = this.project(position, box, projection(1));
    return { x: out.x[0] ?? 0, y: out.y[0] ?? 0, depth: out.depth[0] ?? 0, scale: out.scale[0] ?? 1 };
  }

  /**
   * The world point under a pixel, in the plane through `through` that faces the eye.
   * @param {number} x
   * @param {number} y
   * @param {Vector} through
   * @param {Box} box
   * @returns {Vector}
   */
  unproject(x, y, through, box) {
    const m = this.matrix();
    const p = this.#from(through, 0);
    const z = (m[6] ?? 0) * p[0] + (m[7] ?? 0) * p[1] + (m[8] ?? 0) * p[2];
    const s = this.pixels(box) * this.#perspective(z);
    const u = (x - box.x - box.width / 2 - this.panX) / s;
    const v = -(y - box.y - box.height / 2 - this.panY) / s;
    const back = (/** @type {0 | 1 | 2} */ k) =>
      this.centre[k] + (m[k] ?? 0) * u + (m[3 + k] ?? 0) * v + (m[6 + k] ?? 0) * z;
    return [back(0), back(1), back(2)];
  }

  /** Turn as a ball follows the hand. @param {number} dx pixels to the right @param {number} dy pixels down */
  turn(dx, dy) {
    const step = multiply(about([1, 0, 0], dy * 0.009), about([0, 1, 0], dx * 0.009));
    this.rotation = normalize(multiply(step, this.rotation));
  }

  /** @param {number} factor */
  zoomBy(factor) {
    this.zoom = Math.min(8, Math.max(0.25, this.zoom * factor));
  }

  /** @param {number} dx pixels @param {number} dy pixels */
  pan(dx, dy) {
    this.panX += dx;
    this.panY += dy;
  }
}
