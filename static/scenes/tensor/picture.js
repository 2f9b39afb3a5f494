/** The picture of the stage by position: arrows on spheres, and the nine numbers as matrices. */

import { paintBlocks } from '../../draw/blocks.js';
import { paintArrows, paintGlobe } from '../../draw/globe.js';
import { write } from '../../draw/mark.js';
import { fixed } from '../../draw/numbers.js';
import { paintNumbers, paintShare } from './cells.js';

/** @typedef {import('../../core/protocol.js').TensorTask} Task */
/** @typedef {import('../../core/protocol.js').TensorTurned} Turned */
/** @typedef {import('../../core/protocol.js').TensorReflected} Reflected */
/** @typedef {import('../../draw/surface.js').Surface} Surface */
/** @typedef {import('../../draw/surface.js').Theme} Theme */
/** @typedef {import('../../draw/surface.js').Box} Box */
/** @typedef {import('../../draw/camera.js').Camera} Camera */
/** @typedef {import('../../draw/camera.js').Vector} Vector */
/** @typedef {import('../../draw/globe.js').GlobeArrow} GlobeArrow */
/** @typedef {{task: Task, turned: Turned, reflected: Reflected}} Frames */

export const [ARROWS, PRODUCT, SPLIT, TURNED, PREDICT, REFLECTED] = [0, 1, 2, 3, 4, 5];
const IRREPS = ['0e', '1e', '2e'];
const SIZES = [1, 3, 5];

/** One colour for each arrow, the same in picture, matrix and legend. @param {Theme} theme */
export function arrowColours(theme) {
  return { v: theme.total, w: theme.bias, cross: theme.arrow };
}

/** @param {readonly [number, number, number]} v @returns {Vector} */
function tip([x, y, z]) {
  return [x, y, z];
}

/** The place of the globe that a hand can touch. @param {Surface} face @param {number} act @returns {Box} */
export function globeBox({ width, height, small }, act) {
  if (act >= PREDICT) return { x: 0, y: small * 2.4, width: width / 2, height: height - small * 5 };
  const share = [0.58, 0.44, 0.28, 0.31][act] ?? 0.4;
  return { x: 0, y: 0, width: width * share, height };
}

/** @param {Surface} face @param {Camera} camera @param {Frames} frames */
export function paintTensor(face, camera, frames) {
  const { act } = frames.task;
  const { width, height, unit } = face;
  const left = globeBox(face, act);
  if (act >= PREDICT) {
    paintReflection(face, camera, frames, left);
    return;
  }
  paintGlobe(face, camera, left);
  const tone = arrowColours(face.theme);
  const at = act === TURNED ? frames.turned : frames.task;
  /** @type {GlobeArrow[]} */
  const arrows = [];
  if (act === TURNED) {
    arrows.push(
      { tip: tip(frames.task.v), colour: tone.v, kind: 'ghost' },
      { tip: tip(frames.task.w), colour: tone.w, kind: 'ghost' },
    );
  }
  if (act >= SPLIT)
    arrows.push({
      tip: tip(at.cross),
      colour: tone.cross,
      kind: 'axial',
      name: act === TURNED ? 'Rv × Rw' : 'v × w',
      width: 1.7,
    });
  arrows.push(
    { tip: tip(at.v), colour: tone.v, name: act === TURNED ? 'R v' : 'v', width: 2.1 },
    { tip: tip(at.w), colour: tone.w, name: act === TURNED ? 'R w' : 'w', width: 2.1 },
  );
  paintArrows(face, camera, arrows, left);
  const right = { x: left.width + unit * 0.6, y: 0, width: width - left.width - unit * 0.8, height };
  if (act === ARROWS) paintPair(face, frames.task, right);
  else if (act === PRODUCT) paintProduct(face, frames.task, right);
  else if (act === SPLIT) paintSplit(face, frames.task, right);
  else paintRepresentations(face, frames.turned, right);
}

