/** The scene `chains`: two chains and what each node has heard of their ends; how far apart a network's answers lie, layer by layer. */

import { el } from '../core/element.js';
import { approach } from '../draw/approach.js';
import { Camera, identity } from '../draw/camera.js';
import { Cloud } from '../draw/cloud.js';
import { sideColumn } from '../draw/column.js';
import { legend } from '../draw/legend.js';
import { write } from '../draw/mark.js';
import { scientific } from '../draw/numbers.js';
import { orbit } from '../draw/orbit.js';
import { surface } from '../draw/surface.js';
import { twin } from '../draw/twin.js';
import { paintSeparation } from './chains/separation.js';

/** @typedef {import('../core/scene.js').Host} Host */
/** @typedef {import('../core/scene.js').View} View */
/** @typedef {import('../core/protocol.js').Frame} Frame */
/** @typedef {import('../core/protocol.js').ChainsPicture} Picture */
/** @typedef {import('../core/protocol.js').ChainsNumber} Shown */
/** @typedef {import('../draw/surface.js').Surface} Surface */
/** @typedef {import('../draw/surface.js').Box} Box */

/** Why a network needs the depth it needs, as `models/experiments/chains.py` argues. @type {Record<string, string>} */
const WHY = {
  invariant: 'Every node sees the same distances in both chains.',
  egnn: 'Two neighbors must each have heard of one end: then the distance between their moved points tells.',
  gvp: 'Both ends must have come to one node: then the lengths of its mixed arrows tell.',
  tensor: 'Messages are linear in the features: nothing meets half way, one end must come to the other.',
};

/** @param {number} layers */
const counted = (layers) => `${layers} layer${layers === 1 ? '' : 's'}`;

/** What is said of the number. @param {Shown} shown */
function verdict({ layers, told, values, seeds }) {
  if (layers === 0) return '';
  if (told === null) return `measuring: ${values.length} of ${seeds} networks`;
  return told ? 'Signal: it tells S from C.' : 'Rounding: to it, S and C are the same.';
}

/** How many networks the number is of, which may still be measured. @param {Shown} shown */
function seedsWords({ values, seeds, rounding }) {
  const of =
    values.length === 0
      ? `Of ${seeds} random networks none is measured yet`
      : `Largest separation of ${values.length < seeds ? `${values.length} of ` : ''}${seeds} random networks${values.length < seeds ? ' so far' : ''}`;
  return `${of}. float64: up to ${scientific(rounding, 0)} it is rounding.`;
}

/** Rows of the table beside the picture; the text twin has all. */
const ROWS = 6;

/** The seeds of one number of layers: the smallest, the largest, and on which side of rounding they lie. @param {readonly number[]} values @param {number} layers @param {Shown} shown */
function measuredRow(values, layers, { rounding, seeds }) {
  const some = values.length > 0;
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const side = values.length < seeds ? '…' : least > rounding ? '✓ signal' : most <= rounding ? '≈ rounding' : 'both';
  const cells = [some ? scientific(least) : '', some ? scientific(most) : '', side];
  return el('tr', {}, el('th', { scope: 'row' }, String(layers)), ...cells.map((cell) => el('td', {}, cell)));
}

/** Of a node, in units of the chains; and how much nearer than their sphere the camera comes: they are long and thin. */
const RADIUS = 0.7;
const LONG = 0.3;

/** Both chains, standing side by side, nodes coloured by the ends they have heard of. */
class Chains {
  #camera = new Camera();
  #clouds = [new Cloud(), new Cloud()];

  constructor() {
    this.#camera.home = identity();
    this.#camera.reset();
  }

