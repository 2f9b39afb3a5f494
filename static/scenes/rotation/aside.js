/** Beside the pictures: the question before the result, then the number with its zone in words, the gauge and the class. */

import { el } from '../../core/element.js';
import { paintErrors, printed } from '../../draw/errors.js';
import { toneColour, toneOf } from '../../draw/headline.js';
import { fixed } from '../../draw/numbers.js';
import { VERDICTS } from './picture.js';

/** @typedef {import('../../draw/pane.js').Pane} Pane */
/** @typedef {import('../../core/protocol.js').RotationTurned} Turned */

const COMPARED = 2;
const CHECKED = 3;
const EVERY = 4;
const QUESTIONS = [
  ['Predict: will the output turn with the input?', 'Rounding, approximate or broken? Decide before it is shown.'],
  ['Where will f(g·x) lie?', 'Green rings: where an equivariant model must put it.'],
];

export class Aside {
  /** @param {Pane} pane */
  constructor(pane) {
    this.host = pane.host;
    this.model = el('strong');
    this.remark = el('p');
    this.question = el('h2');
    this.hint = el('p');
    this.number = el('p', { class: 'number' });
    this.verdict = el('p', { role: 'status' });
    this.each = el('p');
    this.progress = el('p');
    this.crowd = el('p', { role: 'status' });
    this.fair = el('p');
    this.enlarged = el('p');
    const gauge = el('div', { class: 'fit' });
    this.gauge = gauge;
    const parts = [
      el('p', {}, this.model),
      this.remark,
      this.question,
      this.hint,
      this.number,
      this.verdict,
      this.each,
      gauge,
      this.progress,
      this.enlarged,
      this.fair,
      this.crowd,
    ];
    Object.assign(this.model.style, { fontSize: '1.12em' });
    Object.assign(this.question.style, { fontSize: '1.5em', lineHeight: '1.15', marginTop: '0.5em' });
    Object.assign(this.verdict.style, { fontWeight: '700' });
    this.small = [this.remark, this.hint, this.each, this.progress, this.enlarged, this.fair, this.crowd];
    pane.column(parts, { least: '22em', gap: '0.35em', wanted: () => false });
    this.face = pane.surface({ label: 'Gauge of relative errors', draw: (face) => this.#draw(face) }, gauge);
  }

  show() {
    const input = this.host.latest('rotation.input');
    const turned = this.host.latest('rotation.turned');
    if (!input || !turned) return;
    this.model.textContent = input.name;
    this.remark.textContent =
      turned.act === CHECKED ? `${input.dtype}. Relative error of this transform:` : `${input.dtype}. ${input.remark}`;
    const asked = turned.act < COMPARED;
    this.question.hidden = !asked;
    this.hint.hidden = !asked;
    this.number.hidden = asked;
    this.verdict.hidden = asked;
    this.each.hidden = asked || turned.act === CHECKED;
    this.number.style.fontSize = turned.act === CHECKED ? '2.2em' : '3em';
    const [question = '', hint = ''] = QUESTIONS[turned.act] ?? [];
    this.question.textContent = question;
    this.hint.textContent = turned.act === 0 && this.host.canSend() ? `${hint} Drag the input to turn it.` : hint;
    if (!asked) this.#result(turned);
    this.#check(turned);
    this.#sampler(turned);
    // Without the gauge there is room for larger words.
    for (const small of this.small) small.style.fontSize = turned.act === EVERY ? '0.95em' : '0.86em';
    this.enlarged.hidden = true;
    if (turned.act === EVERY) this.#every();
    this.#class();
    this.face.describe(this.#words());
    this.face.invalidate();
  }

  /** @param {Turned} turned */
  #result({ error, kind }) {
    const worst = error.reduce((a, b) => (b.error > a.error ? b : a));
    const colour = toneColour(toneOf(worst.zone));
    this.number.textContent = printed(worst.error);
    this.number.setAttribute('aria-label', `relative error ${printed(worst.error)}`);
    this.number.style.color = colour;
    this.verdict.textContent =
      kind === 'identity' ? 'x was not turned yet: nothing to compare.' : (VERDICTS[worst.zone] ?? '');
    this.verdict.style.color = kind === 'identity' ? '' : colour;
    this.each.textContent = `relative error: ${error.map((e) => `${e.output} ${printed(e.error)}`).join(', ')}`;
  }

  /** @param {Turned} turned */
  #check({ act }) {
    const meter = this.host.latest('rotation.meter');
    const rows = meter?.rows.length ?? 0;
    const many = act === CHECKED || (act >= COMPARED && rows > 0);
    this.gauge.hidden = act === EVERY;
    Object.assign(this.gauge.style, many ? { flex: '1 1 0', maxHeight: '19em' } : { flex: '0 0 8em', maxHeight: '' });
    this.progress.hidden = !many || !meter;
    if (!meter) return;
    const state = meter.running ? 'checking' : meter.samples < meter.of ? 'stopped' : 'checked';
    this.progress.textContent = `${state}: ${meter.samples} of ${meter.of} transforms. Mean ● of scalars, ▶ of vectors; bar to the maximum.`;
  }

  #every() {
    const table = this.host.latest('rotation.table');
    if (!table) return;
    const checked = table.lines.length;
    this.model.textContent = 'All models side by side';
    this.remark.textContent = `The largest relative error over ${table.samples} random transforms of each kind, scalars and vectors together.`;
    this.number.style.fontSize = '3em';
    this.number.style.color = '';
    this.number.textContent = `${table.sound} of ${checked}`;
    this.number.setAttribute('aria-label', `${table.sound} of ${checked} models`);
    this.verdict.style.color = '';
    this.verdict.textContent = 'stay within rounding, whatever is done to the input.';
    this.each.hidden = false;
    this.each.textContent = `This turn: ${table.words}.${this.host.canSend() ? ' Drag to turn all of them.' : ''}`;
    // An error that shrinks with the precision is rounding, however large the layers made it.
    const enlarged = table.lines.filter(
      ({ cells }) =>
        cells.every(({ dtype, zone }) => (dtype === 'float64' ? zone === 'rounding' : zone !== 'broken')) &&
        cells.some(({ zone }) => zone !== 'rounding'),
    );
    this.enlarged.hidden = enlarged.length === 0;
    this.enlarged.textContent = `${enlarged.map(({ name }) => name).join(', ')}: ≈ in float32, ✓ in float64. It shrinks with the precision, so it is rounding that the layers enlarge.`;
    this.progress.hidden = false;
    this.progress.textContent =
      checked < table.of ? `checking: ${checked} of ${table.of} models` : `checked: all ${checked} models`;
  }

