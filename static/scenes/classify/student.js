/** The phone of `classify`: a shape to choose and to turn, shown to all ten networks at a press; who named it wrongly. */

import { el } from '../../core/element.js';
import { identity, matrixOf } from '../../draw/camera.js';
import { orbit } from '../../draw/orbit.js';
import { Camera } from '../../draw/camera.js';
import { surface } from '../../draw/surface.js';
import { twin } from '../../draw/twin.js';
import { dragged, moved, stepped } from '../../draw/turning.js';
import { paintShape, pointsOf } from './picture.js';

/** @typedef {import('../../core/scene.js').Host} Host */
/** @typedef {import('../../core/protocol.js').Frame} Frame */
/** @typedef {import('../../draw/camera.js').Quaternion} Quaternion */

const TASKS = [
  'Predict: once this shape is turned, which network still names it?',
  'All ten train on the stage. Turn the shape meanwhile.',
  'Which shapes are hard? Look at the stage.',
  'Turn a shape, then show it to all ten; 30 times in all.',
];

export class Student {
  #camera = new Camera();
  #shape = 0;
  /** @type {Quaternion} */
  #turn = identity();

  /** @param {Host} host */
  constructor(host) {
    this.host = host;
    this.face = surface(host.main, { label: 'Your shape', draw: () => this.#draw(), focusable: true });
    this.numbers = twin(host.main, 'What the networks said');
    this.task = el('p');
    this.verdict = el('strong', { role: 'status' });
    this.list = el('p');
    this.next = el('button', { type: 'button', class: 'button', onclick: () => this.#choose() }, 'Next shape');
    this.show = el('button', { type: 'button', class: 'button', onclick: () => this.#send() }, 'Show it');
    this.row = el('div', {}, this.next, this.show);
    Object.assign(this.row.style, { display: 'grid', gridTemplateColumns: '1fr 1fr', gap: '0.5rem' });
    for (const each of [this.next, this.show]) Object.assign(each.style, { minHeight: '52px', fontSize: '1.1em' });
    for (const each of [this.task, this.list]) each.style.margin = '0';
    host.side.append(this.task, this.verdict, this.list, this.row);
    orbit(this.face, this.#camera, {
      locked: () => true,
      grab: (point) => {
        let last = point;
        return {
          move: (now) => {
            this.#turn = dragged(this.#turn, now.x - last.x, now.y - last.y, this.#camera.rotation);
            last = now;
            this.#renew();
          },
        };
      },
    });
    this.face.canvas.addEventListener('keydown', (event) => this.#pressed(event), { signal: this.face.signal });
  }

  /** @param {Frame} frame */
  update(frame) {
    if (frame.t.startsWith('classify.')) this.#renew();
  }

  theme() {
    this.#renew();
  }

  destroy() {
    this.numbers.destroy();
    this.face.destroy();
    this.host.side.replaceChildren();
  }

  /** @param {KeyboardEvent} event */
  #pressed(event) {
    const next = stepped(this.#turn, event.key, this.#camera.rotation);
    if (!next) return;
    event.preventDefault();
    this.#turn = next;
    this.#renew();
  }

  #choose() {
    this.#shape = (this.#shape + 1) % (this.host.latest('classify.contest')?.shapes.length ?? 1);
    this.#renew();
  }

  #send() {
    this.host.send({ t: 'classify.try', shape: this.#shape, quaternion: this.#turn });
  }

  #renew() {
    const [contest, verdict] = [this.host.latest('classify.contest'), this.host.latest('classify.verdict')];
    if (!contest) return;
    const own = verdict && verdict.version === contest.version && verdict.guesses.length > 0 ? verdict : null;
    this.task.textContent = TASKS[contest.act === 3 && !contest.open ? 1 : contest.act] ?? '';
    this.show.hidden = !contest.open;
    this.row.style.gridTemplateColumns = contest.open ? '1fr 1fr' : '1fr';
    this.show.toggleAttribute('disabled', own !== null && own.left === 0);
    this.show.textContent = own ? `Show it · ${own.left}` : 'Show it';
    const wrong = own ? contest.lanes.filter((_, k) => own.guesses[k] !== own.shape) : [];
    this.verdict.textContent = own && contest.open ? `Your ${contest.shapes[own.shape] ?? ''} fooled ${wrong.length} of ${contest.lanes.length}.` : '';
    this.list.textContent = own && contest.open ? this.#said(contest, own) : '';
    this.face.describe(`The shape ${contest.shapes[this.#shape] ?? ''}. ${this.verdict.textContent} Arrow keys turn it.`);
    this.numbers.list(own ? contest.lanes.map(({ name }, k) => [name, contest.shapes[own.guesses[k] ?? 0] ?? '']) : [['shape', contest.shapes[this.#shape] ?? '']]);
    this.face.invalidate();
  }

  /** Who was wrong, and what it said. @param {import('../../core/protocol.js').ClassifyContest} contest @param {import('../../core/protocol.js').ClassifyVerdict} own */
  #said(contest, own) {
    const words = contest.lanes.flatMap(({ name }, k) => (own.guesses[k] === own.shape ? [] : [`${name} said ${contest.shapes[own.guesses[k] ?? 0] ?? ''}`]));
    return words.length ? `✗ ${words.join(' · ')}` : '✓ All ten named it.';
  }

  #draw() {
    const contest = this.host.latest('classify.contest');
    if (!contest) return;
    paintShape(this.face, this.face.box, contest, this.#shape, moved(pointsOf(contest, this.#shape), matrixOf(this.#turn), [0, 0, 0], false));
    const { face } = this;
    face.ctx.textAlign = 'center';
    face.ctx.font = face.font(face.unit, 650);
    face.ctx.fillStyle = face.theme.ink;
    face.ctx.fillText(contest.shapes[this.#shape] ?? '', face.width / 2, face.unit * 1.4);
  }
}
