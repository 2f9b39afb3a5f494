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
/** @typedef {import('../../draw/camera.js').Quaternion} Quaternion */

const PHONE_PAUSE = 500;
const WORDS = { rounding: 'rounding', approximate: 'approximate', broken: 'broken' };

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
  };
}
