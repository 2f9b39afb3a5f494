/** Learning curves with their slopes, their intervals and the live point beside them. */

import { Pane } from '../../draw/pane.js';
import { act, linesOf, paint, quotations } from './acts.js';
import { Aside } from './aside.js';
import { slopeWords, tableOf } from './picture.js';
import { FIRST_NEURAL, PUBLISHED } from './words.js';

/** @typedef {import('../../core/scene.js').Host} Host */
/** @typedef {import('../../core/scene.js').View} View */

/** @param {ReturnType<typeof act>} act @returns {import('../../draw/legend.js').Key[]} */
function keysOf({ position, neural, live }) {
  if (position === 0)
    return [
      { kind: 'arrow', role: 'message', text: 'a point: three angles' },
      { kind: 'dash', role: 'self', text: 'its 7 copies, turned by 1/8' },
    ];
  if (position >= PUBLISHED) return [];
  const mean =
    position < FIRST_NEURAL ? 'mean of 4 draws, smallest to largest' : 'test error of 4 seeds, smallest to largest';
  /** @type {import('../../draw/legend.js').Key[]} */
  const keys = [
    { kind: 'line', role: 'self', text: mean },
    { kind: 'dots', role: 'ink', text: 'fitted line' },
  ];
  if (position < FIRST_NEURAL) return keys;
  keys.splice(1, 0, { kind: 'dash', role: 'self', text: 'training error' });
  if (live && live.test !== null && live.potential === neural?.potential)
    keys.push(
      { kind: 'diamond', role: 'bias', text: 'live point' },
      { kind: 'gem', role: 'bias', text: 'its training error' },
    );
  return keys;
}

/** @param {Host} host @returns {View} */
export function stage(host) {
  const pane = new Pane(host);
  const face = pane.surface({ label: 'Learning curves', draw: (it) => paint(host, it) });
  const text = pane.twin('Errors: mean, smallest to largest');
  const line = pane.legend();
  const aside = new Aside(host.side);
  const quotes = quotations(host, face);

  function show() {
    const now = act(host);
    if (!now.step) return;
    const lines = linesOf(host);
    aside.show(now, lines);
    quotes.show();
    line.show(keysOf(now));
    text.table(tableOf(lines));
    face.describe(`${now.step.label}. ${lines.map(slopeWords).join('. ')}`);
    face.invalidate();
  }
  return {
    update: show,
  };
}
