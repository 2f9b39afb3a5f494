/** The phone: two arrows of one's own; one turns the one that is chosen and watches the nine numbers and their parts. */

import { el } from '../../core/element.js';
import { Throttle } from '../../core/throttle.js';
import { Camera } from '../../draw/camera.js';
import { globeCamera, nearest, paintArrows, paintGlobe, turnedVector } from '../../draw/globe.js';
import { write } from '../../draw/mark.js';
import { fixed } from '../../draw/numbers.js';
import { orbit } from '../../draw/orbit.js';
import { Pane } from '../../draw/pane.js';
import { paintNumbers } from './cells.js';
import { arrowColours, SPLIT } from './picture.js';

/** @typedef {import('../../core/scene.js').Host} Host */
/** @typedef {import('../../core/scene.js').View} View */
/** @typedef {import('../../draw/camera.js').Vector} Vector */
/** @typedef {import('../../draw/surface.js').Box} Box */
/** @typedef {import('../../core/protocol.js').TensorMine} Mine */

/** Two hundred thumbs share one engine. */
const PAUSE = 300;
const STEP = Math.PI / 12;
/** @type {Record<string, [number, number]>} */
const KEYS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/** @param {Host} host @returns {View} */
export function student(host) {
  return new Phone(host);
}

class Phone {
  #camera = globeCamera(new Camera());
  /** @type {{v: Vector, w: Vector} | null} where the thumb holds them, ahead of the server */
  #own = null;
  /** @type {'v' | 'w'} */
  #chosen = 'v';

