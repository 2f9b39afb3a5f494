/** The clipboard, which exists on https and on this computer alone. */

/**
 * @param {string} text
 * @returns {Promise<boolean>} whether it lies there now
 */
export async function copied(text) {
  const clipboard = /** @type {Clipboard | undefined} */ (navigator.clipboard);
  if (clipboard === undefined) return false;
  return clipboard.writeText(text).then(
    () => true,
    () => false, // the browser's own no
  );
}
