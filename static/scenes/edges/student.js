/** The phone: the row that is open, and for each of its three columns a choice; after the reveal what was measured. */

import { el } from '../../core/element.js';
import { orbit } from '../../draw/orbit.js';
import { Pane } from '../../draw/pane.js';
import { RoomPainter } from './picture.js';
import { CHOICES, COLUMNS, mark, role } from './words.js';

/** @typedef {import('../../core/scene.js').Host} Host */
/** @typedef {import('../../core/scene.js').View} View */

/** @param {Host} host @returns {View} */
export function student(host) {
  const pane = new Pane(host);
  const painter = new RoomPainter();
  const face = pane.surface({ label: 'An edge and its feature', focusable: true, draw: (at) => draw(at) });
  const text = pane.twin('Your votes');
  orbit(face, painter.camera);
  const question = el('p');
  question.style.fontWeight = '700';
  const rows = el('div');
  host.side.append(question, rows);
  /** @type {Record<string, string>} votes on their way, by "row column" */
  const sent = {};
  /** @param {import('../../draw/surface.js').Surface} at */
  function draw(at) {
    const ballot = host.latest('edges.ballot');
    if (!ballot) return;
    painter.paint(at, at.box, {
      points: ballot.points.data,
      links: ballot.links.data,
      labels: ballot.labels,
      arrows: ballot.arrows.data,
      lines: ballot.lines.data,
      planes: ballot.planes.data,
      origin: ballot.name === 'raw coordinates',
    });
  }
  /** @param {number} row @param {number} k the column's number */
  const chosen = (row, k) => {
    const mine = host.latest('edges.mine');
    return sent[`${row} ${k}`] ?? (mine?.row === row ? (mine.choices[k] ?? '') : '');
  };
  /** @param {number} row @param {number} k */
  function choices(row, k) {
    const column = COLUMNS[k] ?? 'translation';
    const buttons = CHOICES.map((choice) => {
      const made = el(
        'button',
        {
          type: 'button',
          class: 'button',
          'aria-pressed': String(chosen(row, k) === choice),
          onclick: () => {
            sent[`${row} ${k}`] = choice;
            host.send({ t: 'edges.vote', row, column, choice }, { matters: true });
            show();
          },
        },
        choice,
      );
      made.style.fontSize = '0.95rem';
      return made;
    });
    const line = el('div', { class: 'touch', role: 'group', 'aria-label': column }, ...buttons);
    return el('div', {}, el('span', {}, column), line);
  }
  /** @param {number} row @param {number} k */
  function result(row, k) {
    const cell = host.latest('edges.table')?.lines[row]?.cells[k];
    if (!cell) return el('p');
    const mine = chosen(row, k);
    const said = mine === '' ? 'you did not vote' : mine === cell.verdict ? 'as you said' : `you said ${mine}`;
    const verdict = el('strong', {}, `${mark(cell.verdict)} ${cell.verdict}`);
    verdict.style.color = `var(--${role(cell.verdict)})`;
    return el('p', {}, `${cell.column}: `, verdict, ` (${said})`);
  }
  function show() {
    const ballot = host.latest('edges.ballot');
    if (!ballot) return;
    question.textContent = `${ballot.row + 1} of ${ballot.names.length}. f = ${ballot.name}, ${ballot.symbol}`;
    const focused = document.activeElement?.closest('[role=group]')?.getAttribute('aria-label');
    const word = document.activeElement?.textContent;
    rows.replaceChildren(...COLUMNS.map((_, k) => (ballot.open ? choices(ballot.row, k) : result(ballot.row, k))));
    if (focused) {
      const again = [...rows.querySelectorAll(`[aria-label=${focused}] button`)].find(
        (each) => each.textContent === word,
      );
      if (again instanceof HTMLElement) again.focus();
    }
    text.list(
      COLUMNS.map((column, k) => /** @type {[string, string]} */ ([column, chosen(ballot.row, k) || 'no vote yet'])),
    );
    face.describe(`The edge from v to u with the feature ${ballot.name}`);
    face.invalidate();
  }
  return {
    update(frame) {
      if (frame.t === 'edges.mine' || frame.t === 'opened') for (const key of Object.keys(sent)) delete sent[key];
      if (frame.t.startsWith('edges.')) show();
    },
  };
}
