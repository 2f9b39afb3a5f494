/** The stage: the row that is voted on, then the same feature in three moved rooms with its measured verdicts. */

import { el } from '../../core/element.js';
import { write } from '../../draw/mark.js';
import { errorText } from '../../draw/numbers.js';
import { orbit } from '../../draw/orbit.js';
import { Pane } from '../../draw/pane.js';
import { RoomPainter, tuple } from './picture.js';
import { COLUMNS, counted, mark, role } from './words.js';

/** @typedef {import('../../core/scene.js').Host} Host */
/** @typedef {import('../../core/scene.js').View} View */
/** @typedef {import('../../core/protocol.js').EdgesBallot} Ballot */
/** @typedef {import('../../core/protocol.js').EdgesRooms} Rooms */
/** @typedef {import('../../core/protocol.js').EdgesLine} Line */
/** @typedef {import('../../draw/surface.js').Surface} Surface */
/** @typedef {import('../../draw/camera.js').Vector} Vector */

/** Between the room as it came and the translated one. */
const BETWEEN = /** @type {Vector} */ ([0.45, 0.25, 0]);
const RAW = 'raw coordinates';

/** @param {Host} host @returns {View} */
export function stage(host) {
  return new Stage(host);
}

class Stage {
  #painter = new RoomPainter();

  /** @param {Host} host */
  constructor(host) {
    const pane = new Pane(host);
    this.host = host;
    this.face = pane.surface({
      label: 'An edge and its feature',
      focusable: true,
      draw: (face) => this.#draw(face),
    });
    this.text = pane.twin('What survives');
    orbit(this.face, this.#painter.camera);
    this.question = el('h2');
    this.question.style.lineHeight = '1.2';
    this.words = el('p', { role: 'status' });
    this.table = el('div');
    this.column = pane.column([this.question, this.words, this.table], { least: '22em' });
    this.keys = pane.legend();
    this.keys.show([
      { kind: 'disc', role: 'total', text: '= invariant: f(g·x) = f(x)' },
      { kind: 'disc', role: 'self', text: 'D equivariant: f(g·x) = D f(x)' },
      { kind: 'disc', role: 'message', text: '✗ neither' },
      { kind: 'ghost', role: 'quiet', text: 'before' },
    ]);
  }

  /** @param {import('../../core/protocol.js').Frame} frame */
  update(frame) {
    if (frame.t.startsWith('edges.')) this.#show();
  }

  #show() {
    const ballot = this.host.latest('edges.ballot');
    const table = this.host.latest('edges.table');
    if (!ballot || !table) return;
    const line = ballot.open ? undefined : table.lines[ballot.row];
    const voted = this.host.latest('edges.turnout')?.voters ?? 0;
    this.question.textContent = `${ballot.open ? 'Vote: ' : ''}f = ${ballot.name}${ballot.symbol === ballot.name ? '' : `, ${ballot.symbol}`}`;
    this.words.textContent = ballot.open
      ? `The room is translated, rotated, reflected. Is f the same, does it move along, or neither? ${voted} voted.`
      : `Read as ${line?.declared ?? ''}. Loses ${line?.loses ?? ''}.`;
    this.table.replaceChildren(this.#rows(ballot, table.lines));
    this.column.again();
    const said = table.lines.flatMap((each) =>
      each.cells.map((cell) => [
        `${each.name}, ${cell.column}`,
        cell.verdict,
        errorText(cell.error),
        counted(cell.votes),
      ]),
    );
    this.text.table({ columns: ['feature and transform', 'verdict', 'largest error', 'votes'], rows: said });
    this.face.describe(
      `The edge from v to u with the feature ${ballot.name}, ${ballot.open ? 'voted on' : 'in three moved rooms'}.`,
    );
    this.face.invalidate();
  }

  /** @param {Ballot} ballot @param {readonly Line[]} lines */
  #rows(ballot, lines) {
    const cell = (/** @type {'th' | 'td'} */ tag, /** @type {string} */ text, colour = '') => {
      const made = el(tag, {}, text);
      Object.assign(made.style, {
        padding: '0.22em 0.3em',
        textAlign: 'center',
        color: colour,
        fontWeight: tag === 'td' ? '700' : '',
      });
      return made;
    };
    const name = (/** @type {string} */ text) => {
      const made = cell('th', text);
      made.style.textAlign = 'left';
      return made;
    };
    // All rows from the start: what is coming is empty, what is voted on is asked.
    const body = ballot.names.map((each, k) => {
      const cells = lines[k]?.cells.map(({ verdict }) => cell('td', mark(verdict), `var(--${role(verdict)})`));
      const row = el('tr', {}, name(each), ...(cells ?? COLUMNS.map(() => cell('td', k === ballot.row ? '?' : ''))));
      if (k === ballot.row) row.style.background = 'color-mix(in srgb, var(--edge) 22%, transparent)';
      else row.style.color = cells ? '' : 'var(--quiet)';
      return row;
    });
    const head = el('tr', {}, name('edge feature'), ...['transl.', 'rot.', 'refl.'].map((text) => cell('th', text)));
    const made = el('table', {}, el('thead', {}, head), el('tbody', {}, ...body));
    Object.assign(made.style, { width: '100%', borderCollapse: 'collapse', marginTop: '0.5em', whiteSpace: 'nowrap' });
    return made;
  }