/** @param {Surface} face @param {Task} task @param {Box} box */
function paintPair(face, task, box) {
  const { unit } = face;
  const tone = arrowColours(face.theme);
  const size = { width: Math.min(box.width * 0.36, unit * 5.6), height: Math.min(box.height * 0.6, unit * 13) };
  const y = box.y + (box.height - size.height) / 2 + unit;
  [/** @type {const} */ (['v', task.v, tone.v]), /** @type {const} */ (['w', task.w, tone.w])].forEach(
    ([name, values, colour], k) => {
      const x = box.x + box.width * (0.27 + 0.46 * k) - size.width / 2;
      paintNumbers(face, values, 3, 1, { x, y, ...size }, { colour });
      write(face, name, x + size.width / 2, y - unit * 1.3, { size: unit * 1.7, weight: 700, colour, halo: null });
    },
  );
}

/** The column v, the row w, and all products between them. @param {Surface} face @param {Task} task @param {Box} box */
function paintProduct(face, task, box) {
  const { unit, small } = face;
  const tone = arrowColours(face.theme);
  const side = Math.min((box.width - unit * 4) / 4.6, (box.height - unit * 6) / 4.2, unit * 5);
  const wide = side * 1.1;
  const whole = { x: box.x + (box.width - 4.3 * wide) / 2, y: box.y + (box.height - 4.5 * side) / 2 };
  const grid = { x: whole.x + 1.3 * wide, y: whole.y + 1.35 * side, width: 3 * wide, height: 3 * side };
  paintNumbers(face, task.v, 3, 1, { x: whole.x, y: grid.y, width: wide, height: 3 * side }, { colour: tone.v });
  paintNumbers(face, task.w, 1, 3, { x: grid.x, y: whole.y, width: 3 * wide, height: side }, { colour: tone.w });
  paintNumbers(face, task.product.data, 3, 3, grid);
  write(face, 'v', whole.x - unit * 1.1, grid.y + 1.5 * side, {
    size: unit * 1.5,
    weight: 700,
    colour: tone.v,
    halo: null,
  });
  write(face, 'wᵀ', grid.x - unit * 1.2, whole.y + side / 2, {
    size: unit * 1.4,
    weight: 700,
    colour: tone.w,
    halo: null,
  });
  write(face, 'each cell: row of v times column of w', grid.x + 1.5 * wide, grid.y + 3 * side + small * 1.5, {
    colour: face.theme.quiet,
    halo: null,
  });
}

/** v wᵀ above its three parts. @param {Surface} face @param {Task} task @param {Box} box */
function paintSplit(face, task, box) {
  const { unit, small, theme } = face;
  const tone = arrowColours(theme);
  const gap = unit * 1.7;
  const third = (box.width - 2 * gap - unit * 1.8) / 3;
  const start = box.x + unit * 1.4;
  const side = Math.min(third, box.height * 0.28);
  const top = box.y + unit * 0.6;
  write(face, 'v wᵀ', start + third + gap - unit * 2.1, top + side / 2, { size: unit * 1.3, weight: 700, halo: null });
  paintNumbers(face, task.product.data, 3, 3, { x: start + third + gap, y: top, width: third, height: side });
  const y = top + side + unit * 3.4;
  const [a, b, c] = task.cross;
  const parts = /** @type {const} */ ([
    ['0e', '1 number', task.scalar.data, [`v · w = ${fixed(task.dot, 3)}`, 'a third on the diagonal'], theme.ink],
    [
      '1e',
      '3 numbers',
      task.antisymmetric.data,
      ['v × w, antisymmetric', `(${[a, b, c].map((x) => fixed(x, 2)).join(', ')})`],
      tone.cross,
    ],
    ['2e', '5 numbers', task.traceless.data, ['what is left', 'symmetric, trace 0'], theme.self],
  ]);
  parts.forEach(([name, count, values, words, colour], k) => {
    const x = start + k * (third + gap);
    const middle = x + third / 2;
    write(face, `${name}: ${count}`, middle, y - unit * 1, { size: unit, weight: 700, colour, halo: null });
    paintNumbers(face, values, 3, 3, { x, y, width: third, height: side }, { colour });
    write(face, k === 0 ? '=' : '+', x - gap / 2 - 2, y + side / 2, { size: unit * 1.6, weight: 700, halo: null });
    words.forEach((word, row) =>
      write(face, word, middle, y + side + unit * (1.1 + 1.15 * row), {
        weight: row === 0 ? 650 : 500,
        colour: row === 0 ? theme.ink : theme.quiet,
        halo: null,
      }),
    );
    const bar = { x: x + third * 0.08, y: y + side + unit * 3.3, width: third * 0.84, height: small * 0.8 };
    paintShare(face, task.shares[k] ?? 0, bar, colour);
    write(face, `${fixed(100 * (task.shares[k] ?? 0), 0)} % of ‖v wᵀ‖²`, middle, bar.y + small * 1.7, {
      colour: theme.quiet,
      halo: null,
    });
  });
}

