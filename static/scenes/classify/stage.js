/** The stage of `classify`: the shapes, the race, what came of it shape by shape, and the board of who was fooled. */

import { el } from '../../core/element.js';
import { legend } from '../../draw/legend.js';
import { plain } from '../../draw/numbers.js';
import { roomy } from '../../draw/roomy.js';
import { surface } from '../../draw/surface.js';
import { twin } from '../../draw/twin.js';
import { paintBoard, paintByShape, paintRace, paintShapes, percent, printed } from './picture.js';

/** @typedef {import('../../core/scene.js').Host} Host */
/** @typedef {import('../../core/protocol.js').Frame} Frame */
/** @typedef {import('../../core/protocol.js').ClassifyRace} Race */
/** @typedef {import('../../draw/legend.js').Key} Key */

const [PREDICT, TRAIN, SHAPES, FOOL] = [0, 1, 2, 3];

export class Stage {
  /** Step and time of the first report that this page saw, for the time that is left. @type {{step: number, at: number, version: number} | null} */
  #begun = null;
  #left = '';
  /** From the first report to the last result, seen from this page. */
  #took = '';

  /** @param {Host} host */
  constructor(host) {
    this.host = host;
    this.face = surface(host.main, { label: 'Eight shapes and ten networks', draw: () => this.#draw() });
    this.numbers = twin(host.main, 'The contest in numbers');
    this.keys = legend(host.legend);
    this.title = el('strong');
    this.number = el('p');
    this.verdict = el('p', { role: 'status' });
    this.more = el('p');
    this.last = el('p');
    this.box = el('div', {}, this.title, this.number, this.verdict, this.more, this.last);
    Object.assign(this.box.style, { position: 'absolute', inset: '0', display: 'flex', flexDirection: 'column', gap: '0.5em', overflow: 'hidden' });
    Object.assign(this.title.style, { fontSize: '1.25em', lineHeight: '1.2' });
    Object.assign(this.number.style, { fontSize: '3em', fontWeight: '700', lineHeight: '1.05', letterSpacing: '-0.02em' });
    Object.assign(this.verdict.style, { fontSize: '1.1em', fontWeight: '700' });
    for (const each of [this.number, this.verdict, this.more, this.last]) each.style.margin = '0';
    host.side.style.minHeight = '20em';
    host.side.append(this.box);
    this.fit = roomy(this.box);
  }

  /** @param {Frame} frame */
  update(frame) {
    if (frame.t === 'classify.race') this.#clock(frame);
    if (frame.t.startsWith('classify.')) this.#show();
  }

  theme() {
    this.#show();
  }

  destroy() {
    this.fit.destroy();
    this.numbers.destroy();
    this.keys.destroy();
    this.face.destroy();
    this.host.side.style.minHeight = '';
    this.box.remove();
  }

  /** How long it will take, from how fast reports came. @param {Race} race */
  #clock({ step, of, version, finished, losses }) {
    if (step <= 1) this.#took = '';
    if (step === 0 || !this.#begun || this.#begun.version !== version || step < this.#begun.step) this.#begun = step ? { step, at: performance.now(), version } : null;
    const begun = this.#begun;
    if (!begun || step <= begun.step) return;
    const all = finished === losses.data.length;
    if (all && begun.step === 1 && !this.#took) this.#took = ` The contest took ${Math.round((performance.now() - begun.at) / 1000)} s.`;
    const seconds = ((performance.now() - begun.at) * (of - step)) / (1000 * (step - begun.step));
    this.#left = step < of ? `${Math.max(1, Math.round(seconds))} s` : '';
  }

  #draw() {
    const { host, face } = this;
    const [contest, race, table, board] = [host.latest('classify.contest'), host.latest('classify.race'), host.latest('classify.table'), host.latest('classify.board')];
    if (!contest || !race) return;
    if (contest.act === PREDICT) paintShapes(face, face.box, contest);
    else if (contest.act === TRAIN || !table || !contest.trained) paintRace(face, face.box, contest, race, table);
    else if (contest.act === SHAPES) paintByShape(face, face.box, contest, table);
    else if (board) paintBoard(face, face.box, contest, board, table);
  }

  /** What one contestant came to. @param {string} key */
  #row(key) {
    return this.host.latest('classify.table')?.rows.find((row) => row.key === key);
  }

  #show() {
    const { host } = this;
    const [contest, race, board] = [host.latest('classify.contest'), host.latest('classify.race'), host.latest('classify.board')];
    if (!contest || !race) return;
    const act = contest.trained || contest.act === PREDICT ? contest.act : TRAIN;
    if (act === PREDICT) this.#ask(contest);
    else if (act === TRAIN) this.#race(race, contest);
    else if (act === SHAPES) this.#shapes(contest);
    else if (board) this.#hunt(board);
    /** @type {Key[][]} */
    const keys = [
      [],
      [{ kind: 'line', role: 'message', text: 'rotated accuracy, 80 shapes' }, { kind: 'dash', role: 'quiet', text: `${percent(contest.ceiling)}: all that distances tell apart` }],
      [{ kind: 'disc', role: 'total', text: '✓ always named, 200 rotations' }, { kind: 'disc', role: 'message', text: 'sometimes wrong, in % named; ✗ under 50 %' }],
      [{ kind: 'line', role: 'message', text: 'students who fooled it at least once' }],
    ];
    this.keys.show(keys[act] ?? []);
    this.#describe();
    this.fit.again();
    this.face.invalidate();
  }

