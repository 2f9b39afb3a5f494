/** The phone: the two rings, a stepper for the guess of l, and what that degree keeps of them. */

import { el } from '../../core/element.js';
import { errorText } from '../../draw/numbers.js';
import { Pane } from '../../draw/pane.js';
import { stepper } from '../../draw/stepper.js';
import { paintRings } from './picture.js';

/** @typedef {import('../../core/scene.js').Host} Host */
/** @typedef {import('../../core/scene.js').View} View */
/** @typedef {import('../../core/protocol.js').Frame} Frame */

const DEGREES = 12;

/** @param {Host} host @returns {View} */
export function student(host) {
  return new Student(host);
}

class Student {
  /** @param {Host} host */
  constructor(host) {
    const pane = new Pane(host);
    this.host = host;
    this.face = pane.surface({
      label: 'A ring and its turned copy',
      draw: (face) => this.#draw(face),
      focusable: true,
    });
    this.numbers = pane.twin('What your degree sees');
    this.question = el('p');
    this.answer = el('p', { role: 'status' });
    this.answer.style.minHeight = '2.6em';
    host.side.append(this.question);
    this.guess = stepper(host.side, {
      answers: Array.from({ length: DEGREES }, (_, k) => `l = ${k + 1}`),
      each: 'degree',
      act: 'See',
      label: 'See what this degree sees',
      chose: () => this.#show(),
      said: (index) => host.send({ t: 'symmetries.guess', degree: index + 1 }),
    });
    host.side.append(this.answer);
  }

  /** @param {Frame} frame */
  update(frame) {
    if (frame.t === 'symmetries.yours' && frame.degree !== null) this.guess.show(frame.degree - 1);
    if (frame.t.startsWith('symmetries.')) this.#show();
  }

  /** Up and down change the guess. @param {KeyboardEvent} event */
  key(event) {
    const by = { ArrowUp: 1, ArrowDown: -1 }[event.key];
    if (by === undefined) return false;
    this.guess.step(by);
    return true;
  }

  /** What the server said of the degree that is chosen now. */
  #said() {
    const [rings, yours] = [this.host.latest('symmetries.rings'), this.host.latest('symmetries.yours')];
    return rings && yours?.version === rings.version && yours.degree === this.guess.index + 1 ? yours : null;
  }

  #show() {
    const rings = this.host.latest('symmetries.rings');
    if (!rings) return;
    const said = this.#said();
    this.question.textContent = `A ring of ${rings.fold}, and its copy turned by half a fold. Which least l sees the turn?`;
    this.answer.textContent = said ? sentence(said) : 'Choose l, then see what it keeps of the two rings.';
    this.numbers.list(said ? [[`separation at l = ${said.degree}`, errorText(said.separation)]] : []);
    this.face.describe(`A ring of ${rings.fold} spokes and its copy. ${this.answer.textContent}`);
    this.face.invalidate();
  }

  /** @param {import('../../draw/surface.js').Surface} face */
  #draw(face) {
    const rings = this.host.latest('symmetries.rings');
    if (!rings) return;
    const said = this.#said();
    const picture = {
      ring: rings.ring.data,
      turned: rings.turned.data,
      curves: said?.curves.data ?? [],
      degree: said?.degree ?? 0,
      sees: said?.sees ?? false,
    };
    paintRings(face, picture, face.box);
  }
}

/** @param {import('../../core/protocol.js').SymmetriesYours} yours */
function sentence({ degree, separation, sees, right }) {
  const found = `l = ${degree}: ${errorText(separation)}`;
  if (right) return `✓ ${found}. It is the first that sees the turn.`;
  return sees
    ? `✗ ${found}. It sees the turn, but a lower l does too.`
    : `✗ ${found}, rounding. It cannot see the turn.`;
}
