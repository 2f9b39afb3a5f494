/** The phone: the two rings, a stepper for the guess of l, and what that degree keeps of them. */

import { el } from '../../core/element.js';
import { surface } from '../../draw/surface.js';
import { twin } from '../../draw/twin.js';
import { paintRings, printed } from './picture.js';

/** @typedef {import('../../core/scene.js').Host} Host */
/** @typedef {import('../../core/scene.js').View} View */
/** @typedef {import('../../core/protocol.js').Frame} Frame */

const DEGREES = 12;

/** @param {Host} host @returns {View} */
export function student(host) {
  return new Student(host);
}

class Student {
  #degree = 1;

  /** @param {Host} host */
  constructor(host) {
    this.host = host;
    this.face = surface(host.main, { label: 'A ring and its turned copy', draw: (face) => this.#draw(face), focusable: true });
    this.numbers = twin(host.main, 'What your degree sees');
    this.question = el('p');
    const button = (/** @type {string} */ text, /** @type {string} */ label, /** @type {() => unknown} */ act) =>
      el('button', { type: 'button', class: 'button', 'aria-label': label, onclick: () => void act() }, text);
    this.less = button('−', 'one degree less', () => this.#step(-1));
    this.more = button('+', 'one degree more', () => this.#step(1));
    this.value = el('output', {});
    const see = button('See', 'See what this degree sees', () => host.send({ t: 'symmetries.guess', degree: this.#degree }));
    see.classList.add('primary');
    const line = el('div', {}, this.less, this.value, this.more, see);
    Object.assign(line.style, { display: 'grid', gridTemplateColumns: '56px 1fr 56px 1.2fr', gap: '0.5rem', alignItems: 'center' });
    for (const each of [this.less, this.more, see]) each.style.minHeight = '48px';
    Object.assign(this.value.style, { fontSize: '1.5em', fontWeight: '700', textAlign: 'center' });
    this.answer = el('p', { role: 'status' });
    this.answer.style.minHeight = '2.6em';
    host.side.append(this.question, line, this.answer);
  }

  /** @param {Frame} frame */
  update(frame) {
    if (frame.t.startsWith('symmetries.')) this.#show();
    this.face.invalidate();
  }

  /** Up and down change the guess. @param {KeyboardEvent} event */
  key(event) {
    const by = { ArrowUp: 1, ArrowDown: -1 }[event.key];
    if (by === undefined) return false;
    this.#step(by);
    return true;
  }

  theme() {
    this.face.invalidate();
  }

  destroy() {
    this.numbers.destroy();
    this.face.destroy();
    this.host.side.replaceChildren();
  }

  /** @param {number} by */
  #step(by) {
    this.#degree = Math.min(DEGREES, Math.max(1, this.#degree + by));
    this.#show();
    this.face.invalidate();
  }

  /** What the server said of the degree that is chosen now. */
  #said() {
    const [rings, yours] = [this.host.latest('symmetries.rings'), this.host.latest('symmetries.yours')];
    return rings && yours?.version === rings.version && yours.degree === this.#degree ? yours : null;
  }

  #show() {
    const rings = this.host.latest('symmetries.rings');
    if (!rings) return;
    const said = this.#said();
    this.question.textContent = `A ring of ${rings.fold}, and its copy turned by half a fold. Which least l sees the turn?`;
    this.value.textContent = `l = ${this.#degree}`;
    this.less.disabled = this.#degree === 1;
    this.more.disabled = this.#degree === DEGREES;
    this.answer.textContent = said ? sentence(said) : 'Choose l, then see what it keeps of the two rings.';
    this.numbers.list(said ? [[`separation at l = ${said.degree}`, printed(said.separation)]] : []);
    this.face.describe(`A ring of ${rings.fold} spokes and its copy. ${this.answer.textContent}`);
  }

  /** @param {import('../../draw/surface.js').Surface} face */
  #draw(face) {
    const rings = this.host.latest('symmetries.rings');
    if (!rings) return;
    const said = this.#said();
    const picture = { ring: rings.ring.data, turned: rings.turned.data, curves: said?.curves.data ?? [], degree: said?.degree ?? 0, sees: said?.sees ?? false };
    paintRings(face, picture, face.box);
  }
}

/** @param {import('../../core/protocol.js').SymmetriesYours} yours */
function sentence({ degree, separation, sees, right }) {
  const found = `l = ${degree}: ${printed(separation)}`;
  if (right) return `✓ ${found}. It is the first that sees the turn.`;
  return sees ? `✗ ${found}. It sees the turn, but a lower l does too.` : `✗ ${found}, rounding. It cannot see the turn.`;
}
