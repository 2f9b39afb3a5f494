/** The phone of `classify`: a shape to choose and to turn, shown to all ten networks at a press; before that, perhaps, a shape to draw. */

import { el } from '../../core/element.js';
import { Camera, identity, matrixOf } from '../../draw/camera.js';
import { moved, turnable } from '../../draw/hand.js';
import { write } from '../../draw/mark.js';
import { Pane } from '../../draw/pane.js';
import { Pen, squareOf } from '../../draw/pen.js';
import { paintShape, pointsOf, viewOf } from './picture.js';
import { paintStroke } from './wall.js';

/** @typedef {import('../../core/scene.js').Host} Host */
/** @typedef {import('../../core/protocol.js').Frame} Frame */
/** @typedef {import('../../draw/camera.js').Quaternion} Quaternion */
/** @typedef {import('../../core/protocol.js').ClassifyContest} Contest */

const [DRAW, , TRAIN, , FOOL] = [0, 1, 2, 3, 4];

const TASKS = [
  'What the class drew hangs on the stage.',
  'Predict: once this shape is turned, which network still names it?',
  'All ten train on the stage. Turn the shape meanwhile.',
  'Which shapes are hard? Look at the stage.',
  'Turn a shape, then show it to all ten; 30 times in all.',
];

class Student {
  #camera = new Camera();
  #shape = 0;
  /** @type {Quaternion} */
  #turn = identity();
  #pen = new Pen();
  /** A stroke that arrow keys drew waits to be sent. */
  #keyed = false;
  /** Whether the own drawing was put in front once. */
  #met = false;

