/** The machine with the input turned through it, the lines of the algorithm in numbers, and how far the outputs are off. */

import { el } from '../../core/element.js';
import { Throttle } from '../../core/throttle.js';
import { identity } from '../../draw/camera.js';
import { paintErrors } from '../../draw/errors.js';
import { LIMITS } from '../../draw/gauge.js';
import { stepped } from '../../draw/hand.js';
import { errorText, fixed } from '../../draw/numbers.js';
import { Pane } from '../../draw/pane.js';
import { cameraOf, quaternion, turns } from './hand.js';
import { paintMachine, panel } from './machine.js';
import { TURNED } from './panels.js';
import { inNumbers } from './words.js';

/** @typedef {import('../../core/scene.js').Host} Host */
/** @typedef {import('../../core/scene.js').View} View */
/** @typedef {import('../../core/protocol.js').GvpMachine} Machine */
/** @typedef {import('../../draw/camera.js').Quaternion} Quaternion */

const PAUSE = 80;

const TELLS = [
  'Two scalars s and two arrows V come in.',
  'The first matrix makes new arrows out of old ones: linear combinations of whole arrows, nothing else.',
  'The lengths of the mixed arrows drop into the scalar lane. A length does not turn.',
  'The scalar lane is an ordinary layer: weights, bias and activation act on numbers that do not turn.',
  'The second matrix mixes once more. Then each arrow is multiplied by its gate, a number.',
  'Predict: the input is turned. Which numbers move?',
];

/** The lines of the algorithm; each act from the second on adds its own. */
const FORMULAS = [['mixed'], ['lengths'], ['lane'], ['second', 'gate']];

/** What the gauge shows: this turn, and the largest of many. @param {import('../../core/protocol.js').GvpErrors} errors @returns {import('../../draw/errors.js').Readings} */
function readings(errors) {
  const many = { kind: /** @type {const} */ ('rotation'), samples: errors.samples };
  const { scalars_zone: scalars, vectors_zone: vectors, many_scalars: s, many_vectors: v } = errors;
  return {
    now: [
      { output: 'scalars', error: errors.scalars, zone: scalars },
      { output: 'vectors', error: errors.vectors, zone: vectors },
    ],
    rows: [
      { ...many, output: 'scalars', mean: s, maximum: s, zone: scalars },
      { ...many, output: 'vectors', mean: v, maximum: v, zone: vectors },
    ],
    limits: LIMITS[errors.dtype === 'float64' ? 'float64' : 'float32'],
    kinds: ['now', 'rotation'],
  };
}

/** The outputs as a table. @param {Machine} machine @param {import('../../core/protocol.js').GvpErrors} errors */
function tableOf(machine, errors) {
  const half = machine.scalars.data.length / 2;
  const rows = Array.from({ length: half }, (_, k) => [
    `s′ ${k + 1}`,
    fixed(machine.scalars.data[k] ?? 0, 3),
    fixed(machine.scalars.data[half + k] ?? 0, 3),
  ]);
  if (machine.act === TURNED)
    rows.push(
      ['error of the scalars', '', errorText(errors.scalars)],
      ['error of the arrows', '', errorText(errors.vectors)],
    );
  return { columns: ['output', 'as it came', machine.words], rows: machine.act < 3 ? [] : rows };
}

class Stage {
  #camera = cameraOf();
  /** @type {Quaternion | null} where the hand holds the input, ahead of the server */
  #ahead = null;
  #words = el('h2');
  #tell = el('p');
  #formula = el('div');
  #scalars = el('p', { class: 'gvp-scalars' });
  #vectors = el('p', { class: 'gvp-vectors' });
  #said = el('p', { role: 'status' });
  #holder = el('div');
  #crowd = el('p');

