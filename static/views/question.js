/** The question on a phone: it takes the place of the scene's inputs until it is put away. */

import { el, found } from '../core/element.js';
import { SAMPLES, Sketch } from '../draw/sketch.js';
import { surface } from '../draw/surface.js';
import { answerPicture, letter, optionList, verdict } from './answers.js';

/** @typedef {import('../core/room.js').Room} Room */
/** @typedef {import('../core/protocol.js').Asked} Asked */
/** @typedef {import('../core/protocol.js').Question} Question */
/** @typedef {import('../core/protocol.js').Given} Given */
/** @typedef {import('../draw/surface.js').Point} Point */

const MATTERS = { matters: true };

/** @param {Room} room @param {HTMLElement} page */
export function showQuestion(room, page) {
  const place = found('question', HTMLElement);
  const words = el('p', { class: 'question-words', role: 'status' });
  /** @type {(() => void) | null} */
  let clear = null;
  let shown = '';

  const own = () => {
    const mine = room.latest('mine');
    return mine !== undefined && mine.vote === room.latest('question')?.vote ? mine.given : null;
  };
  const send = (/** @type {Given} */ given) => {
    const vote = room.latest('question')?.vote ?? 0;
    if (vote > 0) room.send({ t: 'answer', vote, given }, MATTERS);
  };

  const show = () => {
    const asked = room.latest('question');
    const question = asked?.question;
    const on = asked !== undefined && question != null && asked.phase !== 'none' && asked.phase !== 'away';
    page.classList.toggle('asking', on);
    place.hidden = !on;
    if (!on || !question) {
      shown = '';
      clear?.();
      clear = null;
      place.replaceChildren();
      return;
    }
    const result = room.latest('result');
    const counts = asked.phase === 'revealed' && result?.vote === asked.vote ? result.counts : null;
    const given = own();
    words.textContent =
      counts && result
        ? verdict(question, { counts, curve: result.curve }, 0) || 'Look at the stage.'
        : said(asked, given);
    // A field in which somebody types is not made anew; options and results are.
    const kind = question.kind ?? 'choice';
    const state = `${asked.vote} ${asked.phase} ${counts === null} ${kind === 'choice' ? JSON.stringify(given) : ''}`;
    if (state === shown) return;
    shown = state;
    clear?.();
    clear = null;
    const answer = answerOf(question, asked.phase, counts && result ? { ...result, counts } : null, given, send);
    clear = answer?.destroy ?? null;
    place.replaceChildren(el('h2', {}, question.text), ...(answer ? [answer.element] : []), words);
  };
  for (const tag of /** @type {const} */ (['question', 'mine', 'result'])) room.on(tag, show);
}

/**
 * What stands below a question: its options, what all answered, or a field; nothing where there is nothing to see.
 * @param {Question} question @param {Asked['phase']} phase @param {Parameters<typeof answerPicture>[1] | null} result after the reveal
 * @param {Given | null} given @param {(given: Given) => void} send
 * @returns {{element: HTMLElement, destroy?: () => void} | null}
 */
function answerOf(question, phase, result, given, send) {
  const kind = question.kind ?? 'choice';
  if (kind === 'choice') {
    const pick = phase === 'open' ? { pick: (/** @type {number} */ choice) => send({ choice }) } : {};
    return { element: optionList(question, { counts: result?.counts ?? null, own: given?.choice ?? null, ...pick }) };
  }
  if (result && kind !== 'text') {
    const { place, destroy } = answerPicture(question, result, given);
    return { element: place, destroy };
  }
  if (phase !== 'open') return null;
  if (kind === 'line') return lineInput(question, given, send);
  return kind === 'number' ? numberInput(question, given, send) : textInput(given, send);
}

/** @param {Asked} asked @param {Given | null} given */
function said({ phase, question }, given) {
  if (question === null) return '';
  const answer = given === null ? '' : inWords(question, given);
  if (phase === 'open')
    return answer ? `Sent: ${answer}. You may change it until the vote is closed.` : 'Nobody sees who answered what.';
  return answer ? `Locked: ${answer}. Now look at the stage.` : 'The vote is closed. Look at the stage.';
}

