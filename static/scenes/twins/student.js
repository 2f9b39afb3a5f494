/** The phone: the two clouds to turn, a guess of the order that separates them, and what that order sees. */

import { el } from '../../core/element.js';
import { orbit } from '../../draw/orbit.js';
import { surface } from '../../draw/surface.js';
import { twin } from '../../draw/twin.js';
import { orderName, Picture } from './picture.js';
import { printed, word } from './stage.js';

/** @typedef {import('../../core/scene.js').Host} Host */
/** @typedef {import('../../core/scene.js').View} View */
/** @typedef {import('../../core/protocol.js').Frame} Frame */
/** @typedef {import('../../core/protocol.js').TwinsYours} Yours */

const CHOICES = /** @type {const} */ (['2-body', '3-body', '4-body', '5-body', '5-body with signs', 'none']);

/** @param {Host} host @returns {View} */
export function student(host) {
  return new Student(host);
}

class Student {
  #picture = new Picture();

  /** @param {Host} host */
  constructor(host) {
    this.host = host;
    this.face = surface(host.main, { label: 'Two neighborhoods', draw: (face) => this.#picture.paint(face), focusable: true });
    this.numbers = twin(host.main, 'What your order sees');
    orbit(this.face, this.#picture.camera);
    this.question = el('p', {}, 'Turn them. Which body order is the first to tell A and B apart?');
    this.buttons = CHOICES.map((choice) =>
      el('button', { type: 'button', class: 'button', 'aria-pressed': 'false', onclick: () => host.send({ t: 'twins.guess', choice }) }, choice),
    );
    const group = el('div', { role: 'group', 'aria-label': 'Body order' }, ...this.buttons);
    Object.assign(group.style, { display: 'grid', gridTemplateColumns: 'repeat(3, 1fr)', gap: '0.5rem' });
    for (const button of this.buttons) Object.assign(button.style, { minHeight: '48px', padding: '0 0.2em' });
    this.answer = el('p', { role: 'status' });
    this.answer.style.minHeight = '2.6em';
    host.side.append(this.question, group, this.answer);
  }

  /** @param {Frame} frame */
  update(frame) {
    if (frame.t === 'twins.clouds') this.#picture.clouds = frame;
    if (frame.t === 'twins.seen') this.#picture.seen = frame;
    if (frame.t === 'twins.verdict') this.#picture.verdict = frame;
    this.#show();
    this.face.invalidate();
  }

  theme() {
    this.face.invalidate();
  }

  destroy() {
    this.numbers.destroy();
    this.face.destroy();
    this.host.side.replaceChildren();
  }

  #show() {
    const said = this.host.latest('twins.yours');
    const clouds = this.#picture.clouds;
    const yours = said && clouds && said.version === clouds.version && said.choice !== null ? said : null;
    this.buttons.forEach((button, k) => button.setAttribute('aria-pressed', String(CHOICES[k] === yours?.choice)));
    this.answer.textContent = yours ? sentence(yours) : 'Tap your guess to see what that order sees.';
    const row = yours?.row;
    this.numbers.list(row ? [[orderName(row), `${printed(row.difference)} ${word(row)}`]] : []);
  }
}

/** @param {Yours} yours */
function sentence({ choice, row, right }) {
  if (choice === 'none') return right ? '✓ Right: it is one cloud, turned.' : '✗ Some order separates them. Look again.';
  if (row === null) return '✗ There are too few neighbors for a body of this order.';
  const found = `${orderName(row)}: ${printed(row.difference)} ${word(row)}.`;
  if (right) return `✓ ${found} No lower order sees it.`;
  return row.same ? `✗ ${found} This order cannot tell.` : `✗ ${found} But a lower one separates them too.`;
}
