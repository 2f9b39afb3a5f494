/** The phone: the two clouds to turn, a guess of the order that separates them, and what that order sees. */

import { el } from '../../core/element.js';
import { errorText } from '../../draw/numbers.js';
import { orbit } from '../../draw/orbit.js';
import { Pane } from '../../draw/pane.js';
import { stepper } from '../../draw/stepper.js';
import { Picture } from './picture.js';
import { CHOICES, MEETINGS, orderName, word } from './words.js';

/** @typedef {import('../../core/scene.js').Host} Host */
/** @typedef {import('../../core/scene.js').View} View */
/** @typedef {import('../../core/protocol.js').Frame} Frame */
/** @typedef {import('../../core/protocol.js').TwinsYours} Yours */

/** @param {Host} host @returns {View} */
export function student(host) {
  return new Student(host);
}

class Student {
  #picture = new Picture();

  /** @param {Host} host */
  constructor(host) {
    const pane = new Pane(host);
    this.host = host;
    this.face = pane.surface({
      label: 'Two neighborhoods',
      draw: (face) => this.#picture.paint(face),
      focusable: true,
    });
    this.numbers = pane.twin('What your order sees');
    orbit(this.face, this.#picture.camera);
    this.question = el('p');
    this.answer = el('p', { role: 'status' });
    Object.assign(this.question.style, { minHeight: '2.6em' });
    Object.assign(this.answer.style, { minHeight: '2.6em' });
    host.side.append(this.question);
    this.guess = stepper(host.side, {
      answers: CHOICES,
      each: 'order',
      act: 'See',
      label: 'See what this order sees',
      chose: () => this.#show(),
      said: (index) => host.send({ t: 'twins.guess', choice: CHOICES[index] ?? 'none' }),
    });
    host.side.append(this.answer);
  }

  /** @param {Frame} frame */
  update(frame) {
    if (frame.t === 'twins.clouds') this.#picture.clouds = frame;
    if (frame.t === 'twins.seen') this.#picture.seen = frame;
    if (frame.t === 'twins.verdict') this.#picture.verdict = frame;
    if (frame.t === 'twins.yours' && frame.choice !== null) this.guess.show(CHOICES.indexOf(frame.choice));
    this.#show();
    this.face.invalidate();
  }

  /** What the server said of the order that is chosen now. */
  #said() {
    const [clouds, yours] = [this.#picture.clouds, this.host.latest('twins.yours')];
    return clouds && yours?.version === clouds.version && yours.choice === CHOICES[this.guess.index] ? yours : null;
  }

  #show() {
    const said = this.#said();
    const { clouds, verdict } = this.#picture;
    const told = clouds && verdict?.version === clouds.version && verdict.rmsd !== null ? verdict : null;
    this.question.textContent = told
      ? `${MEETINGS[told.meeting ?? ''] ?? ''} Least RMSD: ${errorText(told.rmsd ?? NaN)}.`
      : 'Turn them with a finger. Which body order is the first to tell A and B apart?';
    this.answer.textContent = said ? sentence(said) : 'Choose an order, then see what it sees.';
    const row = said?.row;
    this.numbers.list(row ? [[orderName(row), `${errorText(row.difference)} ${word(row)}`]] : []);
    this.face.describe(`Two neighborhoods A and B. ${this.answer.textContent}`);
  }
}

/** @param {Yours} yours */
function sentence({ choice, row, right }) {
  if (choice === 'none')
    return right ? '✓ Right: it is one cloud, turned.' : '✗ Some order separates them. Look again.';
  if (row === null) return '✗ There are too few neighbors for a body of this order.';
  const found = `${orderName(row)}: ${errorText(row.difference)} ${word(row)}.`;
  if (right) return `✓ ${found} No lower order sees it.`;
  return row.same ? `✗ ${found} This order cannot tell.` : `✗ ${found} But a lower one separates them too.`;
}
