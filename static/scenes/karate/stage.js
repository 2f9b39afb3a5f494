/** The stage: the club, the plane of the two scores, and the pictures of the other two questions. */

import { Pane } from '../../draw/pane.js';
import { Aside } from './aside.js';
import { Club, Plane } from './members.js';
import { graphGrid, scoreRows } from './pictures.js';
import { framesOf, lineOf, planeOf, readingOf, rowsOf } from './reading.js';

/** @typedef {import('../../core/scene.js').Host} Host */
/** @typedef {import('../../core/scene.js').View} View */
/** @typedef {import('../../core/protocol.js').Frame} Frame */
/** @typedef {import('../../core/protocol.js').KarateTraining} Training */
/** @typedef {import('../../draw/surface.js').Surface} Surface */
/** @typedef {import('../../draw/legend.js').Key} Key */

/** @param {Host} host @returns {View} */
export function stage(host) {
  return new Stage(host);
}

class Stage {
  #club = new Club();
  #plane = new Plane();
  #formula = '';

  /** @param {Host} host */
  constructor(host) {
    const pane = new Pane(host);
    this.host = host;
    this.face = pane.surface({ label: 'The karate club', focusable: true, draw: (face) => this.#draw(face) });
    this.text = pane.twin('The karate club in numbers');
    this.keys = pane.legend();
    this.aside = new Aside(pane);
  }

  /** @param {Frame} frame */
  update(frame) {
    if (!frame.t.startsWith('karate.')) return;
    this.#show();
  }

  #show() {
    const frames = framesOf(this.host);
    if (!frames) return;
    const { training, untrained } = frames;
    this.#plane.take(this.face, planeOf(training, untrained), this.host.reducedMotion());
    this.aside.show();
    this.keys.show(keysOf(training));
    const formula =
      training.phase === 'links'
        ? 'links'
        : training.phase === 'graphs'
          ? training.pool
          : training.name === 'GCN'
            ? 'gcn'
            : 'algorithm 4';
    if (formula !== this.#formula) this.host.heading.replaceChildren(this.host.formula(formula));
    this.#formula = formula;
    this.text.list(rowsOf(frames));
    const reading = readingOf(training, untrained);
    this.face.describe(
      reading ? `${reading.of}: ${reading.value}, ${reading.words}` : 'The club: 34 members, 78 friendships',
    );
    this.face.invalidate();
  }

  /** @param {Surface} face */
  #draw(face) {
    const frames = framesOf(this.host);
    if (!frames) return;
    const { club, untrained, hiding, training, counts } = frames;
    const { width, height } = face;
    if (training.phase === 'graphs') {
      graphGrid(face, training.sizes, training.seen, training.right.data);
      return;
    }
    const upright = height > width;
    const left = upright ? { x: 0, y: 0, width, height: height / 2 } : { x: 0, y: 0, width: width * 0.46, height };
    const right = upright
      ? { x: 0, y: height / 2, width, height: height / 2 }
      : { x: width * 0.48, y: 0, width: width * 0.52, height };
    const told = training.phase !== 'labels';
    const wrong = training.phase === 'training' || training.phase === 'result' ? training.right.data : [];
    const looks = {
      faction: (/** @type {number} */ i) => (told || club.labelled.includes(i) ? (club.factions.data[i] ?? -1) : -1),
      named: () => true,
      wrong: (/** @type {number} */ i) => wrong[i] === 0,
      large: club.labelled,
    };
    const alone = training.phase === 'club' || training.phase === 'labels';
    const m = hiding.hidden.shape[1] ?? 0;
    const dashed =
      training.phase === 'links'
        ? new Set(
            Array.from({ length: m }, (_, e) => `${hiding.hidden.data[e] ?? 0} ${hiding.hidden.data[m + e] ?? 0}`),
          )
        : new Set();
    const count = training.phase === 'labels' ? (/** @type {number} */ i) => counts[i] ?? 0 : () => 0;
    this.#club.paint(face, club.positions.data, club.edges.data, { ...looks, dashed, count }, alone ? face.box : left);
    if (alone) return;
    const few = (/** @type {number} */ i) => club.labelled.includes(i) || wrong[i] === 0;
    if (training.phase !== 'links') {
      this.#plane.paint(face, { ...looks, named: few }, lineOf(training, untrained), right);
      return;
    }
    const low = right.height * 0.36;
    if (training.step !== null)
      this.#plane.paint(face, { ...looks, named: few }, null, { ...right, height: right.height - low }, [
        'h, first component',
        'h, second component',
      ]);
    scoreRows(face, training.scores.data, m, { ...right, y: right.y + right.height - low, height: low });
  }
}

/** @param {Training} training @returns {Key[]} */
function keysOf({ phase }) {
  /** @type {Key[]} */
  const factions = [
    { kind: 'disc', role: 'self', text: 'went with member 0' },
    { kind: 'square', role: 'message', text: 'went with member 33' },
  ];
  if (phase === 'labels') return [...factions, { kind: 'ring', role: 'quiet', text: 'no label' }];
  if (phase === 'training' || phase === 'result')
    return [...factions, { kind: 'ring', role: 'ink', text: '✗ on the wrong side' }];
  if (phase === 'links') return [...factions, { kind: 'dash', role: 'bias', text: 'hidden edge' }];
  if (phase === 'graphs')
    return [
      { kind: 'disc', role: 'total', text: '✓ right' },
      { kind: 'disc', role: 'message', text: '✗ wrong' },
    ];
  return [...factions, { kind: 'line', role: 'edge', text: 'friends' }];
}