  /** @param {Surface} face */
  #draw(face) {
    const ballot = this.host.latest('edges.ballot');
    const rooms = this.host.latest('edges.rooms');
    if (!ballot || !rooms) return;
    const common = { links: ballot.links.data, labels: ballot.labels, origin: ballot.name === RAW };
    const foot = face.unit * 2.2;
    if (ballot.open || rooms.row !== ballot.row || rooms.values.length === 0) {
      const box = { x: 0, y: 0, width: face.width, height: face.height - foot };
      this.#painter.paint(face, box, {
        ...common,
        points: ballot.points.data,
        arrows: ballot.arrows.data,
        lines: ballot.lines.data,
        planes: ballot.planes.data,
      });
      write(face, `f(x) = ${tuple(ballot.values)}`, face.width / 2, face.height - foot / 2, {
        size: face.unit * 1.15,
        weight: 700,
      });
      return;
    }
    this.#three(face, ballot, rooms, common);
  }

  /** @param {Surface} face @param {Ballot} ballot @param {Rooms} rooms @param {{links: ArrayLike<number>, labels: readonly string[], origin: boolean}} common */
  #three(face, ballot, rooms, common) {
    const line = this.host.latest('edges.table')?.lines[ballot.row];
    const width = face.width / 3;
    const [head, foot] = [face.unit * 1.8, face.unit * 7.6];
    const points = [rooms.translated, rooms.rotated, rooms.reflected];
    write(face, `before: f(x) = ${tuple(ballot.values)}`, face.width / 2, face.height - face.unit * 0.9, {
      weight: 600,
    });
    COLUMNS.forEach((column, k) => {
      const cell = line?.cells[k];
      const x = width * (k + 0.5);
      const box = { x: width * k, y: head, width, height: Math.max(10, face.height - head - foot) };
      const part = (/** @type {{data: Float32Array}} */ { data }) =>
        data.subarray((data.length / 3) * k, (data.length / 3) * (k + 1));
      this.#painter.paint(
        face,
        box,
        {
          ...common,
          points: points[k]?.data ?? [],
          ghost: ballot.points.data,
          arrows: part(rooms.arrows),
          lines: part(rooms.lines),
          planes: part(rooms.planes),
        },
        k === 0 ? BETWEEN : [0, 0, 0],
      );
      write(face, column, x, head * 0.5, { size: face.unit, weight: 700 });
      if (!cell) return;
      const colour = face.theme[role(cell.verdict)];
      const top = face.height - foot + face.unit;
      write(face, `${mark(cell.verdict)} ${cell.verdict}`, x, top, { size: face.unit * 1.3, weight: 700, colour });
      write(face, `error ${errorText(cell.error)}`, x, top + face.unit * 1.5, { size: face.unit, weight: 700, colour });
      const values = rooms.values[k] ?? [];
      write(
        face,
        `${values.length > 5 ? '' : 'f(g·x) = '}${tuple(values, values.length > 3 ? 1 : 2)}`,
        x,
        top + face.unit * 2.9,
      );
      write(face, `class: ${counted(cell.votes)}`, x, top + face.unit * 4.2, { colour: face.theme.quiet });
    });
  }
}
