/** What the frames of `karate` say, in words and in looks. */

import { fixed, plain } from '../../draw/numbers.js';

/** @typedef {import('../../core/scene.js').Host} Host */
/** @typedef {import('../../core/protocol.js').KarateTraining} Training */
/** @typedef {import('../../core/protocol.js').KarateUntrained} Untrained */
/** @typedef {import('../../draw/headline.js').Reading} Reading */

export const MEMBERS = 34;

/** @param {Host} host */
export function framesOf(host) {
  const [club, untrained, hiding, training] = [
    host.latest('karate.club'),
    host.latest('karate.untrained'),
    host.latest('karate.hiding'),
    host.latest('karate.training'),
  ];
  return club && untrained && hiding && training
    ? { club, untrained, hiding, training, counts: host.latest('karate.class')?.counts.data ?? [] }
    : null;
}

/** What the plane of this phase shows: before the training the random weights. @param {Training} training @param {Untrained} untrained */
export function planeOf(training, untrained) {
  return training.phase === 'untrained' || training.points.data.length === 0
    ? untrained.points.data
    : training.points.data;
}

/** The line in that plane. @param {Training} training @param {Untrained} untrained */
export function lineOf({ phase }, { normal, offset }) {
  if (phase === 'untrained') return { normal, offset, text: '- - the best straight line' };
  if (phase === 'links') return null;
  return { normal: /** @type {const} */ ([1, -1]), offset: 0, text: '- - equal scores: the decision', sides: true };
}

/** @param {Training} training */
export function networkName({ name, depth, pool, task }) {
  return `${name}, ${depth} layer${depth === 1 ? '' : 's'}${task === 'graphs' ? `, ${pool} pool` : ''}`;
}

/** The one number, or null while a prediction is asked for. @param {Training} training @param {Untrained} untrained @returns {Reading | null} */
export function readingOf(training, untrained) {
  const { phase, value, step, steps, ended, diverged, right, seen } = training;
  if (phase === 'untrained') {
    const apart = untrained.right >= untrained.apart;
    return {
      of: 'untrained: parted by the best line',
      value: `${untrained.right} of ${MEMBERS}`,
      words: untrained.verdict,
      tone: apart ? 'sound' : 'between',
    };
  }
  if (phase === 'club' || phase === 'labels') return null;
  const words = diverged
    ? `the loss is not finite at step ${step ?? 0}: stopped`
    : ended
      ? `after ${step ?? 0} steps`
      : `step ${step ?? 0} of ${steps}`;
  const tone = diverged ? 'broken' : 'plain';
  if (value === null) return { of: 'training', value: '…', words: 'not begun', tone: 'plain' };
  if (phase === 'links') return { of: 'AUC on the held-out pairs', value: fixed(value, 3), words, tone };
  if (phase === 'graphs')
    return { of: 'never seen, right', value: `${value} of ${right.data.length - 2 * seen}`, words, tone };
  return { of: 'right from two labels', value: `${value} of ${MEMBERS}`, words, tone };
}

/** Who is wrong, and why one may think so. @param {Training} training @param {ArrayLike<number>} counts */
export function wrongWords({ wrong, ended }, counts) {
  if (!ended) return '';
  if (wrong.length === 0) return 'Nobody is wrong.';
  if (wrong.length > 3) return `Wrong: ${wrong.map(({ member }) => member).join(', ')}.`;
  const told = wrong.map(({ member, friends, across }, k) => {
    const guessed = counts[member] ?? 0;
    const phones = guessed > 0 ? ` ${guessed} phone${guessed === 1 ? '' : 's'} said so.` : '';
    return `${k === 0 ? 'Wrong: member' : 'Member'} ${member}. ${across} of its ${friends} friends went the other way.${phones}`;
  });
  return told.join(' ');
}

/** What other random weights give. @param {import('../../core/protocol.js').KarateUntrained} untrained */
export function seedWords({ seed, seeds, alone, of }) {
  const spread = (/** @type {readonly number[]} */ values) => `${Math.min(...values)} to ${Math.max(...values)}`;
  if (seeds.length === 0) return `Seed ${seed}, random weights. Other seeds are tried now, with the edges and without.`;
  const so = seeds.length < of ? `${seeds.length} of ${of} seeds so far` : `Over ${of} seeds`;
  return `Seed ${seed}, random weights. ${so}: the best line gets ${spread(seeds)} right, with the edges taken away ${spread(alone)}.`;
}

/** @param {Training} training */
export function seenWords({ right, seen }) {
  const known = Array.from(right.data).slice(0, 2 * seen);
  return known.length === 0 ? '' : `Trained on: ${known.filter(Boolean).length} of ${known.length} right.`;
}

/** The rows of the text twin. @param {NonNullable<ReturnType<typeof framesOf>>} frames @returns {[string, string][]} */
export function rowsOf({ training, untrained }) {
  const reading = readingOf(training, untrained);
  /** @type {[string, string][]} */
  const rows = [
    ['network', networkName(training)],
    ['position', training.phase],
  ];
  if (reading) rows.push([reading.of, `${reading.value}, ${reading.words}`]);
  if (training.phase === 'untrained') {
    rows.push([`of ${untrained.of} seeds`, untrained.seeds.join(', ')], ['without edges', untrained.alone.join(', ')]);
  }
  const last = training.history.data.slice(-3);
  if (last.length === 3 && training.phase !== 'untrained') rows.push(['loss', plain(last[1] ?? NaN, 3)]);
  if (training.wrong.length > 0) rows.push(['wrong members', training.wrong.map(({ member }) => member).join(', ')]);
  if (reading && training.task !== 'graphs') {
    const points = planeOf(training, untrained);
    for (let i = 0; i < points.length / 2; i += 1)
      rows.push([`member ${i}`, `(${fixed(points[2 * i] ?? 0)}, ${fixed(points[2 * i + 1] ?? 0)})`]);
  }
  return rows;
}
