/**
 * The phone: be a node. While the class computes, the own update is worked out here by hand; else the phone follows the
 * stage, from the own node's place in the graph.
 */

import { el } from '../../core/element.js';
import { Pane } from '../../draw/pane.js';
import { arithmetic, fromTrace } from './arithmetic.js';
import { HandWork } from './handwork.js';
import { Neighborhood } from './neighborhood.js';
import { Picture } from './picture.js';
import { colouredBy, incoming, nodes, Reader, revealed, row, vector } from './reading.js';

/** @typedef {import('../../core/scene.js').Host} Host */
/** @typedef {import('../../core/scene.js').View} View */
/** @typedef {import('../../core/protocol.js').Frame} Frame */
/** @typedef {import('./reading.js').Trace} Trace */

class Student {
  /** @type {Picture | null} the whole graph, for who is no node */
  #picture = null;
  /** @type {Neighborhood | null} */
  #neighborhood = null;
  #hand;
  #pane;
  #reader = new Reader(false);

  /** @param {Host} host */
  constructor(host) {
    const pane = new Pane(host);
    this.host = host;
    this.#pane = pane;
    this.area = el('div', { class: 'rounds-graph' });
    host.main.append(el('div', { class: 'rounds-whole' }, this.area));
    this.keys = pane.legend();
    this.text = pane.twin('The features of the nodes');
    this.#hand = new HandWork(host, (node) => this.#name(node));
  }

  /** @param {number} node */
  #name(node) {
    return this.host.latest('rounds.names')?.names[node] || `node ${node}`;
  }

  /** @param {Frame} frame */
  update(frame) {
    if (!frame.t.startsWith('rounds.') && frame.t !== 'you') return;
    const trace = this.#reader.read(this.host.latest('rounds.graph'), this.host.latest('rounds.trace'));
    const cursor = this.host.latest('rounds.cursor');
    if (trace === null || cursor === undefined || cursor.trace !== trace.version) return;
    const seat = this.host.latest('you')?.seat ?? '';
    const node = seat === '' ? -1 : trace.seats.indexOf(seat);
    if (node < 0) this.#watch(trace, cursor, frame);
    else this.#be(trace, cursor, node);
  }

  /** @param {Trace} trace @param {import('./reading.js').Cursor} cursor @param {Frame} frame */
  #watch(trace, cursor, frame) {
    this.#neighborhood?.destroy();
    this.#neighborhood = null;
    this.#picture ??= new Picture(this.#pane, this.area);
    const picture = this.#picture;
    picture.onLegible = () => this.#showKeys(picture, cursor.phase);
    picture.trace = trace;
    picture.round = cursor.round;
    picture.phase = cursor.phase;
    const opened = this.host.latest('rounds.arithmetic');
    picture.chosen = opened?.trace === trace.version ? opened.node : null;
    if (frame.t === 'rounds.cursor') picture.begin();
    else picture.changed();
    this.#showKeys(picture, cursor.phase);
    const shown = Math.min(revealed(trace), Math.max(0, colouredBy(cursor.round, cursor.phase)));
    this.text.table({
      columns: ['node', `features h after update ${shown}`],
      rows: Array.from({ length: nodes(trace) }, (_, i) => [this.#name(i), vector(row(trace.features, shown, i))]),
    });
    const progress = this.host.latest('rounds.progress');
    this.#hand.watch(trace, cursor, progress?.trace === trace.version && progress.open ? progress : null);
  }

  /** @param {Picture} picture @param {import('./reading.js').Phase} phase */
  #showKeys(picture, phase) {
    const sending = phase === 'messages';
    const text = sending ? 'in each node: what it sends' : 'in each node: its features h';
    this.keys.show(picture.legible ? [{ kind: 'disc', role: sending ? 'message' : 'ink', text }] : []);
  }

  /** @param {Trace} trace @param {import('./reading.js').Cursor} cursor @param {number} node */
  #be(trace, cursor, node) {
    this.#picture?.destroy();
    this.#picture = null;
    this.#neighborhood ??= new Neighborhood(this.#pane, this.area);
    const around = this.#neighborhood;
    const progress = this.host.latest('rounds.progress');
    const open = progress?.trace === trace.version && progress.open ? progress : null;
    around.trace = trace;
    around.node = node;
    around.name = (other) => this.#name(other);
    around.at = open ? revealed(trace) : Math.max(0, colouredBy(cursor.round, cursor.phase));
    around.flying = open !== null || cursor.phase === 'messages';
    around.changed();
    const heard = incoming(trace, node).map(({ source }) => [
      this.#name(source),
      vector(row(trace.features, around.at, source)),
    ]);
    this.text.table({
      columns: ['node', `features h after update ${around.at}`],
      rows: [['you', vector(row(trace.features, around.at, node))], ...heard],
    });
    this.keys.show([{ kind: 'disc', role: 'message', text: 'messages to you' }]);
    if (open) this.#hand.compute(trace, node, open);
    else this.#follow(trace, cursor, node);
  }

  /** @param {Trace} trace @param {import('./reading.js').Cursor} cursor @param {number} node */
  #follow(trace, cursor, node) {
    const where = cursor.round === 0 ? 'the input' : `update ${cursor.round} of ${trace.rounds}`;
    const title = el('h2', {}, `You are node ${node} `, el('small', {}, where));
    const sum = fromTrace(trace, this.host.latest('rounds.mine'), cursor.round, node);
    const numbers = sum
      ? arithmetic(trace, sum, cursor.phase, (other) => this.#name(other))
      : el(
          'p',
          {},
          `You start with h⁽⁰⁾ = ${vector(row(trace.features, 0, node))}. Look who is near: you will hear them.`,
        );
    const end =
      trace.computing && revealed(trace) === trace.rounds ? [el('p', {}, `All ${trace.rounds} updates are done.`)] : [];
    this.#hand.leave();
    this.host.side.replaceChildren(title, ...end, numbers);
  }
}

/** @param {Host} host @returns {View} */
export function student(host) {
  return new Student(host);
}
