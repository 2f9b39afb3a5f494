/** Back, play, next, reset and the position slider; the slider moves at once, the room's place wins. */

import { found } from '../core/element.js';
import { backward, onward } from '../core/walk.js';

/** @typedef {import('../core/room.js').Room} Room */
/** @typedef {import('../core/walk.js').Drive} Drive */

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
  const ways = () => {
    const place = room.latest('place');
    const asked = room.latest('question');
    if (place === undefined) return;
    const at = { ...place, ...(asked ? { phase: asked.phase, words: asked.question?.kind === 'text' } : {}) };
    back.disabled = backward(at) === null;
    next.disabled = onward(at) === null;
    next.textContent = said(onward(at));
  };
  room.on('question', ways);
  room.on('place', (place) => {
    const { position, positions, label: words, playing } = place;
    ways();
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
  const work = found('work', HTMLElement);
  const words = found('work-words', HTMLElement);
  const hold = found('work-hold', HTMLButtonElement);
  const once = found('work-once', HTMLButtonElement);
  const send = (/** @type {'run' | 'pause' | 'once'} */ to) => room.send({ t: 'work', to }, { matters: true });
  hold.addEventListener('click', () => send(hold.getAttribute('aria-pressed') === 'true' ? 'run' : 'pause'));
  once.addEventListener('click', () => send('once'));
  room.on('working', ({ there, running, failed, waits }) => {
    work.hidden = !there && failed === '';
    const goes = waits === '' ? 'The scene is computing.' : `Waiting: ${waits}`;
    words.textContent = failed === '' ? (running ? goes : 'Held.') : `Ended: ${failed}`;
    hold.textContent = running ? 'Hold' : 'Go on';
    hold.setAttribute('aria-pressed', String(!running));
    hold.disabled = once.disabled = !there || failed !== '';
  });
}

/** What PageDown does next, in a word. @param {import('../core/walk.js').Move | null} move */
function said(move) {
  if (move?.t !== 'vote') return 'Next';
  return move.to === 'closed' ? 'Close the vote' : 'Reveal';
}
