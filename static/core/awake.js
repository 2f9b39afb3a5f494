/** A screen that does not go dark over the lecture, where the browser can do that: on https and on this computer. */

/** Ask for it now and each time the page is shown again; a no (a low battery, an old browser) changes nothing. */
export function stayAwake() {
  const lock = /** @type {WakeLock | undefined} */ (navigator.wakeLock);
  if (lock === undefined) return;
  const ask = () => {
    if (document.visibilityState === 'visible') void lock.request('screen').catch(() => undefined);
  };
  document.addEventListener('visibilitychange', ask);
  ask();
}
