/** An own copy of the input to turn: arrows in, arrows out, scalars out. */

import { el } from '../../core/element.js';
import { Throttle } from '../../core/throttle.js';
import { identity, matrixOf } from '../../draw/camera.js';
import { moved } from '../../draw/hand.js';
import { write } from '../../draw/mark.js';
import { errorText } from '../../draw/numbers.js';
import { Pane } from '../../draw/pane.js';
import { cameraOf, turns } from './hand.js';
import { paintArrows, paintBars, reachOf, TURNED } from './panels.js';

/** @typedef {import('../../core/scene.js').Host} Host */
/** @typedef {import('../../core/scene.js').View} View */
/** @typedef {import('../../core/protocol.js').GvpMachine} Machine */
/** @typedef {import('../../draw/camera.js').Camera} Camera */
/** @typedef {import('../../draw/camera.js').Quaternion} Quaternion */
/** @typedef {import('../../draw/surface.js').Surface} Surface */

const PHONE_PAUSE = 500;
const WORDS = { rounding: 'rounding', approximate: 'approximate', broken: 'broken' };

/** Where the arrows go in and come out. Before there are scalars they have their room, one circle above the other. @param {Surface} face @param {boolean} scalars */
function boxes({ width, height, small }, scalars) {
  const head = small * 1.6;
  if (!scalars && height > width) {
    const input = { x: 0, y: head, width, height: height / 2 - head };
    return { input, output: { ...input, y: height / 2 + head } };
  }
  const input = { x: 0, y: head, width: width / 2, height: height * 0.6 - head };
  return { input, output: { ...input, x: width / 2 } };
}

/**
 * @param {Surface} face @param {Camera} camera @param {Machine} machine
 * @param {import('../../core/protocol.js').GvpMine | undefined} mine what came out of the own turn
 * @param {{q: Quaternion, mirror: boolean}} turn
 */
function paint(face, camera, machine, mine, { q, mirror }) {
  const { width, height, small, theme } = face;
  const size = machine.before.data.length / 4;
  const start = machine.before.data.subarray(0, size);
  camera.reach = reachOf(start, mine?.arrows.data ?? []);
  const { input, output } = boxes(face, machine.act >= 3);
  const heads = { weight: 700 };
  write(face, 'arrows in', input.x + input.width / 2, input.y - small * 0.8, heads);
  const arrows = moved(start, matrixOf(q), [0, 0, 0], mirror);
  paintArrows(face, camera, input, { arrows, ghosts: start, name: 'v', lit: true });
  const tone = { ...heads, colour: mine ? theme.ink : theme.quiet };
  write(face, 'arrows out', output.x + output.width / 2, output.y - small * 0.8, tone);
  paintArrows(face, camera, output, { arrows: mine ? mine.arrows.data : [], name: 'v′', lit: false });
  if (machine.act < 3) return;
  write(face, 'scalars out', width / 2, height * 0.64, { weight: 700 });
  const before = [...machine.scalars.data.subarray(0, machine.scalars.data.length / 2)];
  paintBars(
    face,
    { x: small, y: height * 0.66, width: width - 2 * small, height: height * 0.33 },
    { values: mine ? [...mine.scalars.data] : before, before, names: ['s′₁', 's′₂', 's′₃'], colour: theme.total },
  );
}

/** An own copy of the input to turn: arrows in, arrows out, scalars out. @param {Host} host @returns {View} */
export function student(host) {
  const pane = new Pane(host);
  const camera = cameraOf();
  /** @type {Quaternion} */
  let q = identity();
  let mirror = false;
  const face = pane.surface({ label: 'Your copy of the input', focusable: true, draw });
  const text = pane.twin('Your turn');
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
  const row = el('div', { class: 'touch' }, flip, back);
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
    const mine = open() ? host.latest('gvp.mine') : undefined;
    if (machine) paint(face, camera, machine, mine, { q, mirror });
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
  };
}
