/** The question on the control panel: its phase, the counts before anybody sees them, the words to let through. */

import { el, found } from '../core/element.js';
import { plain } from '../draw/numbers.js';
import { letter } from './answers.js';

/** @typedef {import('../core/room.js').Room} Room */
/** @typedef {import('../core/protocol.js').Asked} Asked */
/** @typedef {import('../core/protocol.js').Question} Question */
/** @typedef {'open' | 'closed' | 'revealed' | 'away'} Goal */

const MATTERS = { matters: true };
const PHASES = {
  none: 'nothing asked',
  open: 'open',
  closed: 'locked, not revealed',
  revealed: 'revealed',
  away: 'put away',
};

/** What lies under the instructor's finger stays where it is while answers pour in. @param {Room} room */
export function showVote(room) {
  const where = found('vote-phase', HTMLElement);
  const text = el('p', { class: 'vote-text' });
  const counts = el('div', {});
  const advice = el('p', { class: 'vote-advice' });
  const inbox = el('ul', { class: 'inbox' });
  const buttons = el('div', { class: 'line' });
  const form = askForm(room);
  found('vote-body', HTMLElement).append(text, counts, advice, inbox, buttons, form);
  let offered = '';

  const show = () => {
    const asked = room.latest('question');
    const question = asked?.question ?? null;
    const phase = asked?.phase ?? 'none';
    const turnout = room.latest('turnout');
    const tally = room.latest('tally');
    const known = tally !== undefined && tally.vote === asked?.vote ? tally : undefined;
    const answered = turnout !== undefined && turnout.vote === asked?.vote ? turnout.answered : 0;
    where.textContent =
      question === null ? PHASES.none : `${PHASES[phase]}, ${answered} of ${turnout?.present ?? 0} answered`;
    form.hidden = phase !== 'none' && phase !== 'away';
    text.textContent = question?.text ?? '';
    advice.textContent = known?.advice ?? '';
    counts.replaceChildren(question === null ? '' : countsOf(question, known));
    showInbox(room, inbox, asked?.vote ?? 0);
    const words = question?.kind === 'text';
    const state = `${phase} ${words}`;
    if (state === offered) return;
    offered = state;
    buttons.replaceChildren(...deeds(room, phase, words));
  };
  for (const tag of /** @type {const} */ (['question', 'turnout', 'tally', 'inbox'])) room.on(tag, show);
  show();
}

/** What can be done in this phase; answers in words have nothing to reveal. @param {Room} room @param {keyof typeof PHASES} phase @param {boolean} words */
function deeds(room, phase, words) {
  const turn = (/** @type {string} */ said, /** @type {Goal} */ to, kind = '') =>
    el(
      'button',
      {
        type: 'button',
        class: `button ${kind}`,
        onclick: () => room.send({ t: 'vote', to, vote: room.latest('question')?.vote }, MATTERS),
      },
      said,
    );
  const again = el(
    'button',
    { type: 'button', class: 'button', onclick: () => room.send({ t: 'ask' }, MATTERS) },
    'Ask again',
  );
  return {
    none: [],
    open: [turn('Close the vote', 'closed', 'primary'), turn('Put away', 'away')],
    closed: [
      ...(words ? [] : [turn('Reveal', 'revealed', 'primary')]),
      turn('Open again', 'open'),
      again,
      turn('Put away', 'away'),
    ],
    revealed: [turn('Put away', 'away', 'primary'), again],
    away: [...(words ? [turn('Open again', 'open')] : [turn('Show the result', 'revealed')]), again],
  }[phase];
}

/** @param {Question} question @param {import('../core/protocol.js').Tally | undefined} tally */
function countsOf(question, tally) {
  const kind = question.kind ?? 'choice';
  if (tally === undefined || kind === 'text') return el('p', {});
  const { options, truth } = tally.counts;
  if (kind === 'choice') {
    const cells = (question.options ?? []).map((words, k) => {
      const right = words === truth;
      return el('li', { class: right ? 'right' : '' }, `${letter(k)} ${words}: ${options[k] ?? 0}${right ? ' ✓' : ''}`);
    });
    return el('ul', { class: 'vote-counts' }, ...cells);
  }
  const numbers = [...tally.numbers.data];
  const middle = numbers[Math.floor(numbers.length / 2)];
  const given =
    kind === 'line'
      ? `${tally.lines.shape[0] ?? 0} lines`
      : middle === undefined
        ? 'no number yet'
        : `median ${plain(middle, 3)}, from ${plain(numbers[0] ?? NaN, 3)} to ${plain(numbers[numbers.length - 1] ?? NaN, 3)}`;
  return el('p', {}, typeof truth === 'number' ? `${given}; computed: ${plain(truth, 4)}` : given);
}

/** Words that wait for the instructor; a tap lets them onto the stage. @param {Room} room @param {HTMLElement} list @param {number} vote */
function showInbox(room, list, vote) {
  const inbox = room.latest('inbox');
  const slips = inbox?.vote === vote ? inbox.slips : [];
  const known = new Map([...list.children].map((item) => [item.getAttribute('data-seat'), item]));
  for (const { seat, text, on } of slips) {
    const item =
      known.get(seat) ??
      list.appendChild(el('li', { 'data-seat': seat }, el('button', { type: 'button', class: 'button slip' })));
    known.delete(seat);
    const button = item.firstElementChild;
    if (!(button instanceof HTMLButtonElement)) continue;
    button.textContent = `${on ? 'on stage: ' : ''}${text}`;
    button.setAttribute('aria-pressed', String(on));
    button.onclick = () => room.send({ t: 'release', seat, on: !on }, MATTERS);
  }
  for (const gone of known.values()) gone.remove();
}

/** A question that is not in the plan: a choice with one option a line, or words. @param {Room} room */
function askForm(room) {
  const text = el('input', { type: 'text', id: 'ask-text', maxlength: 240, autocomplete: 'off' });
  const options = el('textarea', { id: 'ask-options', rows: 3 });
  return el(
    'details',
    { class: 'ask' },
    el('summary', {}, 'Ask something else'),
    el(
      'form',
      {
        onsubmit: (event) => {
          event.preventDefault();
          const words = options.value
            .split('\n')
            .map((line) => line.trim())
            .filter((line) => line !== '');
          const question = text.value.trim();
          if (question === '') return;
          const sent =
            words.length === 0
              ? room.send({ t: 'ask', question: { text: question, kind: 'text' } }, MATTERS)
              : room.send({ t: 'ask', question: { text: question, options: words } }, MATTERS);
          if (sent) [text.value, options.value] = ['', ''];
        },
      },
      el('label', { for: 'ask-text' }, 'Question'),
      text,
      el('label', { for: 'ask-options' }, 'Options, one a line; none: answered in words'),
      options,
      el('button', { type: 'submit', class: 'button primary' }, 'Ask'),
    ),
  );
}
