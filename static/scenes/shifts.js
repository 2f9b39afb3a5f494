/** The scene `shifts`: learning curves of kernels, live; of networks, from a table with one point live; what was published. */

import { el } from '../core/element.js';
import { headline } from '../draw/headline.js';
import { legend } from '../draw/legend.js';
import { surface } from '../draw/surface.js';
import { twin } from '../draw/twin.js';
import { paintKernel, paintNeural, paintTorus, slopeWords, tableOf } from './shifts/picture.js';

/** @typedef {import('../core/scene.js').Host} Host */
/** @typedef {import('../core/scene.js').View} View */
/** @typedef {import('../core/protocol.js').ShiftsGuess} Guess */

/** @type {Record<string, string>} */
const QUESTIONS = {
  augmented: 'Each point gets 7 turned copies. What will the learning curve do?',
  invariant: 'The kernel is made invariant to the turn, to every angle. What will the curve do?',
  degree: 'Networks of forces, from scalars alone (l = 0) to vectors (l = 1). What will the curve do?',
};
/** @type {readonly [Guess['change'], string][]} */
const CHANGES = [['same', 'Stay as it is'], ['shift', 'Shift, same slope'], ['steeper', 'Fall faster']];
const FIRST_NEURAL = 4;
const PUBLISHED = 6;

/** @template {HTMLElement} E @param {E} element @param {Record<string, string>} style @returns {E} */
function styled(element, style) {
  Object.assign(element.style, style);
  return element;
}

/** @param {Host} host */
function act(host) {
  const step = host.latest('shifts.step');
  const position = step?.position ?? 0;
  return { step, position, kernel: host.latest('shifts.kernel'), neural: host.latest('shifts.neural'), live: host.latest('shifts.live'), published: host.latest('shifts.published') };
}

/** @param {Host} host @param {import('../draw/surface.js').Surface} face */
function paint(host, face) {
  const { position, kernel, neural, live } = act(host);
  // Beside the quotations a phone shows the set-up again; on the stage they take the picture's place.
  if (position === 0 || position >= PUBLISHED) paintTorus(face, face.box);
  else if (position < FIRST_NEURAL && kernel) paintKernel(face, kernel.lines, face.box);
  else if (position < PUBLISHED && neural?.present) paintNeural(face, neural, live, face.box);
}

/** @param {Host} host */
function linesOf(host) {
  const { position, kernel, neural } = act(host);
  return (position < FIRST_NEURAL ? kernel?.lines : position < PUBLISHED ? neural?.lines : []) ?? [];
}

/** @param {number} position @returns {import('../draw/legend.js').Key[]} */
function keysAt(position) {
  if (position === 0) return [{ kind: 'arrow', role: 'message', text: 'a point: three angles' }, { kind: 'dash', role: 'self', text: 'its 7 copies, turned by 1/8' }];
  if (position >= PUBLISHED) return [];
  /** @type {import('../draw/legend.js').Key[]} */
  const keys = [{ kind: 'line', role: 'self', text: position < FIRST_NEURAL ? 'mean of 4 draws of the points' : 'test error, mean of the seeds' }, { kind: 'dash', role: 'ink', text: 'fitted line, where it is fitted' }];
  if (position >= FIRST_NEURAL) keys.splice(1, 0, { kind: 'dash', role: 'self', text: 'training error' });
  return keys;
}

