/** The clipboard, which exists on https and on this computer alone. */

/**
 * @param {string} text
 * @returns {Promise<boolean>} whether it lies there now
 */
export async function copied(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch (error) {
    if (!(error instanceof TypeError) && !(error instanceof DOMException)) throw error;
    return false;
  }
}
