/** The form in which a student works out the own update: what is needed, a field a feature, and what the server says. */

import { el } from '../../core/element.js';
import { typedNumber } from '../../core/schema.js';
import { arithmetic, fromTrace, matrix } from './arithmetic.js';
import {
  incoming,
  progressWords,
  revealed,
  rightWords,
  row,
  rowsOf,
  triesWords,
  vector,
  waitingWords,
  width,
} from './reading.js';

/** @typedef {import('../../core/scene.js').Host} Host */
/** @typedef {import('../../core/protocol.js').RoundsProgress} Progress */
/** @typedef {import('../../core/protocol.js').RoundsVerdict} Verdict */
/** @typedef {import('./reading.js').Trace} Trace */
/** @typedef {import('./reading.js').Cursor} Cursor */

/** What the server takes as an answer. */
const RANGE = { minimum: -1e9, maximum: 1e9, integer: false };
const GATHER = { sum: 'the sum', mean: 'the mean', max: 'the largest, feature by feature,' };

export class HandWork {
  /** What the panel was built for; it is rebuilt only for another update, so that typed numbers stay. */
  #built = '';
  /** @type {HTMLInputElement[]} */
  #fields = [];
  /** @type {HTMLElement[]} one beside each field */
  #marks = [];
  #said = el('p', { class: 'rounds-said', role: 'status', 'aria-live': 'polite' });
  #waiting = el('p', { class: 'rounds-waiting' });
  #solution = el('div');
  /** What the arithmetic needs; it steps aside for the solution. */
  #given = el('div');
  #form = el('form', { class: 'rounds-answer' });
  /** @type {Verdict | null} */
  #judged = null;

  /**
   * @param {Host} host
   * @param {(node: number) => string} name
   */
  constructor(host, name) {
    this.host = host;
    this.name = name;
  }

  /** Another panel stands in the side now. */
  leave() {
    this.#built = '';
  }

  /** For who is no node: what the others do. @param {Trace} trace @param {Cursor} cursor @param {Progress | null} progress */
  watch(trace, cursor, progress) {
    this.leave();
    const where = cursor.round === 0 ? 'the input' : `update ${cursor.round} of ${trace.rounds}: ${cursor.phase}`;
    const isClass = trace.seats.some((seat) => seat !== '');
    const why = isClass
      ? 'The nodes were dealt before you came; you watch.'
      : 'Follow the stage: this is the same graph.';
    const done = progress ? [el('p', {}, `Update ${progress.round}: ${progressWords(progress)}`)] : [];
    this.host.side.replaceChildren(
      el('p', {}, el('strong', {}, where)),
      ...done,
      el('p', { class: 'quiet-text' }, why),
    );
  }

  /** @param {Trace} trace @param {number} node @param {Progress} progress */
  compute(trace, node, progress) {
    const key = `${trace.version} ${node} ${this.host.latest('rounds.mine')?.trace}`;
    if (key !== this.#built) {
      this.#built = key;
      this.#build(trace, node, progress.round);
    }
    this.#judge(trace, progress);
  }

