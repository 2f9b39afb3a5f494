/** What the instructor has beside the parameters: any round, by a slider. */

import { el } from '../../core/element.js';

/** @typedef {import('../../core/scene.js').Host} Host */
/** @typedef {import('../../core/scene.js').View} View */

/** @param {Host} host @returns {View} */
export function control(host) {
  const slider = el('input', { type: 'range', min: '0', max: '64', step: '1', value: '0' });
  const caption = el('span', {}, 'Round');
  const hint = el('p', { class: 'hint' }, 'Click a node in the preview to show whom it hears.');
  const row = el('label', {}, caption, slider);
  slider.style.width = '100%';
  host.main.append(row, hint);
  slider.addEventListener('input', () => void host.send({ t: 'depth.go', round: Number(slider.value) }));
  const show = () => {
    const round = host.latest('depth.cursor')?.round ?? 0;
    caption.textContent = `Round ${round} of 64`;
    if (document.activeElement !== slider) slider.value = String(round);
  };
  show();
  return {
    update: show,
  };
}
