/** A scene's formula on a page: its place at once, as large as it will be, and its drawing as soon as it is there. */

import { formulaElement, formulaText, sceneEntry } from './catalogue.js';

/** @typedef {import('./catalogue.js').FormulaEntry} FormulaEntry */
/** @typedef {(svg: SVGElement) => void} Drawn */

const SVG = 'http://www.w3.org/2000/svg';

/** The formulas of one scene; a page that shows none fetches none. */
export class Formulas {
  /** @type {Record<string, FormulaEntry> | null} */
  #entries = null;

  /**
   * @param {string} scene
   * @param {string} digest
   */
  constructor(scene, digest) {
    this.scene = scene;
    this.digest = digest;
  }

  /** Learn what formulas there are and how large, so that each has its place from the beginning. */
  async learn() {
    this.#entries ??= (await sceneEntry(this.scene, this.digest)).formulas;
    return this.#entries;
  }

  /** Fetch all of them, behind everything else. */
  async prefetch() {
    const { formulas } = await sceneEntry(this.scene, this.digest, 'low');
    for (const name of Object.keys(formulas)) await formulaText(this.scene, this.digest, name, 'low');
  }

  /** The name of the scene's first formula, if it is known to have one. */
  get first() {
    return Object.keys(this.#entries ?? {})[0];
  }

  /**
   * One of them, in em.
   * @param {string} name
   * @param {Drawn} [drawn] told when the drawing is there
   * @returns {SVGElement}
   */
  element(name, drawn = () => undefined) {
    const svg = document.createElementNS(SVG, 'svg');
    svg.setAttribute('role', 'img');
    svg.classList.add('formula');
    if (this.#entries) take(svg, this.#entry(name));
    void this.#fill(svg, name, drawn).catch((error) => {
      if (!(error instanceof Error)) throw error;
      // The words are the formula for whoever cannot see it.
      svg.replaceWith(svg.getAttribute('aria-label') ?? '');
    });
    return svg;
  }

  /** @param {string} name */
  #entry(name) {
    const entry = this.#entries?.[name];
    if (entry === undefined) throw new Error(`the scene ${this.scene} has no formula "${name}"`);
    return entry;
  }

  /**
   * @param {SVGElement} svg
   * @param {string} name
   * @param {Drawn} drawn
   */
  async #fill(svg, name, drawn) {
    const [text] = await Promise.all([formulaText(this.scene, this.digest, name), this.learn()]);
    take(svg, this.#entry(name));
    const drawing = formulaElement(text);
    svg.setAttribute('viewBox', drawing.getAttribute('viewBox') ?? '');
    svg.replaceChildren(...drawing.childNodes);
    drawn(svg);
  }
}

/** The size in em, so that a formula grows with the text around it. @param {SVGElement} svg @param {FormulaEntry} entry */
function take(svg, { words, width, height }) {
  svg.setAttribute('width', `${width}em`);
  svg.setAttribute('height', `${height}em`);
  svg.setAttribute('aria-label', words);
}
