/** The stage of `classify`: the shapes, the race, what came of it shape by shape, and the board of who was fooled. */

import { el } from '../../core/element.js';
import { plain } from '../../draw/numbers.js';
import { Pane } from '../../draw/pane.js';
import { Clock } from './clock.js';
import { paintBoard, paintByShape, paintRace, paintShapes, percent, printed, timed } from './picture.js';
import { paintWall, tileAt } from './wall.js';

/** @typedef {import('../../core/scene.js').Host} Host */
/** @typedef {import('../../core/protocol.js').Frame} Frame */
/** @typedef {import('../../core/protocol.js').ClassifyRace} Race */
/** @typedef {import('../../core/protocol.js').ClassifyContest} Contest */
/** @typedef {import('../../draw/legend.js').Key} Key */

const [DRAW, PREDICT, TRAIN, SHAPES, FOOL] = [0, 1, 2, 3, 4];

/** Who drew the shapes. @param {Contest} contest */
function origin({ own, shapes }) {
  if (own === shapes.length) return 'All of them were drawn by the class.';
  return own === 0 ? 'All of them are built in.' : `${own} drawn by the class, ${shapes.length - own} built in.`;
}

/** Which shapes distances cannot tell apart. @param {Contest} contest */
function alike({ groups, shapes }) {
  const pairs = groups
    .filter((group) => group.length > 1)
    .map((group) => group.map((k) => shapes[k] ?? '').join(' and '));
  return pairs.length === 0 ? 'No two are congruent.' : `Congruent: ${pairs.join('; ')}.`;
}

class Stage {
  #clock = new Clock();
  /** Progress and time of the first report that this page saw, for the time that is left. @type {{done: number, at: number, version: number} | null} */
  #begun = null;
  #left = '';
  /** @type {import('./wall.js').Tile[]} */
  #tiles = [];