  /** @param {Turned} turned */
  #sampler({ act }) {
    const drawn = this.host.latest('rotation.sampler');
    const found = drawn?.found;
    this.fair.hidden = act < CHECKED || !found;
    if (!found) return;
    const [trace, square, angle] = drawn.haar;
    const name = drawn.sampler === 'haar' ? 'Haar' : 'three Euler angles';
    const squares = `E[(tr R)²] = ${fixed(found.square, 2)} (fair: ${square})`;
    const all =
      act === EVERY
        ? [
            `E[tr R] = ${fixed(found.trace, 2)} (fair: ${trace})`,
            squares,
            `mean angle ${fixed(found.angle, 1)}° (fair: ${fixed(angle, 1)}°)`,
          ]
        : [squares];
    const asked = el('strong', {}, `Is my random rotation fair? ${found.fair ? '✓ yes' : '✗ no'}`);
    const lines = act === EVERY ? all.flatMap((line) => [el('br'), line]) : all;
    this.fair.replaceChildren(asked, el('br'), `${name}, ${drawn.count} drawn: `, ...lines);
  }

  #class() {
    const attacks = this.host.latest('rotation.attacks');
    this.crowd.hidden = !attacks || attacks.attempts === 0;
    if (!attacks || attacks.worst === null) return;
    const count = attacks.attempts === 1 ? '1 attempt' : `${attacks.attempts} attempts`;
    this.crowd.textContent = `You tried to break it. Worst of ${count}: ${printed(attacks.worst)}, ${attacks.zone ?? ''}`;
  }

  #words() {
    const meter = this.host.latest('rotation.meter');
    if (!meter || meter.rows.length === 0)
      return 'Gauge of relative errors from rounding to broken; nothing was checked yet';
    return `Relative errors: ${meter.rows.map((r) => `${r.kind} ${r.output} at most ${printed(r.maximum)}, ${r.zone}`).join('; ')}`;
  }

  /** @param {import('../../draw/surface.js').Surface} face */
  #draw(face) {
    const meter = this.host.latest('rotation.meter');
    const turned = this.host.latest('rotation.turned');
    if (!meter || !turned) return;
    const many = turned.act === CHECKED || (turned.act >= COMPARED && meter.rows.length > 0);
    paintErrors(face, {
      rows: turned.act < COMPARED ? [] : meter.rows,
      now: turned.act < COMPARED ? [] : turned.error,
      limits: meter,
      kinds: many ? ['now', 'rotation', 'reflection', 'translation'] : ['now'],
    });
  }
}
