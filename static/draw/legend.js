/**
 * A line of keys below a picture: what a shape, a dash and a colour mean, and a colour bar with its ends.
 *
 *   const keys = legend(host.legend);
 *   keys.show([
 *     { kind: 'disc', role: 'self', text: 'node' },          disc, square, ring, double, ghost, diamond, gem, line, dash, dots, arrow
 *     { kind: 'bar', lo: '0', hi: '1', text: 'feature' },    viridis; {signed: true}: blue to vermillion
 *   ]);
 *   keys.destroy();
 *
 * A signed bar takes its colours when it is made, so the keys are made again when the theme changes.
 */

import { el } from '../core/element.js';
import { diverging, viridis } from './palette.js';
import { onTheme } from './surface.js';

/** @typedef {'self' | 'message' | 'total' | 'bias' | 'edge' | 'arrow' | 'ink' | 'quiet'} Paint */
/**
 * @typedef {{kind: 'disc' | 'square' | 'ring' | 'double' | 'ghost' | 'diamond' | 'gem' | 'line' | 'dash' | 'dots' | 'arrow', role: Paint, text: string}
 *   | {kind: 'bar', lo: string, hi: string, text: string, signed?: boolean}} Key
 */

const SVG = 'http://www.w3.org/2000/svg';

/** @param {string} tag @param {Record<string, string>} attributes */
function svg(tag, attributes) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return element;
}

/** @param {string} className @param {string} [text] */
function span(className, text = '') {
  return el('span', { class: className }, text);
}

/** @type {Record<Exclude<Key['kind'], 'bar'>, () => SVGElement[]>} shapes in a box of 32 x 20 */
const SHAPES = {
  disc: () => [svg('circle', { cx: '16', cy: '10', r: '7.5', fill: 'currentColor' })],
  square: () => [svg('rect', { x: '9', y: '3', width: '14', height: '14', fill: 'currentColor' })],
  ring: () => [
    svg('circle', { cx: '16', cy: '10', r: '7', fill: 'none', stroke: 'currentColor', 'stroke-width': '3' }),
  ],
  double: () => [
    svg('circle', { cx: '16', cy: '10', r: '8.6', fill: 'none', stroke: 'currentColor', 'stroke-width': '2' }),
    svg('circle', { cx: '16', cy: '10', r: '5', fill: 'currentColor' }),
  ],
  ghost: () => [
    svg('circle', {
      cx: '16',
      cy: '10',
      r: '7.5',
      fill: 'none',
      stroke: 'currentColor',
      'stroke-width': '2',
      'stroke-dasharray': '4 3',
    }),
  ],
  diamond: () => [svg('path', { d: 'M16 1L25 10L16 19L7 10Z', fill: 'currentColor' })],
  gem: () => [svg('path', { d: 'M16 2L24 10L16 18L8 10Z', fill: 'none', stroke: 'currentColor', 'stroke-width': '3' })],
  line: () => [
    svg('path', { d: 'M2 10H30', stroke: 'currentColor', 'stroke-width': '3.5', 'stroke-linecap': 'round' }),
  ],
  dash: () => [svg('path', { d: 'M2 10H30', stroke: 'currentColor', 'stroke-width': '3', 'stroke-dasharray': '6 5' })],
  dots: () => [
    svg('path', {
      d: 'M3 10H30',
      stroke: 'currentColor',
      'stroke-width': '3.5',
      'stroke-dasharray': '0.1 7',
      'stroke-linecap': 'round',
    }),
  ],
  arrow: () => [
    svg('path', { d: 'M2 10H22', stroke: 'currentColor', 'stroke-width': '3.5', 'stroke-linecap': 'round' }),
    svg('path', { d: 'M31 10L20 4.2V15.8Z', fill: 'currentColor' }),
  ],
};

/** @param {Key} key @param {HTMLElement} parent whose theme holds */
function entry(key, parent) {
  const holder = span('legend-key');
  if (key.kind === 'bar') {
    const bar = span('legend-bar');
    const dark = getComputedStyle(parent).getPropertyValue('--dark').trim() === '1';
    const stops = Array.from({ length: 11 }, (_, k) => (key.signed ? diverging(k / 5 - 1, dark) : viridis(k / 10)));
    bar.style.backgroundImage = `linear-gradient(to right, ${stops.join(', ')})`;
    holder.append(span('legend-text', key.text), span('legend-end', key.lo), bar, span('legend-end', key.hi));
    return holder;
  }
  const drawing = svg('svg', { viewBox: '0 0 32 20', class: 'legend-shape', 'aria-hidden': 'true' });
  drawing.style.color = `var(--${key.role})`;
  drawing.append(...SHAPES[key.kind]());
  holder.append(drawing, span('legend-text', key.text));
  return holder;
}

/** @typedef {{element: HTMLElement, show: (keys: readonly Key[]) => void, destroy: () => void}} Legend */

/**
 * @param {HTMLElement} parent
 * @returns {Legend}
 */
export function legend(parent) {
  const element = el('div', { class: 'legend-keys' });
  parent.append(element);
  const end = new AbortController();
  /** @type {readonly Key[]} */
  let shown = [];
  const make = () => element.replaceChildren(...shown.map((key) => entry(key, parent)));
  onTheme(make, end.signal);
  return {
    element,
    show(keys) {
      shown = keys;
      make();
    },
    destroy() {
      end.abort();
      element.remove();
    },
  };
}
