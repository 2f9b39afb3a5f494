/** The stage: the graph, and beside it what the act is about; the instructor draws on the preview. */

import { Pane } from '../../draw/pane.js';
import { Aside } from './aside.js';
import { Duel } from './duel.js';
import { Picture } from './picture.js';
import { ACT, errorText, everyDigit, letter, nodesById, pairsOf } from './reading.js';

/** @typedef {import('../../core/scene.js').Host} Host */
/** @typedef {import('../../core/scene.js').View} View */
/** @typedef {import('../../core/protocol.js').Frame} Frame */
/** @typedef {import('../../draw/legend.js').Key} Key */

const FORMULAS = ['graph', 'matrix', 'list', 'permuted', 'node', 'pair', 'whole', 'refine', 'refine'];

/** @param {Host} host @returns {View} */
export function stage(host) {
  return new Stage(host);
}

class Stage {
  #picture = new Picture();
  #duel = new Duel();
  #act = -1;
  #chosen = -1;

  /** @param {Host} host */
  constructor(host) {
    const pane = new Pane(host);
    this.host = host;
    this.face = pane.surface({ label: 'A graph', focusable: true, draw: (face) => this.#draw(face) });
    this.text = pane.twin('The graph in numbers');
    this.keys = pane.legend();
    this.aside = new Aside(pane);
    this.face.canvas.addEventListener('pointerdown', (event) => this.#tap(event), { signal: this.face.signal });
  }

  /** @param {Frame} frame */
  update(frame) {
    if (!frame.t.startsWith('graphs.')) return;
    this.#say();
    this.aside.show();
    this.face.invalidate();
  }

  #say() {
    const { host } = this;
    const [picture, tasks, duel] = [
      host.latest('graphs.picture'),
      host.latest('graphs.tasks'),
      host.latest('graphs.duel'),
    ];
    if (!picture || !tasks || !duel) return;
    if (picture.act !== this.#act) {
      this.#act = picture.act;
      this.#chosen = -1;
      host.heading.replaceChildren(host.formula(FORMULAS[picture.act] ?? 'graph'));
      this.keys.show(keysOf(picture.act));
    }
    const pairs = pairsOf(picture.edges);
    this.face.describe(`A graph of ${picture.ids.data.length} nodes and ${pairs.length} edges`);
    if (picture.act >= ACT.duel) {
      const told = picture.act === ACT.outputs;
      this.text.list([
        ['colors, left', [...duel.left_colours.data].map(letter).join(' ')],
        ['colors, right', [...duel.right_colours.data].map(letter).join(' ')],
        ...(told
          ? /** @type {[string, string][]} */ ([
              ['output, left', [...duel.left_output.data].map(everyDigit).join(', ')],
              ['output, right', [...duel.right_output.data].map(everyDigit).join(', ')],
              ['difference of the outputs', everyDigit(duel.difference)],
            ])
          : []),
      ]);
      return;
    }
    const nodes = nodesById(picture.ids.data);
    this.text.list([
      ['nodes', String(nodes.length)],
      ['edges', pairs.map(([a, b]) => `${a}–${b}`).join(', ') || 'none'],
      ['max |A′ − P A Pᵀ|', String(picture.difference)],
      ['relative error of the layer', errorText(tasks.layer_error)],
      ['relative error of the readout', errorText(tasks.readout_error)],
    ]);
  }

  /** @param {import('../../draw/surface.js').Surface} face */
  #draw(face) {
    const { host } = this;
    const [picture, tasks, duel] = [
      host.latest('graphs.picture'),
      host.latest('graphs.tasks'),
      host.latest('graphs.duel'),
    ];
    if (!picture || !tasks || !duel) return;
    if (picture.act >= ACT.duel) this.#duel.paint(face, duel, picture.act === ACT.outputs);
    else this.#picture.paint(face, picture, tasks, this.#chosen);
  }

  /** Two nodes: an edge; an empty place: a node. Only the instructor's hand reaches the server. @param {PointerEvent} event */
  #tap(event) {
    const picture = this.host.latest('graphs.picture');
    if (!picture || picture.act >= ACT.duel || !this.host.canSend()) return;
    const point = this.face.point(event);
    const node = this.#picture.network.hit(point);
    if (node < 0) {
      const [x, y] = this.#picture.network.world(point);
      this.#chosen = -1;
      if (this.#picture.covers(point) && Math.abs(x) <= 1 && Math.abs(y) <= 1)
        this.host.send({ t: 'graphs.node', x, y }, { matters: true });
    } else if (this.#chosen < 0) this.#chosen = node;
    else {
      if (this.#chosen !== node) this.host.send({ t: 'graphs.edge', a: this.#chosen, b: node }, { matters: true });
      this.#chosen = -1;
    }
    this.face.invalidate();
  }
}

/** @param {number} act @returns {Key[]} */
function keysOf(act) {
  /** @type {Key} */
  const touched = { kind: 'line', role: 'message', text: 'one edge, in every form' };
  if (act === ACT.graph)
    return [
      { kind: 'disc', role: 'self', text: 'node' },
      { kind: 'line', role: 'edge', text: 'edge' },
    ];
  if (act <= ACT.shuffled) return [{ kind: 'disc', role: 'self', text: 'node, with its id' }, touched];
  if (act === ACT.nodes)
    return [
      { kind: 'bar', lo: '0', hi: '1', text: 'score of a node' },
      { kind: 'bar', lo: '−1', hi: '1', text: 'feature', signed: true },
    ];
  if (act === ACT.pairs)
    return [
      { kind: 'bar', lo: '0', hi: '1', text: 'score of a pair' },
      { kind: 'dash', role: 'message', text: 'no edge yet, highest scores' },
    ];
  if (act === ACT.whole) return [{ kind: 'bar', lo: '−1', hi: '1', text: 'feature', signed: true }];
  return [{ kind: 'disc', role: 'ink', text: 'letter: color after refinement, the same letter the same neighborhood' }];
}
