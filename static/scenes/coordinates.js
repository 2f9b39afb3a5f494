/** The scene `coordinates`: a molecule whose atoms can be dragged, and what four networks say before and after. */

import { el } from '../core/element.js';
import { Throttle } from '../core/throttle.js';
import { approach } from '../draw/approach.js';
import { Camera } from '../draw/camera.js';
import { Cloud } from '../draw/cloud.js';
import { sideColumn } from '../draw/column.js';
import { linesOf } from '../draw/edgelist.js';
import { headline, MARKS, toneColour } from '../draw/headline.js';
import { legend } from '../draw/legend.js';
import { arrow, write } from '../draw/mark.js';
import { fixed, scientific, tidy } from '../draw/numbers.js';
import { orbit } from '../draw/orbit.js';
import { surface } from '../draw/surface.js';
import { between } from '../draw/turning.js';
import { twin } from '../draw/twin.js';

/** @typedef {import('../core/scene.js').Host} Host */
/** @typedef {import('../core/scene.js').View} View */
/** @typedef {import('../core/protocol.js').CoordinatesMolecule} Molecule */
/** @typedef {import('../core/protocol.js').CoordinatesPositions} Positions */
/** @typedef {import('../core/protocol.js').CoordinatesAnswer} Answer */
/** @typedef {import('../draw/surface.js').Surface} Surface */
/** @typedef {import('../draw/camera.js').Vector} Vector */
/** @typedef {import('../draw/headline.js').Tone} Tone */

const TYPES = 2;
const DISTANCES = 3;
const XYZ = 4;
const ROTATED = 5;
const STEP = 0.06;
const FLIGHT = 700;
/** Around each atom, angstrom: its ball, and some room for a drag. */
const MARGIN = 0.45;
const NAMES = /** @type {Record<string, string>} */ ({
  nothing: 'the graph alone',
  types: 'atom types',
  distances: 'types, distances',
  xyz: 'types, raw x, y, z',
});
const QUESTIONS = [
  'Predict: an atom is dragged. Which of the networks notice?',
  'Given: who is bonded to whom. Nothing else.',
  'Given: the atom types too. Does the drag change the output now?',
  'Given: the length of every bond too.',
  'Given: raw x, y, z of every atom.',
  'Now the room is rotated, and nobody drags.',
];

/** @param {number} change */
const printed = (change) => (change === 0 ? '0' : change >= 0.001 ? tidy(change, 3) : scientific(change));

/** @param {number} change @param {string} zone @returns {[Tone, string]} */
function verdict(change, zone) {
  if (change === 0) return ['same', 'unchanged, exactly'];
  return zone === 'rounding' ? ['same', 'unchanged to rounding'] : ['other', 'changed'];
}

/** @param {string} element @param {boolean} dark */
function elementColour(element, dark) {
  const known = /** @type {Record<string, string>} */ ({
    H: dark ? '#d6dae1' : '#c3c9d2',
    C: dark ? '#8a919c' : '#3b4350',
    O: '#c0392b',
  });
  return known[element] ?? '#3b4350';
}

/** The molecule under a camera, and the hand that drags its atoms. */
class Picture {
  camera = new Camera();
  #cloud = new Cloud();
  /** atom under the hand or chosen by a key, −1 for none */
  chosen = -1;
  /** @type {Vector | null} where the hand holds it, ahead of the server's answer */
  #hand = null;
  /** @type {ArrayLike<number> | null} */
  #from = null;
  #start = -Infinity;
  #turn = '0 0';

