/** The phone: an own copy of the cloud to turn with the thumb, and what the server says of the model under this turn. */

import { el } from '../../core/element.js';
import { Throttle } from '../../core/throttle.js';
import { Camera, identity, matrixOf } from '../../draw/camera.js';
import { Cloud, linesOf } from '../../draw/cloud.js';
import { printed, zoneColour } from '../../draw/errors.js';
import { apart, dragged, moved, stepped, unturned } from '../../draw/hand.js';
import { orbit } from '../../draw/orbit.js';
import { Pane } from '../../draw/pane.js';
import { quaternion } from './motion.js';
import { arrowUnit, longestArrow, paintInput, paintOutput, radius, tipsOf, VERDICTS } from './picture.js';

/** @typedef {import('../../core/scene.js').Host} Host */
/** @typedef {import('../../core/scene.js').View} View */
/** @typedef {import('../../core/protocol.js').Frame} Frame */
/** @typedef {import('../../core/protocol.js').RotationInput} Input */
/** @typedef {import('../../core/protocol.js').RotationVerdict} Verdict */
/** @typedef {import('../../draw/hand.js').Turn} Turn */

/** Two hundred thumbs share one engine. */
const PAUSE = 500;
/** As far as the server takes a shift along one axis. */
const FAR = 1000;

/** @param {Host} host @returns {View} */
export function student(host) {
  return new Student(host);
}

class Student {
  #camera = new Camera();
  #cloud = new Cloud();
  /** @type {Turn} */
  #turn = unturned();
  /** @type {Input | null} */
  #input = null;
  /** @type {number[]} */
  #pairs = [];

