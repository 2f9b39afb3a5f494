/** Back, play, next, reset and the position slider; the slider moves at once, the room's place wins. */

import { found } from '../core/element.js';
import { backward, onward } from '../core/walk.js';

/** @typedef {import('../core/room.js').Room} Room */
/** @typedef {import('./drive.js').Drive} Drive */

/** @param {Room} room @param {Drive} drive */
export function showTransport(room, drive) {
  const play = found('play', HTMLButtonElement);
  const slider = found('position', HTMLInputElement);
  const label = found('place', HTMLElement);
  const back = found('back', HTMLButtonElement);
  const next = found('next', HTMLButtonElement);
  back.addEventListener('click', () => drive.back());
  next.addEventListener('click', () => drive.next());
  const reset = found('reset', HTMLButtonElement);
  reset.addEventListener('click', () => drive.reset());
  play.addEventListener('click', () => drive.play());
  let held = false;
  slider.addEventListener('input', () => {
    held = true;
    drive.toPosition(slider.valueAsNumber);
  });
  slider.addEventListener('change', () => {
    held = false;
  });
  room.on('place', (place) => {
    const { position, positions, label: words, playing } = place;
    back.disabled = backward(place) === null;
    next.disabled = onward(place) === null;
    slider.max = String(Math.max(0, positions - 1));
    slider.disabled = positions < 2;
    if (!held) slider.value = String(position);
    slider.setAttribute('aria-valuetext', words || `position ${position + 1} of ${positions}`);
    label.textContent = words || (positions > 1 ? `position ${position + 1} of ${positions}` : 'one position');
    play.textContent = playing ? 'Pause' : 'Play';
    play.setAttribute('aria-pressed', String(playing));
    play.disabled = positions < 2;
  });
  room.on('opened', ({ scene }) => {
    reset.disabled = scene === null;
  });
}
