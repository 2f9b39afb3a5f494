/**
 * Hands on a camera: drag turns (in plan view: pans), wheel and pinch zoom, arrow keys turn, + − zoom, 0 goes home.
 *
 *   orbit(face, camera, {
 *     grab: (point) => …        something under the pointer that is dragged instead of the view: {move, drop}, or null
 *     tap: (point, event) => …  a press without a drag
 *     hover: (point | null) => …
 *     changed: () => …          after the view moved
 *     locked: () => boolean     the view may not move now
 *   });
 *
 * The surface must be focusable for the keys. Listeners end with the surface.
 */

/** @typedef {import('./surface.js').Surface} Surface */
/** @typedef {import('./surface.js').Point} Point */
/** @typedef {import('./camera.js').Camera} Camera */
/** @typedef {{move(point: Point): void, drop?(point: Point): void}} Grip */
/**
 * @typedef {object} OrbitOptions
 * @property {(point: Point, event: PointerEvent) => Grip | null} [grab]
 * @property {(point: Point, event: PointerEvent) => void} [tap]
 * @property {(point: Point | null) => void} [hover]
 * @property {() => void} [changed]
 * @property {() => boolean} [locked]
 */

/** A press that moves less than this many pixels is a tap. */
const TAP = 6;
const KEY_STEP = 18;

/** @type {Record<string, [number, number]>} */
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/**
 * @param {Surface} face
 * @param {Camera} camera
 * @param {OrbitOptions} [options]
 */
export function orbit(face, camera, options = {}) {
  const { canvas, signal } = face;
  canvas.style.touchAction = 'none';
  const moved = () => {
    options.changed?.();
    face.invalidate();
  };
  const hands = new Hands(face, camera, options, moved);
  canvas.addEventListener('pointerdown', (event) => hands.down(event), { signal });
  canvas.addEventListener('pointermove', (event) => hands.move(event), { signal });
  canvas.addEventListener('pointerup', (event) => hands.up(event, true), { signal });
  canvas.addEventListener('pointercancel', (event) => hands.up(event, false), { signal });
  canvas.addEventListener('pointerleave', () => options.hover?.(null), { signal });
  canvas.addEventListener(
    'wheel',
    (event) => {
      if (options.locked?.()) return;
      event.preventDefault();
      camera.zoomBy(Math.exp(-event.deltaY * (event.deltaMode === 1 ? 0.04 : 0.0015)));
      moved();
    },
    { signal, passive: false },
  );
  canvas.addEventListener(
    'keydown',
    (event) => {
      if (!options.locked?.() && keyMoves(camera, event)) {
        event.preventDefault();
        moved();
      }
    },
    { signal },
  );
}

/** @param {Camera} camera @param {KeyboardEvent} event @returns {boolean} whether the view moved */
function keyMoves(camera, event) {
  if (event.ctrlKey || event.metaKey || event.altKey) return false;
  const arrow = ARROWS[event.key];
  if (arrow) {
    if (camera.plan) camera.pan(-arrow[0] * KEY_STEP, -arrow[1] * KEY_STEP);
    else camera.turn(arrow[0] * KEY_STEP, arrow[1] * KEY_STEP);
  } else if (event.key === '+' || event.key === '=') camera.zoomBy(1.15);
  else if (event.key === '-') camera.zoomBy(1 / 1.15);
  else if (event.key === '0') camera.reset();
  else return false;
  return true;
}

/** The pointers that are down, and what they do. */
class Hands {
  /** @type {Map<number, Point>} */
  #down = new Map();
  /** @type {Grip | null} */
  #grip = null;
  /** @type {Point} */
  #start = { x: 0, y: 0 };
  #tap = false;

  /** @param {Surface} face @param {Camera} camera @param {OrbitOptions} options @param {() => void} moved */
  constructor(face, camera, options, moved) {
    this.face = face;
    this.camera = camera;
    this.options = options;
    this.moved = moved;
  }

  /** @param {PointerEvent} event */
  down(event) {
    if (event.button !== 0) return;
    const point = this.face.point(event);
    this.face.canvas.setPointerCapture(event.pointerId);
    this.#down.set(event.pointerId, point);
    this.#tap = this.#down.size === 1;
    if (!this.#tap) return;
    this.#start = point;
    this.#grip = this.options.grab?.(point, event) ?? null;
    this.face.canvas.classList.add('held');
  }

  /** @param {PointerEvent} event */
  move(event) {
    const point = this.face.point(event);
    const before = this.#down.get(event.pointerId);
    if (before === undefined) {
      this.options.hover?.(point);
      return;
    }
    const [other] = [...this.#down].filter(([id]) => id !== event.pointerId).map(([, p]) => p);
    this.#down.set(event.pointerId, point);
    if (Math.hypot(point.x - this.#start.x, point.y - this.#start.y) > TAP) this.#tap = false;
    if (this.#grip) {
      if (!this.#tap) this.#grip.move(point);
      return;
    }
    if (this.options.locked?.() || this.#tap) return;
    if (other) this.#pinch(before, point, other);
    else if (this.camera.plan) this.camera.pan(point.x - before.x, point.y - before.y);
    else this.camera.turn(point.x - before.x, point.y - before.y);
    this.moved();
  }

  /** @param {Point} before @param {Point} now @param {Point} other */
  #pinch(before, now, other) {
    const was = Math.hypot(before.x - other.x, before.y - other.y);
    const is = Math.hypot(now.x - other.x, now.y - other.y);
    if (was > 0) this.camera.zoomBy(is / was);
    this.camera.pan((now.x - before.x) / 2, (now.y - before.y) / 2);
  }

  /** @param {PointerEvent} event @param {boolean} meant */
  up(event, meant) {
    if (!this.#down.delete(event.pointerId)) return;
    const point = this.face.point(event);
    this.face.canvas.classList.remove('held');
    this.#grip?.drop?.(point);
    this.#grip = null;
    if (meant && this.#tap) this.options.tap?.(point, event);
    this.#tap = false;
  }
}
