/** The scene `shifts`: learning curves of kernels, live; of networks, from a table with one point live; what was published. */

import { el } from '../core/element.js';
import { legend } from '../draw/legend.js';
import { surface } from '../draw/surface.js';
import { twin } from '../draw/twin.js';
import { Aside } from './shifts/aside.js';
import { paintKernel, paintNeural, paintTorus, slopeWords, tableOf } from './shifts/picture.js';
import { bound, CHANGES, FIRST_NEURAL, PUBLISHED, QUESTIONS, quote, styled } from './shifts/words.js';

/** @typedef {import('../core/scene.js').Host} Host */
/** @typedef {import('../core/scene.js').View} View */
/** @typedef {import('../core/protocol.js').ShiftsGuess} Guess */

/** @param {Host} host */
export function act(host) {
  const step = host.latest('shifts.step');
  return {
    step,
    position: step?.position ?? 0,
    point: host.latest('shifts.point'),
    kernel: host.latest('shifts.kernel'),
    neural: host.latest('shifts.neural'),
    live: host.latest('shifts.live'),
    published: host.latest('shifts.published'),
  };
}

/** @param {Host} host @param {import('../draw/surface.js').Surface} face */
function paint(host, face) {
  const { position, point, kernel, neural, live } = act(host);
  if (position === 0 && point) paintTorus(face, point, face.box);
  else if (position > 0 && position < FIRST_NEURAL && kernel) paintKernel(face, kernel.lines, face.box);
  else if (position >= FIRST_NEURAL && position < PUBLISHED && neural?.present)
    paintNeural(face, neural, live, face.box);
}

/** @param {Host} host */
function linesOf(host) {
  const { position, kernel, neural } = act(host);
  return (position < FIRST_NEURAL ? kernel?.lines : position < PUBLISHED ? neural?.lines : []) ?? [];
}

/** @param {ReturnType<typeof act>} act @returns {import('../draw/legend.js').Key[]} */
function keysOf({ position, neural, live }) {
  if (position === 0)
    return [
      { kind: 'arrow', role: 'message', text: 'a point: three angles' },
      { kind: 'dash', role: 'self', text: 'its 7 copies, turned by 1/8' },
    ];
  if (position >= PUBLISHED) return [];
  const mean =
    position < FIRST_NEURAL ? 'mean of 4 draws, smallest to largest' : 'test error of 4 seeds, smallest to largest';
  /** @type {import('../draw/legend.js').Key[]} */
  const keys = [
    { kind: 'line', role: 'self', text: mean },
    { kind: 'dots', role: 'ink', text: 'fitted line' },
  ];
  if (position < FIRST_NEURAL) return keys;
  keys.splice(1, 0, { kind: 'dash', role: 'self', text: 'training error' });
  if (live && live.test !== null && live.potential === neural?.potential)
    keys.push(
      { kind: 'diamond', role: 'bias', text: 'live point' },
      { kind: 'gem', role: 'bias', text: 'its training error' },
    );
  return keys;
}

/** The quotations, in the picture's place. @param {Host} host @param {import('../draw/surface.js').Surface} face */
function quotations(host, face) {
  const list = styled(el('ol', { class: 'shifts-quotes', tabindex: '0', 'aria-label': 'what was published' }), {
    position: 'absolute',
    inset: '0',
    margin: '0',
    padding: '0.4em 1em 1em 1.8em',
    display: 'none',
    flexDirection: 'column',
    justifyContent: 'space-between',
    gap: '0.6em',
    overflowY: 'auto',
  });
  host.main.append(list);
  return {
    show() {
      const { position, published } = act(host);
      const shown = position >= PUBLISHED;
      list.style.display = shown ? 'flex' : 'none';
      face.canvas.style.visibility = shown ? 'hidden' : 'visible';
      quote(list, shown ? published : undefined);
    },
    destroy: () => list.remove(),
  };
}

