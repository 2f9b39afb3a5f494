/** The question on the control panel: its phase, the counts before anybody sees them, the words to let through. */

import { el, found } from '../core/element.js';
import { letter } from './answers.js';
import { plain } from '../draw/numbers.js';

/** @typedef {import('../core/room.js').Room} Room */
/** @typedef {import('../core/protocol.js').Asked} Asked */
/** @typedef {import('../core/protocol.js').Question} Question */
/** @typedef {'open' | 'closed' | 'revealed' | 'away'} Goal */

const MATTERS = { matters: true };
const PHASES = { none: 'nothing asked', open: 'open', closed: 'locked, not revealed', revealed: 'revealed', away: 'put away' };

/** @param {Room} room */
export function showVote(room) {
  const where = found('vote-phase', HTMLElement);
  const body = found('vote-body', HTMLElement);
  const turn = (/** @type {Goal} */ to) => room.send({ t: 'vote', to }, MATTERS);
  const button = (/** @type {string} */ words, /** @type {() => void} */ onclick, kind = '') =>
    el('button', { type: 'button', class: `button ${kind}`, onclick }, words);
  const form = askForm(room);

  const show = () => {
    const asked = room.latest('question');
    const question = asked?.question ?? null;
    const phase = asked?.phase ?? 'none';
    const turnout = room.latest('turnout');
    const tally = room.latest('tally');
    const known = tally !== undefined && tally.vote === asked?.vote ? tally : undefined;
    const answered = turnout !== undefined && turnout.vote === asked?.vote ? turnout.answered : 0;
    where.textContent = question === null ? PHASES.none : `${PHASES[phase]}, ${answered} of ${turnout?.present ?? 0} answered`;
    if (question === null || asked === undefined) {
      body.replaceChildren(form);
      return;
    }
    const seen = known?.counts.truth != null || phase === 'revealed';
    const again = button('Ask again', () => room.send({ t: 'ask' }, MATTERS));
    const buttons = {
      none: [],
      open: [button('Close the vote', () => turn('closed'), 'primary'), button('Put away', () => turn('away'))],
      closed: [
        ...(question.kind === 'text' ? [] : [button('Reveal', () => turn('revealed'), 'primary')]),
        button('Open again', () => turn('open')),
        again,
        button('Put away', () => turn('away')),
      ],
      revealed: [button('Put away', () => turn('away'), 'primary'), again],
      away: [
        ...(seen ? [] : [button('Open again', () => turn('open'))]),
        ...(question.kind === 'text' ? [] : [button('Show the result', () => turn('revealed'))]),
        again,
      ],
    }[phase];
    body.replaceChildren(
      el('p', { class: 'vote-text' }, question.text),
      countsOf(question, known),
      el('p', { class: 'vote-advice' }, known?.advice ?? ''),
      inboxOf(room, asked.vote),
      el('div', { class: 'line' }, ...buttons),
      ...(phase === 'away' ? [form] : []),
    );
  };
  for (const tag of /** @type {const} */ (['question', 'turnout', 'tally', 'inbox'])) room.on(tag, show);
  show();
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
  const given = kind === 'line' ? `${tally.lines.shape[0] ?? 0} lines` : middle === undefined ? 'no number yet' : `median ${plain(middle, 3)}, from ${plain(numbers[0] ?? NaN, 3)} to ${plain(numbers[numbers.length - 1] ?? NaN, 3)}`;
  return el('p', {}, typeof truth === 'number' ? `${given}; computed: ${plain(truth, 4)}` : given);
}

/** Words that wait for the instructor; a tap lets them onto the stage. @param {Room} room @param {number} vote */
function inboxOf(room, vote) {
  const inbox = room.latest('inbox');
  const slips = inbox?.vote === vote ? inbox.slips : [];
  return el('ul', { class: 'inbox' }, ...slips.map(({ seat, text, on }) => {
    const release = () => room.send({ t: 'release', seat, on: !on }, MATTERS);
    return el('li', {}, el('button', { type: 'button', class: 'button slip', 'aria-pressed': String(on), onclick: release }, `${on ? 'on stage: ' : ''}${text}`));
  }));
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
          const words = options.value.split('\n').map((line) => line.trim()).filter((line) => line !== '');
          const question = text.value.trim();
          if (question === '') return;
          const sent = words.length === 0
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
