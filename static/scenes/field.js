/** The scene `field`: points with arrows, the room they came in as dashed outlines, and a rule laid over the arrows. */

import { el } from '../core/element.js';
import { approach } from '../draw/approach.js';
import { Camera } from '../draw/camera.js';
import { Cloud } from '../draw/cloud.js';
import { sideColumn } from '../draw/column.js';
import { headline, toneColour, toneOf } from '../draw/headline.js';
import { legend } from '../draw/legend.js';
import { arrow } from '../draw/mark.js';
import { errorText } from '../draw/numbers.js';
import { orbit } from '../draw/orbit.js';
import { surface } from '../draw/surface.js';
import { between } from '../draw/turning.js';
import { twin } from '../draw/twin.js';

/** @typedef {import('../core/scene.js').Host} Host */
/** @typedef {import('../core/scene.js').View} View */
/** @typedef {import('../core/protocol.js').FieldCloud} Came */
/** @typedef {import('../core/protocol.js').FieldMoved} Moved */
/** @typedef {import('../core/protocol.js').FieldRule} Rule */
/** @typedef {import('../draw/surface.js').Surface} Surface */

const FLIGHT = 700;
const PSEUDO = 4;
const QUESTION = 'Predict: the room is pushed. Which arrows change?';
/** A point, small enough not to hide its arrow. */
const BALL = 0.1;
/** Kept free around what is drawn: small pictures draw a ball larger than it is. */
const MARGIN = 0.22;
const PUSH = /** @type {[number, number, number]} */ ([1.5, 0.5, 0]);

/** The longest of vectors (n, 3). @param {ArrayLike<number>} vectors */
function longest(vectors) {
  let most = 0;
  for (let i = 0; i + 2 < vectors.length; i += 3)
    most = Math.max(most, Math.hypot(vectors[i] ?? 0, vectors[i + 1] ?? 0, vectors[i + 2] ?? 0));
  return most || 1;
}

/** Vectors as long as they are drawn. @param {ArrayLike<number>} vectors @param {number} unit */
const scaled = (vectors, unit) => Float32Array.from(vectors, (v) => v * unit);

/** Points and arrows under one camera; a new place is flown to, unless motion is unwanted. */
class Picture {
  camera = new Camera();
  #cloud = new Cloud();
  /** @type {Moved | null} */
  #moved = null;
  /** @type {{points: ArrayLike<number>, arrows: ArrayLike<number>} | null} what was shown before */
  #from = null;
  #start = -Infinity;

