/** What the instructor has beside the parameters: which drawing is on stage, and other ids. */

import { el } from '../../core/element.js';

/** @typedef {import('../../core/scene.js').Host} Host */
/** @typedef {import('../../core/scene.js').View} View */
/** @typedef {import('../../core/protocol.js').Command} Command */

/** @param {Host} host @returns {View} */
export function control(host) {
  const button = (/** @type {string} */ text, /** @type {() => Command} */ command) =>
    el(
      'button',
      { type: 'button', class: 'button', onclick: () => void host.send(command(), { matters: true }) },
      text,
    );
  const gallery = () => host.latest('graphs.gallery');
  const step = (/** @type {number} */ by) => {
    const { drawings = 1, shown = -1 } = gallery() ?? {};
    return (Math.max(shown, by < 0 ? 0 : -1) + by + drawings) % drawings;
  };
  const before = button('Previous drawing', () => ({ t: 'graphs.pick', drawing: step(-1) }));
  const next = button('Next drawing', () => ({ t: 'graphs.pick', drawing: step(1) }));
  const back = button('Back to the example', () => ({ t: 'graphs.pick', drawing: -1 }));
  const shuffle = button('Shuffle the ids', () => ({ t: 'graphs.shuffle' }));
  const words = el('span', { class: 'hint' });
  const line = el('div', { class: 'line buttons' }, before, next, back, shuffle, words);
  host.main.append(line);
  const show = () => {
    const { drawings = 0, shown = -1 } = gallery() ?? {};
    before.disabled = drawings === 0;
    next.disabled = drawings === 0;
    const count = drawings === 1 ? '1 drawing' : `${drawings} drawings`;
    words.textContent =
      drawings === 0
        ? 'No drawings yet. You can draw on the preview.'
        : shown < 0
          ? `${count}, none of them on stage.`
          : `Drawing ${shown + 1} of ${drawings} is on stage.`;
  };
  show();
  return { update: show };
}