/** @param {Host} host @returns {View} */
export function stage(host) {
  const face = surface(host.main, { label: 'Learning curves', draw: (it) => paint(host, it) });
  const text = twin(host.main, 'Errors: mean, smallest to largest');
  const line = legend(host.legend);
  const question = el('h2');
  const crowd = el('p');
  const number = headline(host.side);
  const slopes = el('div');
  const progress = el('p');
  const how = el('div');
  const live = el('p', { class: 'shifts-live', role: 'status' });
  Object.assign(question.style, { fontSize: '1.35em', lineHeight: '1.2', margin: '0.6em 0 0' });
  how.style.fontSize = '0.8em';
  for (const each of [crowd, progress, live]) each.style.margin = '0.5em 0 0';
  host.side.prepend(number.element);
  host.side.append(slopes, progress, live, question, crowd, how);
  const quotes = el('ol', { class: 'shifts-quotes' });
  Object.assign(quotes.style, { position: 'absolute', inset: '0', margin: '0', padding: '0 1em 0 1.6em', display: 'none', flexDirection: 'column', justifyContent: 'space-evenly' });
  host.main.append(quotes);

  function reading() {
    const { position, kernel, neural } = act(host);
    if (position === 0 || position >= PUBLISHED) return null;
    if (position < FIRST_NEURAL) {
      if (!kernel) return null;
      return { of: 'slope b of error = a nᵇ', value: kernel.headline || '…', words: kernel.verdict || 'measuring, point by point', tone: /** @type {const} */ ('plain') };
    }
    if (!neural) return null;
    const one = neural.lines.find(({ name }) => name === 'l = 1')?.slope;
    return { of: 'slope b at l = 1', value: one ? one.value.toFixed(2) : 'not fitted', words: neural.verdict, tone: /** @type {const} */ ('plain') };
  }

  function show() {
    const { step, position, kernel, neural, live: point, published } = act(host);
    if (!step) return;
    number.show(reading());
    const lines = linesOf(host);
    slopes.replaceChildren(...(position === 0 ? [] : lines.map((each) => styled(el('p', {}, slopeWords(each)), { margin: '0.15em 0' }))));
    progress.textContent = position > 0 && position < FIRST_NEURAL && kernel && kernel.measured < kernel.wanted ? `Regression ${kernel.measured} of ${kernel.wanted}.` : '';
    live.textContent = position >= FIRST_NEURAL && position < PUBLISHED ? (point?.words ?? '') : '';
    question.textContent = step.subject ? (QUESTIONS[step.subject] ?? '') : position >= PUBLISHED ? 'Which of these did this room see, and which not?' : '';
    const all = step.counts.reduce((a, b) => a + b, 0);
    crowd.textContent = step.subject ? (all === 0 ? 'Predict on the phones.' : `${all} prediction${all === 1 ? '' : 's'}: ${CHANGES.map(([, words], k) => `${words.toLowerCase()} ${step.counts[k] ?? 0}`).join(', ')}.`) : '';
    for (const each of [question, crowd, progress, live]) each.hidden = each.textContent === '';
    how.replaceChildren(...notes(position, neural).map((words) => styled(el('p', {}, words), { margin: '0.25em 0 0', color: 'var(--quiet)' })));
    quotes.style.display = position >= PUBLISHED ? 'flex' : 'none';
    face.canvas.style.visibility = position >= PUBLISHED ? 'hidden' : 'visible';
    quotes.replaceChildren(...(position >= PUBLISHED ? (published?.statements ?? []) : []).map(({ words, source }) => el('li', {}, el('q', {}, words), styled(el('div', {}, source), { color: 'var(--quiet)', fontSize: '0.85em' }))));
    line.show(keysAt(position));
    text.table(tableOf(lines));
    face.describe(`${step.label}. ${lines.map(slopeWords).join('. ')}`);
    face.invalidate();
  }
  return {
    update: show,
    theme: show,
    destroy() {
      face.destroy();
      text.destroy();
      line.destroy();
      number.destroy();
      quotes.remove();
      host.side.replaceChildren();
    },
  };
}

