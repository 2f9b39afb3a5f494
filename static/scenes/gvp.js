/** The scene `gvp`: arrows and bars walk through one perceptron; then the input is turned, on the stage and on each phone. */

import { el } from '../core/element.js';
import { Throttle } from '../core/throttle.js';
import { about, Camera, identity, matrixOf, multiply } from '../draw/camera.js';
import { sideColumn } from '../draw/column.js';
import { LIMITS } from '../draw/gauge.js';
import { legend } from '../draw/legend.js';
import { write } from '../draw/mark.js';
import { errorText, fixed } from '../draw/numbers.js';
import { surface } from '../draw/surface.js';
import { dragged, moved, stepped } from '../draw/turning.js';
import { twin } from '../draw/twin.js';
import { paintArrows, paintBars, paintMachine, panel, reachOf, TURNED } from './gvp/machine.js';
import { inNumbers } from './gvp/words.js';
import { paintGauge } from './rotation/gauge.js';

/** @typedef {import('../core/scene.js').Host} Host */
/** @typedef {import('../core/scene.js').View} View */
/** @typedef {import('../core/protocol.js').GvpMachine} Machine */
/** @typedef {import('../draw/camera.js').Quaternion} Quaternion */
/** @typedef {import('../draw/surface.js').Surface} Surface */

const PAUSE = 80;
const PHONE_PAUSE = 500;
const WORDS = { rounding: 'rounding', approximate: 'approximate', broken: 'broken' };
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

/** A little from above: the plane of the screen is nearly the plane x, y. */
function cameraOf() {
  const camera = new Camera();
  camera.rotation = multiply(about([1, 0, 0], 0.2), about([0, 1, 0], -0.2));
  return camera;
}

/**
 * A hand on a canvas that turns the input, by dragging within `where` and by arrow keys.
 * @param {Surface} face @param {Camera} camera
 * @param {{now: () => Quaternion, may: (x: number) => boolean, set: (next: Quaternion) => void}} hand
 */
function turns(face, camera, { now, may, set }) {
  const { canvas, signal } = face;
  canvas.style.touchAction = 'none';
  /** @type {{x: number, y: number} | null} */
  let last = null;
  canvas.addEventListener(
    'pointerdown',
    (event) => {
      const point = face.point(event);
      if (!may(point.x)) return;
      last = point;
      canvas.setPointerCapture(event.pointerId);
    },
    { signal },
  );
  canvas.addEventListener(
    'pointermove',
    (event) => {
      if (!last) return;
      const point = face.point(event);
      set(dragged(now(), point.x - last.x, point.y - last.y, camera.rotation));
      last = point;
    },
    { signal },
  );
  for (const end of ['pointerup', 'pointercancel'])
    canvas.addEventListener(
      end,
      () => {
        last = null;
      },
      { signal },
    );
  canvas.addEventListener(
    'keydown',
    (event) => {
      const next = may(0) ? stepped(now(), event.key, camera.rotation) : null;
      if (!next) return;
      event.preventDefault();
      set(next);
    },
    { signal },
  );
}

/** @param {readonly number[]} q @returns {Quaternion} */
const quaternion = ([x = 0, y = 0, z = 0, w = 1]) => [x, y, z, w];

