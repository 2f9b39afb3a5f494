/** The arrows computed afresh beside the rule they are held against. */

import { el } from '../../core/element.js';
import { headline, toneColour, toneOf } from '../../draw/headline.js';
import { errorText } from '../../draw/numbers.js';
import { orbit } from '../../draw/orbit.js';
import { Pane } from '../../draw/pane.js';
import { Picture } from './picture.js';
import { pairs, QUESTION, reading, words } from './reading.js';

/** @typedef {import('../../core/scene.js').Host} Host */
/** @typedef {import('../../core/scene.js').View} View */
/** @typedef {import('../../core/protocol.js').FieldMoved} Moved */
/** @typedef {import('../../core/protocol.js').FieldRule} Rule */
/** @typedef {import('../../draw/surface.js').Surface} Surface */

const PSEUDO = 4;

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

/** @param {Host} host @returns {View} */
export function stage(host) {
  const pane = new Pane(host);
  const picture = new Picture();
  const face = pane.surface({ label: 'Points with arrows', focusable: true, draw: (at) => draw(at) });
  const text = pane.twin('The arrows after the room was moved');
  const [what, question, where] = [el('strong'), el('h2', {}, QUESTION), el('p')];
  Object.assign(question.style, { fontSize: '1.7em', lineHeight: '1.15' });
  const holder = el('div');
  const number = headline(holder);
  const rules = el('div');
  rules.style.marginTop = '0.6em';
  const column = pane.column([el('p', {}, what), question, where, holder, rules], { least: '22em' });
  const keys = pane.legend();
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
        ? /** @type {import('../../draw/legend.js').Key[]} */ ([
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
  };
}