  /** @param {Host} host @param {number} pause milliseconds between two messages of a drag */
  constructor(host, pause) {
    this.host = host;
    this.face = surface(host.main, { label: 'A molecule', focusable: true, draw: (face) => this.#paint(face) });
    this.throttle = new Throttle(() => this.#send(), pause);
    orbit(this.face, this.camera, { grab: (point) => this.#grab(point), tap: (point) => this.#tap(point) });
    this.face.canvas.addEventListener(
      'keydown',
      (event) => void (this.key(event) && event.stopImmediatePropagation()),
      { signal: this.face.signal, capture: true },
    );
  }

  /** @param {Positions} positions */
  follow(positions) {
    const turn = `${positions.turn} ${positions.tilt}`;
    if (turn !== this.#turn && !this.host.reducedMotion() && this.#from) {
      this.#start = performance.now();
      this.face.animate(this.#start + FLIGHT);
    } else this.#from = positions.rotated.data;
    this.#turn = turn;
    this.face.invalidate();
  }

  /** N chooses the next atom, arrow keys drag it, Escape lets go. @param {KeyboardEvent} event */
  key(event) {
    const positions = this.host.latest('coordinates.positions');
    const molecule = this.host.latest('coordinates.molecule');
    if (!positions || !molecule || !this.host.canSend()) return false;
    const step = /** @type {Record<string, [number, number]>} */ ({
      ArrowLeft: [-1, 0],
      ArrowRight: [1, 0],
      ArrowUp: [0, 1],
      ArrowDown: [0, -1],
    })[event.key];
    if (event.key === 'n') this.chosen = (this.chosen + 1) % molecule.elements.length;
    else if (event.key === 'Escape' && this.chosen >= 0) this.chosen = -1;
    else if (step && this.chosen >= 0 && this.#free(positions)) {
      const m = this.camera.matrix();
      const at = this.#at(positions, this.chosen);
      this.#hand = /** @type {Vector} */ (
        at.map((x, k) => x + STEP * (step[0] * (m[k] ?? 0) + step[1] * (m[3 + k] ?? 0)))
      );
      this.throttle.push({ atom: this.chosen, at: [...this.#hand] });
    } else return false;
    event.preventDefault();
    this.face.invalidate();
    return true;
  }

  /** @param {Positions} positions @param {number} i @returns {Vector} */
  #at({ positions: { data } }, i) {
    return [data[3 * i] ?? 0, data[3 * i + 1] ?? 0, data[3 * i + 2] ?? 0];
  }

  /** Whether atoms can be dragged: not while the room is rotated. @param {Positions} positions */
  #free({ turn, tilt }) {
    return turn === 0 && tilt === 0;
  }

  /** @param {import('../draw/surface.js').Point} point */
  #tap(point) {
    this.chosen = this.#cloud.hit(point, 16);
    this.face.invalidate();
  }

  /** @param {import('../draw/surface.js').Point} point */
  #grab(point) {
    const positions = this.host.latest('coordinates.positions');
    const atom = this.#cloud.hit(point, 16);
    if (!positions || atom < 0 || !this.host.canSend() || !this.#free(positions)) return null;
    const through = this.#at(positions, atom);
    this.chosen = atom;
    return {
      move: (/** @type {import('../draw/surface.js').Point} */ now) => {
        this.#hand = this.camera.unproject(now.x, now.y, through, this.face.box);
        this.throttle.push({ atom, at: [...this.#hand] });
      },
    };
  }

  #send() {
    const molecule = this.host.latest('coordinates.molecule');
    const [hand, atom] = [this.#hand, this.chosen];
    if (!molecule || !hand || atom < 0) return;
    const offset = /** @type {[number, number, number]} */ (
      hand.map((x, k) => Math.max(-9, Math.min(9, x - (molecule.rest.data[3 * atom + k] ?? 0))))
    );
    this.host.send({ t: 'coordinates.drag', atom, offset });
  }

  /** @param {Surface} face */
  #paint(face) {
    const molecule = this.host.latest('coordinates.molecule');
    const positions = this.host.latest('coordinates.positions');
    if (!molecule || !positions) return;
    const t = Math.min(1, (face.now - this.#start) / FLIGHT);
    const from = this.#from;
    const eased = t * t * (3 - 2 * t);
    const shown = from && t < 1 ? between(from, positions.rotated.data, eased) : positions.rotated.data;
    if (t >= 1) this.#from = positions.rotated.data;
    const pairs = linesOf(molecule.edges.data);
    const moved = positions.moved.length > 0 || positions.turn !== 0 || positions.tilt !== 0;
    const rotated = !this.#free(positions);
    // Where nothing was dragged, an outline around each atom would only say that again.
    const outlined = rotated ? molecule.elements.map((_, i) => i) : positions.moved;
    const ghost = rotated
      ? positions.positions.data
      : Float32Array.from(outlined.flatMap((i) => [...molecule.rest.data.subarray(3 * i, 3 * i + 3)]));
    const typed = positions.act >= TYPES;
    const sizeOf = (/** @type {number} */ i) => (typed && molecule.elements[i] === 'H' ? 0.78 : 1);
    // While a hand drags, the view stays: it follows from the places at rest.
    approach(
      this.camera,
      rotated ? [...molecule.rest.data, ...positions.rotated.data] : molecule.rest.data,
      face.box,
      MARGIN,
    );
    if (positions.act >= XYZ) this.#axes(face);
    this.#cloud.paint(face, this.camera, {
      positions: shown,
      edges: pairs,
      radius: 0.3,
      colour: (i) => (typed ? elementColour(molecule.elements[i] ?? '', face.theme.dark) : face.theme.self),
      inside: (i) => (typed ? (molecule.elements[i] ?? '') : ''),
      sizeOf,
      ...(positions.act === DISTANCES ? { edgeColour: () => face.theme.message } : {}),
      ...(moved
        ? {
            ghosts: { positions: ghost, sizeOf: (i) => sizeOf(outlined[i] ?? 0), ...(rotated ? { edges: pairs } : {}) },
          }
        : {}),
      ...(this.chosen >= 0 ? { chosen: this.chosen } : {}),
    });
  }

  /** The axes that raw coordinates are written in. @param {Surface} face */
  #axes(face) {
    const reach = this.camera.reach * 0.9;
    const origin = this.camera.at([0, 0, 0], face.box);
    const ends = /** @type {[Vector, string][]} */ ([
      [[reach, 0, 0], 'x'],
      [[0, reach, 0], 'y'],
      [[0, 0, reach], 'z'],
    ]);
    for (const [end, name] of ends) {
      const to = this.camera.at(end, face.box);
      arrow(face.ctx, origin, to, { colour: face.theme.quiet, width: face.line * 0.8, head: face.line * 4 });
      const length = Math.hypot(to.x - origin.x, to.y - origin.y) || 1;
      write(
        face,
        name,
        to.x + ((to.x - origin.x) / length) * face.small,
        to.y + ((to.y - origin.y) / length) * face.small,
        { weight: 700, size: face.unit },
      );
    }
  }
}

/** All four networks; what is not revealed yet is asked. @param {readonly Answer[]} answers @param {number} act */
function table(answers, act) {
  const cells = (/** @type {'td' | 'th'} */ tag, /** @type {[string, string?][]} */ texts) =>
    texts.map(([text, colour = '']) => {
      const made = el(tag, {}, text);
      Object.assign(made.style, {
        padding: '0.2em 0.5em 0.2em 0',
        textAlign: 'left',
        color: colour,
        whiteSpace: 'nowrap',
      });
      return made;
    });
  const change = (/** @type {number} */ value, /** @type {string} */ zone) => {
    const [tone] = verdict(value, zone);
    return /** @type {[string, string]} */ ([`${MARKS[tone]}${printed(value)}`, toneColour(tone)]);
  };
  const rotated = act === ROTATED;
  const rows = Object.entries(NAMES).map(([given, name], k) => {
    const a = answers.find((each) => each.given === given);
    const row = el(
      'tr',
      {},
      ...cells('td', [
        [name],
        a ? change(a.drag, a.drag_zone) : ['?'],
        ...(rotated && a ? [change(a.rotation, a.rotation_zone)] : []),
      ]),
    );
    if (k === answers.length - 1) row.style.fontWeight = '700';
    return row;
  });
  const made = el(
    'table',
    {},
    el(
      'thead',
      {},
      el(
        'tr',
        {},
        ...cells('th', [['network reads'], ['drag'], ...(rotated ? [/** @type {[string]} */ (['rotation'])] : [])]),
      ),
    ),
    el('tbody', {}, ...rows),
  );
  Object.assign(made.style, {
    width: '100%',
    borderCollapse: 'collapse',
    marginTop: '0.6em',
    fontSize: rotated ? 'calc(0.84em / var(--grown, 1))' : '1.1em',
  });
  return made;
}

/** The number of the network that is looked at. @param {Host} host @param {boolean} named whether nothing else says which @returns {import('../draw/headline.js').Reading | null} */
function reading(host, named) {
  const outputs = host.latest('coordinates.outputs');
  const last = outputs?.answers.at(-1);
  if (!outputs || !last) return null;
  const rotated = outputs.act === ROTATED;
  const [change, zone] = rotated ? [last.rotation, last.rotation_zone] : [last.drag, last.drag_zone];
  const [tone, word] = verdict(change, zone);
  const [before, after] = rotated ? [last.dragged, last.rotated] : [last.rest, last.dragged];
  return {
    of: `${named ? `${NAMES[last.given]}: ` : 'relative '}change by the ${rotated ? 'rotation' : 'drag'}`,
    value: printed(change),
    words: `${word}: ${fixed(before, 4)} → ${fixed(after, 4)}`,
    tone,
  };
}

/** @param {Host} host @returns {[string, string][]} */
function pairs(host) {
  const outputs = host.latest('coordinates.outputs');
  const positions = host.latest('coordinates.positions');
  const rows = (outputs?.answers ?? []).flatMap(
    (a) =>
      /** @type {[string, string][]} */ ([
        [`${NAMES[a.given]}: output`, `${fixed(a.rest, 4)} → ${fixed(a.dragged, 4)}`],
        [`${NAMES[a.given]}: change by the drag`, printed(a.drag)],
        ...(outputs?.act === ROTATED ? [[`${NAMES[a.given]}: change by the rotation`, printed(a.rotation)]] : []),
      ]),
  );
  return [['atoms dragged', positions && positions.moved.length > 0 ? positions.moved.join(', ') : 'none'], ...rows];
}

/** @param {Host} host @param {Picture} picture */
function describe(host, picture) {
  const molecule = host.latest('coordinates.molecule');
  const positions = host.latest('coordinates.positions');
  if (!molecule || !positions) return;
  picture.follow(positions);
  picture.face.describe(
    `A molecule of ${molecule.elements.length} atoms, ${positions.moved.length} of them dragged, the room rotated by ${positions.turn}°. N chooses an atom, arrow keys drag it.`,
  );
}

/** @param {Host} host @returns {View} */
export function stage(host) {
  const picture = new Picture(host, 60);
  const text = twin(host.main, 'What the networks say');
  const question = el('h2');
  question.style.lineHeight = '1.2';
  const holder = el('div');
  const number = headline(holder);
  const rows = el('div');
  const hint = el('p', {}, 'Drag an atom, here or on a phone. The bonds stay.');
  const column = sideColumn(host.side, [question, holder, rows, hint], { least: '22em' });
  const keys = legend(host.legend);
  const show = () => {
    describe(host, picture);
    const outputs = host.latest('coordinates.outputs');
    if (!outputs) return;
    question.textContent = QUESTIONS[outputs.act] ?? '';
    number.show(reading(host, false));
    question.style.fontSize = outputs.answers.length > 0 ? '' : '1.7em';
    rows.replaceChildren(table(outputs.answers, outputs.act));
    hint.hidden = outputs.act === ROTATED;
    column.again();
    text.list(pairs(host));
    keys.show([
      {
        kind: 'disc',
        role: outputs.act >= TYPES ? 'ink' : 'self',
        text: outputs.act >= TYPES ? 'atom, its type is given' : 'node, no type is given',
      },
      {
        kind: 'line',
        role: outputs.act === DISTANCES ? 'message' : 'edge',
        text: outputs.act === DISTANCES ? 'bond, its length is read' : 'bond',
      },
      { kind: 'ghost', role: 'quiet', text: outputs.act === ROTATED ? 'before the rotation' : 'at rest' },
    ]);
  };
  return {
    update(frame) {
      if (frame.t.startsWith('coordinates.')) show();
    },
    theme: show,
    key: (event) => picture.key(event),
    destroy() {
      for (const each of [picture.face, text, number, keys, column]) each.destroy();
    },
  };
}

/** Any atom, for everybody: a drag is limited and the instructor can put all back. @param {Host} host @returns {View} */
export function student(host) {
  const picture = new Picture(host, 200);
  const text = twin(host.main, 'What the networks say');
  const question = el('p');
  host.side.append(question);
  const number = headline(host.side, 1.9);
  const show = () => {
    describe(host, picture);
    const outputs = host.latest('coordinates.outputs');
    if (!outputs) return;
    question.textContent =
      outputs.act === ROTATED
        ? 'The room is rotated: look what changed.'
        : outputs.act === 0
          ? 'Drag an atom, for everybody. Which networks will notice?'
          : 'Drag an atom, for everybody.';
    number.show(reading(host, true));
    text.list(pairs(host));
  };
  return {
    update(frame) {
      if (frame.t.startsWith('coordinates.')) show();
    },
    theme: show,
    destroy() {
      for (const each of [picture.face, text, number]) each.destroy();
      host.side.replaceChildren();
    },
  };
}

/** @param {Host} host @returns {View} */
export function control(host) {
  const button = (/** @type {string} */ name, /** @type {() => void} */ act) =>
    el('button', { type: 'button', class: 'button', onclick: act }, name);
  const turned = (/** @type {number} */ by) => ((host.latest('coordinates.positions')?.turn ?? 0) + by) % 360;
  host.main.append(
    el(
      'div',
      { class: 'line buttons' },
      button('Atoms back to rest', () => host.send({ t: 'coordinates.rest' }, { matters: true })),
      button('Rotate the room by 30°', () =>
        host.send({ t: 'coordinates.turn', turn: turned(30), tilt: host.latest('coordinates.positions')?.tilt ?? 0 }),
      ),
      button('Rotate back', () => host.send({ t: 'coordinates.turn', turn: 0, tilt: 0 })),
    ),
  );
  return { update() {}, destroy: () => host.main.replaceChildren() };
}
