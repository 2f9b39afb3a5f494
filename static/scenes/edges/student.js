/** The phone: the row that is open, and for each of its three columns a choice; after the reveal what was measured. */

import { el } from '../../core/element.js';
import { orbit } from '../../draw/orbit.js';
import { Pane } from '../../draw/pane.js';
import { RoomPainter } from './picture.js';
import { CHOICES, COLUMNS, mark, role } from './words.js';

/** @typedef {import('../../core/scene.js').Host} Host */
/** @typedef {import('../../core/scene.js').View} View */

class Student {
  #painter = new RoomPainter();
  #question = el('p');
  #rows = el('div');
  /** @type {Record<string, string>} votes on their way, by "row column" */
  #sent = {};

  /** @param {Host} host */
  constructor(host) {
    const pane = new Pane(host);
    this.host = host;
    this.face = pane.surface({ label: 'An edge and its feature', focusable: true, draw: (face) => this.#draw(face) });
    this.text = pane.twin('Your votes');
    orbit(this.face, this.#painter.camera);
    this.#question.style.fontWeight = '700';
    host.side.append(this.#question, this.#rows);
  }

  /** @param {import('../../core/protocol.js').Frame} frame */
  update(frame) {
    if (frame.t === 'edges.mine' || frame.t === 'opened') this.#sent = {};
    if (frame.t.startsWith('edges.')) this.#show();
  }

  /** @param {import('../../draw/surface.js').Surface} face */
  #draw(face) {
    const ballot = this.host.latest('edges.ballot');
    if (!ballot) return;
    this.#painter.paint(face, face.box, {
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
  #chosen(row, k) {
    const mine = this.host.latest('edges.mine');
    return this.#sent[`${row} ${k}`] ?? (mine?.row === row ? (mine.choices[k] ?? '') : '');
  }

  /** @param {number} row @param {number} k @param {(typeof CHOICES)[number]} choice */
  #vote(row, k, choice) {
    this.#sent[`${row} ${k}`] = choice;
    const column = COLUMNS[k] ?? 'translation';
    this.host.send({ t: 'edges.vote', row, column, choice }, { matters: true });
    this.#show();
  }

  /** @param {number} row @param {number} k */
  #choices(row, k) {
    const column = COLUMNS[k] ?? 'translation';
    const buttons = CHOICES.map((choice) => {
      const pressed = String(this.#chosen(row, k) === choice);
      const onclick = () => this.#vote(row, k, choice);
      const made = el('button', { type: 'button', class: 'button', 'aria-pressed': pressed, onclick }, choice);
      made.style.fontSize = '0.95rem';
      return made;
    });
    const line = el('div', { class: 'touch', role: 'group', 'aria-label': column }, ...buttons);
    return el('div', {}, el('span', {}, column), line);
  }

  /** @param {number} row @param {number} k */
  #result(row, k) {
    const cell = this.host.latest('edges.table')?.lines[row]?.cells[k];
    if (!cell) return el('p');
    const mine = this.#chosen(row, k);
    const own = mine === '' ? 'you did not vote' : mine === cell.verdict ? 'as you said' : `you said ${mine}`;
    const verdict = el('strong', {}, `${mark(cell.verdict)} ${cell.verdict}`);
    verdict.style.color = `var(--${role(cell.verdict)})`;
    return el('p', {}, `${cell.column}: `, verdict, ` (${own})`);
  }

  #show() {
    const ballot = this.host.latest('edges.ballot');
    if (!ballot) return;
    const { row, names, name, symbol, open } = ballot;
    this.#question.textContent = `${row + 1} of ${names.length}. f = ${name}, ${symbol}`;
    const focused = document.activeElement?.closest('[role=group]')?.getAttribute('aria-label');
    const word = document.activeElement?.textContent;
    this.#rows.replaceChildren(...COLUMNS.map((_, k) => (open ? this.#choices(row, k) : this.#result(row, k))));
    if (focused) {
      const buttons = [...this.#rows.querySelectorAll(`[aria-label=${focused}] button`)];
      const again = buttons.find((each) => each.textContent === word);
      if (again instanceof HTMLElement) again.focus();
    }
    this.text.list(
      COLUMNS.map((column, k) => /** @type {[string, string]} */ ([column, this.#chosen(row, k) || 'no vote yet'])),
    );
    this.face.describe(`The edge from v to u with the feature ${name}`);
    this.face.invalidate();
  }
}

/** @param {Host} host @returns {View} */
export function student(host) {
  return new Student(host);
}