/** @param {Question} question @param {Given} given */
function inWords(question, given) {
  if (given.choice != null) return `${letter(given.choice)}, ${question.options?.[given.choice] ?? ''}`;
  if (given.number != null) return String(given.number);
  return given.line ? 'your line' : `“${given.text ?? ''}”`;
}

/** @param {Question} question @param {Given | null} given @param {(given: Given) => void} send */
function numberInput({ y }, given, send) {
  const [low, high] = [y?.low ?? 0, y?.high ?? 1];
  const field = el('input', {
    type: 'text',
    inputmode: 'decimal',
    id: 'answer-number',
    value: given?.number ?? '',
    autocomplete: 'off',
  });
  const hint = el('p', { class: 'hint', role: 'alert' });
  const form = el(
    'form',
    {
      class: 'answer-form',
      onsubmit: (event) => {
        event.preventDefault();
        const number = Number(field.value.trim().replace(',', '.').replace('\u2212', '-'));
        const fits = field.value.trim() !== '' && Number.isFinite(number) && number >= low && number <= high;
        field.setAttribute('aria-invalid', String(!fits));
        hint.textContent = fits ? '' : `Expected a number from ${low} to ${high}.`;
        if (fits) send({ number });
      },
    },
    el('label', { for: 'answer-number' }, `${y?.title ?? 'A number'}, ${low} to ${high}`),
    el('div', { class: 'answer-row' }, field, el('button', { type: 'submit', class: 'button primary' }, 'Send')),
    hint,
  );
  return { element: form, destroy: () => form.remove() };
}

/** @param {Given | null} given @param {(given: Given) => void} send */
function textInput(given, send) {
  const field = el('textarea', { id: 'answer-text', rows: 3, maxlength: 200 });
  field.value = given?.text ?? '';
  const form = el(
    'form',
    {
      class: 'answer-form',
      onsubmit: (event) => {
        event.preventDefault();
        const text = field.value.trim();
        if (text !== '') send({ text });
      },
    },
    el('label', { for: 'answer-text' }, 'In a sentence'),
    field,
    el('button', { type: 'submit', class: 'button primary' }, 'Send'),
  );
  return { element: form, destroy: () => form.remove() };
}

/** @param {Question} question @param {Given | null} given @param {(given: Given) => void} send */
function lineInput({ x, y }, given, send) {
  if (!x || !y) throw new Error('a question for a line has two axes');
  const sketch = new Sketch({ x, y });
  if (given?.line) sketch.heights = [...given.line];
  const element = el('div', { class: 'answer-picture' });
  const face = surface(element, {
    label: 'Draw your line with a finger, or with the arrow keys and Enter',
    focusable: true,
    draw: (at) => sketch.paint(at),
  });
  const done = () => {
    if (sketch.heights !== null) send({ line: [...sketch.heights] });
  };
  /** @type {Point | null} */
  let last = null;
  const { canvas, signal } = face;
  const draw = (/** @type {PointerEvent} */ event) => {
    const at = face.point(event);
    sketch.put(at, last);
    last = at;
    face.invalidate();
  };
  canvas.classList.add('sketch');
  canvas.addEventListener(
    'pointerdown',
    (event) => {
      canvas.setPointerCapture(event.pointerId);
      last = null;
      draw(event);
    },
    { signal },
  );
  canvas.addEventListener(
    'pointermove',
    (event) => {
      if (canvas.hasPointerCapture(event.pointerId)) draw(event);
    },
    { signal },
  );
  canvas.addEventListener('pointerup', done, { signal });
  canvas.addEventListener(
    'keydown',
    (event) => {
      const along = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      const up = { ArrowUp: 0.05, ArrowDown: -0.05 }[event.key];
      if (along !== undefined) sketch.cursor = (Math.max(0, sketch.cursor) + along + SAMPLES) % SAMPLES;
      else if (up !== undefined) sketch.nudge(Math.max(0, sketch.cursor), up);
      else if (event.key === 'Enter') done();
      else return;
      event.preventDefault();
      event.stopPropagation();
      face.invalidate();
    },
    { signal },
  );
  return { element, destroy: () => face.destroy() };
}
