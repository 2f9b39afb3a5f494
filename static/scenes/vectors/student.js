/** The phone: an arrow of one's own, aimed with the thumb, and its numbers; at the end it is one neighbor of the class. */

import { el } from '../../core/element.js';
import { Throttle } from '../../core/throttle.js';
import { Camera } from '../../draw/camera.js';
import { globeCamera, paintArrows, paintGlobe, turnedVector } from '../../draw/globe.js';
import { write } from '../../draw/mark.js';
import { fixed } from '../../draw/numbers.js';
import { orbit } from '../../draw/orbit.js';
import { Pane } from '../../draw/pane.js';
import { block, paintPyramid } from './pyramid.js';

/** @typedef {import('../../core/scene.js').Host} Host */
/** @typedef {import('../../core/scene.js').View} View */
/** @typedef {import('../../draw/camera.js').Vector} Vector */

/** Two hundred thumbs share one engine. */
const PAUSE = 300;
const STEP = Math.PI / 12;
const [NORMS, NEIGHBORS] = [5, 6];
/** @type {Record<string, [number, number]>} */
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/** @param {Host} host @returns {View} */
export function student(host) {
  return new Phone(host);
}

class Phone {
  #camera = globeCamera(new Camera());
  /** @type {Vector | null} where the thumb holds it, ahead of the server */
  #own = null;

  /** @param {Host} host */
  constructor(host) {
    const pane = new Pane(host);
    this.host = host;
    this.face = pane.surface({ label: 'Your arrow', focusable: true, draw: () => this.#draw() });
    this.text = pane.twin('Your arrow in numbers');
    this.words = el('p', { role: 'status' });
    this.throttle = new Throttle(() => this.#send(), PAUSE);
    const axes = /** @type {const} */ ([
      ['Along x', [1, 0, 0]],
      ['Along y', [0, 1, 0]],
      ['Along z', [0, 0, 1]],
    ]);
    const buttons = el(
      'div',
      { class: 'touch' },
      ...axes.map(([name, at]) =>
        el('button', { type: 'button', class: 'button', onclick: () => this.#aim([...at]) }, name),
      ),
    );
    host.side.append(this.words, buttons);
    orbit(this.face, this.#camera, {
      locked: () => true,
      grab: (point) => {
        const from = this.at;
        return {
          move: (now) => this.#aim(turnedVector(from, now.x - point.x, now.y - point.y, this.#camera, this.globe)),
        };
      },
    });
    this.face.canvas.addEventListener('keydown', (event) => this.#press(event), { signal: this.face.signal });
  }

  /** Where the own arrow points, or the stage's while there is none. @returns {Vector} */
  get at() {
    const [x, y, z] = this.#own ?? this.said?.at ?? [0, 0, 1];
    return [x, y, z];
  }

  get said() {
    return this.host.latest('vectors.mine') ?? this.host.latest('vectors.task');
  }

  get act() {
    return this.host.latest('vectors.task')?.act ?? 0;
  }

  get globe() {
    const { width, height } = this.face;
    return { x: 0, y: 0, width, height: height * (this.act === 0 ? 0.8 : 0.5) };
  }

  update() {
    this.#say();
    this.face.invalidate();
  }

  /** @param {Vector} at */
  #aim(at) {
    this.#own = at;
    this.throttle.push({ at: [...at] });
    this.face.invalidate();
  }

  #send() {
    if (this.#own) this.host.send({ t: 'vectors.aim', at: this.#own });
  }

  /** @param {KeyboardEvent} event */
  #press(event) {
    const direction = ARROWS[event.key];
    if (!direction) return;
    event.preventDefault();
    const pixels = STEP * this.#camera.pixels(this.globe);
    this.#aim(turnedVector(this.at, direction[0] * pixels, direction[1] * pixels, this.#camera, this.globe));
  }

  #say() {
    const { said } = this;
    if (!said) return;
    const aimed = this.host.latest('vectors.mine') !== undefined;
    this.words.textContent = this.#sentence(aimed);
    const at = said.at.map((v) => fixed(v, 3)).join(', ');
    this.face.describe(`${aimed ? 'Your arrow' : 'The arrow of the stage'} at ${at}. Arrow keys turn it.`);
    /** @type {[string, string][]} */
    const rows = [['x, y, z', at]];
    if (this.act > 0) {
      said.norms.forEach((norm, l) => {
        const values = Array.from(said.values.data.slice(l * l, (l + 1) ** 2), (v) => fixed(v, 2)).join(', ');
        rows.push([block(l), this.act >= NORMS ? `${values}; norm ${fixed(norm, 3)}` : values]);
      });
    }
    this.text.list(rows);
  }

  /** @param {boolean} aimed */
  #sentence(aimed) {
    if (this.act === NEIGHBORS && this.host.latest('vectors.task')?.of_class) {
      return aimed
        ? 'Your arrow is one neighbor in the sum on the stage. Move it.'
        : 'Aim an arrow: it joins the sum on the stage.';
    }
    if (!aimed) return 'Drag to aim an arrow of your own.';
    if (this.act >= NORMS) return 'Turn your arrow: the bars of a block mix, its norm stays.';
    return this.act === 0 ? 'Your arrow and its three numbers.' : 'Your arrow. Which bars move when you turn it?';
  }

  #draw() {
    const { said, face } = this;
    if (!said) return;
    const { theme } = face;
    const box = this.globe;
    paintGlobe(face, this.#camera, box);
    const aimed = this.#own !== null || this.host.latest('vectors.mine') !== undefined;
    paintArrows(
      face,
      this.#camera,
      [{ tip: this.at, colour: aimed ? theme.arrow : theme.quiet, name: aimed ? 'you' : 'v', width: 1.6 }],
      box,
    );
    const below = { x: 0, y: box.height, width: face.width, height: face.height - box.height };
    if (this.act === 0) {
      this.#three(below, said.at);
      return;
    }
    const note = (/** @type {number} */ l) => fixed(said.norms[l] ?? 0, 3);
    if (this.act >= NORMS)
      write(face, 'norm', face.width - face.small * 0.2, below.y, { align: 'right', colour: theme.quiet, halo: null });
    paintPyramid(
      face,
      {
        degree: said.degree,
        values: said.values.data,
        icons: null,
        numbers: false,
        ...(this.act >= NORMS ? { note } : {}),
      },
      below,
    );
  }

  /** @param {import('../../draw/surface.js').Box} box @param {readonly number[]} at */
  #three(box, at) {
    const { ctx, theme, unit, small } = this.face;
    ['x', 'y', 'z'].forEach((name, k) => {
      const x = box.x + ((k + 0.5) * box.width) / 3;
      ctx.font = this.face.font(unit * 1.4, 700);
      ctx.textAlign = 'center';
      ctx.textBaseline = 'middle';
      ctx.fillStyle = theme.ink;
      ctx.fillText(fixed(at[k] ?? 0, 3), x, box.y + box.height * 0.36);
      ctx.font = this.face.font(small, 500);
      ctx.fillStyle = theme.quiet;
      ctx.fillText(name, x, box.y + box.height * 0.72);
    });
  }
}
