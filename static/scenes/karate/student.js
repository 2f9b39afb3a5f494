/** A phone: one member, dealt or chosen, and its own two scores as they move; and whom one thinks the network gets wrong. */

import { el } from '../../core/element.js';
import { fixed } from '../../draw/numbers.js';
import { Pane } from '../../draw/pane.js';
import { Club, Plane } from './members.js';
import { graphGrid } from './pictures.js';
import { framesOf, lineOf, MEMBERS, planeOf, readingOf, wrongWords } from './reading.js';

/** @typedef {import('../../core/scene.js').Host} Host */
/** @typedef {import('../../core/scene.js').View} View */
/** @typedef {import('../../core/protocol.js').Frame} Frame */
/** @typedef {import('../../draw/surface.js').Surface} Surface */

/** @param {Host} host @returns {View} */
export function student(host) {
  return new Student(host);
}

class Student {
  #club = new Club();
  #plane = new Plane();
  #tapped = -1;
  #name = el('strong');
  #words = el('p', { role: 'status' });
  #state = el('p');

  /** @param {Host} host */
  constructor(host) {
    const pane = new Pane(host);
    this.host = host;
    this.face = pane.surface({ label: 'The karate club', focusable: true, draw: (face) => this.#draw(face) });
    this.text = pane.twin('Your member');
    this.button = el('button', { type: 'button', class: 'button', onclick: () => this.#suspect() });
    Object.assign(this.button.style, { width: '100%', minHeight: '52px' });
    for (const part of [this.#words, this.#state]) part.style.margin = '0.2em 0';
    host.side.append(this.#name, this.#words, this.#state, this.button);
    const { signal } = this.face;
    this.face.canvas.addEventListener('pointerdown', (event) => this.#tap(event), { signal });
    this.face.canvas.addEventListener('keydown', (event) => this.#press(event), { signal });
  }

  /** @param {Frame} frame */
  update(frame) {
    if (frame.t.startsWith('karate.') || frame.t === 'you') this.#show();
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step === undefined) return false;
    this.#choose((this.#member + step + MEMBERS) % MEMBERS);
    return true;
  }

  /** The seat's member: by its turn where the class was dealt, else by the seat's own name; several share one. */
  get #own() {
    const you = this.host.latest('you');
    return you ? (you.node ?? number(you.seat)) % MEMBERS : -1;
  }

  get #member() {
    return this.#tapped >= 0 ? this.#tapped : Math.max(0, this.#own);
  }

  #suspect() {
    this.host.send({ t: 'karate.suspect', member: this.#member });
  }

  /** @param {number} member */
  #choose(member) {
    if (member < 0) return;
    this.#tapped = member;
    this.#show();
  }

  /** @param {PointerEvent} event */
  #tap(event) {
    const phase = this.host.latest('karate.training')?.phase;
    const point = this.face.point(event);
    this.#choose(
      phase === 'club' || phase === 'labels'
        ? this.#club.hit(point, 20)
        : phase === 'graphs'
          ? -1
          : this.#plane.hit(point, 24),
    );
  }

  /** On the picture itself, before the page takes the arrows. @param {KeyboardEvent} event */
  #press(event) {
    if (!this.key(event)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
  }

  #show() {
    const frames = framesOf(this.host);
    if (!frames) return;
    const { club, training, untrained, counts } = frames;
    const { phase } = training;
    const points = planeOf(training, untrained);
    this.#plane.take(this.face, points, this.host.reducedMotion());
    const i = this.#member;
    const went = club.factions.data[i] === 0 ? '● with member 0' : '■ with member 33';
    const scores = `(${fixed(points[2 * i] ?? 0)}, ${fixed(points[2 * i + 1] ?? 0)})`;
    const shown = phase !== 'club' && phase !== 'labels' && phase !== 'graphs';
    this.#name.textContent =
      phase === 'graphs' ? 'Ring or chain?' : `${i === this.#own ? 'You are member' : 'Member'} ${i}, went ${went}`;
    const mine = this.host.latest('karate.mine')?.member ?? null;
    const guess = mine === null ? '' : `You suspect member ${mine}.`;
    const judged = (phase === 'training' || phase === 'result') && training.right.data.length > 0;
    const side = judged ? (training.right.data[i] === 1 ? ' ✓ on its side' : ' ✗ on the wrong side') : '';
    this.#words.textContent = shown
      ? `Its two scores: ${scores}${side}`
      : phase === 'graphs'
        ? 'One answer for a whole graph.'
        : 'Whom will the network get wrong? Tap a member.';
    const reading = readingOf(training, untrained);
    const whole = reading ? `${reading.of}: ${reading.value}, ${reading.words}. ` : '';
    this.#state.textContent =
      `${whole}${phase === 'result' ? wrongWords(training, counts) : ''} ${phase === 'graphs' || phase === 'links' ? '' : guess}`.trim();
    // Whom one suspects is said before the training.
    const open = phase === 'club' || phase === 'untrained' || phase === 'labels';
    this.button.hidden = !open || training.step !== null;
    this.button.textContent = mine === i ? `✓ You suspect member ${i}` : `I suspect member ${i}`;
    this.text.list([
      ['member', String(i)],
      ['scores', shown ? scores : 'not shown yet'],
      ['the class', whole || 'a prediction is asked for'],
    ]);
    this.face.describe(`Member ${i}. ${shown ? `Its scores are ${scores}.` : ''}`);
    this.face.invalidate();
  }

  /** @param {Surface} face */
  #draw(face) {
    const frames = framesOf(this.host);
    if (!frames) return;
    const { club, untrained, training } = frames;
    const { phase } = training;
    if (phase === 'graphs') {
      graphGrid(face, training.sizes, training.seen, training.right.data);
      return;
    }
    const own = this.#member;
    const told = phase !== 'labels';
    const wrong = phase === 'training' || phase === 'result' ? training.right.data : [];
    const looks = {
      faction: (/** @type {number} */ i) => (told || club.labelled.includes(i) ? (club.factions.data[i] ?? -1) : -1),
      named: (/** @type {number} */ i) => i === own || club.labelled.includes(i),
      wrong: (/** @type {number} */ i) => wrong[i] === 0,
      large: club.labelled,
      own,
    };
    if (phase === 'club' || phase === 'labels')
      this.#club.paint(face, club.positions.data, club.edges.data, { ...looks, named: () => true });
    else
      this.#plane.paint(
        face,
        looks,
        lineOf(training, untrained),
        face.box,
        phase === 'links' ? ['h, first component', 'h, second component'] : undefined,
      );
  }
}

/** A number that a seat keeps, also after a reload: its characters, mixed. @param {string} seat */
function number(seat) {
  let mixed = 0;
  for (const character of seat) mixed = (Math.imul(mixed, 31) + (character.codePointAt(0) ?? 0)) >>> 0;
  return (mixed ^ (mixed >>> 15)) >>> 0;
}
