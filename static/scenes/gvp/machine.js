/** The perceptron as a machine: a lane of arrows above, a lane of bars below, what passes between them, stage by stage. */

import { arrow, write } from '../../draw/mark.js';
import { paintArrows, paintBars, reachOf, TURNED } from './panels.js';

/** @typedef {import('../../draw/surface.js').Surface} Surface */
/** @typedef {import('../../draw/surface.js').Box} Box */
/** @typedef {import('../../draw/camera.js').Camera} Camera */
/** @typedef {import('../../core/protocol.js').GvpMachine} Machine */

/** The act from which on each panel of arrows is shown. */
const SHOWN = [0, 1, 4, 5];
const HEADS = ['V', 'V_h = W_h V', 'V_μ = W_μ V_h', 'V′ = gate ⊙ V_μ'];
/** A name with lowered letters after each `_`, centred. @param {Surface} face @param {string} text @param {number} x @param {number} y @param {string} colour */
function named(face, text, x, y, colour) {
  const parts = [...text.matchAll(/_([hgmμ])|[^_]+/gu)].map(([all, low]) =>
    low ? { text: low, size: face.small, drop: face.small * 0.32 } : { text: all, size: face.small * 1.15, drop: 0 },
  );
  const widths = parts.map(({ text: word, size }) => {
    face.ctx.font = face.font(size, 700);
    return face.ctx.measureText(word).width;
  });
  let at = x - widths.reduce((a, b) => a + b, 0) / 2;
  parts.forEach(({ text: word, size, drop }, k) => {
    write(face, word, at, y + drop, { size, weight: 700, align: 'left', colour, halo: null });
    at += widths[k] ?? 0;
  });
}

/** The first panel, where a hand turns the input. @param {Surface} face @returns {Box} */
export function panel({ width, height, small, unit }, k = 0) {
  const column = width / 4;
  return {
    x: column * k + small * 0.3,
    y: unit * 1.6,
    width: column - small * 0.6,
    height: height * 0.52 - unit * 1.6,
  };
}

/** @param {Surface} face @param {Camera} camera @param {Machine} machine */
export function paintMachine(face, camera, machine) {
  const { theme, small, unit, width, height } = face;
  const { act, now, before } = machine;
  const turned = act === TURNED;
  const size = (now.data.length / 4) | 0;
  const names = ['v', 'h', 'μ', 'v′'];
  camera.reach = reachOf(now.data, before.data);
  HEADS.forEach((head, k) => {
    const box = panel(face, k);
    const shown = act >= (SHOWN[k] ?? 0);
    const bias = k === 1 && machine.vector_bias ? ' + B' : '';
    named(face, `${head}${bias}`, box.x + box.width / 2, unit * 0.8, shown ? theme.ink : theme.quiet);
    const ghosts = turned
      ? k === 3
        ? machine.expected.data
        : before.data.subarray(k * size, (k + 1) * size)
      : undefined;
    paintArrows(face, camera, box, {
      arrows: shown ? now.data.subarray(k * size, (k + 1) * size) : [],
      ...(ghosts ? { ghosts } : {}),
      name: names[k] ?? '',
      lit: act === SHOWN[k] || (turned && (k === 0 || k === 3)),
    });
    if (k > 0) onward(face, box.x - small * 0.9, box.y + box.height / 2, shown);
  });
  paintLane(face, machine, { x: 0, y: height * 0.58, width, height: height * 0.42 });
}

/** @param {Surface} face @param {number} x @param {number} y @param {boolean} shown */
function onward({ ctx, theme, line, small }, x, y, shown) {
  arrow(
    ctx,
    { x: x - small * 0.3, y },
    { x: x + small * 1.4, y },
    { colour: shown ? theme.ink : theme.hairline, width: line },
  );
}

/** The scalar lane: s, the lengths that dropped into it, s′ and the gates that rise from it. @param {Surface} face @param {Machine} machine @param {Box} lane */
function paintLane(face, machine, lane) {
  const { ctx, theme, small, line, height } = face;
  const { act } = machine;
  const turned = act === TURNED;
  const column = lane.width / 4;
  const box = (/** @type {number} */ k) => ({
    x: column * k + small,
    y: lane.y + small * 1.6,
    width: column - 2 * small,
    height: lane.height - small * 1.6,
  });
  const two = (/** @type {Float32Array} */ data) => {
    const half = data.length / 2;
    return { values: [...data.subarray(half)], ...(turned ? { before: [...data.subarray(0, half)] } : {}) };
  };
  const head = (/** @type {number} */ k, /** @type {string} */ text, /** @type {boolean} */ shown) =>
    named(face, text, column * (k + 0.5), lane.y + small * 0.5, shown ? theme.ink : theme.quiet);
  head(0, 's', true);
  paintBars(face, box(0), { values: [...machine.scalars_in.data], names: ['s₁', 's₂'], colour: theme.total });
  head(1, 's_h = ‖V_h‖', act >= 2);
  if (act >= 2) paintBars(face, box(1), { ...two(machine.lengths.data), names: ['‖h₁‖', '‖h₂‖'], colour: theme.arrow });
  head(2, 's′ = σ(W_m[s_h; s] + b)', act >= 3);
  if (act >= 3)
    paintBars(face, box(2), { ...two(machine.scalars.data), names: ['s′₁', 's′₂', 's′₃'], colour: theme.total });
  head(3, machine.vector_gate ? 'gate, from s_m' : 'gate = σ⁺(‖V_μ‖)', act >= 4);
  if (act >= 4) paintBars(face, box(3), { ...two(machine.gates.data), names: ['on μ₁', 'on μ₂'], colour: theme.bias });
  const links = /** @type {const} */ ([
    [1, 2, 1],
    [3, 4, -1],
  ]);
  for (const [k, from, way] of links) {
    if (act < from) continue;
    const [top, foot] = [height * 0.525, lane.y - small * 0.4];
    const x = column * (k + 0.5);
    const ends = way > 0 ? [top, foot] : [foot, top];
    arrow(ctx, { x, y: ends[0] ?? 0 }, { x, y: ends[1] ?? 0 }, { colour: theme.ink, width: line });
  }
}
