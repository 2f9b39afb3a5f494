/**
 * While the hall listens: the files of the plan's next step, so that its scene opens without a request.
 *
 * The server names the scene once the present step is shown and nothing is left to predict. A page waits until its own
 * view stands and it has nothing to do, a phone a while longer, so that a hall does not ask all at once.
 */

import { prefetchView } from './views.js';

/** @typedef {import('./protocol.js').Prefetch} Next */
/** @typedef {import('./room.js').Room} Room */
/** @typedef {import('./scene.js').Face} Face */
/** @typedef {import('./scene.js').MakeFormulas} MakeFormulas */

/** Milliseconds over which a hall's phones spread. */
const SPREAD = 3000;

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
  await prefetchView(scene, room.role, face);
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
