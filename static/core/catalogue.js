/**
 * What the server tells of scenes: the list of all, and of one its entry and its formulas, typeset as SVG. A formula has its
 * place on a page at once, as large as it will be, and its drawing as soon as it is there.
 */

/** @typedef {import('./protocol.js').Json} Json */
/** @typedef {{readonly words: string, readonly width: number, readonly height: number}} FormulaEntry its size in em */
/** @typedef {{readonly title: string, readonly summary: string, readonly digest: string}} Row */
/**
 * @typedef {object} SceneEntry
 * @property {string} title
 * @property {string} summary
 * @property {Record<string, Json>} params JSON Schema of the scene's parameters
 * @property {Record<string, Json>} defaults
 * @property {Record<string, FormulaEntry>} formulas
 */
/** @typedef {'auto' | 'low'} Priority */
/** @typedef {(svg: SVGElement) => void} Drawn */

const SVG = 'http://www.w3.org/2000/svg';
/** @type {Map<string, Promise<unknown>>} by address; what lies there never changes while the page is open */
const known = new Map();

/** Every scene there is, by name. @returns {Promise<Record<string, Row>>} */
export async function scenesIndex() {
  const body = await kept('/api/scenes/index?wait=30', (answer) => answer.json());
  return /** @type {{scenes: Record<string, Row>}} */ (body).scenes;
}

/**
 * One scene's entry, which its digest names.
 * @param {string} scene
 * @param {string} digest
 * @param {Priority} [priority]
 * @returns {Promise<SceneEntry>}
 */
export async function sceneEntry(scene, digest, priority = 'auto') {
  return /** @type {Promise<SceneEntry>} */ (kept(address(scene, digest), (answer) => answer.json(), priority));
}

/**
 * The drawing of one of its formulas, as text.
 * @param {string} scene
 * @param {string} digest
 * @param {string} name
 * @param {Priority} [priority]
 * @returns {Promise<string>}
 */
export async function formulaText(scene, digest, name, priority = 'auto') {
  const path = `${address(scene, digest)}/${encodeURIComponent(name)}.svg`;
  return /** @type {Promise<string>} */ (kept(path, (answer) => answer.text(), priority));
}

/** @param {string} scene @param {string} digest */
function address(scene, digest) {
  return `/api/scenes/${encodeURIComponent(scene)}/${digest}`;
}

/**
 * What lies at an address, fetched once.
 * @param {string} path
 * @param {(answer: Response) => Promise<unknown>} read
 * @param {Priority} [priority]
 */
function kept(path, read, priority = 'auto') {
  const before = known.get(path);
  if (before) return before;
  const asked = ask(path, priority).then(read);
  known.set(path, asked);
  asked.catch(() => known.delete(path));
  return asked;
}

/**
 * Asked again while no server answers, or the engine is still starting; what is not there is an error.
 * @param {string} path
 * @param {Priority} priority
 */
async function ask(path, priority) {
  for (;;) {
    const answer = await fetch(path, { priority }).catch(() => null);
    if (answer?.ok) return answer;
    if (answer?.status === 404) throw new Error(`expected ${path}, the server has nothing there`);
    const wait = Number(answer?.headers.get('Retry-After')) || 1;
    await new Promise((resolve) => setTimeout(resolve, 1000 * Math.min(wait, 5)));
  }
}

let copies = 0;

/**
 * A formula as an element of the page, so that it takes the page's colour and its terms keep theirs.
 * @param {string} text an SVG document
 * @returns {SVGElement}
 */
export function formulaElement(text) {
  const parsed = new DOMParser().parseFromString(text, 'image/svg+xml').documentElement;
  const svg = document.importNode(parsed, true);
  if (!(svg instanceof SVGElement)) throw new Error('expected a formula as SVG');
  copies += 1;
  for (const symbol of svg.querySelectorAll('[id]')) symbol.id = `f${copies}-${symbol.id}`;
  for (const use of svg.querySelectorAll('use')) {
    const target = use.getAttribute('href') ?? '';
    if (target.startsWith('#')) use.setAttribute('href', `#f${copies}-${target.slice(1)}`);
  }
  svg.querySelector('title')?.remove();
  return svg;
}

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