  /** @param {Surface} face */
  bind(face) {
    orbit(face, this.#camera, { changed: () => face.invalidate() });
  }

  /** @param {Surface} face @param {Picture} picture @param {Shown} shown @param {Box} box */
  paint(face, picture, shown, box) {
    const { theme, unit, small } = face;
    const heard = shown.heard.data;
    const tones = [theme.edge, theme.message, theme.self, theme.total];
    const n = heard.length;
    const edges = Array.from({ length: n - 1 }, (_, i) => [i, i + 1]).flat();
    const colour = (/** @type {number} */ i) => tones[heard[i] ?? 0] ?? theme.edge;
    const half = box.width / 2;
    [picture.s, picture.c].forEach(({ data }, which) => {
      const place = { x: box.x + which * half, y: box.y + unit * 1.6, width: half, height: box.height - unit * 1.6 };
      // Both chains by one measure, in whichever direction they are looked at.
      approach(this.#camera, [...picture.s.data, ...picture.c.data], place, RADIUS * 1.6, LONG);
      this.#clouds[which]?.paint(
        face,
        this.#camera,
        {
          positions: data,
          edges,
          colour,
          radius: RADIUS,
          inside: (i) => ['', '↓', '↑', '↕'][heard[i] ?? 0] ?? '',
          edgeColour: () => theme.edge,
        },
        place,
      );
      write(face, which === 0 ? 'S' : 'C', place.x + half / 2, box.y + unit * 0.8, { size: unit * 1.3, weight: 700 });
    });
    if (shown.layers > 0)
      write(face, `after ${counted(shown.layers)}`, box.x + half, box.y + unit * 0.8, {
        size: small,
        colour: theme.quiet,
      });
  }
}

/** @param {Host} host */
function keys(host) {
  const line = legend(host.legend);
  line.show([
    { kind: 'disc', role: 'message', text: '↓ has heard of the lower end' },
    { kind: 'disc', role: 'self', text: '↑ of the upper end' },
    { kind: 'disc', role: 'total', text: '↕ of both' },
    { kind: 'disc', role: 'edge', text: 'of neither' },
  ]);
  return line;
}

/** @param {Shown} shown */
function tableOf(shown) {
  const names = shown.lines.map(({ name }) => name);
  const rows = Array.from({ length: shown.layers }, (_, k) => [
    String(k + 1),
    ...shown.lines.map(({ values }) => {
      const found = values[k] ?? [];
      return found.length === 0 ? '' : `${scientific(Math.min(...found))} to ${scientific(Math.max(...found))}`;
    }),
  ]);
  return { columns: ['layers', ...names], rows };
}

/** @param {Host} host @returns {View} */
export function stage(host) {
  const chains = new Chains();
  const face = surface(host.main, { label: 'Two chains', focusable: true, draw });
  chains.bind(face);
  const text = twin(host.main, 'Separations, smallest to largest of the seeds');
  const line = keys(host);
  const name = el('strong');
  const question = el('h2');
  const number = el('p', { class: 'chains-number' });
  const said = el('p', { role: 'status' });
  const seeds = el('p');
  const theory = el('p');
  const crowd = el('p');
  const rows = el('tbody');
  const head = el('tr', {}, ...['layers', 'smallest', 'largest', ''].map((title) => el('th', { scope: 'col' }, title)));
  const measured = el('table', { class: 'numbers' }, el('thead', {}, head), rows);
  Object.assign(measured.style, { fontSize: 'calc(0.86em / var(--grown, 1))', whiteSpace: 'nowrap' });
  Object.assign(question.style, { fontSize: '1.4em', lineHeight: '1.2' });
  Object.assign(number.style, { fontSize: '3.8em', fontWeight: '700', lineHeight: '1.1' });
  Object.assign(said.style, { fontSize: '1.2em', fontWeight: '700' });
  const column = sideColumn(host.side, [el('p', {}, name), question, number, said, seeds, theory, measured, crowd], {
    least: '26em',
  });

  function draw() {
    const picture = host.latest('chains.picture');
    const shown = host.latest('chains.number');
    if (!picture || !shown) return;
    const { width, height } = face;
    const upright = height > width;
    const left = upright ? { x: 0, y: 0, width, height: height * 0.5 } : { x: 0, y: 0, width: width * 0.42, height };
    const right = upright
      ? { x: 0, y: height * 0.52, width, height: height * 0.48 }
      : { x: width * 0.45, y: 0, width: width * 0.55, height };
    chains.paint(face, picture, shown, left);
    paintSeparation(face, shown, host.latest('chains.class')?.counts ?? [], right);
  }

  function show() {
    const shown = host.latest('chains.number');
    const picture = host.latest('chains.picture');
    if (!shown || !picture) return;
    const begun = shown.layers > 0;
    name.textContent = `${shown.name}, k = ${picture.middle}${begun ? `, ${counted(shown.layers)}` : ''}`;
    question.hidden = begun;
    question.textContent =
      'S and C differ only in how their two far ends lie. A layer hears one bond further. How many layers until the answers differ?';
    number.hidden = !begun;
    number.textContent = shown.largest === null ? '…' : scientific(shown.largest);
    number.style.color = shown.told === null ? '' : shown.told ? 'var(--message)' : 'var(--total)';
    said.textContent = verdict(shown);
    seeds.textContent = begun
      ? seedsWords(shown)
      : 'Random weights, nothing is trained. Messages run along the bonds drawn, no others.';
    const own = shown.lines.find(({ model }) => model === shown.model);
    // What theory says stands here once the layers have shown it.
    const reached = own !== undefined && shown.layers >= (own.depth ?? shown.most);
    theory.textContent = !reached
      ? ''
      : `Theory: ${own.depth === null ? 'never' : `from ${counted(own.depth)} on`}. ${WHY[own.model] ?? ''}`;
    const counts = host.latest('chains.class')?.counts ?? [];
    const all = counts.reduce((a, b) => a + b, 0);
    crowd.textContent =
      all > 0
        ? `${all} prediction${all === 1 ? '' : 's'} from the class${begun ? ': bars at the foot of the chart' : ''}.`
        : '';
    measured.hidden = !begun;
    rows.replaceChildren(
      ...(own?.values.slice(0, shown.layers) ?? []).map((values, k) => measuredRow(values, k + 1, shown)).slice(-ROWS),
    );
    column.again();
    text.table(tableOf(shown));
    face.describe(`Two chains of ${picture.middle + 2} nodes, ${counted(shown.layers)}. ${verdict(shown)}`);
    face.invalidate();
  }
  return {
    update: show,
    theme: show,
    destroy() {
      face.destroy();
      text.destroy();
      line.destroy();
      column.destroy();
    },
  };
}

/** Predict the number of layers, then watch. @param {Host} host @returns {View} */
export function student(host) {
  const chains = new Chains();
  const face = surface(host.main, { label: 'Two chains', focusable: true, draw });
  chains.bind(face);
  const text = twin(host.main, 'Prediction and measurement');
  const ask = el('p');
  const mine = el('strong', { role: 'status' });
  const found = el('p');
  /** @type {number | null} */
  let guess = null;
  const button = (/** @type {string} */ words, /** @type {string} */ label, /** @type {() => number} */ next) =>
    el('button', { type: 'button', class: 'button', 'aria-label': label, onclick: () => say(next()) }, words);
  const most = () => host.latest('chains.number')?.most ?? 1;
  const buttons = [
    button('−', 'one layer less', () => Math.max(1, (guess || 2) - 1)),
    button('+', 'one layer more', () => Math.min(most(), (guess ?? 0) + 1)),
    button('Never', 'it never tells them apart', () => 0),
  ];
  const row = el('div', {}, ...buttons);
  Object.assign(row.style, { display: 'grid', gridTemplateColumns: '1fr 1fr 1fr', gap: '0.5rem' });
  for (const each of buttons) Object.assign(each.style, { minHeight: '52px', fontSize: '1.2em' });
  host.side.append(ask, mine, found, row);

  function draw() {
    const picture = host.latest('chains.picture');
    const shown = host.latest('chains.number');
    if (picture && shown) chains.paint(face, picture, shown, face.box);
  }

  /** @param {number} layers */
  function say(layers) {
    guess = layers;
    host.send({ t: 'chains.guess', layers });
    show();
  }

  function show() {
    const shown = host.latest('chains.number');
    if (!shown) return;
    const open = shown.layers === 0;
    ask.textContent = open
      ? `${shown.name}: after how many layers can it tell S from C?`
      : `${shown.name}, ${counted(shown.layers)}`;
    mine.textContent =
      guess === null ? (open ? 'Choose a number.' : '') : `Your prediction: ${guess === 0 ? 'never' : counted(guess)}`;
    found.textContent = open
      ? 'A layer hears one bond further.'
      : `${shown.largest === null ? '' : `Separation ${scientific(shown.largest)}. `}${verdict(shown)}`;
    row.hidden = !open;
    row.style.display = open ? 'grid' : 'none';
    text.list([
      ['network', shown.name],
      ['layers shown', String(shown.layers)],
      ['separation', shown.largest === null ? 'not measured yet' : scientific(shown.largest)],
    ]);
    face.describe(`Two chains, ${counted(shown.layers)}. ${verdict(shown)}`);
    face.invalidate();
  }
  return {
    update(frame) {
      if (frame.t === 'chains.mine') guess = frame.layers;
      show();
    },
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
  const to = (/** @type {number} */ step) => () => {
    const shown = host.latest('chains.number');
    if (shown) host.send({ t: 'position', to: Math.min(shown.most, Math.max(0, shown.layers + step)) });
  };
  const less = el('button', { type: 'button', class: 'button', onclick: to(-1) }, '− layer');
  const more = el('button', { type: 'button', class: 'button', onclick: to(1) }, '+ layer');
  const box = el('div', { class: 'line buttons' }, less, more);
  host.main.append(box);
  return { update() {}, destroy: () => box.remove() };
}