/** @param {Host} host @returns {View} */
export function stage(host) {
  const face = surface(host.main, { label: 'Learning curves', draw: (it) => paint(host, it) });
  const text = twin(host.main, 'Errors: mean, smallest to largest');
  const line = legend(host.legend);
  const aside = new Aside(host.side);
  const quotes = quotations(host, face);

  function show() {
    const now = act(host);
    if (!now.step) return;
    const lines = linesOf(host);
    aside.show(now, lines);
    quotes.show();
    line.show(keysOf(now));
    text.table(tableOf(lines));
    face.describe(`${now.step.label}. ${lines.map(slopeWords).join('. ')}`);
    face.invalidate();
  }
  return {
    update: show,
    theme: show,
    destroy() {
      for (const each of [face, text, line, aside, quotes]) each.destroy();
    },
  };
}

/** Predict the next curve. @param {Host} host @returns {View} */
export function student(host) {
  const face = surface(host.main, { label: 'Learning curves', draw: (it) => paint(host, it) });
  const text = twin(host.main, 'Errors: mean, smallest to largest');
  const quotes = quotations(host, face);
  const ask = el('p', { role: 'status' });
  const row = el('div', { role: 'group', 'aria-label': 'your prediction' });
  Object.assign(row.style, { display: 'grid', gap: '0.5rem', gridTemplateColumns: '1fr 1fr 1fr' });
  /** @type {Record<string, string>} */
  const mine = {};
  const buttons = CHANGES.map(([change, words]) =>
    styled(el('button', { type: 'button', class: 'button', onclick: () => say(change) }, words), { minHeight: '52px' }),
  );
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

  /** What was found so far. @param {ReturnType<typeof act>} now */
  function found({ position, kernel, neural, live, published }) {
    if (position === 0) return '';
    if (position >= PUBLISHED) return published?.here.slice(0, 2).join(' ') ?? '';
    if (position < FIRST_NEURAL)
      return kernel?.verdict || `Measured: ${kernel?.measured ?? 0} of ${kernel?.wanted ?? 0}.`;
    return live?.running ? live.words : (neural?.verdict ?? '');
  }

  function show() {
    const now = act(host);
    if (!now.step) return;
    const { subject } = now.step;
    ask.textContent = bound([found(now), subject ? (QUESTIONS[subject] ?? '') : ''].filter(Boolean).join(' '));
    row.style.display = subject ? 'grid' : 'none';
    CHANGES.forEach(([change], k) =>
      buttons[k]?.setAttribute('aria-pressed', String(subject !== null && mine[subject ?? ''] === change)),
    );
    quotes.show();
    text.table(tableOf(linesOf(host)));
    face.describe(now.step.label);
    face.invalidate();
  }
  return {
    update(frame) {
      if (frame.t === 'shifts.mine') mine[frame.subject] = frame.change;
      show();
    },
    theme: show,
    destroy() {
      for (const each of [face, text, quotes]) each.destroy();
      host.side.replaceChildren();
    },
  };
}

/** Train one point of the table again. @param {Host} host @returns {View} */
export function control(host) {
  const begin = el(
    'button',
    {
      type: 'button',
      class: 'button',
      onclick: () => host.send({ t: 'shifts.train', on: !(host.latest('shifts.live')?.running ?? false) }),
    },
    'Train the live point',
  );
  const words = el('p', { role: 'status' });
  const box = el('div', { class: 'line buttons' }, begin);
  host.main.append(box, words);
  const show = () => {
    const { position, live } = act(host);
    begin.disabled = position < FIRST_NEURAL || position >= PUBLISHED;
    begin.textContent = live?.running ? 'Stop the live point' : 'Train the live point';
    words.textContent = begin.disabled
      ? 'The live point trains beside the curves of the networks, at positions 5 and 6.'
      : bound(live?.words ?? '');
  };
  return {
    update: show,
    destroy() {
      box.remove();
      words.remove();
    },
  };
}
