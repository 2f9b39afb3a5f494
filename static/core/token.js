/**
 * What makes a stage its lecturer's own, so that it finds a place in a full session too: it comes in the address's
 * fragment, as the control panel opens it, or from that panel later, and stays in the tab.
 */

import { tabMemory } from './memory.js';

/** @param {string} session */
function shelf(session) {
  return `${session}/stage`;
}

/** The token this tab has, or nothing; it leaves the address, which the hall may see. @param {string} session */
export function stageToken(session) {
  const given = location.hash.slice(1);
  if (given !== '') {
    keepStageToken(session, given);
    history.replaceState(null, '', location.pathname + location.search);
  }
  return tabMemory.getItem(shelf(session)) ?? '';
}

/** @param {string} session @param {string} token */
export function keepStageToken(session, token) {
  tabMemory.setItem(shelf(session), token);
}
