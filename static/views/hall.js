/** How the frames reach the hall, on the control panel: quiet while all is well, amber with words when it is not. */

import { el, found } from '../core/element.js';

/** @typedef {import('../core/protocol.js').Hall} Hall */
/** @typedef {import('../core/protocol.js').Place} Place */
/** @typedef {import('../core/room.js').Room} Room */
/** @typedef {Pick<Place, 'label' | 'position' | 'positions'>} Standing */
/** @typedef {{state: 'empty' | 'well' | 'behind', words: string}} Verdict */

/** Milliseconds by which the stage may be behind before the instructor is told. */
const STAGE_LAG = 500;
/** Frames in a row that have to find phones behind: the first one after a step finds them all. */
const PATIENCE = 2;

/** How many phones may sleep or sit on a bad link in any hall. @param {number} phones */
export function few(phones) {
  return Math.max(3, Math.floor(phones / 20));
}

/**
 * @param {Hall} hall
 * @param {Standing | undefined} place
 * @param {number} late frames in a row in which more than a few phones were behind, this one counted
 * @returns {Verdict}
 */
export function verdict(hall, place, late) {
  const full = fullOf(hall);
  if (full !== '') return { state: 'behind', words: full };
  const behind = hall.phones - hall.current;
  const stage = hall.stage_lag > STAGE_LAG ? ` The stage lags ${delay(hall.stage_lag)}.` : '';
  if (hall.phones === 0) return { state: stage ? 'behind' : 'empty', words: `No phone is here yet.${stage}` };
  const tell = late >= PATIENCE;
  const missing = tell ? `, ${behind} ${behind === 1 ? 'is' : 'are'} behind` : '';
  return {
    state: tell || stage ? 'behind' : 'well',
    words: `${who(hall)} ${what(place, hall.phones)}${missing}.${stage}`,
  };
}

/** What the session has no place for any more, and how many there may be; nothing while there is room. @param {Hall} hall */
export function fullOf({ phones, most_phones: phonesMost, stages, most_stages: stagesMost }) {
  const said = (/** @type {number} */ here, /** @type {number} */ most, /** @type {string} */ what) =>
    `${here.toLocaleString('en')} of ${most.toLocaleString('en')} ${what}`;
  const of = [
    ...(phones >= phonesMost ? [said(phones, phonesMost, 'students are here; new ones are turned away')] : []),
    ...(stages >= stagesMost
      ? [said(stages, stagesMost, 'stages opened without this panel; open yours with “Open stage”')]
      : []),
  ];
  return of.length === 0 ? '' : `Full: ${of.join('. ')}.`;
}

/** Whether this many behind are more than any hall has. @param {Hall} hall */
export function isBehind(hall) {
  return hall.phones - hall.current > few(hall.phones);
}

/** @param {Hall} hall */
function who({ phones, current }) {
  if (phones === 1) return current === 1 ? 'The one phone here' : 'Not yet the one phone here';
  return current === phones ? `All ${phones} phones` : `${current} of ${phones} phones`;
}

/** @param {Standing | undefined} place @param {number} phones */
function what(place, phones) {
  const show = phones === 1 ? 'shows' : 'show';
  if (place === undefined) return `${show} the latest`;
  if (place.label) return `${show} “${place.label}”`;
  return place.positions > 1 ? `${show} position ${place.position + 1}` : `${show} the latest`;
}

/** A lag as it is read: nothing measured, milliseconds, seconds. @param {number} milliseconds */
export function delay(milliseconds) {
  if (milliseconds <= 0) return '–';
  if (milliseconds < 1) return 'under 1\u00a0ms';
  return milliseconds < 1000 ? `${Math.round(milliseconds)}\u00a0ms` : `${(milliseconds / 1000).toFixed(1)}\u00a0s`;
}

/** What the disclosure holds: a name, its value, and what it means. @param {Hall} hall @returns {[string, string, string][]} */
export function details(hall) {
  return [
    ['Phones, median', delay(hall.phone_lag), 'From a frame’s sending to the phone’s acknowledgement'],
    ['Phones, slowest', delay(hall.slowest_lag), 'The same at the phone that is furthest behind'],
    ['Stage lag', delay(hall.stage_lag), 'The same at the stage'],
    [
      'Skipped frames',
      hall.skipped.toLocaleString('en'),
      'Replaced by a newer one before a slow browser could take them; none is missed',
    ],
    [
      'Turned away',
      hall.turned_away.toLocaleString('en'),
      'They found no place in the session; known seats and this panel’s stages always do',
    ],
    ['Browsers cut', hall.cut.toLocaleString('en'), 'They took nothing for seconds; they come back by themselves'],
  ];
}

/** @param {Room} room */
export function showHall(room) {
  const box = found('hall', HTMLDetailsElement);
  const words = found('hall-words', HTMLElement);
  const facts = found('hall-facts', HTMLElement);
  let late = 0;
  const say = (/** @type {Verdict} */ said) => {
    box.dataset['state'] = said.state;
    words.setAttribute('aria-live', said.state === 'behind' ? 'polite' : 'off');
    if (words.textContent !== said.words) words.textContent = said.words;
  };
  room.on('hall', (hall) => {
    late = isBehind(hall) ? late + 1 : 0;
    say(verdict(hall, room.latest('place'), late));
    facts.replaceChildren(
      ...details(hall).map(([name, value, meaning]) =>
        el('div', { title: meaning }, el('dt', {}, name), el('dd', {}, value)),
      ),
    );
  });
  room.on('place', () => {
    late = 0;
  });
  room.onStatus((status) => {
    if (status !== 'live') say({ state: 'empty', words: 'No word from the hall yet.' });
  });
}