  /** @param {Host} host */
  constructor(host) {
    const pane = new Pane(host);
    this.host = host;
    this.face = pane.surface({ label: 'Your shape', draw: () => this.#draw(), focusable: true });
    this.numbers = pane.twin('What the networks said');
    this.task = el('p');
    this.verdict = el('strong', { role: 'status' });
    this.list = el('p');
    this.next = el('button', { type: 'button', class: 'button', onclick: () => this.#choose() }, 'Next shape');
    this.show = el('button', { type: 'button', class: 'button', onclick: () => this.#send() }, 'Show it');
    this.row = el('div', { class: 'touch' }, this.next, this.show);
    for (const each of [this.next, this.show]) each.style.fontSize = '1.1em';
    for (const each of [this.task, this.list]) each.style.margin = '0';
    host.side.append(this.task, this.verdict, this.list, this.row);
    turnable(this.face, this.#camera, {
      now: () => this.#turn,
      set: (turned) => {
        this.#turn = turned;
        this.#renew();
      },
      instead: (point) => (this.#draws ? this.#gripped(point) : null),
    });
    // Before the shape is turned: a pen takes the arrow keys first.
    this.face.canvas.addEventListener('keydown', (event) => this.#pressed(event), {
      signal: this.face.signal,
      capture: true,
    });
  }

  /** Whether this phone may draw now. */
  get #draws() {
    const [contest, own] = [this.host.latest('classify.contest'), this.host.latest('classify.drawn')];
    return contest?.drawing === true && own?.left !== 0;
  }

  /** A stroke, sent when the finger leaves. @param {import('../../draw/surface.js').Point} point */
  #gripped(point) {
    this.#keyed = false;
    this.#pen.begin(point, this.face);
    return {
      move: (/** @type {import('../../draw/surface.js').Point} */ now) => {
        this.#pen.go(now, this.face);
        this.face.invalidate();
      },
      drop: () => this.#hand(),
    };
  }

  /** Hand the stroke in. */
  #hand() {
    const { stroke } = this.#pen;
    this.#pen.clear();
    this.#keyed = false;
    if (stroke.length >= 2) this.host.send({ t: 'classify.draw', stroke });
    this.#renew();
  }

  /** @param {Frame} frame */
  update(frame) {
    if (frame.t.startsWith('classify.')) this.#renew();
  }

  /** @param {KeyboardEvent} event */
  #pressed(event) {
    if (!this.#draws) return;
    if (event.key === 'Enter' && this.#keyed) this.#hand();
    else if (event.key === 'Escape') this.#pen.clear();
    else if (this.#pen.step(event.key)) this.#keyed = true;
    else return;
    event.preventDefault();
    this.#renew();
  }

  #choose() {
    this.#shape = (this.#shape + 1) % (this.host.latest('classify.contest')?.shapes.length ?? 1);
    this.#renew();
  }

  #send() {
    if (this.#keyed) this.#hand();
    else this.host.send({ t: 'classify.try', shape: this.#shape, quaternion: this.#turn });
  }

  #renew() {
    const contest = this.host.latest('classify.contest');
    if (!contest) return;
    this.#camera.rotation = viewOf(contest);
    if (contest.drawing) this.#pens(contest);
    else this.#turns(contest);
    this.row.hidden = this.next.hidden && this.show.hidden;
    this.row.style.display = this.row.hidden ? 'none' : 'grid';
    this.face.invalidate();
  }

  /** While the class draws. @param {Contest} contest */
  #pens(contest) {
    const own = this.host.latest('classify.drawn');
    const there = own && own.points.data.length > 0 ? own : null;
    this.#met = false;
    this.next.hidden = true;
    this.show.hidden = !this.#keyed;
    this.show.removeAttribute('disabled');
    this.show.textContent = 'Hand it in';
    this.task.textContent =
      own?.left === 0
        ? 'No strokes are left.'
        : there
          ? `Draw again to replace it; ${there.left} stroke${there.left === 1 ? '' : 's'} left.`
          : 'Draw one shape in one stroke.';
    this.verdict.textContent = there
      ? there.shape >= 0
        ? `Shape ${there.shape + 1} of ${contest.shapes.length} is yours.`
        : 'It hangs on the wall, after the first eight.'
      : own && own.taken > 0
        ? 'The lecturer took it off the wall.'
        : '';
    this.list.textContent = there ? 'A network sees these points, at equal distances along the stroke.' : '';
    this.face.describe('A square to draw in. Arrow keys draw a step, Enter hands it in, Escape clears it.');
    this.numbers.list([
      ['your drawing', there ? (there.shape >= 0 ? `shape ${there.shape + 1}` : 'on the wall') : 'none'],
    ]);
  }

  /** @param {Contest} contest */
  #turns(contest) {
    const [verdict, drawn] = [this.host.latest('classify.verdict'), this.host.latest('classify.drawn')];
    const mine = contest.drawn && drawn ? drawn.shape : -1;
    if (!this.#met && mine >= 0) this.#shape = mine;
    this.#met = true;
    const name = contest.shapes[this.#shape] ?? '';
    const own = verdict && verdict.version === contest.version && verdict.guesses.length > 0 ? verdict : null;
    this.task.textContent = TASKS[contest.act === FOOL && !contest.open ? TRAIN : contest.act] ?? '';
    this.next.hidden = contest.act === DRAW;
    this.show.hidden = !contest.open;
    this.show.toggleAttribute('disabled', own !== null && own.left === 0);
    this.show.textContent = own ? `Show it · ${own.left}` : 'Show it';
    const wrong = own ? contest.lanes.filter((_, k) => own.guesses[k] !== own.shape) : [];
    this.verdict.textContent =
      own && contest.open
        ? `Your ${contest.shapes[own.shape] ?? ''} fooled ${wrong.length} of ${contest.lanes.length}.`
        : '';
    this.list.textContent = own && contest.open ? this.#said(contest, own) : '';
    this.face.describe(`The shape ${name}. ${this.verdict.textContent} Arrow keys turn it.`);
    this.numbers.list(
      own ? contest.lanes.map((lane, k) => [lane.name, contest.shapes[own.guesses[k] ?? 0] ?? '']) : [['shape', name]],
    );
  }

  /** Who was wrong, and what it said. @param {Contest} contest @param {import('../../core/protocol.js').ClassifyVerdict} own */
  #said(contest, own) {
    const words = contest.lanes.flatMap(({ name }, k) =>
      own.guesses[k] === own.shape ? [] : [`${name} said ${contest.shapes[own.guesses[k] ?? 0] ?? ''}`],
    );
    return words.length ? `✗ ${words.join(' · ')}` : '✓ All ten named it.';
  }

  #draw() {
    const [contest, drawn] = [this.host.latest('classify.contest'), this.host.latest('classify.drawn')];
    if (!contest) return;
    const { face } = this;
    if (contest.drawing) {
      const { x, y, side } = squareOf(face);
      if (this.#pen.points.length === 0 && drawn && drawn.points.data.length > 0)
        paintStroke(face, { x, y, width: side, height: side }, drawn.points.data, 2);
      else if (this.#pen.points.length === 0)
        write(face, drawn?.left === 0 ? '' : 'draw here', face.width / 2, face.height / 2, {
          size: face.unit * 1.2,
          colour: face.theme.quiet,
        });
      this.#pen.paint(face);
      return;
    }
    const head = face.unit * 2;
    const points = moved(pointsOf(contest, this.#shape), matrixOf(this.#turn), [0, 0, 0], false);
    paintShape(face, { x: 0, y: head, width: face.width, height: face.height - head }, contest, this.#shape, points);
    const yours = contest.drawn && drawn?.shape === this.#shape ? ', yours' : '';
    write(face, `${contest.shapes[this.#shape] ?? ''}${yours}`, face.width / 2, face.unit * 1.1, {
      size: face.unit,
      weight: 650,
    });
  }
}

/** @param {Host} host @returns {import('../../core/scene.js').View} */
export function student(host) {
  return new Student(host);
}
