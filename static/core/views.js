/**
 * The files of each scene's view, as the server lists them from the import graph, so that all come at once and none waits
 * for another to be found; a page gets the views that it mounts and no others. A scene's own sheets lie in its folder.
 */

/** @typedef {import('./room.js').Role} Role */
/** @typedef {import('./scene.js').Face} Face */
/** @typedef {import('./scene.js').SceneModule} SceneModule */
/** @typedef {Record<string, Partial<Record<Face, readonly string[]>>>} Lists paths in the tree, the view's own module first */

const TREE = new URL('../', import.meta.url);
const PAGES = { student: 'student', stage: 'stage', instructor: 'control' };

/** @type {Promise<Lists> | null} */
let asked = null;
/** @type {Set<string>} */
const announced = new Set();

/** Ask for the lists before a scene needs them. @param {Role} role */
export function expectViews(role) {
  lists(role).catch(() => undefined); // whoever opens a scene asks again
}

/** @param {Role} role @returns {Promise<Lists>} */
function lists(role) {
  asked ??= ask(role).catch((error) => {
    asked = null;
    throw error;
  });
  return asked;
}

/** @param {Role} role @returns {Promise<Lists>} */
async function ask(role) {
  const answer = await fetch(new URL(`views/${PAGES[role]}.json`, TREE));
  if (!answer.ok) throw new Error(`expected the list of its files, the server answered ${answer.status}`);
  return /** @type {Promise<Lists>} */ (answer.json());
}

/**
 * The module of a scene's view, once its sheets are in force; nothing where the scene has none for this face.
 * @param {string} scene
 * @param {Role} role
 * @param {Face} face
 * @returns {Promise<SceneModule>}
 */
export async function loadView(scene, role, face) {
  const paths = (await lists(role))[scene]?.[face] ?? [];
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
 * Fetch the files of a view before its scene opens, behind everything else.
 * @param {string} scene
 * @param {Role} role
 * @param {Face} face
 */
export async function prefetchView(scene, role, face) {
  for (const path of (await lists(role))[scene]?.[face] ?? []) announce(path, 'low');
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
