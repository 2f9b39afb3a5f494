/** The formula of the update in the header: the term of the present phase in its color, the others gray. */

/** @typedef {import('../../core/scene.js').Host} Host */
/** @typedef {import('./reading.js').Phase} Phase */
/** @typedef {import('./reading.js').Trace} Trace */
/** @typedef {'self' | 'message' | 'bias' | 'total'} Part */

/** The colours in which the server typesets the terms. @type {Record<string, Part>} */
const PARTS = { '#0072b2': 'self', '#d55e00': 'message', '#8a3fa0': 'bias', '#009e73': 'total' };
/** @type {Record<Phase, readonly Part[]>} */
const LIT = {
  input: ['self', 'message', 'bias', 'total'],
  self: ['self'],
  messages: ['message'],
  total: ['self', 'message', 'bias'],
  update: ['total'],
};

/** The name of the formula that the trace follows. @param {Trace} trace */
export function formulaOf(trace) {
  return trace.gcn ? 'gcn' : trace.aggregation;
}

export class UpdateFormula {
  #name = '';
  /** @type {Phase} */
  #phase = 'input';
  /** @type {SVGElement | null} */
  #svg = null;

  /** @param {Host} host */
  constructor(host) {
    this.host = host;
  }

  /**
   * @param {Trace} trace
   * @param {Phase} phase
   */
  show(trace, phase) {
    const name = formulaOf(trace);
    if (name !== this.#name) {
      this.#name = name;
      this.#svg = this.host.formula(name, (svg) => {
        colourByRole(svg);
        this.#light();
      });
      this.#svg.classList.add('rounds-formula');
      this.host.heading.replaceChildren(this.#svg);
    }
    this.#phase = phase;
    this.#light();
  }

  #light() {
    const lit = LIT[this.#phase];
    for (const glyph of this.#svg?.querySelectorAll('[data-part]') ?? []) {
      const part = glyph.getAttribute('data-part');
      glyph.classList.toggle('back', !lit.some((name) => name === part));
    }
  }
}

/** Terms take the page's role colours, which differ on dark; the rest takes the ink. @param {SVGElement} svg */
function colourByRole(svg) {
  for (const glyph of svg.querySelectorAll('[fill], [stroke]')) {
    for (const paint of ['fill', 'stroke']) {
      const colour = glyph.getAttribute(paint)?.toLowerCase();
      if (colour === undefined || colour === 'none') continue;
      const part = PARTS[colour];
      if (part) glyph.setAttribute('data-part', part);
      glyph.setAttribute(paint, part ? `var(--${part})` : 'currentColor');
    }
  }
}
