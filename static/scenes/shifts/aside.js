/** The stage's side column: the slope, every curve's slope with its interval, the live point, what is asked, how it was measured. */

import { el } from '../../core/element.js';
import { headline } from '../../draw/headline.js';
import { errorText, fixed } from '../../draw/numbers.js';
import { rangeOf, slopeWords } from './picture.js';
import { bound, crowdWords, FIRST_NEURAL, notes, PUBLISHED, QUESTIONS, styled } from './words.js';

/** @typedef {import('../../draw/headline.js').Reading} Reading */
/** @typedef {import('../../core/protocol.js').ShiftsLine} Line */
/** @typedef {ReturnType<typeof import('./acts.js').act>} Act */

/** Seconds that are left, from how fast frames come. */
class Pace {
  #from = { at: 0, done: 0 };

  /** @param {number} done @param {number} all @returns {string} */
  left(done, all) {
    const at = performance.now();
    if (done <= 0 || done < this.#from.done || this.#from.done === 0) this.#from = { at, done };
    const speed = (done - this.#from.done) / (at - this.#from.at);
    return speed > 0 && done < all ? `, about ${Math.ceil((all - done) / speed / 1000)} s left` : '';
  }
}

export class Aside {
  #number;
  #slopes = el('div');
  #progress = el('p', { role: 'status' });
  #bar = el('progress', { 'aria-hidden': 'true' });
  #live = el('p', { class: 'shifts-live', role: 'status' });
  #budget = el('p');
  #question = el('h2');
  #crowd = el('p');
  #how = el('div');
  #pace = new Pace();

  /** @param {HTMLElement} side */
  constructor(side) {
    this.side = side;
    this.#number = headline(side);
    styled(this.#question, { fontSize: '1.25em', lineHeight: '1.2', margin: '0.6em 0 0' });
    styled(this.#bar, {
      width: '100%',
      height: '0.55em',
      accentColor: 'var(--bias)',
      display: 'block',
      margin: '0.25em 0 0',
    });
    this.#how.style.fontSize = '0.8em';
    for (const each of [this.#budget, this.#progress])
      styled(each, { fontSize: '0.8em', color: 'var(--quiet)', margin: '0.2em 0 0' });
    for (const each of [this.#crowd, this.#live]) each.style.margin = '0.4em 0 0';
    side.append(
      this.#slopes,
      this.#live,
      this.#bar,
      this.#progress,
      this.#budget,
      this.#question,
      this.#crowd,
      this.#how,
    );
  }

  /** @param {Act} act @param {readonly Line[]} lines */
  show(act, lines) {
    const { step, position, kernel, neural, live, published } = act;
    if (!step) return;
    const curves = position > 0 && position < PUBLISHED;
    const networks = curves && position >= FIRST_NEURAL;
    this.#number.show(reading(act));
    this.#slopes.replaceChildren(
      ...(curves ? lines : []).filter(({ slope, parameters }) => slope || parameters !== null).map(entry),
    );
    const measuring = curves && !networks && kernel && kernel.measured < kernel.wanted ? kernel : null;
    const training = networks && live?.running ? live : null;
    this.#live.textContent = networks && live ? bound(live.words) : '';
    this.#progress.textContent =
      training && training.step > 0
        ? `Step ${training.step} of ${training.steps}${this.#pace.left(training.step, training.steps)}.`
        : '';
    this.#budget.textContent = networks && live ? live.budget : '';
    this.#bar.hidden = !measuring && !training;
    this.#bar.style.display = this.#bar.hidden ? 'none' : 'block';
    this.#bar.max = measuring?.wanted ?? training?.steps ?? 1;
    this.#bar.value = measuring?.measured ?? training?.step ?? 0;
    this.#question.textContent = step.subject
      ? bound(QUESTIONS[step.subject] ?? '')
      : position >= PUBLISHED
        ? 'And in this room?'
        : '';
    this.#crowd.textContent = step.subject ? crowdWords(step.counts) : '';
    for (const each of [this.#question, this.#crowd, this.#progress, this.#live, this.#budget])
      each.hidden = each.textContent === '';
    const here = position >= PUBLISHED ? (published?.here ?? []).map(told) : [];
    this.#how.replaceChildren(
      ...here,
      ...notes(position, neural).map((words) =>
        styled(el('p', {}, bound(words)), { margin: '0.25em 0 0', color: 'var(--quiet)' }),
      ),
    );
  }
}

/** A slope, its interval, and the sizes it was fitted on. @param {Line} one */
function entry(one) {
  const row = styled(el('p', {}, bound(slopeWords(one))), { margin: '0.15em 0 0', fontVariantNumeric: 'tabular-nums' });
  if (one.slope)
    row.append(
      ' ',
      styled(el('span', {}, rangeOf(one.slope)), { fontSize: '0.8em', color: 'var(--quiet)', whiteSpace: 'nowrap' }),
    );
  return row;
}

/** The first sentence stands out. @param {string} words */
function told(words) {
  const end = words.indexOf('. ') + 1;
  return styled(el('p', {}, el('strong', {}, bound(words.slice(0, end))), bound(words.slice(end))), {
    margin: '0.7em 0 0',
    fontSize: '1.2em',
  });
}

/** The one number. @param {Act} act @returns {Reading | null} */
function reading({ position, kernel, neural, point }) {
  if (position === 0 && point) {
    const words = 'the same: a copy needs no new measurement';
    return {
      of: 'change of the target over 8 turns',
      value: errorText(point.spread),
      words,
      tone: point.spread < 1e-12 ? 'same' : 'other',
    };
  }
  if (position < FIRST_NEURAL) {
    if (!kernel) return null;
    const measuring = { value: `${kernel.measured} / ${kernel.wanted}`, words: 'measured, point by point' };
    return {
      of: kernel.headline ? 'slope b of error = a nᵇ' : 'regressions',
      tone: 'plain',
      ...(kernel.headline ? { value: kernel.headline, words: kernel.verdict } : measuring),
    };
  }
  if (position >= PUBLISHED || !neural) return null;
  const one = neural.lines.find(({ name }) => name === 'l = 1')?.slope;
  return {
    of: bound('slope b at l = 1'),
    value: one ? fixed(one.value) : 'not fitted',
    words: bound(neural.verdict),
    tone: 'plain',
  };
}
