/**
 * What a scene's view is made of: pictures, their text twin, a legend, a column beside them. The pane knows where each goes
 * on this page and ends all of them with the view; a picture and a legend follow the theme by themselves.
 *
 *   const pane = new Pane(host);
 *   const face = pane.surface({ label: 'A graph', draw });       // in the page's main place
 *   const bars = pane.surface({ label: 'Degrees', draw }, box);  // elsewhere, such as in a part of the column
 *   const text = pane.twin('The graph in numbers');
 *   const keys = pane.legend();
 *   const column = pane.column([question, number, box], { least: '22em' });
 *   pane.onTheme(() => …);                                       // for what else takes a colour of the theme
 *   pane.onEnd(() => clearInterval(timer));                      // for what else must end
 */

import { el } from '../core/element.js';
import { legend } from './legend.js';
import { onTheme, surface } from './surface.js';
import { twin } from './twin.js';

/** @typedef {import('../core/scene.js').Host} Host */
/**
 * @typedef {object} ColumnOptions
 * @property {string} least its height where the page has no place for a column
 * @property {string} [gap] between two parts
 * @property {() => boolean} [wanted] whether its text grows; false: what else is in the column takes the room
 */
/** @typedef {{again: () => void, destroy: () => void}} Column `again` after its text changed in kind */

/** Sizes of a column's text in em, the largest first. */
const SIZES = [1.4, 1.3, 1.2, 1.1, 1];

export class Pane {
  /** @param {Host} host */
  constructor(host) {
    this.host = host;
  }

  /** @param {import('./surface.js').SurfaceOptions} options @param {HTMLElement} [parent] */
  surface(options, parent = this.host.main) {
    return this.#ends(surface(parent, options));
  }

  /** @param {string} label @param {HTMLElement} [parent] */
  twin(label, parent = this.host.main) {
    return this.#ends(twin(parent, label));
  }

  legend() {
    return this.#ends(legend(this.host.legend));
  }

  /** @param {readonly HTMLElement[]} parts @param {ColumnOptions} options */
  column(parts, options) {
    return this.#ends(sideColumn(this.host.side, parts, options));
  }

  /** @param {() => void} changed */
  onTheme(changed) {
    onTheme(changed, this.host.signal);
  }

  /** @param {() => void} ended */
  onEnd(ended) {
    this.host.signal.addEventListener('abort', ended, { once: true });
  }

  /** @template {{destroy: () => void}} T @param {T} part @returns {T} */
  #ends(part) {
    this.onEnd(() => part.destroy());
    return part;
  }
}

/**
 * The column beside a picture: its parts one below the other over the whole height, in text that grows where there is
 * room, so that the last row of the hall reads it and no column is half empty. Its class keeps it inside the side, however
 * high its text: it lies over nothing else of the page.
 *
 * What is as wide as the column already keeps its size by `font-size: calc(1em / var(--grown, 1))`.
 * @param {HTMLElement} side
 * @param {readonly HTMLElement[]} parts
 * @param {ColumnOptions} options
 * @returns {Column}
 */
export function sideColumn(side, parts, { least, gap = '0.5em', wanted = () => true }) {
  const box = el('div', { class: 'column' }, ...parts);
  box.style.gap = gap;
  side.classList.add('columned');
  side.style.setProperty('--least', least);
  side.append(box);
  const again = () => {
    for (const size of wanted() ? SIZES : [1]) {
      box.style.fontSize = `${size}em`;
      box.style.setProperty('--grown', String(size));
      if (box.scrollHeight <= box.clientHeight && box.scrollWidth <= box.clientWidth) break;
    }
  };
  const watch = new ResizeObserver(again);
  watch.observe(box);
  return {
    again,
    destroy() {
      watch.disconnect();
      side.classList.remove('columned');
      side.style.removeProperty('--least');
      box.remove();
    },
  };
}