  /** @param {Host} host */
  constructor(host) {
    const pane = new Pane(host);
    this.host = host;
    this.face = pane.surface({ label: 'Your two arrows', focusable: true, draw: () => this.#draw() });
    this.text = pane.twin('Your product in numbers');
    this.words = el('p', { role: 'status' });
    this.throttle = new Throttle(() => this.#send(), PAUSE);
    const choice = (/** @type {'v' | 'w'} */ name) =>
      el(
        'button',
        { type: 'button', class: 'button', 'aria-pressed': String(name === 'v'), onclick: () => this.#choose(name) },
        `Turn ${name}`,
      );
    this.buttons = { v: choice('v'), w: choice('w') };
    const row = el('div', { class: 'touch' }, this.buttons.v, this.buttons.w);
    host.side.append(this.words, row);
    orbit(this.face, this.#camera, {
      locked: () => true,
      grab: (point) => {
        const near = nearest(this.#camera, [this.pair.v, this.pair.w], point, this.globe);
        if (near >= 0) this.#choose(near === 0 ? 'v' : 'w');
        const from = this.pair[this.#chosen];
        return {
          move: (now) => this.#put(turnedVector(from, now.x - point.x, now.y - point.y, this.#camera, this.globe)),
        };
      },
    });
    this.face.canvas.addEventListener('keydown', (event) => this.#press(event), { signal: this.face.signal });
  }

  get said() {
    return this.host.latest('tensor.mine') ?? this.host.latest('tensor.task');
  }

  get act() {
    return this.host.latest('tensor.task')?.act ?? 0;
  }

  /** @returns {{v: Vector, w: Vector}} */
  get pair() {
    if (this.#own) return this.#own;
    const { said } = this;
    const copy = (/** @type {readonly number[] | undefined} */ from, /** @type {Vector} */ otherwise) =>
      /** @type {Vector} */ (from ? [from[0] ?? 0, from[1] ?? 0, from[2] ?? 0] : otherwise);
    return { v: copy(said?.v, [1, 0, 0]), w: copy(said?.w, [0, 1, 0]) };
  }

  /** @returns {Box} */
  get globe() {
    const { width, height } = this.face;
    return { x: 0, y: 0, width, height: height * 0.56 };
  }

  update() {
    this.#say();
    this.face.invalidate();
  }

  /** @param {'v' | 'w'} name */
  #choose(name) {
    this.#chosen = name;
    this.buttons.v.setAttribute('aria-pressed', String(name === 'v'));
    this.buttons.w.setAttribute('aria-pressed', String(name === 'w'));
    this.face.invalidate();
  }

  /** @param {Vector} at */
  #put(at) {
    this.#own = { ...this.pair, [this.#chosen]: at };
    this.throttle.push({ hand: [...at] });
    this.face.invalidate();
  }

  #send() {
    if (this.#own) this.host.send({ t: 'tensor.pair', v: this.#own.v, w: this.#own.w });
  }

  /** @param {KeyboardEvent} event */
  #press(event) {
    const direction = KEYS[event.key];
    if (!direction) return;
    event.preventDefault();
    const pixels = STEP * this.#camera.pixels(this.globe);
    this.#put(
      turnedVector(this.pair[this.#chosen], direction[0] * pixels, direction[1] * pixels, this.#camera, this.globe),
    );
  }

  #say() {
    const { said } = this;
    if (!said) return;
    const own = this.host.latest('tensor.mine') !== undefined;
    const tasks = [
      'Turn your two arrows.',
      'Nine products. Can you make a row of zeros?',
      'Make v · w zero. Then make v × w zero.',
    ];
    const task = tasks[Math.min(this.act, SPLIT)] ?? '';
    this.words.textContent = this.act > SPLIT ? 'Your pair. Which of the nine numbers mix, which flip?' : task;
    const triple = (/** @type {readonly number[]} */ v) => v.map((part) => fixed(part, 3)).join(', ');
    this.face.describe(
      `${own ? 'Your arrows' : 'The arrows of the stage'}: v at ${triple(said.v)}, w at ${triple(said.w)}. Arrow keys turn ${this.#chosen}.`,
    );
    /** @type {[string, string][]} */
    const rows = [
      ['v', triple(said.v)],
      ['w', triple(said.w)],
    ];
    if (this.act >= SPLIT) rows.push(['v · w', fixed(said.dot, 3)], ['v × w', triple(said.cross)]);
    this.text.list(rows);
  }

  #draw() {
    const { said, face } = this;
    if (!said) return;
    const tone = arrowColours(face.theme);
    const { v, w } = this.pair;
    const box = this.globe;
    paintGlobe(face, this.#camera, box);
    /** @type {import('../../draw/globe.js').GlobeArrow[]} */
    const arrows = [
      { tip: v, colour: tone.v, name: 'v', width: this.#chosen === 'v' ? 2 : 1.4 },
      { tip: w, colour: tone.w, name: 'w', width: this.#chosen === 'w' ? 2 : 1.4 },
    ];
    if (this.act >= SPLIT) {
      const [x, y, z] = said.cross;
      arrows.push({ tip: [x, y, z], colour: tone.cross, kind: 'axial', name: 'v × w', width: 1.2 });
    }
    paintArrows(face, this.#camera, arrows, box);
    this.#matrix(said, { x: 0, y: box.height, width: face.width, height: face.height - box.height });
  }

  /** @param {Mine | import('../../core/protocol.js').TensorTask} said @param {Box} box */
  #matrix(said, box) {
    const { face } = this;
    const { small, unit } = face;
    const foot = this.act >= SPLIT ? small * 3.6 : 0;
    const inner = {
      x: box.x + box.width * 0.2,
      y: box.y + small * 1.4,
      width: box.width * 0.6,
      height: box.height - foot - small * 2,
    };
    if (this.act === 0) {
      const half = { ...inner, width: box.width * 0.28 };
      paintNumbers(
        face,
        said.v,
        3,
        1,
        { ...half, x: box.x + box.width * 0.16 },
        { colour: arrowColours(face.theme).v },
      );
      paintNumbers(
        face,
        said.w,
        3,
        1,
        { ...half, x: box.x + box.width * 0.56 },
        { colour: arrowColours(face.theme).w },
      );
      return;
    }
    write(face, 'v wᵀ', box.x + box.width * 0.09, inner.y + inner.height / 2, { weight: 700, size: unit, halo: null });
    paintNumbers(face, said.product.data, 3, 3, inner);
    if (this.act < SPLIT) return;
    const y = box.y + box.height - foot + small * 0.9;
    write(face, `v · w = ${fixed(said.dot, 2)}`, box.x + box.width / 2, y, { weight: 700, size: unit, halo: null });
    write(
      face,
      `v × w = (${said.cross.map((part) => fixed(part, 2)).join(', ')})`,
      box.x + box.width / 2,
      y + unit * 1.5,
      { weight: 700, size: unit, colour: arrowColours(face.theme).cross, halo: null },
    );
  }
}