  /** @param {Surface} face @param {Moved} moved @param {boolean} still */
  follow(face, moved, still) {
    if (
      this.#moved &&
      this.#moved.points.data.length === moved.points.data.length &&
      this.#moved.words !== moved.words &&
      !still
    ) {
      this.#from = this.#now(performance.now());
      this.#start = performance.now();
      face.animate(this.#start + FLIGHT);
    }
    this.#moved = moved;
    face.invalidate();
  }

  /** Back to the room as it came. */
  forget() {
    this.#moved = null;
    this.#from = null;
  }

  /** @param {number} now */
  #now(now) {
    const moved = this.#moved;
    if (!moved) return { points: [], arrows: [] };
    const t = Math.min(1, (now - this.#start) / FLIGHT);
    if (!this.#from || t >= 1) return { points: moved.points.data, arrows: moved.arrows.data };
    const eased = t * t * (3 - 2 * t);
    return {
      points: between(this.#from.points, moved.points.data, eased),
      arrows: between(this.#from.arrows, moved.arrows.data, eased),
    };
  }

  /** @param {Surface} face @param {Came} came @param {boolean} guesses whether the rule is drawn */
  paint(face, came, guesses) {
    const moved = this.#moved;
    const unit = 1.2 / longest(came.arrows.data);
    const shown = moved
      ? this.#now(face.now || performance.now())
      : { points: came.points.data, arrows: came.arrows.data };
    const away = moved !== null && moved.words !== 'as it came';
    this.#near(face, came, away ? moved : null, unit, guesses);
    const charge = (/** @type {number} */ i) => came.charges.data[i] ?? 0;
    this.#cloud.paint(face, this.camera, {
      positions: shown.points,
      arrows: scaled(shown.arrows, unit),
      radius: BALL,
      colour: (i) => (charge(i) > 0 ? face.theme.message : face.theme.self),
      inside: (i) => (charge(i) > 0 ? '+' : '−'),
      ...(away ? { ghosts: { positions: came.points.data, arrows: scaled(came.arrows.data, unit) } } : {}),
    });
    if (away && guesses && moved && face.now >= this.#start + FLIGHT)
      this.#guess(face, shown.points, scaled(moved.guessed.data, unit));
  }

  /** Everything that is drawn in the end, in view. @param {Surface} face @param {Came} came @param {Moved | null} moved @param {number} unit @param {boolean} guesses */
  #near(face, came, moved, unit, guesses) {
    const ends = (/** @type {ArrayLike<number>} */ points, /** @type {ArrayLike<number>} */ arrows) => [
      ...Array.from(points),
      ...Array.from(points, (x, i) => x + unit * (arrows[i] ?? 0)),
    ];
    const here = moved
      ? [...ends(moved.points.data, moved.arrows.data), ...(guesses ? ends(moved.points.data, moved.guessed.data) : [])]
      : [];
    approach(this.camera, [...ends(came.points.data, came.arrows.data), ...here], face.box, MARGIN);
  }

  /** The rule's arrows, dashed. @param {Surface} face @param {ArrayLike<number>} points @param {Float32Array} guessed */
  #guess(face, points, guessed) {
    const { ctx } = face;
    const feet = this.camera.project(points, face.box);
    const tips = this.camera.project(
      guessed.map((v, i) => v + (points[i] ?? 0)),
      face.box,
    );
    ctx.save();
    for (let i = 0; i < feet.count; i += 1) {
      const [from, to] = [
        { x: feet.x[i] ?? 0, y: feet.y[i] ?? 0 },
        { x: tips.x[i] ?? 0, y: tips.y[i] ?? 0 },
      ];
      ctx.setLineDash([face.line * 2.4, face.line * 2]);
      arrow(ctx, from, to, { colour: face.theme.bias, width: face.line * 0.9, head: face.line * 4 });
    }
    ctx.restore();
  }
}

/** @param {Moved} moved */
function words(moved) {
  const n = moved.points.data.length / 3;
  if (moved.changed === 0) return `0 of ${n} arrows changed`;
  return moved.changed === n ? `all ${n} arrows changed` : `${moved.changed} of ${n} arrows changed`;
}

/** What the number says. @param {Moved} moved @returns {import('../draw/headline.js').Reading | null} */
function reading(moved) {
  const stay = moved.rules.find(({ name }) => name === 'v');
  const declared = moved.rules.find((rule) => rule.declared);
  if (!stay || !declared) return null;
  if (moved.words === 'as it came')
    return { of: 'the room was not moved', value: '–', words: 'nothing to compare yet', tone: 'plain' };
  if (stay.error === 0)
    return { of: '‖f(g·x) − f(x)‖ / ‖f(x)‖', value: '0', words: 'not one arrow changed: exactly 0', tone: 'sound' };
  const follows = toneOf(declared.zone);
  const rule = declared.name.replaceAll(' ', '\u00a0');
  return {
    of: `‖f(g·x) − ${declared.name}‖ / ‖v‖`,
    value: errorText(declared.error),
    words:
      follows === 'sound'
        ? `the arrows follow ${rule}, ${declared.error === 0 ? 'exactly' : 'to rounding'}`
        : `the arrows do not follow ${rule}`,
    tone: follows,
  };
}

/** @param {Moved} moved */
function table(moved) {
  const cell = (/** @type {'td' | 'th'} */ tag, /** @type {string} */ text, /** @type {string} */ colour = '') => {
    const made = el(tag, tag === 'th' ? { scope: 'row' } : {}, text);
    Object.assign(made.style, {
      padding: '0.18em 0.5em 0.18em 0',
      textAlign: 'left',
      color: colour,
      fontWeight: 'inherit',
      whiteSpace: 'nowrap',
    });
    return made;
  };
  const rules = moved.rules.map((rule) => {
    const row = el(
      'tr',
      {},
      cell('th', `${rule.name}${rule.name === moved.guess ? ' (dashed)' : ''}`),
      cell('td', errorText(rule.error)),
      cell('td', mark(rule), toneColour(toneOf(rule.zone))),
    );
    row.style.fontWeight = rule.declared ? '700' : '400';
    return row;
  });
  // Before anything was moved, what is going to be asked.
  const asked = ['pushed', 'turned', 'mirrored'].map((what) => el('tr', {}, cell('th', what), cell('td', '?')));
  const rows = rules.length > 0 ? rules : asked;
  const names = rules.length > 0 ? ['if they went to', 'error', ''] : ['the room is', 'arrows that change'];
  const head = el('tr', {}, ...names.map((text) => el('th', { scope: 'col' }, text)));
  for (const each of head.children) if (each instanceof HTMLElement) each.style.textAlign = 'left';
  const made = el('table', {}, el('thead', {}, head), el('tbody', {}, ...rows));
  Object.assign(made.style, {
    width: '100%',
    borderCollapse: 'collapse',
    fontSize: rules.length > 0 ? 'calc(0.88em / var(--grown, 1))' : '1.1em',
    fontWeight: '400',
  });
  return made;
}

/** @param {Rule} rule */
const mark = (rule) =>
  rule.zone === 'rounding' ? (rule.error === 0 ? '✓ exactly' : '✓ rounding') : rule.zone === 'broken' ? '✗ wrong' : '≈';

/** @param {Moved} moved @returns {[string, string][]} */
function pairs(moved) {
  return [
    ['the room', moved.words],
    ['arrows', words(moved)],
    ...moved.rules.map((rule) => /** @type {[string, string]} */ ([`error of ${rule.name}`, errorText(rule.error)])),
  ];
}

/** @param {Host} host @returns {View} */
export function stage(host) {
  const picture = new Picture();
  const face = surface(host.main, { label: 'Points with arrows', focusable: true, draw: (at) => draw(at) });
  const text = twin(host.main, 'The arrows after the room was moved');
  const [what, question, where] = [el('strong'), el('h2', {}, QUESTION), el('p')];
  Object.assign(question.style, { fontSize: '1.7em', lineHeight: '1.15' });
  const holder = el('div');
  const number = headline(holder);
  const rules = el('div');
  rules.style.marginTop = '0.6em';
  const column = sideColumn(host.side, [el('p', {}, what), question, where, holder, rules], { least: '22em' });
  const keys = legend(host.legend);
  orbit(face, picture.camera);
  /** @param {Surface} at */
  function draw(at) {
    const came = host.latest('field.cloud');
    if (!came) return;
    picture.paint(at, came, came.open);
  }
  function show() {
    const [came, moved] = [host.latest('field.cloud'), host.latest('field.moved')];
    if (!came || !moved) return;
    picture.follow(face, moved, host.reducedMotion());
    what.textContent = came.name;
    question.hidden = came.open;
    where.textContent = came.open
      ? `The room was ${moved.words}: ${words(moved)}.`
      : 'Every arrow is computed from the positions of all points.';
    number.show(reading(moved));
    rules.replaceChildren(table(moved));
    column.again();
    // The rule is what the first position asks for.
    host.heading.replaceChildren(
      ...(came.open
        ? [host.formula(came.act === PSEUDO || came.name === 'angular momenta' ? 'pseudovector' : 'vector')]
        : []),
    );
    text.list(pairs(moved));
    face.describe(
      `${came.points.data.length / 3} points with ${came.name}; the room was ${moved.words}. ${came.open ? words(moved) : ''}`,
    );
    keys.show([
      { kind: 'arrow', role: 'arrow', text: `${came.name} f(g·x), computed afresh` },
      ...(came.open
        ? /** @type {import('../draw/legend.js').Key[]} */ ([
            { kind: 'ghost', role: 'quiet', text: 'as they came' },
            { kind: 'dash', role: 'bias', text: `if they went to ${moved.guess}` },
          ])
        : []),
      { kind: 'disc', role: 'message', text: 'charge +' },
      { kind: 'disc', role: 'self', text: 'charge −' },
    ]);
  }
  return {
    update(frame) {
      if (frame.t.startsWith('field.')) show();
    },
    theme: show,
    destroy() {
      for (const each of [face, text, number, keys, column]) each.destroy();
    },
  };
}

/** Three things to do with an own copy of the room. @param {Host} host @returns {View} */
export function student(host) {
  const picture = new Picture();
  const place = { turn: 0, tilt: 0, mirror: false, pushed: false };
  const face = surface(host.main, { label: 'Your copy of the room', focusable: true, draw: (at) => draw(at) });
  const text = twin(host.main, 'Your copy of the room');
  const question = el('p');
  host.side.append(question);
  const number = headline(host.side, 1.9);
  const line = el('div');
  Object.assign(line.style, {
    display: 'grid',
    gridTemplateColumns: '1fr 1fr 1fr',
    gap: '0.5rem',
    marginTop: '0.5rem',
  });
  const button = (/** @type {string} */ name, /** @type {() => void} */ change) => {
    const made = el('button', { type: 'button', class: 'button', onclick: () => act(change) }, name);
    Object.assign(made.style, { minHeight: '48px', padding: '0 0.3em' });
    return made;
  };
  const act = (/** @type {() => void} */ change) => {
    change();
    const { turn, tilt, mirror, pushed } = place;
    host.send({ t: 'field.try', turn, tilt, mirror, shift: pushed ? PUSH : [0, 0, 0] });
  };
  const push = button('Push', () => (place.pushed = !place.pushed));
  const turn = button('Turn', () => (place.turn = (place.turn + 45) % 360));
  const mirror = button('Mirror', () => (place.mirror = !place.mirror));
  line.append(push, turn, mirror);
  host.side.append(line);
  orbit(face, picture.camera);
  /** @param {Surface} at */
  function draw(at) {
    const came = host.latest('field.cloud');
    if (came) picture.paint(at, came, false);
  }
  function show() {
    const came = host.latest('field.cloud');
    if (!came) return;
    const moved = host.latest('field.moved');
    const mine = moved && moved.version === came.version && came.open ? moved : null;
    if (mine) {
      picture.follow(face, mine, host.reducedMotion());
      Object.assign(place, { turn: mine.turn, tilt: mine.tilt, mirror: mine.mirror, pushed: mine.shift[0] !== 0 });
    } else Object.assign(place, { turn: 0, tilt: 0, mirror: false, pushed: false });
    if (!mine) picture.forget();
    push.setAttribute('aria-pressed', String(place.pushed));
    mirror.setAttribute('aria-pressed', String(place.mirror));
    for (const each of [push, turn, mirror]) each.disabled = !came.open;
    question.textContent = came.open
      ? mine
        ? `Your room: ${mine.words}. ${words(mine)}.`
        : `Move your copy: which ${came.name} change?`
      : QUESTION;
    number.show(mine ? reading(mine) : null);
    if (mine) text.list(pairs(mine));
    face.describe(
      `Your copy: ${came.name} on ${came.points.data.length / 3} points, ${mine ? mine.words : 'as it came'}`,
    );
    face.invalidate();
  }
  return {
    update(frame) {
      if (frame.t.startsWith('field.')) show();
    },
    theme: () => face.invalidate(),
    destroy() {
      for (const each of [face, text, number]) each.destroy();
      host.side.replaceChildren();
    },
  };
}

/** @param {Host} host @returns {View} */
export function control(host) {
  const now = () => host.latest('field.moved');
  const move = (
    /** @type {Partial<{turn: number, tilt: number, mirror: boolean, shift: [number, number, number]}>} */ change,
  ) => {
    const at = now();
    if (at)
      host.send({ t: 'field.place', turn: at.turn, tilt: at.tilt, mirror: at.mirror, shift: at.shift, ...change });
  };
  const button = (/** @type {string} */ name, /** @type {() => void} */ act) =>
    el('button', { type: 'button', class: 'button', onclick: act }, name);
  host.main.append(
    el(
      'div',
      { class: 'line buttons' },
      button('Push', () => move({ shift: now()?.shift[0] === 0 ? PUSH : [0, 0, 0] })),
      button('Turn by 30°', () => move({ turn: ((now()?.turn ?? 0) + 30) % 360 })),
      button('Tilt by 30°', () => move({ tilt: ((now()?.tilt ?? 0) + 30) % 360 })),
      button('Mirror', () => move({ mirror: !now()?.mirror })),
      button('Back', () => move({ turn: 0, tilt: 0, mirror: false, shift: [0, 0, 0] })),
    ),
  );
  return { update() {}, destroy: () => host.main.replaceChildren() };
}
