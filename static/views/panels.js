/** Who leads, when more than one control panel is open. */

import { found } from '../core/element.js';

/** @typedef {import('../core/protocol.js').Panels} Panels */
/** @typedef {import('../core/room.js').Room} Room */

/**
 * @param {Pick<Panels, 'you' | 'panels'>} open
 * @returns {string} nothing while this panel is alone
 */
export function lead({ you, panels }) {
  const others = panels.length - 1;
  if (others < 1) return '';
  const leader = panels.find(({ leads }) => leads);
  if (leader === undefined) return `${panels.length} control panels are open, this is panel ${you}`;
  if (leader.number !== you) return `Panel ${leader.number} leads, this is panel ${you}`;
  return `You lead, ${others} other control ${others === 1 ? 'panel is' : 'panels are'} open`;
}

/** @param {Room} room */
export function showPanels(room) {
  const place = found('lead', HTMLElement);
  room.on('panels', (open) => {
    const words = lead(open);
    place.hidden = words === '';
    place.classList.toggle(
      'follows',
      open.panels.some(({ number, leads }) => leads && number !== open.you),
    );
    if (place.textContent !== words) place.textContent = words;
  });
}