  /** @param {Host} host */
  constructor(host) {
    const pane = new Pane(host);
    this.host = host;
    this.face = pane.surface({
      label: 'The machine',
      focusable: true,
      draw: (face) => {
        const machine = host.latest('gvp.machine');
        if (machine) paintMachine(face, this.#camera, machine);
      },
    });
    this.text = pane.twin('Scalars and arrows out, before and after the turn');
    pane.legend().show([
      { kind: 'arrow', role: 'arrow', text: 'first channel' },
      { kind: 'arrow', role: 'self', text: 'second channel' },
      { kind: 'dash', role: 'quiet', text: 'before the turn; for V′, where it belongs' },
    ]);
    Object.assign(this.#holder.style, { position: 'relative', height: '13em', flex: '0 0 auto' });
    this.#words.style.fontSize = '1.3em';
    for (const big of [this.#scalars, this.#vectors])
      Object.assign(big.style, { fontSize: '2em', fontWeight: '700', lineHeight: '1.15' });
    this.#said.style.fontWeight = '700';
    const outputs = [this.#scalars, this.#vectors, this.#said, this.#holder];
    this.column = pane.column([this.#words, this.#tell, this.#formula, ...outputs, this.#crowd], { least: '28em' });
    this.gauge = pane.surface(
      { label: 'Gauge of relative errors', draw: (face) => this.#drawGauge(face) },
      this.#holder,
    );
    this.throttle = new Throttle(() => this.#send(), PAUSE);
    turns(this.face, this.#camera, {
      now: () => this.#now(),
      set: (next) => this.#set(next),
      may: (x) => host.canSend() && x < panel(this.face).width,
    });
  }

  update() {
    const machine = this.host.latest('gvp.machine');
    const errors = this.host.latest('gvp.errors');
    if (!machine || !errors) return;
    const turned = machine.act === TURNED;
    this.#explain(machine, errors);
    for (const each of [this.#scalars, this.#vectors, this.#said, this.#holder]) each.hidden = !turned;
    this.#tellErrors(machine, errors);
    this.#crowd.textContent =
      turned && errors.worst !== null
        ? `The class: ${errors.tries} turn${errors.tries === 1 ? '' : 's'}, largest error ${errorText(errors.worst)}.`
        : '';
    this.text.table(tableOf(machine, errors));
    this.face.describe(`${machine.act_name}. ${turned ? `Input ${machine.words}. ${this.#said.textContent}` : ''}`);
    this.column.again();
    this.face.invalidate();
    this.gauge.invalidate();
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    const next = this.host.canSend() ? stepped(this.#now(), event.key, this.#camera.rotation) : null;
    if (!next) return false;
    this.#set(next);
    return true;
  }

  #now() {
    return this.#ahead ?? quaternion(this.host.latest('gvp.machine')?.quaternion ?? identity());
  }

  /** @param {Quaternion} next */
  #set(next) {
    this.#ahead = next;
    this.throttle.push({ hand: [...next] });
  }

  #send() {
    const machine = this.host.latest('gvp.machine');
    if (this.#ahead && machine) this.host.send({ t: 'gvp.turn', quaternion: this.#ahead, mirror: machine.mirror });
    this.#ahead = null;
  }

  /** @param {import('../../draw/surface.js').Surface} face */
  #drawGauge(face) {
    const errors = this.host.latest('gvp.errors');
    if (errors && this.host.latest('gvp.machine')?.act === TURNED) paintErrors(face, readings(errors));
  }

  /** What this act is about, and the lines of the algorithm up to it. @param {Machine} machine @param {import('../../core/protocol.js').GvpErrors} errors */
  #explain(machine, errors) {
    const turned = machine.act === TURNED;
    this.#words.textContent = turned ? `The input is ${machine.words}` : machine.act_name;
    this.#tell.textContent = turned
      ? `Relative errors, ${errors.dtype}, of this turn; below the largest of ${errors.samples} random rotations and reflections.`
      : (TELLS[machine.act] ?? '');
    const lines = ['in', ...FORMULAS.slice(0, machine.act).flat()];
    const fresh =
      machine.act < FORMULAS.length + 1 ? lines.length - (FORMULAS[machine.act - 1] ?? ['in']).length : lines.length;
    this.#formula.replaceChildren(...(turned ? [] : lines.map((name, i) => this.#step(machine, name, i >= fresh))));
  }

  /** @param {Machine} machine @param {import('../../core/protocol.js').GvpErrors} errors */
  #tellErrors(machine, errors) {
    this.#scalars.textContent = `scalars ${errorText(errors.scalars)}`;
    this.#vectors.textContent = `arrows ${errorText(errors.vectors)}`;
    const tone = (/** @type {string} */ zone) => (zone === 'broken' ? 'var(--message)' : 'var(--total)');
    this.#scalars.style.color = tone(errors.scalars_zone);
    this.#vectors.style.color = tone(errors.vectors_zone);
    const broken = errors.scalars_zone === 'broken' || errors.vectors_zone === 'broken';
    this.#said.textContent =
      machine.words === 'as it came' && !broken
        ? 'The input is not turned.'
        : broken
          ? 'Broken: the constant arrow B did not turn with the input.'
          : 'Rounding: the arrows turned, the scalars stayed.';
  }

  /** One line of the algorithm, and the same in numbers; a bar marks what is new. @param {Machine} machine @param {string} name @param {boolean} fresh */
  #step(machine, name, fresh) {
    const numbers = inNumbers(machine, name).map((text) => el('p', {}, text));
    const written = machine.vector_gate && name === 'gate' ? 'gated' : name;
    const formulas = name === 'in' ? [] : [el('p', {}, this.host.formula(written))];
    for (const line of formulas) line.style.fontSize = '1.25em';
    for (const line of numbers) line.style.fontSize = '0.86em';
    const part = el('div', {}, ...formulas, ...numbers);
    Object.assign(part.style, {
      margin: '0.5em 0',
      paddingLeft: '0.5em',
      borderLeft: `5px solid ${fresh ? 'var(--message)' : 'transparent'}`,
    });
    return part;
  }
}

/** @param {Host} host @returns {View} */
export function stage(host) {
  return new Stage(host);
}
