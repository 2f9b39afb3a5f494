/** The molecule, the question of the act, and beside it what each of the four networks noticed. */

import { el } from '../../core/element.js';
import { headline, MARKS, toneColour } from '../../draw/headline.js';
import { Pane } from '../../draw/pane.js';
import { DISTANCES, describe, Picture, TYPES } from './picture.js';
import { NAMES, pairs, printed, ROTATED, reading, verdict } from './reading.js';

/** @typedef {import('../../core/scene.js').Host} Host */
/** @typedef {import('../../core/scene.js').View} View */
/** @typedef {import('../../core/protocol.js').CoordinatesAnswer} Answer */

const QUESTIONS = [
  'Predict: an atom is dragged. Which of the networks notice?',
  'Given: who is bonded to whom. Nothing else.',
  'Given: the atom types too. Does the drag change the output now?',
  'Given: the length of every bond too.',
  'Given: raw x, y, z of every atom.',
  'Now the room is rotated, and nobody drags.',
];

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

/** @param {Host} host @returns {View} */
export function stage(host) {
  const pane = new Pane(host);
  const picture = new Picture(pane, 60);
  const text = pane.twin('What the networks say');
  const question = el('h2');
  question.style.lineHeight = '1.2';
  const holder = el('div');
  const number = headline(holder);
  const rows = el('div');
  const hint = el('p', {}, 'Drag an atom, here or on a phone. The bonds stay.');
  const column = pane.column([question, holder, rows, hint], { least: '22em' });
  const keys = pane.legend();
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
    key: (event) => picture.key(event),
  };
}
