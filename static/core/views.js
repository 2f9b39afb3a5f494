/**
 * The files of each scene's view, which the page lists from the import graph, so that all come at once and none waits for
 * another to be found; a page gets the views that it mounts and no others. A scene's own sheets lie in its folder.
 *
 * While the hall listens, the files of the plan's next step are fetched, so that its scene opens without a request. The
 * server names that scene once the present step is shown and nothing is left to predict. A page waits until its own view
 * stands and it has nothing to do, a phone a while longer, so that a hall does not ask all at once.
 */

/** @typedef {import('./protocol.js').Prefetch} Next */
/** @typedef {import('./room.js').Room} Room */
/** @typedef {import('./scene.js').Face} Face */
/** @typedef {import('./scene.js').MakeFormulas} MakeFormulas */
/** @typedef {import('./scene.js').SceneModule} SceneModule */
/** @typedef {Record<string, Partial<Record<Face, readonly string[]>>>} Lists paths in the tree, the view's own module first */

const TREE = new URL('../', import.meta.url);

/** Milliseconds over which a hall's phones spread. */
const SPREAD = 3000;

/** @type {Lists | null} */
let lists = null;
/** @type {Set<string>} */
const announced = new Set();

/**
 * The files of a scene's view, its own module first; none where it has no view for this face.
 * @param {string} scene
 * @param {Face} face
 */
function filesOf(scene, face) {
  lists ??= /** @type {Lists} */ (
    JSON.parse(document.querySelector('meta[name="views"]')?.getAttribute('content') ?? '{}')
  );
  return lists[scene]?.[face] ?? [];
}

/**
 * The module of a scene's view, once its sheets are in force; nothing where the scene has none for this face.
 * @param {string} scene
 * @param {Face} face
 * @returns {Promise<SceneModule>}
 */
export async function loadView(scene, face) {
  const paths = filesOf(scene, face);
  for (const path of paths) announce(path, 'auto');
  const [own] = paths;
  if (own === undefined) return {};
  const sheets = paths.filter((path) => path.endsWith('.css')).map(dress);
  const [module] = await Promise.all([import(new URL(own, TREE).href), ...sheets]);
  return /** @type {SceneModule} */ (module);
}

/** A sheet of the scene's own, once a page; without it the view is plain, and is shown. @param {string} path */
function dress(path) {
  const { href } = new URL(path, TREE);
  if (document.querySelector(`link[rel="stylesheet"][href="${href}"]`) !== null) return undefined;
  const sheet = document.createElement('link');
  sheet.rel = 'stylesheet';
  sheet.href = href;
  const loaded = new Promise((resolve) => {
    for (const end of ['load', 'error']) sheet.addEventListener(end, resolve);
  });
  document.head.append(sheet);
  return loaded;
}

/**
 * Have the browser fetch a file, once; a module is compiled as well.
 * @param {string} path
 * @param {'auto' | 'low'} priority
 */
function announce(path, priority) {
  if (announced.has(path)) return;
  announced.add(path);
  const href = new URL(path, TREE).href;
  if (!path.endsWith('.js')) {
    if (priority === 'auto') return; // the sheet itself is asked for at once
    void fetch(href, { priority }).catch(() => announced.delete(path));
    return;
  }
  const link = document.createElement('link');
  link.rel = 'modulepreload';
  link.href = href;
  link.fetchPriority = priority;
  link.addEventListener('error', () => {
    announced.delete(path);
    link.remove();
  });
  document.head.append(link);
}

/**
 * @param {Room} room
 * @param {Face} face
 * @param {MakeFormulas | undefined} formulas of a page that shows some
 * @param {() => Promise<void>} shown when the present step stands on this page
 */
export function prefetchNext(room, face, formulas, shown) {
  room.on('prefetch', (next) => {
    void fetchAhead(room, next, face, formulas, shown).catch((error) => {
      // What was not fetched ahead is fetched when it is needed, and whoever needs it says what is wrong.
      if (!(error instanceof Error)) throw error;
    });
  });
}

/**
 * @param {Room} room
 * @param {Next} next
 * @param {Face} face
 * @param {MakeFormulas | undefined} formulas
 * @param {() => Promise<void>} shown
 */
async function fetchAhead(room, next, face, formulas, shown) {
  const { scene, digest } = next;
  if (scene === null || digest === undefined) return;
  await shown();
  await pause(room.role === 'student' ? Math.random() * SPREAD : 0);
  await idle();
  if (room.latest('prefetch')?.scene !== scene) return; // the lecture went on, or the class predicts
  for (const path of filesOf(scene, face)) announce(path, 'low');
  await formulas?.(scene, digest).prefetch();
}

/** @param {number} milliseconds */
function pause(milliseconds) {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/** When the page has nothing to do, as far as its browser can say. */
function idle() {
  return new Promise((resolve) => {
    if ('requestIdleCallback' in globalThis) requestIdleCallback(() => resolve(undefined), { timeout: 2000 });
    else setTimeout(resolve, 200);
  });
}