  /** @param {Trace} trace @param {number} node @param {number} round */
  #build(trace, node, round) {
    const k = revealed(trace);
    const own = row(trace.features, k, node);
    this.#judged = null;
    this.#said.textContent = '';
    this.#solution.replaceChildren();
    this.#buildForm(trace, round);
    this.#given = this.#needed(trace, own, node, k);
    this.host.side.replaceChildren(
      el('h2', {}, `You are node ${node} `, el('small', {}, `update ${round} of ${trace.rounds}`)),
      this.#given,
      this.#form,
      this.#said,
      this.#waiting,
      this.#solution,
      this.#before(trace, node, k),
    );
  }

  /** Everything that the arithmetic needs. @param {Trace} trace @param {readonly number[]} own @param {number} node @param {number} k */
  #needed(trace, own, node, k) {
    const heard = incoming(trace, node);
    const messages = heard.map(({ source }) =>
      el('li', {}, `${this.name(source)}: `, el('b', {}, vector(row(trace.sent, k, source)))),
    );
    const sigma = trace.activation === 'identity' ? '' : `, then ${trace.activation}`;
    return el(
      'div',
      { class: 'rounds-given' },
      el(
        'p',
        { 'data-part': 'self' },
        'you: W_self ',
        matrix(rowsOf(trace.w_self)),
        ' times h ',
        el('b', {}, vector(own)),
      ),
      el(
        'div',
        { 'data-part': 'message' },
        `plus ${GATHER[trace.aggregation]} of what you hear`,
        el('ul', {}, ...messages),
      ),
      el('p', { 'data-part': 'bias' }, 'plus b ', el('b', {}, vector(Array.from(trace.bias.data))), sigma),
      el('p', { class: 'quiet-text' }, 'They sent W_neigh ', matrix(rowsOf(trace.w_neigh)), ' times their h.'),
    );
  }

  /** @param {Trace} trace @param {number} round */
  #buildForm(trace, round) {
    const d = width(trace);
    this.#fields = [];
    this.#marks = [];
    const labels = Array.from({ length: d }, (_, i) => {
      const field = el('input', {
        type: 'text',
        inputmode: 'decimal',
        autocomplete: 'off',
        enterkeyhint: 'send',
        maxlength: 12,
      });
      const mark = el('span', { class: 'rounds-mark' });
      this.#fields.push(field);
      this.#marks.push(mark);
      return el('label', {}, d === 1 ? 'your new h' : `your new h, ${i + 1}`, field, mark);
    });
    const form = el(
      'form',
      { class: 'rounds-answer', novalidate: true },
      ...labels,
      el('button', { class: 'button primary', type: 'submit' }, 'Send'),
    );
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      this.#send(round);
    });
    this.#form = form;
  }

  /** @param {number} round */
  #send(round) {
    const values = this.#fields.map((field) => typedNumber(field.value, RANGE));
    const wrong = values.indexOf(null);
    if (wrong >= 0) {
      this.#said.textContent = 'A number goes into each field, such as 3 or −1,5.';
      this.#fields[wrong]?.focus();
      return;
    }
    this.#said.textContent = 'sent…';
    const numbers = values.map((value) => value ?? 0);
    this.host.send({ t: 'rounds.answer', round, values: numbers }, { matters: true });
  }

  /** What was said of this update, and who is missing. @param {Trace} trace @param {Progress} progress */
  #judge(trace, progress) {
    const said = this.host.latest('rounds.verdict');
    const verdict = said?.round === progress.round ? said : null;
    this.#waiting.textContent = `${waitingWords(progress)}${progress.closes_in === null ? '' : `, ${progress.closes_in} s left`}`;
    this.#waiting.hidden = !verdict?.done && progress.closes_in === null;
    if (verdict === this.#judged) return;
    this.#judged = verdict;
    this.#marks.forEach((mark, i) => {
      const right = verdict?.right[i];
      mark.textContent = right === undefined ? '' : rightWords(right);
      mark.className = `rounds-mark${right === undefined ? '' : right ? ' right' : ' wrong'}`;
    });
    const done = verdict?.done ?? false;
    for (const part of this.#form.querySelectorAll('input, button')) part.toggleAttribute('disabled', done);
    if (verdict === null) {
      this.#said.textContent = '';
      this.#solution.replaceChildren();
      return;
    }
    this.#said.textContent = words(verdict);
    const { solution } = verdict;
    this.#given.hidden = solution !== null;
    this.#solution.replaceChildren(...(solution ? [arithmetic(trace, solution, 'input', this.name)] : []));
    this.#fields.forEach((field, i) => {
      if (field.value === '') field.value = vector([verdict.given[i] ?? 0]);
    });
  }

  /** The update before, worked out, once it is closed. @param {Trace} trace @param {number} node @param {number} k */
  #before(trace, node, k) {
    const sum = fromTrace(trace, this.host.latest('rounds.mine'), k, node);
    if (sum === null) return '';
    return el(
      'details',
      {},
      el('summary', {}, `Update ${k} is closed: your h was ${vector(sum.output)}`),
      arithmetic(trace, sum, 'input', this.name),
    );
  }
}

/** @param {Verdict} verdict */
function words(verdict) {
  if (verdict.done && verdict.solution === null) return '✓ Right. Well done.';
  if (verdict.done) return 'This is how it goes:';
  return `Not yet; ${triesWords(verdict.tries, verdict.most)}.`;
}
