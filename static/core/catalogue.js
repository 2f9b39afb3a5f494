/** What the server tells of scenes: the list of all, and of one its entry and its formulas, typeset as SVG. */

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