  /** @param {Host} host */
  constructor(host) {
    const pane = new Pane(host);
    this.host = host;
    this.face = pane.surface({ label: 'Eight shapes and ten networks', draw: () => this.#draw() });
    this.numbers = pane.twin('The contest in numbers');
    this.keys = pane.legend();
    this.title = el('strong');
    this.number = el('p', { class: 'number' });
    this.verdict = el('p', { role: 'status' });
    this.more = el('p');
    this.last = el('p');
    const parts = [this.title, this.number, this.verdict, this.more, this.last];
    Object.assign(this.title.style, { fontSize: '1.25em', lineHeight: '1.2' });
    Object.assign(this.verdict.style, { fontSize: '1.1em', fontWeight: '700' });
    for (const each of [this.number, this.verdict, this.more, this.last]) each.style.margin = '0';
    this.column = pane.column(parts, { least: '20em' });
    this.face.canvas.addEventListener('click', (event) => this.#tapped(event), { signal: this.face.signal });
  }

  /** @param {Frame} frame */
  update(frame) {
    if (frame.t === 'classify.turn') this.#clock.see(frame, this.host.latest('classify.contest')?.lanes.length ?? 1);
    else if (frame.t === 'classify.race') this.#estimate(frame);
    if (frame.t.startsWith('classify.') && frame.t !== 'classify.turn') this.#show();
  }

  /** An instructor's tap takes a drawing off the wall. @param {MouseEvent} event */
  #tapped(event) {
    const contest = this.host.latest('classify.contest');
    const tile =
      contest?.act === DRAW && contest.drawing && this.host.canSend()
        ? tileAt(this.#tiles, this.face.point(event))
        : null;
    if (tile) this.host.send({ t: 'classify.drop', number: tile.number });
  }

  /** How long it will take, from how fast reports came. @param {Race} race */
  #estimate({ of, version, steps, step }) {
    const done = steps.data.reduce((a, b) => a + b, 0) / (of * steps.data.length);
    if (done === 0 || this.#begun?.version !== version || done < this.#begun.done)
      this.#begun = done ? { done, at: performance.now(), version } : null;
    const begun = this.#begun;
    if (!begun || done <= begun.done) return;
    const seconds = ((performance.now() - begun.at) * (1 - done)) / (1000 * (done - begun.done));
    this.#left = step < of ? `${Math.max(1, Math.round(seconds))} s` : '';
  }

  #draw() {
    const { host, face } = this;
    const [contest, race, table, board, wall] = [
      host.latest('classify.contest'),
      host.latest('classify.race'),
      host.latest('classify.table'),
      host.latest('classify.board'),
      host.latest('classify.wall'),
    ];
    if (!contest || !race) return;
    if (contest.act === DRAW && wall) this.#tiles = paintWall(face, face.box, contest, wall);
    else if (contest.act === PREDICT) paintShapes(face, face.box, contest);
    else if (contest.act === TRAIN || !table || !contest.trained)
      paintRace(face, face.box, contest, race, table, (lane, steps) => this.#clock.seconds(lane, steps));
    else if (contest.act === SHAPES) paintByShape(face, face.box, contest, table);
    else if (board) paintBoard(face, face.box, contest, board, table);
  }

  /** What one contestant came to. @param {string} key */
  #row(key) {
    return this.host.latest('classify.table')?.rows.find((row) => row.key === key);
  }

  #show() {
    const { host } = this;
    const [contest, race, board] = [
      host.latest('classify.contest'),
      host.latest('classify.race'),
      host.latest('classify.board'),
    ];
    if (!contest || !race) return;
    const act = contest.trained || contest.act <= PREDICT ? contest.act : TRAIN;
    if (act === DRAW) this.#invite(contest);
    else if (act === PREDICT) this.#ask(contest);
    else if (act === TRAIN) this.#run(race, contest);
    else if (act === SHAPES) this.#shapes(contest);
    else if (board) this.#hunt(board, contest);
    /** @type {Key[][]} */
    const keys = [
      contest.own > 0 ? [{ kind: 'square', role: 'self', text: 'drawn by the class: a shape to be told apart' }] : [],
      [],
      [
        { kind: 'line', role: 'message', text: 'accuracy on 80 rotated shapes' },
        { kind: 'dash', role: 'quiet', text: `${percent(contest.ceiling)}: all that distances tell apart` },
      ],
      [
        { kind: 'disc', role: 'total', text: '✓ always named, 200 rotations' },
        { kind: 'disc', role: 'message', text: 'sometimes wrong, in % named; ✗ under 50 %' },
      ],
      [{ kind: 'line', role: 'message', text: 'students who fooled it at least once' }],
    ];
    this.keys.show(keys[act] ?? []);
    this.#describe();
    this.column.again();
    this.face.invalidate();
  }

  /** @param {Contest} contest */
  #invite(contest) {
    const total = this.host.latest('classify.wall')?.total ?? 0;
    this.title.textContent = contest.drawing ? 'Draw one shape on the phone, in one stroke.' : 'What the class drew';
    this.number.textContent = String(total);
    this.verdict.textContent = `drawing${total === 1 ? '' : 's'} on the wall. The first eight will be told apart.`;
    this.more.textContent = `${origin(contest)} ${alike(contest)}`;
    const tap = contest.drawing && this.host.canSend() && total > 0 ? ' Tap a drawing to take it off.' : '';
    this.last.textContent = `A network sees eight points at equal distances along the stroke, centred, every stroke of one length.${tap}`;
  }

