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

import { sideColumn } from './column.js';
import { legend } from './legend.js';
import { onTheme, surface } from './surface.js';
import { twin } from './twin.js';

/** @typedef {import('../core/scene.js').Host} Host */

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

  /** @param {readonly HTMLElement[]} parts @param {import('./column.js').ColumnOptions} options */
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