  /** @param {import('../../core/protocol.js').ClassifyContest} contest */
  #ask({ lanes, chance }) {
    this.title.textContent = 'Ten networks learn to name these eight shapes. Then every shape is turned.';
    this.number.textContent = `${percent(chance)}`;
    this.verdict.textContent = 'is chance. Predict: who names every turned shape?';
    const some = new Set(lanes.map(({ numbers }) => numbers));
    this.more.textContent = lanes.map(({ name }) => name).join(' · ');
    this.last.textContent = `Same loss, same number of steps; ${Math.min(...some).toLocaleString('en')} to ${Math.max(...some).toLocaleString('en')} weights each.`;
  }

  /** @param {Race} race @param {import('../../core/protocol.js').ClassifyContest} contest */
  #race(race, { lanes, trained }) {
    const at = (/** @type {string} */ key) => this.#row(key)?.rotated ?? race.rotated.data[lanes.findIndex((lane) => lane.key === key)] ?? 0;
    this.title.textContent = trained ? 'Rotated shapes named by the naive network' : race.step < race.of ? `Step ${race.step} of ${race.of}, time left about` : `Measured: ${race.finished} of ${lanes.length}`;
    this.number.textContent = trained ? percent(at('naive')) : race.step < race.of ? this.#left || '…' : 'testing';
    this.verdict.textContent = `Tensor network ${percent(at('tensor'))}, distances only ${percent(at('distances'))}, naive ${percent(at('naive'))}.`;
    const odd = this.#row('tensor')?.odd;
    this.more.textContent = odd ? `The tensor network's odd scalar: ${plain(odd[0], 2)} for chiral 1, ${plain(odd[1], 2)} for its inversion.` : 'All take turns, a step each.';
    this.last.textContent = trained
      ? `Invariance error: float64, largest of 20 rotations; noise 0.02 leaves no shape degenerate. ${race.step} steps each; a step of the tensor network takes longest.${this.#took}`
      : '“Shapes seen” is what a contestant was shown, rotations counted.';
  }

  /** @param {import('../../core/protocol.js').ClassifyContest} contest */
  #shapes({ ceiling }) {
    this.title.textContent = 'Distances alone tell apart';
    this.number.textContent = percent(ceiling);
    this.verdict.textContent = 'of the shapes: the chiral pair has the same distances.';
    const [pca, frames] = [this.#row('pca'), this.#row('frames')];
    this.more.textContent = 'Square, line and corner have two equal eigenvalues: their principal axes are arbitrary. A half turn maps each chiral shape onto itself: signs stay open.';
    this.last.textContent = pca && frames ? `Invariance error of the PCA pose ${printed(pca.error)}, with noise ${printed(pca.error_noisy)}; of frame averaging ${printed(frames.error)} and ${printed(frames.error_noisy)}.` : '';
  }

  /** @param {import('../../core/protocol.js').ClassifyBoard} board */
  #hunt({ students, attempts, fooled }) {
    const safe = fooled.filter((count) => count === 0).length;
    this.title.textContent = 'Poses that the class tried';
    this.number.textContent = String(attempts);
    this.verdict.textContent = students === 0 ? 'Turn a shape on the phone and show it to all ten.' : `${safe} of ${fooled.length} networks are not fooled yet.`;
    this.more.textContent = students === 0 ? '' : `${students} student${students === 1 ? '' : 's'} tried.`;
    this.last.textContent = 'Whoever is exactly invariant answers alike in every pose of a shape.';
  }

  #describe() {
    const { host } = this;
    const [contest, race, board] = [host.latest('classify.contest'), host.latest('classify.race'), host.latest('classify.board')];
    if (!contest || !race) return;
    this.face.describe(`${contest.lanes.length} networks, ${race.step} of ${race.of} steps.`);
    this.numbers.table({
      columns: ['network', 'loss', 'training data', 'rotated', 'rotated, noisy', 'invariance error', 'error, noisy', 'shapes seen', 'fooled by students', ...contest.shapes],
      rows: contest.lanes.map(({ key, name }, k) => {
        const row = contest.act === PREDICT ? undefined : this.#row(key);
        const ran = contest.act !== PREDICT && race.step > 0;
        return [
          name,
          ran ? plain(race.losses.data[k] ?? 0, 3) : '',
          ran ? percent(row?.train ?? race.train.data[k] ?? 0) : '',
          ran ? percent(row?.rotated ?? race.rotated.data[k] ?? 0) : '',
          row ? percent(row.noisy) : '',
          row ? `${printed(row.error)}, ${row.zone}` : '',
          row ? `${printed(row.error_noisy)}, ${row.zone_noisy}` : '',
          ran ? String(race.samples.data[k] ?? 0) : '',
          contest.act === FOOL && board ? `${board.fooled[k] ?? 0} of ${board.students}` : '',
          ...contest.shapes.map((_, s) => (row ? percent(row.by_shape[s] ?? 0) : '')),
        ];
      }),
    });
  }
}
