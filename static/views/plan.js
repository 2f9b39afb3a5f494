/** The lecture plan on the control panel: where it stands, the titles to jump to, and the notes that only stand here. */

import { el, found } from '../core/element.js';

/** @typedef {import('../core/room.js').Room} Room */
/** @typedef {import('../core/walk.js').Drive} Drive */

/** @param {Room} room @param {Drive} drive */
export function showPlan(room, drive) {
  const list = found('plan-list', HTMLElement);
  const where = found('plan-where', HTMLElement);
  const notes = found('notes', HTMLElement);
  const previous = found('plan-back', HTMLButtonElement);
  const following = found('plan-next', HTMLButtonElement);
  const at = () => room.latest('place')?.step ?? null;
  /** @type {number | null} the step that the list was scrolled to; whoever scrolls on by hand is left alone */
  let reached = null;
  previous.addEventListener('click', () => drive.toStep((at() ?? 0) - 1));
  following.addEventListener('click', () => drive.toStep((at() ?? -1) + 1));

  const show = () => {
    const steps = room.latest('plan')?.steps ?? [];
    const step = at();
    where.textContent = step === null ? `${steps.length} steps` : `step ${step + 1} of ${steps.length}`;
    previous.disabled = step === null || step === 0;
    following.disabled = steps.length === 0 || (step !== null && step + 1 >= steps.length);
    for (const [i, item] of [...list.querySelectorAll('button')].entries()) {
      if (i === step) item.setAttribute('aria-current', 'step');
      else item.removeAttribute('aria-current');
      if (i === step && step !== reached) reveal(list, item);
    }
    reached = step;
    const begun = step === null ? 'The plan has not begun.' : steps[step]?.notes.trim() || 'No notes for this step.';
    showNotes(notes, begun, steps[(step ?? -1) + 1]?.title ?? '');
  };
  room.on('plan', ({ steps, lecture }) => {
    found('plan', HTMLElement).hidden = steps.length === 0;
    found('plan-title', HTMLElement).textContent = lecture || 'Lecture plan';
    list.replaceChildren(
      ...steps.map(({ title }, i) =>
        el(
          'li',
          {},
          el('button', { type: 'button', class: 'plan-step', onclick: () => drive.toStep(i) }, `${i + 1}  ${title}`),
        ),
      ),
    );
    reached = null;
    show();
  });
  room.on('place', show);
  show();
}

/** Scroll a list as little as shows one of its items; the page itself stays where it is. @param {Element} list @param {Element} item */
function reveal(list, item) {
  const [outer, inner] = [list.getBoundingClientRect(), item.getBoundingClientRect()];
  if (inner.top < outer.top) list.scrollTop -= outer.top - inner.top;
  else if (inner.bottom > outer.bottom) list.scrollTop += inner.bottom - outer.bottom;
}

/** @param {HTMLElement} place @param {string} notes @param {string} next */
function showNotes(place, notes, next) {
  const paragraphs = notes
    .split(/\n\s*\n/)
    .map((words) => words.trim())
    .filter((words) => words !== '');
  place.replaceChildren(
    ...paragraphs.map((words) => el('p', {}, words)),
    next ? el('p', { class: 'note-next' }, `Next: ${next}`) : '',
  );
}
