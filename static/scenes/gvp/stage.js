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

/** @param {Host} host @returns {View} */
export function stage(host) {
  const pane = new Pane(host);
  const camera = cameraOf();
  const face = pane.surface({
    label: 'The machine',
    focusable: true,
    draw: () => {
      const machine = host.latest('gvp.machine');
      if (machine) paintMachine(face, camera, machine);
    },
  });
  const text = pane.twin('Scalars and arrows out, before and after the turn');
  const keys = pane.legend();
  keys.show([
    { kind: 'arrow', role: 'arrow', text: 'first channel' },
    { kind: 'arrow', role: 'self', text: 'second channel' },
    { kind: 'dash', role: 'quiet', text: 'before the turn; for V′, where it belongs' },
  ]);
  const words = el('h2');
  const tell = el('p');
  const scalars = el('p', { class: 'gvp-scalars' });
  const vectors = el('p', { class: 'gvp-vectors' });
  const said = el('p', { role: 'status' });
  const crowd = el('p');
  const holder = el('div');
  Object.assign(holder.style, { position: 'relative', height: '13em', flex: '0 0 auto' });
  words.style.fontSize = '1.3em';
  for (const big of [scalars, vectors])
    Object.assign(big.style, { fontSize: '2em', fontWeight: '700', lineHeight: '1.15' });
  said.style.fontWeight = '700';
  const formula = el('div');
  const column = pane.column([words, tell, formula, scalars, vectors, said, holder, crowd], {
    least: '28em',
  });
  const gauge = pane.surface(
    {
      label: 'Gauge of relative errors',
      draw: () => {
        const errors = host.latest('gvp.errors');
        if (!errors || host.latest('gvp.machine')?.act !== TURNED) return;
        const many = { kind: /** @type {const} */ ('rotation'), samples: errors.samples };
        paintErrors(gauge, {
          now: [
            { output: 'scalars', error: errors.scalars, zone: errors.scalars_zone },
            { output: 'vectors', error: errors.vectors, zone: errors.vectors_zone },
          ],
          rows: [
            {
              ...many,
              output: 'scalars',
              mean: errors.many_scalars,
              maximum: errors.many_scalars,
              zone: errors.scalars_zone,
            },
            {
              ...many,
              output: 'vectors',
              mean: errors.many_vectors,
              maximum: errors.many_vectors,
              zone: errors.vectors_zone,
            },
          ],
          limits: LIMITS[errors.dtype === 'float64' ? 'float64' : 'float32'],
          kinds: ['now', 'rotation'],
        });
      },
    },
    holder,
  );
  /** @type {Quaternion | null} */
  let ahead = null;
  const throttle = new Throttle(() => {
    const machine = host.latest('gvp.machine');
    if (ahead && machine) host.send({ t: 'gvp.turn', quaternion: ahead, mirror: machine.mirror });
    ahead = null;
  }, PAUSE);
  const now = () => ahead ?? quaternion(host.latest('gvp.machine')?.quaternion ?? identity());
  const set = (/** @type {Quaternion} */ next) => {
    ahead = next;
    throttle.push({ hand: [...next] });
  };
  turns(face, camera, { now, set, may: (x) => host.canSend() && x < panel(face).width });

  function show() {
    const machine = host.latest('gvp.machine');
    const errors = host.latest('gvp.errors');
    if (!machine || !errors) return;
    const turned = machine.act === TURNED;
    words.textContent = turned ? `The input is ${machine.words}` : machine.act_name;
    tell.textContent = turned
      ? `Relative errors, ${errors.dtype}, of this turn; below the largest of ${errors.samples} random rotations and reflections.`
      : (TELLS[machine.act] ?? '');
    const lines = ['in', ...FORMULAS.slice(0, machine.act).flat()];
    const fresh =
      machine.act < FORMULAS.length + 1 ? lines.length - (FORMULAS[machine.act - 1] ?? ['in']).length : lines.length;
    formula.replaceChildren(...(turned ? [] : lines.map((name, i) => step(machine, name, i >= fresh))));
    for (const each of [scalars, vectors, said, holder]) each.hidden = !turned;
    scalars.textContent = `scalars ${errorText(errors.scalars)}`;
    vectors.textContent = `arrows ${errorText(errors.vectors)}`;
    const broken = errors.scalars_zone === 'broken' || errors.vectors_zone === 'broken';
    for (const [each, zone] of /** @type {const} */ ([
      [scalars, errors.scalars_zone],
      [vectors, errors.vectors_zone],
    ])) {
      each.style.color = zone === 'broken' ? 'var(--message)' : 'var(--total)';
    }
    const still = machine.words === 'as it came' && !broken;
    said.textContent = still
      ? 'The input is not turned.'
      : broken
        ? 'Broken: the constant arrow B did not turn with the input.'
        : 'Rounding: the arrows turned, the scalars stayed.';
    crowd.textContent =
      turned && errors.worst !== null
        ? `The class: ${errors.tries} turn${errors.tries === 1 ? '' : 's'}, largest error ${errorText(errors.worst)}.`
        : '';
    const half = machine.scalars.data.length / 2;
    const rows = Array.from({ length: half }, (_, k) => [
      `s′ ${k + 1}`,
      fixed(machine.scalars.data[k] ?? 0, 3),
      fixed(machine.scalars.data[half + k] ?? 0, 3),
    ]);
    const errorRows = turned
      ? [
          ['error of the scalars', '', errorText(errors.scalars)],
          ['error of the arrows', '', errorText(errors.vectors)],
        ]
      : [];
    text.table({
      columns: ['output', 'as it came', machine.words],
      rows: machine.act < 3 ? [] : [...rows, ...errorRows],
    });
    face.describe(`${machine.act_name}. ${turned ? `Input ${machine.words}. ${said.textContent}` : ''}`);
    column.again();
    face.invalidate();
    gauge.invalidate();
  }
  /** One line of the algorithm, and the same in numbers; a bar marks what is new. @param {Machine} machine @param {string} name @param {boolean} fresh */
  function step(machine, name, fresh) {
    const numbers = inNumbers(machine, name).map((text) => el('p', {}, text));
    const told =
      name === 'in' ? [] : [el('p', {}, host.formula(machine.vector_gate && name === 'gate' ? 'gated' : name))];
    for (const line of told) line.style.fontSize = '1.25em';
    for (const line of numbers) line.style.fontSize = '0.86em';
    const part = el('div', {}, ...told, ...numbers);
    Object.assign(part.style, {
      margin: '0.5em 0',
      paddingLeft: '0.5em',
      borderLeft: `5px solid ${fresh ? 'var(--message)' : 'transparent'}`,
    });
    return part;
  }
  return {
    update: show,
    key(event) {
      const next = host.canSend() ? stepped(now(), event.key, camera.rotation) : null;
      if (!next) return false;
      set(next);
      return true;
    },
  };
}
