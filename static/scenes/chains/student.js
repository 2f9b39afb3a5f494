/** Predict the number of layers, then watch. */

import { el } from '../../core/element.js';
import { scientific } from '../../draw/numbers.js';
import { Pane } from '../../draw/pane.js';
import { Chains, counted, verdict } from './picture.js';

/** @typedef {import('../../core/scene.js').Host} Host */
/** @typedef {import('../../core/scene.js').View} View */

/** The three buttons of a prediction. @param {() => number | null} guess so far @param {() => number} most @param {(layers: number) => void} say */
function choices(guess, most, say) {
  const button = (/** @type {string} */ words, /** @type {string} */ label, /** @type {() => number} */ next) =>
    el('button', { type: 'button', class: 'button', 'aria-label': label, onclick: () => say(next()) }, words);
  const buttons = [
    button('−', 'one layer less', () => Math.max(1, (guess() || 2) - 1)),
    button('+', 'one layer more', () => Math.min(most(), (guess() ?? 0) + 1)),
    button('Never', 'it never tells them apart', () => 0),
  ];
  for (const each of buttons) each.style.fontSize = '1.2em';
  return el('div', { class: 'touch' }, ...buttons);
}

/** Predict the number of layers, then watch. @param {Host} host @returns {View} */
export function student(host) {
  const pane = new Pane(host);
  const chains = new Chains();
  const face = pane.surface({ label: 'Two chains', focusable: true, draw });
  chains.bind(face);
  const text = pane.twin('Prediction and measurement');
  const ask = el('p');
  const mine = el('strong', { role: 'status' });
  const found = el('p');
  /** @type {number | null} */
  let guess = null;
  const most = () => host.latest('chains.number')?.most ?? 1;
  const row = choices(() => guess, most, say);
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
  };
}