  /** @param {Contest} contest */
  #ask(contest) {
    const { lanes, chance, drawn } = contest;
    const some = new Set(lanes.map(({ numbers }) => numbers));
    this.title.textContent = `Ten networks learn to name these eight ${drawn ? 'drawings' : 'shapes'}. Then every ${drawn ? 'drawing' : 'shape'} is turned${drawn ? ' in space' : ''}.`;
    this.number.textContent = `${percent(chance)}`;
    this.verdict.textContent = `is chance. Predict: who names every turned ${drawn ? 'drawing' : 'shape'}?`;
    this.more.textContent = lanes.map(({ name }) => name).join(' · ');
    this.last.textContent = `${drawn ? `${origin(contest)} ${alike(contest)} ` : ''}Same loss, same number of steps; ${Math.min(...some).toLocaleString('en')} to ${Math.max(...some).toLocaleString('en')} weights each.`;
  }

  /** @param {Race} race @param {Contest} contest */
  #run(race, { lanes, trained, shapes, drawn }) {
    const at = (/** @type {string} */ key) =>
      this.#row(key)?.rotated ?? race.rotated.data[lanes.findIndex((lane) => lane.key === key)] ?? 0;
    this.title.textContent = trained
      ? 'Rotated shapes named by the naive network'
      : race.step < race.of
        ? `Step ${race.step} of ${race.of}, time left about`
        : `Measured: ${race.finished} of ${lanes.length}`;
    this.number.textContent = trained ? percent(at('naive')) : race.step < race.of ? this.#left || '…' : 'testing';
    this.verdict.textContent = `Tensor network ${percent(at('tensor'))}, distances only ${percent(at('distances'))}, naive ${percent(at('naive'))}.`;
    const odd = this.#row('tensor')?.odd;
    this.more.textContent = odd
      ? `The tensor network's odd scalar: ${plain(odd[0], 2)} for ${shapes[0] ?? ''}, ${plain(odd[1], 2)} for its inversion${drawn ? ': no handedness' : ''}.`
      : 'All take turns of ten steps each.';
    this.last.textContent = trained
      ? 'Invariance error: float64, largest of 20 rotations; noise 0.02 leaves no shape degenerate. Seconds: as this page saw the turns come, tests on the way included.'
      : '“Shapes seen” counts rotations. Seconds: as this page sees the turns come, tests on the way included.';
  }

  /** @param {Contest} contest */
  #shapes(contest) {
    const { ceiling, drawn } = contest;
    this.title.textContent = 'Distances alone tell apart';
    this.number.textContent = percent(ceiling);
    this.verdict.textContent = drawn
      ? `of the drawings. ${alike(contest)}`
      : 'of the shapes: the chiral pair has the same distances.';
    const [pca, frames] = [this.#row('pca'), this.#row('frames')];
    this.more.textContent = drawn
      ? 'A drawing lies in a plane: its mirror image is a half turn of it in space. It has no handedness, and an odd scalar of it is 0.'
      : 'Square, line and corner have two equal eigenvalues: their principal axes are arbitrary. A half turn maps each chiral shape onto itself: signs stay open.';
    this.last.textContent =
      pca && frames
        ? `Invariance error of the PCA pose ${printed(pca.error)}, with noise ${printed(pca.error_noisy)}; of frame averaging ${printed(frames.error)} and ${printed(frames.error_noisy)}.`
        : '';
  }

  /** @param {import('../../core/protocol.js').ClassifyBoard} board @param {Contest} contest */
  #hunt({ students, attempts, fooled }, contest) {
    const safe = fooled.filter((count) => count === 0).length;
    this.title.textContent = 'Poses that the class tried';
    this.number.textContent = String(attempts);
    this.verdict.textContent =
      students === 0
        ? 'Turn a shape on the phone and show it to all ten.'
        : `${safe} of ${fooled.length} networks are not fooled yet.`;
    this.more.textContent = students === 0 ? '' : `${students} student${students === 1 ? '' : 's'} tried.`;
    const pair = contest.groups.find((group) => group.length > 1)?.map((k) => contest.shapes[k] ?? '');
    this.last.textContent = `Whoever is exactly invariant answers alike in every pose of a shape.${pair ? ` Distances give ${pair.join(' and ')} one answer, which is right for one of them.` : ''}`;
  }

  #describe() {
    const { host } = this;
    const [contest, race, board] = [
      host.latest('classify.contest'),
      host.latest('classify.race'),
      host.latest('classify.board'),
    ];
    if (!contest || !race) return;
    this.face.describe(
      contest.act === DRAW
        ? `${this.title.textContent} ${this.number.textContent} ${this.verdict.textContent}`
        : `${contest.lanes.length} networks, ${race.step} of ${race.of} steps.`,
    );
    this.numbers.table({
      columns: [
        'network',
        'loss',
        'training data',
        'rotated',
        'rotated, noisy',
        'invariance error',
        'error, noisy',
        'shapes seen',
        'seconds',
        'fooled by students',
        ...contest.shapes,
      ],
      rows: contest.lanes.map(({ key, name }, k) => {
        const steps = race.steps.data[k] ?? 0;
        const row = contest.act <= PREDICT ? undefined : this.#row(key);
        const ran = contest.act > PREDICT && steps > 0;
        return [
          name,
          ran ? plain(race.losses.data[k] ?? 0, 3) : '',
          ran ? percent(row?.train ?? race.train.data[k] ?? 0) : '',
          ran ? percent(row?.rotated ?? race.rotated.data[k] ?? 0) : '',
          row ? percent(row.noisy) : '',
          row ? `${printed(row.error)}, ${row.zone}` : '',
          row ? `${printed(row.error_noisy)}, ${row.zone_noisy}` : '',
          ran ? String(race.samples.data[k] ?? 0) : '',
          ran ? timed(this.#clock.seconds(k, steps)) : '',
          contest.act === FOOL && board ? `${board.fooled[k] ?? 0} of ${board.students}` : '',
          ...contest.shapes.map((_, s) => (row ? percent(row.by_shape[s] ?? 0) : '')),
        ];
      }),
    });
  }
}

/** @param {Host} host @returns {import('../../core/scene.js').View} */
export function stage(host) {
  return new Stage(host);
}
