/** The catalogue of scenes (`GET /api/scenes`) and their formulas, typeset by the server as SVG. */

/** @typedef {import('./protocol.js').Json} Json */
/** @typedef {{readonly svg: string, readonly words: string}} FormulaEntry */
/**
 * @typedef {object} SceneEntry
 * @property {string} title
 * @property {string} summary
 * @property {Record<string, Json>} params JSON Schema of the scene's parameters
 * @property {Record<string, Json>} defaults
 * @property {Record<string, FormulaEntry>} formulas
 */
/** @typedef {Record<string, SceneEntry>} Scenes */

/** @type {Promise<Scenes> | null} */
let asked = null;

/** The scenes there are; the engine may still be starting, so the server is asked to wait. @returns {Promise<Scenes>} */
export function catalogue() {
  asked ??= ask();
  return asked;
}

async function ask() {
  for (;;) {
    const answer = await fetch('/api/scenes?wait=30').catch(() => null);
    if (answer?.ok) {
      const body = /** @type {{scenes: Scenes}} */ (await answer.json());
      return body.scenes;
    }
    const wait = Number(answer?.headers.get('Retry-After')) || 1;
    await new Promise((resolve) => setTimeout(resolve, 1000 * Math.min(wait, 5)));
  }
}

let copies = 0;

/**
 * A formula as an element of the page, so that it takes the page's colour and its terms keep theirs.
 * @param {FormulaEntry} entry
 * @returns {SVGElement}
 */
export function formulaElement(entry) {
  const parsed = new DOMParser().parseFromString(entry.svg, 'image/svg+xml').documentElement;
  const svg = document.importNode(parsed, true);
  if (!(svg instanceof SVGElement)) throw new Error('expected a formula as SVG');
  copies += 1;
  for (const symbol of svg.querySelectorAll('[id]')) symbol.id = `f${copies}-${symbol.id}`;
  for (const use of svg.querySelectorAll('use')) {
    const target = use.getAttribute('href') ?? '';
    if (target.startsWith('#')) use.setAttribute('href', `#f${copies}-${target.slice(1)}`);
  }
  // The size in em, so that a formula grows with the text around it (ziamath sets it at 24 units an em).
  const box = svg.getAttribute('viewBox')?.split(/[ ,]+/).map(Number) ?? [0, 0, 0, 0];
  svg.setAttribute('width', `${(box[2] ?? 0) / 24}em`);
  svg.setAttribute('height', `${(box[3] ?? 0) / 24}em`);
  svg.removeAttribute('aria-labelledby');
  svg.querySelector('title')?.remove();
  svg.setAttribute('role', 'img');
  svg.setAttribute('aria-label', entry.words);
  svg.classList.add('formula');
  return svg;
}