/** @param {Host} host @returns {View} */
export function stage(host) {
  const camera = cameraOf();
  const face = surface(host.main, {
    label: 'The machine',
    focusable: true,
    draw: () => {
      const machine = host.latest('gvp.machine');
      if (machine) paintMachine(face, camera, machine);
    },
  });
  const text = twin(host.main, 'Scalars and arrows out, before and after the turn');
  const keys = legend(host.legend);
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
  const column = sideColumn(host.side, [words, tell, formula, scalars, vectors, said, holder, crowd], {
    least: '28em',
  });
  const gauge = surface(holder, {
    label: 'Gauge of relative errors',
    draw: () => {
      const errors = host.latest('gvp.errors');
      if (!errors || host.latest('gvp.machine')?.act !== TURNED) return;
      const many = { kind: /** @type {const} */ ('rotation'), samples: errors.samples };
      paintGauge(gauge, {
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
  });
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
    theme: show,
    key(event) {
      const next = host.canSend() ? stepped(now(), event.key, camera.rotation) : null;
      if (!next) return false;
      set(next);
      return true;
    },
    destroy() {
      for (const each of [face, gauge, text, keys, column]) each.destroy();
    },
  };
}

/** An own copy of the input to turn: arrows in, arrows out, scalars out. @param {Host} host @returns {View} */
export function student(host) {
  const camera = cameraOf();
  /** @type {Quaternion} */
  let q = identity();
  let mirror = false;
  const face = surface(host.main, { label: 'Your copy of the input', focusable: true, draw });
  const text = twin(host.main, 'Your turn');
  const ask = el('p');
  const said = el('strong', { role: 'status' });
  const throttle = new Throttle(() => {
    if (open()) host.send({ t: 'gvp.try', quaternion: q, mirror });
  }, PHONE_PAUSE);
  const flip = el(
    'button',
    { type: 'button', class: 'button', 'aria-pressed': 'false', onclick: () => set(q, !mirror) },
    'Mirror',
  );
  const back = el('button', { type: 'button', class: 'button', onclick: () => set(identity(), false) }, 'Back');
  const row = el('div', {}, flip, back);
  Object.assign(row.style, { display: 'grid', gridTemplateColumns: '1fr 1fr', gap: '0.5rem' });
  for (const each of [flip, back]) each.style.minHeight = '48px';
  host.side.append(ask, said, row);
  const open = () => host.latest('gvp.machine')?.act === TURNED;
  turns(face, camera, { now: () => q, may: () => true, set: (next) => set(next, mirror) });

  /** @param {Quaternion} next @param {boolean} flipped */
  function set(next, flipped) {
    q = next;
    mirror = flipped;
    flip.setAttribute('aria-pressed', String(mirror));
    throttle.push({ turn: [...q, Number(mirror)] });
    show();
  }

  function draw() {
    const machine = host.latest('gvp.machine');
    if (!machine) return;
    const { width, height, small, theme } = face;
    const mine = open() ? host.latest('gvp.mine') : undefined;
    const size = machine.before.data.length / 4;
    const start = machine.before.data.subarray(0, size);
    camera.reach = reachOf(start, mine?.arrows.data ?? []);
    // Before there are scalars the arrows have their room, one circle above the other.
    const alone = machine.act < 3 && height > width;
    const head = small * 1.6;
    const input = alone
      ? { x: 0, y: head, width, height: height / 2 - head }
      : { x: 0, y: head, width: width / 2, height: height * 0.6 - head };
    const output = alone ? { ...input, y: height / 2 + head } : { ...input, x: width / 2 };
    const heads = { weight: 700 };
    write(face, 'arrows in', input.x + input.width / 2, input.y - small * 0.8, heads);
    paintArrows(face, camera, input, {
      arrows: moved(start, matrixOf(q), [0, 0, 0], mirror),
      ghosts: start,
      name: 'v',
      lit: true,
    });
    write(face, 'arrows out', output.x + output.width / 2, output.y - small * 0.8, {
      ...heads,
      colour: mine ? theme.ink : theme.quiet,
    });
    paintArrows(face, camera, output, { arrows: mine ? mine.arrows.data : [], name: 'v′', lit: false });
    const half = machine.scalars.data.length / 2;
    if (machine.act < 3) return;
    write(face, 'scalars out', width / 2, height * 0.64, { weight: 700 });
    const before = [...machine.scalars.data.subarray(0, half)];
    paintBars(
      face,
      { x: small, y: height * 0.66, width: width - 2 * small, height: height * 0.33 },
      { values: mine ? [...mine.scalars.data] : before, before, names: ['s′₁', 's′₂', 's′₃'], colour: theme.total },
    );
  }

  function show() {
    const mine = open() ? host.latest('gvp.mine') : undefined;
    ask.textContent = open()
      ? 'Turn your arrows with the thumb. Find a turn that moves the scalars.'
      : 'Turn your arrows. Predict: which of the numbers out will move?';
    said.textContent = mine
      ? `scalars ${errorText(mine.scalars_error)}, arrows ${errorText(mine.vectors_error)}: ${WORDS[mine.zone]}`
      : '';
    text.list([
      ['error of the scalars', mine ? errorText(mine.scalars_error) : 'not tried yet'],
      ['error of the arrows', mine ? errorText(mine.vectors_error) : 'not tried yet'],
    ]);
    face.describe(`Your copy of two arrows. Arrow keys turn them. ${said.textContent}`);
    face.invalidate();
  }
  return {
    update: show,
    theme: show,
    destroy() {
      face.destroy();
      text.destroy();
      host.side.replaceChildren();
    },
  };
}

/** @param {Host} host @returns {View} */
export function control(host) {
  const button = (
    /** @type {string} */ words,
    /** @type {(now: {quaternion: Quaternion, mirror: boolean}) => {quaternion: Quaternion, mirror: boolean}} */ next,
  ) =>
    el(
      'button',
      {
        type: 'button',
        class: 'button',
        onclick: () => {
          const machine = host.latest('gvp.machine');
          if (machine)
            host.send({
              t: 'gvp.turn',
              ...next({ quaternion: quaternion(machine.quaternion), mirror: machine.mirror }),
            });
        },
      },
      words,
    );
  const box = el(
    'div',
    { class: 'line buttons' },
    button('Turn by 45°', (now) => ({
      ...now,
      quaternion: multiply(about([0.3, 0.4, 1], Math.PI / 4), now.quaternion),
    })),
    button('Mirror', (now) => ({ ...now, mirror: !now.mirror })),
    button('As it came', () => ({ quaternion: identity(), mirror: false })),
  );
  host.main.append(box);
  return { update() {}, destroy: () => box.remove() };
}
