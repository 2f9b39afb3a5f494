/** The question on the stage: in the column beside the scene, or over the whole stage where no scene is open. */

import { el } from '../core/element.js';
import { answerPicture, optionList, verdict } from './answers.js';

/** @typedef {import('../core/room.js').Room} Room */
/** @typedef {import('../core/protocol.js').Asked} Asked */
/** @typedef {import('../core/protocol.js').Question} Question */

const SAYS = { choice: 'Predict', number: 'Predict a number', line: 'Draw your prediction', text: 'Discuss' };

export class Board {
  element = el('section', { class: 'board', 'aria-label': 'Question', hidden: true });
  #count = el('p', { class: 'turnout' });
  #answers = el('div', { class: 'answers' });
  #words = el('p', { class: 'verdict-words', role: 'status' });
  /** @type {(() => void) | null} */
  #clear = null;
  /** @type {(asking: boolean) => void} */
  onAsking = () => undefined;

  /** @param {Room} room */
  constructor(room) {
    this.room = room;
    room.on('question', (asked) => this.#show(asked));
    room.on('turnout', () => this.#turnout());
    room.on('result', () => this.#reveal());
    room.on('wall', () => this.#reveal());
  }

  /** @param {Asked} asked */
  #show({ phase, question, again }) {
    const asking = question !== null && phase !== 'none' && phase !== 'away';
    this.element.hidden = !asking;
    this.element.dataset['phase'] = phase;
    if (question !== null) {
      const kind = question.kind ?? 'choice';
      this.element.dataset['kind'] = kind;
      const head = el('p', { class: 'board-kind' }, again ? `${SAYS[kind]}: second vote` : SAYS[kind]);
      this.element.replaceChildren(head, el('h2', {}, question.text), this.#answers, this.#words, this.#count);
    }
    this.#reveal();
    this.#turnout();
    this.onAsking(asking);
  }

  #turnout() {
    const asked = this.room.latest('question');
    const turnout = this.room.latest('turnout');
    const answered = turnout !== undefined && turnout.vote === asked?.vote ? turnout.answered : 0;
    const of = Math.max(answered, turnout?.present ?? 0);
    const locked = asked?.phase === 'open' ? '' : 'Locked. ';
    this.#count.textContent = `${locked}${answered} of ${of} have answered`;
    this.#count.style.setProperty('--share', of === 0 ? '0' : (answered / of).toFixed(4));
  }

  #reveal() {
    const asked = this.room.latest('question');
    const question = asked?.question;
    if (!asked || !question || this.element.hidden) return;
    this.#clear?.();
    this.#clear = null;
    const result = this.room.latest('result');
    const counts = result?.vote === asked.vote ? result.counts : null;
    const kind = question.kind ?? 'choice';
    this.#words.textContent = '';
    if (kind === 'text') this.#answers.replaceChildren(this.#wall(asked.vote));
    else if (kind === 'choice') this.#answers.replaceChildren(optionList(question, { counts }));
    else if (result && counts) {
      const { place, destroy } = answerPicture(question, { ...result, counts }, null);
      this.#answers.replaceChildren(place);
      this.#clear = destroy;
    } else
      this.#answers.replaceChildren(
        el('p', { class: 'waiting' }, kind === 'line' ? 'Draw it on your phone.' : 'Type it on your phone.'),
      );
    if (result && counts)
      this.#words.textContent = verdict(
        question,
        { counts, curve: result.curve },
        this.room.latest('turnout')?.answered ?? 0,
      );
  }

  /** @param {number} vote */
  #wall(vote) {
    const wall = this.room.latest('wall');
    const texts = wall?.vote === vote ? wall.texts : [];
    if (texts.length === 0)
      return el('p', { class: 'waiting' }, 'Write it on your phone. What the lecturer picks appears here.');
    return el('ul', { class: 'wall' }, ...texts.map((text) => el('li', {}, text)));
  }
}
