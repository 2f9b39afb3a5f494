/** What the arrows did when the room was moved, in words and numbers. */

import { toneOf } from '../../draw/headline.js';

import { errorText } from '../../draw/numbers.js';

/** @typedef {import('../../core/protocol.js').FieldMoved} Moved */

export const QUESTION = 'Predict: the room is pushed. Which arrows change?';

/** @param {Moved} moved */
export function words(moved) {
  const n = moved.points.data.length / 3;
  if (moved.changed === 0) return `0 of ${n} arrows changed`;
  return moved.changed === n ? `all ${n} arrows changed` : `${moved.changed} of ${n} arrows changed`;
}

/** What the number says. @param {Moved} moved @returns {import('../../draw/headline.js').Reading | null} */
export function reading(moved) {
  const stay = moved.rules.find(({ name }) => name === 'v');
  const declared = moved.rules.find((rule) => rule.declared);
  if (!stay || !declared) return null;
  if (moved.words === 'as it came')
    return { of: 'the room was not moved', value: '–', words: 'nothing to compare yet', tone: 'plain' };
  if (stay.error === 0)
    return { of: '‖f(g·x) − f(x)‖ / ‖f(x)‖', value: '0', words: 'not one arrow changed: exactly 0', tone: 'sound' };
  const follows = toneOf(declared.zone);
  const rule = declared.name.replaceAll(' ', '\u00a0');
  return {
    of: `‖f(g·x) − ${declared.name}‖ / ‖v‖`,
    value: errorText(declared.error),
    words:
      follows === 'sound'
        ? `the arrows follow ${rule}, ${declared.error === 0 ? 'exactly' : 'to rounding'}`
        : `the arrows do not follow ${rule}`,
    tone: follows,
  };
}

/** @param {Moved} moved @returns {[string, string][]} */
export function pairs(moved) {
  return [
    ['the room', moved.words],
    ['arrows', words(moved)],
    ...moved.rules.map((rule) => /** @type {[string, string]} */ ([`error of ${rule.name}`, errorText(rule.error)])),
  ];
}
