/**
 * A canvas that fills its parent, draws only when something changed, and knows the page's type size and colours.
 *
 *   const face = surface(parent, { label: 'Graph of 8 nodes', draw: (face) => { … face.ctx … } });
 *   face.invalidate();                     draw in the next animation frame
 *   face.animate(performance.now() + 600)  draw each frame until then, and once after
 *   face.point(event)                      pointer in the drawing's pixels, also under a CSS transform
 *   face.destroy();                        listeners added with {signal: face.signal} go too
 *
 * All lengths are CSS pixels; the pixel ratio (at most 2) is already in the context's transform. `unit` is the page's
 * type size (`--unit`), `small` the least text of a picture, `line` the least width of a line that matters.
 */

import { HUES } from './palette.js';

/** @typedef {{x: number, y: number}} Point */
/** @typedef {{x: number, y: number, width: number, height: number}} Box */
/**
 * @typedef {object} Theme colours of the place where the canvas lies; a change of `data-theme` redraws
 * @property {boolean} dark
 * @property {string} paper
 * @property {string} card a panel's fill
 * @property {string} ink
 * @property {string} quiet second text
 * @property {string} hairline grid lines, never what matters
 * @property {string} edge
 * @property {string} arrow
 * @property {string} self
 * @property {string} message
 * @property {string} total
 * @property {string} bias
 * @property {readonly string[]} hues for series
 */
/**
 * @typedef {object} Surface
 * @property {HTMLCanvasElement} canvas
 * @property {CanvasRenderingContext2D} ctx
 * @property {number} width
 * @property {number} height
 * @property {number} unit
 * @property {number} small
 * @property {number} line
 * @property {number} ratio device pixels to a CSS pixel
 * @property {Theme} theme
 * @property {Box} box the whole drawing
 * @property {number} now time of this frame in ms, as performance.now()
 * @property {AbortSignal} signal ends with the surface
 * @property {() => void} invalidate
 * @property {(until: number) => void} animate
 * @property {(event: {clientX: number, clientY: number}) => Point} point
 * @property {(text: string) => void} describe a new aria-label
 * @property {(size?: number, weight?: number) => string} font for ctx.font; size in pixels, `small` unless told
 * @property {() => void} destroy
 */
/**
 * @typedef {object} SurfaceOptions
 * @property {string} label what the picture shows, for a screen reader
 * @property {(surface: Surface) => void} draw on a cleared canvas
 * @property {boolean} [focusable] it takes keys
 */

const FAMILY = 'Inter, "Segoe UI", system-ui, "DejaVu Sans", sans-serif';
const LEAST_TEXT = 13;

/** @type {Set<(now: number) => boolean>} each says whether it wants the next frame too */
const live = new Set();
let requested = false;

/** One loop for all drawings; it rests when none of them wants a frame. */
function request() {
  if (requested) return;
  requested = true;
  requestAnimationFrame((now) => {
    requested = false;
    for (const turn of [...live]) if (turn(now)) request();
  });
}

/** @type {Set<() => void>} */
const themed = new Set();
let watching = false;

/** Call back at every change of theme until the end: an attribute of any element, or the system's wish. @param {() => void} changed @param {AbortSignal} end */
export function onTheme(changed, end) {
  themed.add(changed);
  end.addEventListener('abort', () => themed.delete(changed), { once: true });
  watchTheme();
}

function watchTheme() {
  if (watching) return;
  watching = true;
  const changed = () => themed.forEach((reread) => reread());
  new MutationObserver(changed).observe(document.documentElement, {
    attributes: true,
    attributeFilter: ['data-theme'],
    subtree: true,
  });
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', changed);
}

/** The colors at an element, as theme.css gives them. @param {Element} element @returns {Theme} */
function themeOf(element) {
  const style = getComputedStyle(element);
  const read = (/** @type {string} */ name) => style.getPropertyValue(`--${name}`).trim();
  const dark = read('dark') === '1';
  return {
    dark,
    paper: read('paper'),
    card: read('card'),
    ink: read('ink'),
    quiet: read('quiet'),
    hairline: read('hairline'),
    edge: read('edge'),
    arrow: read('arrow'),
    self: read('self'),
    message: read('message'),
    total: read('total'),
    bias: read('bias'),
    hues: dark ? HUES.dark : HUES.light,
  };
}