/** How it was measured. @param {number} position @param {import('../core/protocol.js').ShiftsNeural | undefined} neural @returns {readonly string[]} */
function notes(position, neural) {
  if (position === 0) return ['Kernel ridge regression on random points, Matérn-3/2 kernel. Nothing is trained; every point of the curves is computed in front of you.'];
  if (position < FIRST_NEURAL) return ['Matérn-3/2, ridge 10⁻⁸, the best of 5 lengths on validation points. In brackets: 95 % of bootstrap draws over the repetitions. Augmented is fitted on 32 to 256 points: with its copies, as many as the plain kernel from 256 to 2048.'];
  if (position >= PUBLISHED) return ['Published statements, in the words of their sources. None of them was measured here.'];
  const honest = neural?.potential === 'lennard-jones' ? 'A pair potential depends on distances alone: l = 0 can say all of it.' : 'Stillinger-Weber was chosen: its angles are a product of degrees 0 to 2, which flatters l = 2. It reproduces no published curve.';
  return [honest, 'No slope is fitted where the training error exceeds half of the test error.', (neural?.how ?? []).join(' ')];
}

/** Predict the next curve. @param {Host} host @returns {View} */
export function student(host) {
  const face = surface(host.main, { label: 'Learning curves', draw: (it) => paint(host, it) });
  const text = twin(host.main, 'Errors: mean, smallest to largest');
  const ask = el('p', { role: 'status' });
  const row = el('div', { role: 'group', 'aria-label': 'your prediction' });
  Object.assign(row.style, { display: 'grid', gap: '0.5rem', gridTemplateColumns: '1fr 1fr 1fr' });
  /** @type {Record<string, string>} */
  const mine = {};
  const buttons = CHANGES.map(([change, words]) =>
    styled(el('button', { type: 'button', class: 'button', onclick: () => say(change) }, words), { minHeight: '52px' }));
  row.append(...buttons);
  host.side.append(ask, row);

  /** @param {Guess['change']} change */
  function say(change) {
    const subject = host.latest('shifts.step')?.subject;
    if (!subject) return;
    mine[subject] = change;
    host.send({ t: 'shifts.guess', subject, change });
    show();
  }

  function show() {
    const { step, position, kernel, neural, published } = act(host);
    if (!step) return;
    const { subject } = step;
    const said = position > 0 && position < FIRST_NEURAL ? (kernel?.verdict ?? '') : position >= FIRST_NEURAL && position < PUBLISHED ? (neural?.verdict ?? '') : '';
    const quoted = position >= PUBLISHED ? (published?.statements ?? []).map(({ words }) => `“${words}”`).join(' ') : '';
    ask.textContent = [said, quoted, subject ? (QUESTIONS[subject] ?? '') : ''].filter(Boolean).join(' ');
    row.style.display = subject ? 'grid' : 'none';
    CHANGES.forEach(([change], k) => buttons[k]?.setAttribute('aria-pressed', String(subject !== null && mine[subject ?? ''] === change)));
    text.table(tableOf(linesOf(host)));
    face.describe(step.label);
    face.invalidate();
  }
  return {
    update(frame) {
      if (frame.t === 'shifts.mine') mine[frame.subject] = frame.change;
      show();
    },
    theme: show,
    destroy() {
      face.destroy();
      text.destroy();
      host.side.replaceChildren();
    },
  };
}

/** Train one point of the table again. @param {Host} host @returns {View} */
export function control(host) {
  const begin = el('button', { type: 'button', class: 'button', onclick: () => host.send({ t: 'shifts.train', on: !(host.latest('shifts.live')?.running ?? false) }) }, 'Train the live point');
  const words = el('p', { role: 'status' });
  const box = el('div', { class: 'line buttons' }, begin);
  host.main.append(box, words);
  const show = () => {
    const { position, live } = act(host);
    begin.disabled = position < FIRST_NEURAL || position >= PUBLISHED;
    begin.textContent = live?.running ? 'Stop the live point' : 'Train the live point';
    words.textContent = begin.disabled ? 'The live point trains beside the curves of the networks, at positions 5 and 6.' : (live?.words ?? '');
  };
  return {
    update: show,
    destroy() {
      box.remove();
      words.remove();
    },
  };
}
