/** What is said of the class at work, the same on stage, phones and control panel. */

import { counted } from './reading.js';

/** @typedef {Pick<import('../../core/protocol.js').RoundsProgress, 'answered' | 'of'>} Counts */

/** "23 of 31 nodes done" @param {Counts} progress */
export function progressWords({ answered, of }) {
  return `${answered} of ${counted(of, 'node')} done`;
}

/** "waiting for 8 more nodes" @param {Counts} progress */
export function waitingWords({ answered, of }) {
  const missing = of - answered;
  return missing > 0 ? `waiting for ${missing} more node${missing === 1 ? '' : 's'}` : 'the update closes now';
}

/** What a verdict says of one feature. @param {boolean} right */
export function rightWords(right) {
  return right ? '✓ right' : '✗ not right';
}

/** @param {number} tries @param {number} most */
export function triesWords(tries, most) {
  const left = most - tries;
  return left === 1 ? 'one try left' : `${left} tries left`;
}