/** The canvas of a drawing and what it tells, before it is measured. @param {SurfaceOptions} options @param {AbortSignal} signal */
function unmeasured(options, signal) {
  const canvas = document.createElement('canvas');
  canvas.className = 'drawing';
  canvas.setAttribute('role', 'img');
  canvas.setAttribute('aria-label', options.label);
  if (options.focusable) canvas.tabIndex = 0;
  // Out of the flow, so that the canvas never keeps its parent from shrinking; pictures.css gives the parent a position.
  canvas.style.position = 'absolute';
  const ctx = canvas.getContext('2d');
  if (ctx === null) throw new Error('This browser gives no 2D canvas context.');
  /** @type {Omit<Surface, 'invalidate' | 'animate' | 'destroy'>} */
  const face = {
    canvas,
    ctx,
    width: 0,
    height: 0,
    unit: 16,
    small: LEAST_TEXT,
    line: 3,
    ratio: 1,
    theme: themeOf(canvas),
    box: { x: 0, y: 0, width: 0, height: 0 },
    now: 0,
    signal,
    point(event) {
      const rect = canvas.getBoundingClientRect();
      return {
        x: ((event.clientX - rect.left) * face.width) / (rect.width || 1),
        y: ((event.clientY - rect.top) * face.height) / (rect.height || 1),
      };
    },
    describe(text) {
      if (canvas.getAttribute('aria-label') !== text) canvas.setAttribute('aria-label', text);
    },
    font: (size = face.small, weight = 500) => `${weight} ${size}px ${FAMILY}`,
  };
  return face;
}

/**
 * @param {HTMLElement} parent
 * @param {SurfaceOptions} options
 * @returns {Surface}
 */
export function surface(parent, options) {
  const end = new AbortController();
  let until = -Infinity;
  let dirty = true;
  /** @type {Surface} */
  const face = Object.assign(unmeasured(options, end.signal), {
    invalidate() {
      dirty = true;
      request();
    },
    /** @param {number} to */
    animate(to) {
      until = Math.max(until, to);
      face.invalidate();
    },
    destroy() {
      end.abort();
      live.delete(turn);
      observer.disconnect();
      face.canvas.remove();
    },
  });
  parent.append(face.canvas);
  face.theme = themeOf(face.canvas);

  /** @param {number} now */
  const turn = (now) => {
    const animated = now < until;
    if (!dirty && !animated) return false;
    dirty = animated; // once more after the end, so that the last frame is the resting one
    if (face.width > 0 && face.height > 0) paint(face, now, options.draw);
    return animated || dirty;
  };
  const reread = () => {
    face.theme = themeOf(face.canvas);
    face.invalidate();
  };
  const observer = new ResizeObserver(() => {
    // What was made outside the document finds its colours as it enters.
    face.theme = themeOf(face.canvas);
    measure(face, parent);
    face.invalidate();
  });
  live.add(turn);
  onTheme(reread, end.signal);
  observer.observe(parent);
  measure(face, parent);
  request();
  return face;
}

/** @param {Surface} face @param {number} now @param {(surface: Surface) => void} draw */
function paint(face, now, draw) {
  face.now = now;
  face.ctx.setTransform(face.ratio, 0, 0, face.ratio, 0, 0);
  face.ctx.clearRect(0, 0, face.width, face.height);
  face.ctx.lineJoin = 'round';
  face.ctx.lineCap = 'round';
  draw(face);
}

/**
 * Layout pixels, so that a scaled preview draws what the stage draws.
 * @param {Surface} face
 * @param {HTMLElement} parent
 */
function measure(face, parent) {
  const style = getComputedStyle(parent);
  const pad = (/** @type {string} */ a, /** @type {string} */ b) => (parseFloat(a) || 0) + (parseFloat(b) || 0);
  const width = Math.max(0, parent.clientWidth - pad(style.paddingLeft, style.paddingRight));
  const height = Math.max(0, parent.clientHeight - pad(style.paddingTop, style.paddingBottom));
  face.canvas.style.left = style.paddingLeft;
  face.canvas.style.top = style.paddingTop;
  const ratio = Math.min(2, window.devicePixelRatio || 1);
  face.width = width;
  face.height = height;
  face.box = { x: 0, y: 0, width, height };
  face.ratio = ratio;
  face.unit = parseFloat(getComputedStyle(face.canvas).fontSize) || 16;
  face.small = Math.max(LEAST_TEXT, face.unit * 0.8);
  face.line = Math.max(3, face.unit * 0.11);
  face.canvas.style.width = `${width}px`;
  face.canvas.style.height = `${height}px`;
  face.canvas.width = Math.round(width * ratio);
  face.canvas.height = Math.round(height * ratio);
}