/** How nine numbers turn, in two bases. @param {Surface} face @param {Turned} turned @param {Box} box */
function paintRepresentations(face, turned, box) {
  const { unit, theme, small } = face;
  const gap = unit * 2.6;
  const each = (box.width - gap) / 2;
  const height = Math.min(box.height * 0.8, each + unit * 4);
  const y = box.y + (box.height - height) / 2 - unit;
  const data = { sizes: SIZES, range: 1 };
  const first = paintBlocks(
    face,
    { ...data, values: turned.cartesian.data, title: 'R ⊗ R on the 9 products', framed: false },
    { x: box.x, y, width: each - small * 1.05, height },
  );
  const second = paintBlocks(
    face,
    { ...data, values: turned.irreps.data, title: 'Q (R ⊗ R) Qᵀ', name: (k) => IRREPS[k] ?? '' },
    { x: box.x + each + gap - small * 1.05, y, width: each + small * 1.05, height },
  );
  write(face, '→', first.x + 9 * first.side + gap * 0.42, first.y + 4.5 * first.side, {
    size: unit * 1.8,
    weight: 700,
    halo: null,
  });
  write(face, 'products vᵢ wⱼ: all mix', first.x + 4.5 * first.side, first.y + 9 * first.side + small * 1.6, {
    colour: theme.quiet,
    halo: null,
  });
  write(face, '1 + 3 + 5: three irreps', second.x + 4.5 * second.side, second.y + 9 * second.side + small * 1.6, {
    colour: theme.quiet,
    halo: null,
  });
}

/** Before and after a reflection, side by side. @param {Surface} face @param {Camera} camera @param {Frames} frames @param {Box} left */
function paintReflection(face, camera, { task, reflected }, left) {
  const { theme, unit, small } = face;
  const tone = arrowColours(theme);
  const right = { ...left, x: left.x + left.width };
  const shown = task.act === REFLECTED;
  const name = reflected.reflection === 'inversion' ? 'inversion P: −x, −y, −z' : 'mirror P: −x, y, z';
  write(face, 'before', left.x + left.width / 2, unit * 0.9, { size: unit, weight: 700, halo: null });
  write(face, name, right.x + right.width / 2, unit * 0.9, { size: unit, weight: 700, halo: null });
  paintGlobe(face, camera, left);
  paintGlobe(face, camera, right);
  paintArrows(
    face,
    camera,
    [
      { tip: tip(task.v), colour: tone.v, name: 'v', width: 2.1 },
      { tip: tip(task.w), colour: tone.w, name: 'w', width: 2.1 },
      { tip: tip(task.cross), colour: tone.cross, kind: 'axial', name: 'v × w', width: 1.8 },
    ],
    left,
  );
  /** @type {GlobeArrow[]} */
  const after = [
    { tip: tip(reflected.v), colour: tone.v, name: 'P v', width: 2.1 },
    { tip: tip(reflected.w), colour: tone.w, name: 'P w', width: 2.1 },
  ];
  if (shown) {
    after.push({ tip: tip(reflected.polar), colour: theme.quiet, kind: 'ghost', name: 'P (v × w)' });
    after.push({ tip: tip(reflected.cross), colour: tone.cross, kind: 'axial', name: 'P v × P w', width: 1.8 });
  }
  paintArrows(face, camera, after, right);
  const foot = left.y + left.height + small * 1.2;
  const printed = (/** @type {readonly number[]} */ v) => `(${v.map((part) => fixed(part, 2)).join(', ')})`;
  write(face, `v × w = ${printed(task.cross)}`, left.x + left.width / 2, foot, {
    weight: 650,
    colour: tone.cross,
    halo: null,
  });
  write(face, shown ? `P v × P w = ${printed(reflected.cross)}` : 'P v × P w = ?', right.x + right.width / 2, foot, {
    weight: 650,
    colour: tone.cross,
    halo: null,
  });
}