  /** @param {Host} host */
  constructor(host) {
    const pane = new Pane(host);
    this.host = host;
    this.face = pane.surface({ label: 'Your copy of the cloud', draw: () => this.#draw(), focusable: true });
    this.numbers = pane.twin('Your attempt');
    this.throttle = new Throttle(() => this.#send(), PAUSE);
    this.model = el('p');
    this.number = el('strong');
    this.verdict = el('span', { role: 'status' });
    this.best = el('p');
    this.mirror = this.#toggle('Mirror', () => ({ ...this.#turn, mirror: !this.#turn.mirror }));
    this.far = this.#toggle('Push away', () => ({
      ...this.#turn,
      shift: this.#turn.shift[0] === 0 ? [FAR, FAR, FAR] : [0, 0, 0],
    }));
    const back = el('button', { type: 'button', class: 'button', onclick: () => this.#set(unturned()) }, 'Back to x');
    const result = el('p', {}, this.number, ' ', this.verdict);
    const buttons = el('div', { class: 'touch' }, this.mirror, this.far, back);
    Object.assign(this.number.style, { fontSize: '1.9em', lineHeight: '1.1' });
    host.side.append(this.model, result, this.best, buttons);
    this.#hands();
  }

  /** @param {Frame} frame */
  update(frame) {
    if (frame.t === 'rotation.input') {
      if (frame.version !== this.#input?.version) this.#pairs = linesOf(frame.edges.data);
      this.#input = frame;
    }
    this.#show();
  }

  /** @param {string} text @param {() => Turn} next */
  #toggle(text, next) {
    return el(
      'button',
      { type: 'button', class: 'button', 'aria-pressed': 'false', onclick: () => this.#set(next()) },
      text,
    );
  }

  #hands() {
    orbit(this.face, this.#camera, {
      locked: () => true,
      grab: (point) => {
        let last = point;
        return {
          move: (now) => {
            const g = dragged(this.#turn.quaternion, now.x - last.x, now.y - last.y, this.#camera.rotation);
            last = now;
            this.#set({ ...this.#turn, quaternion: g });
          },
        };
      },
    });
    this.face.canvas.addEventListener(
      'keydown',
      (event) => {
        const next = stepped(this.#turn.quaternion, event.key, this.#camera.rotation);
        if (next === null) return;
        event.preventDefault();
        this.#set({ ...this.#turn, quaternion: next });
      },
      { signal: this.face.signal },
    );
  }

  /** @param {Turn} turn */
  #set(turn) {
    this.#turn = turn;
    this.#show();
    if (this.#input?.open) this.throttle.push({ turn: [...turn.quaternion] });
  }

  #send() {
    if (!this.#input?.open) return;
    const { quaternion: q, shift, mirror } = this.#turn;
    this.host.send({ t: 'rotation.attempt', quaternion: q, shift, mirror });
  }

  /** The server's word on the turn that is shown now, if it has spoken. @returns {Verdict | null} */
  #said() {
    const verdict = this.host.latest('rotation.verdict');
    if (!verdict || verdict.largest === null || verdict.version !== this.#input?.version) return null;
    const { quaternion: q, shift, mirror } = this.#turn;
    const same =
      apart(quaternion(verdict.quaternion), q) < 1e-3 && verdict.mirror === mirror && verdict.offset[0] === shift[0];
    return same ? verdict : null;
  }

  #show() {
    const input = this.#input;
    if (!input) return;
    const [verdict, latest] = [this.#said(), this.host.latest('rotation.verdict')];
    this.model.textContent = input.open
      ? `Break ${input.name} (${input.dtype}): turn the cloud.`
      : 'Predict: will the output turn with the input?';
    this.number.textContent = verdict?.largest === null || verdict === null ? '' : printed(verdict.largest);
    this.number.hidden = this.number.textContent === '';
    this.number.style.color = verdict?.zone ? zoneColour(this.face.theme, verdict.zone) : '';
    this.verdict.textContent = verdict?.zone
      ? (VERDICTS[verdict.zone] ?? '')
      : waiting(input.open, latest?.attempts ?? 0);
    const current = latest?.version === input.version ? latest : undefined;
    this.best.hidden = !current || current.worst === null;
    if (current && current.worst !== null) {
      this.best.textContent = `Your worst of ${current.attempts}: ${printed(current.worst)}, ${current.worst_zone ?? ''}`;
    }
    this.mirror.setAttribute('aria-pressed', String(this.#turn.mirror));
    this.far.setAttribute('aria-pressed', String(this.#turn.shift[0] !== 0));
    this.#describe(input, verdict);
    this.face.invalidate();
  }

  /** @param {Input} input @param {Verdict | null} verdict */
  #describe(input, verdict) {
    const words = verdict ? verdict.words : 'turned by your hand';
    this.face.describe(`Your copy of the cloud, ${input.elements.length} points, ${words}. Arrow keys turn it.`);
    /** @type {[string, string][]} */
    const rows = [
      ['model', `${input.name}, ${input.dtype}`],
      ['transform', words],
    ];
    for (const e of verdict?.error ?? []) rows.push([`error of the ${e.output}`, `${printed(e.error)} (${e.zone})`]);
    this.numbers.list(rows);
  }

  #draw() {
    const input = this.#input;
    if (!input) return;
    const points = input.points.data;
    const size = radius(points);
    const verdict = this.#said();
    // A cloud that was pushed far away looks the same here; only its numbers are far.
    const turned = moved(points, matrixOf(this.#turn.quaternion), [0, 0, 0], this.#turn.mirror);
    const camera = this.#camera;
    camera.centre = [0, 0, 0];
    if (verdict && verdict.vectors_after.data.length > 0) {
      const unit = arrowUnit(verdict.vectors_after.data, size);
      const made = tipsOf(turned, verdict.vectors.data, unit, longestArrow(size)).tips;
      const after = tipsOf(turned, verdict.vectors_after.data, unit, longestArrow(size)).tips;
      camera.reach = Math.max(size, radius(made), radius(after)) * 1.02;
      paintOutput(this.face, this.face.box, camera, {
        turned,
        pairs: this.#pairs,
        made,
        after,
        opacity: 1,
        vectors: true,
      });
      return;
    }
    camera.reach = size;
    const ghost = apart(this.#turn.quaternion, identity()) > 0 || this.#turn.mirror;
    paintInput(this.face, this.face.box, camera, this.#cloud, {
      points,
      turned,
      pairs: this.#pairs,
      elements: input.elements,
      ghost,
      size,
    });
  }
}

/** @param {boolean} open @param {number} attempts */
function waiting(open, attempts) {
  if (!open) return 'Decide first: rounding, approximate or broken. Try a turn with your thumb.';
  return attempts === 0 ? 'Turn it with your thumb, mirror it, push it away.' : '…';
}
