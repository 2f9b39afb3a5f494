/** The stage: the clouds and their histograms, the difference of this order, the table of all that is uncovered. */

import { el } from '../../core/element.js';
import { facingTable } from '../../draw/facing.js';
import { errorText } from '../../draw/numbers.js';
import { orbit } from '../../draw/orbit.js';
import { Pane } from '../../draw/pane.js';
import { Picture, VERDICT } from './picture.js';
import { MEETINGS, ORDERS, orderName, word } from './words.js';

/** @typedef {import('../../core/scene.js').Host} Host */
/** @typedef {import('../../core/scene.js').View} View */
/** @typedef {import('../../core/protocol.js').Frame} Frame */
/** @typedef {import('../../core/protocol.js').TwinsRow} Row */

const STEP = 18;
const ARROWS = /** @type {Record<string, [number, number]>} */ ({
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
});

/** @param {Host} host @returns {View} */
export function stage(host) {
  return new Stage(host);
}

class Stage {
  #picture = new Picture();

  /** @param {Host} host */
  constructor(host) {
    const pane = new Pane(host);
    this.host = host;
    this.face = pane.surface({
      label: 'Two neighborhoods',
      draw: (face) => this.#picture.paint(face),
      focusable: true,
    });
    this.numbers = pane.twin('How far the fingerprints are apart');
    this.bars = pane.twin('The histograms');
    orbit(this.face, this.#picture.camera);
    this.heading = el('h2');
    this.number = el('p', { class: 'number', 'data-part': 'number' });
    this.verdict = el('p', { role: 'status' });
    this.remark = el('p');
    this.table = el('div');
    this.class = el('p', { role: 'status' });
    Object.assign(this.heading.style, { fontSize: '1.3em', lineHeight: '1.15' });
    Object.assign(this.verdict.style, { fontWeight: '700' });
    this.table.style.whiteSpace = 'nowrap';
    for (const part of [this.remark, this.class]) part.style.fontSize = '0.86em';
    this.table.style.fontSize = 'calc(0.86em / var(--grown, 1))';
    this.column = pane.column([this.heading, this.number, this.verdict, this.remark, this.table, this.class], {
      least: '22em',
    });
    this.keys = pane.legend();
  }

  /** @param {Frame} frame */
  update(frame) {
    if (frame.t === 'twins.clouds') this.#picture.clouds = frame;
    if (frame.t === 'twins.seen') this.#picture.seen = frame;
    if (frame.t === 'twins.verdict') this.#picture.verdict = frame;
    if (frame.t.startsWith('twins.')) this.#show();
    this.face.invalidate();
  }

  /** Arrow keys turn both clouds. @param {KeyboardEvent} event */
  key(event) {
    const direction = ARROWS[event.key];
    if (direction === undefined) return false;
    this.#picture.camera.turn(direction[0] * STEP, direction[1] * STEP);
    this.face.invalidate();
    return true;
  }

  #show() {
    const { clouds, seen, verdict } = this.#picture;
    if (!clouds || !seen || seen.version !== clouds.version) return;
    const { act, rows } = seen;
    const told = act === VERDICT && verdict?.version === clouds.version && verdict.rmsd !== null ? verdict : null;
    const n = clouds.a.data.length / 3;
    if (act === 0) {
      this.heading.textContent = 'Which body order tells A and B apart?';
      this.#say(
        '',
        '',
        null,
        `${n} neighbors of one center: ${clouds.name}. Only neighbor ${n}, in orange, stands elsewhere. Could it be one cloud, turned?`,
      );
    } else if (told) {
      const { rmsd, mirrored } = told;
      this.heading.textContent = 'Least RMSD over all rotations';
      const mirror =
        mirrored === null || told.meeting === 'a rotation' ? '' : `With mirrors allowed: ${errorText(mirrored)}.`;
      this.#say(errorText(rmsd ?? NaN), MEETINGS[told.meeting ?? ''] ?? '', told.meeting === 'a rotation', mirror);
    } else {
      const now = shown(rows, act + 1);
      this.heading.textContent = `${act + 1}-body: largest difference`;
      const large = now?.signed ? 'With signs. ' : '';
      if (now)
        this.#say(
          errorText(now.difference),
          word(now),
          now.same,
          `${large}${now.bodies} ${now.bodies === 1 ? 'body' : 'bodies'} each, best pairing, float64`,
        );
      else this.#say('none', '', null, 'Too few neighbors for a body of this order.');
    }
    this.#table(rows, n);
    this.#class();
    this.column.again();
    this.#keys(act);
    this.#describe(rows, told?.rmsd ?? null);
  }

  /** @param {string} number @param {string} verdict @param {boolean | null} same @param {string} remark */
  #say(number, verdict, same, remark) {
    this.number.textContent = number;
    this.number.hidden = number === '';
    this.verdict.textContent = verdict;
    this.verdict.hidden = verdict === '';
    this.number.style.color = same === null ? '' : same ? 'var(--total)' : 'var(--message)';
    this.verdict.style.color = this.number.style.color;
    this.remark.textContent = remark;
    this.remark.hidden = remark === '';
  }

  /** Every order that has a body; what is not uncovered yet has a question mark. @param {readonly Row[]} rows @param {number} n neighbors */
  #table(rows, n) {
    const body = ORDERS.filter(({ order }) => order <= n + 1).map((each) => {
      const row = rows.find(({ order, signed }) => order === each.order && signed === each.signed);
      const cells = row ? [errorText(row.difference), row.same ? '= equal' : '≠ differ'] : ['?', ''];
      return el('tr', {}, el('th', { scope: 'row' }, orderName(each)), ...cells.map((cell) => el('td', {}, cell)));
    });
    const head = el('tr', {}, ...['order', 'difference', 'A and B'].map((name) => el('th', { scope: 'col' }, name)));
    this.table.replaceChildren(el('table', { class: 'numbers' }, el('thead', {}, head), el('tbody', {}, ...body)));
  }

  #class() {
    const guesses = this.host.latest('twins.guesses');
    const { total = 0, counts = [], options = [], right = '' } = guesses ?? {};
    const each = options.map((option, k) => ({ option, count: counts[k] ?? 0 })).filter(({ count }) => count > 0);
    const first = each.map(({ option, count }) => `${option} (${count})`).join(', ');
    const answer =
      right === ''
        ? ''
        : right === 'none'
          ? 'No order may separate one cloud from itself. '
          : `First to separate: ${right}. `;
    const people = `${total} ${total === 1 ? 'guess' : 'guesses'}`;
    this.class.textContent =
      answer +
      (total === 0
        ? this.#picture.seen?.act === 0
          ? 'Guess on the phone, before it is counted.'
          : ''
        : first === ''
          ? `${people} so far.`
          : `${people}. First guesses: ${first}.`);
  }

  /** @param {number} act */
  #keys(act) {
    if (act === VERDICT) {
      this.keys.show([
        { kind: 'ghost', role: 'self', text: 'A' },
        { kind: 'disc', role: 'bias', text: 'B, best aligned' },
        { kind: 'line', role: 'message', text: 'what is left between them' },
      ]);
      return;
    }
    const differ = {
      kind: /** @type {const} */ ('line'),
      role: /** @type {const} */ ('message'),
      text: 'bodies that differ most',
    };
    this.keys.show([
      { kind: 'disc', role: 'self', text: 'neighbors of A' },
      { kind: 'disc', role: 'bias', text: 'neighbors of B' },
      { kind: 'disc', role: 'message', text: 'the one that moved' },
      ...((this.#picture.seen?.first.length ?? 0) > 0 ? [differ] : []),
    ]);
  }

  /** @param {readonly Row[]} rows @param {number | null} rmsd */
  #describe(rows, rmsd) {
    const list = rows.map(
      (row) =>
        /** @type {const} */ ([`${orderName(row)}, ${row.bodies} bodies`, `${errorText(row.difference)} ${word(row)}`]),
    );
    this.numbers.list(rmsd === null ? list : [...list, ['least RMSD', errorText(rmsd)]]);
    this.bars.table(facingTable(this.#picture.histogram(this.face.theme)));
    this.face.describe(
      `Two neighborhoods A and B. ${list.map(([name, value]) => `${name}: ${value}`).join('; ') || 'Nothing is counted yet.'}`,
    );
  }
}

/** The row of an order: the one with signs where only that differs. @param {readonly Row[]} rows @param {number} order */
export function shown(rows, order) {
  const [unsigned, signed] = [false, true].map((s) => rows.find((row) => row.order === order && row.signed === s));
  return order === 5 && unsigned?.same && signed && !signed.same ? signed : unsigned;
}
