/** The stage of `potential`: the cluster, or the training, or two runs; the number of the position beside it. */

import { el } from '../../core/element.js';
import { Camera } from '../../draw/camera.js';
import { lineChart } from '../../draw/chart.js';
import { Cloud } from '../../draw/cloud.js';
import { headline } from '../../draw/headline.js';
import { fixed, scientific, tidy } from '../../draw/numbers.js';
import { orbit } from '../../draw/orbit.js';
import { Pane } from '../../draw/pane.js';
import { Grip } from './grip.js';
import { DIRECT, DRAG, paintCluster, paintRuns, paintTraining, TRAIN } from './picture.js';
import { heats, isRun, reading, sentences } from './words.js';

/** @typedef {import('../../core/scene.js').Host} Host */
/** @typedef {import('../../core/scene.js').View} View */
/** @typedef {import('../../core/protocol.js').Frame} Frame */
/** @typedef {import('../../draw/legend.js').Key} Key */

class Stage {
  #camera = new Camera();
  #other = new Camera();
  #cloud = new Cloud();
  #second = new Cloud();
  #formula = '';
  /** @type {{time: number, step: number} | null} when the training was first seen */
  #begun = null;

  /** @param {Host} host */
  constructor(host) {
    const pane = new Pane(host);
    this.host = host;
    this.face = pane.surface({ label: 'The cluster', focusable: true, draw: () => this.#draw() });
    this.grip = new Grip((wish) => void host.send({ t: 'potential.grip', ...wish }), 80);
    pane.onEnd(() => this.grip.still());
    orbit(this.face, this.#camera, {
      grab: (point) => this.#grab(point),
      changed: () => Object.assign(this.#other, { rotation: this.#camera.rotation }),
    });
    this.numbers = pane.twin('The cluster in numbers');
    this.keys = pane.legend();
    const number = el('div');
    this.number = headline(number);
    this.said = el('div');
    Object.assign(this.said.style, { display: 'grid', gap: '0.6em', lineHeight: '1.3' });
    this.column = pane.column([number, this.said], { least: '20em', gap: '0.7em' });
    this.#legend();
  }

  /** @param {Frame} frame */
  update(frame) {
    if (frame.t === 'potential.training') {
      if (frame.step === 0) this.#begun = null;
      else this.#begun ??= { time: performance.now(), step: frame.step };
    }
    if (frame.t.startsWith('potential.')) this.#show();
  }

  #position() {
    return this.host.latest('potential.cluster')?.position ?? 0;
  }

  /** The instructor's pull. @param {{x: number, y: number}} point */
  #grab(point) {
    if (!this.host.canSend() || this.#position() > DRAG) return null;
    const atom = this.#cloud.hit(point);
    if (atom < 0) return null;
    return {
      move: (/** @type {{x: number, y: number}} */ now) => {
        const at = this.host.latest('potential.cluster')?.positions.data;
        if (!at) return;
        const through = /** @type {[number, number, number]} */ ([
          at[3 * atom] ?? 0,
          at[3 * atom + 1] ?? 0,
          at[3 * atom + 2] ?? 0,
        ]);
        this.grip.pull(atom, this.#camera.unproject(now.x, now.y, through, this.face.box));
      },
      drop: () => this.grip.release(atom),
    };
  }

  /** Whether the training is what is seen: also where it is waited for. */
  #trains() {
    const run = this.host.latest('potential.run');
    return (
      this.#position() === TRAIN ||
      (isRun(this.#position()) && run !== undefined && run.missing !== '' && run.frame < 0)
    );
  }

  #legend() {
    const position = this.#position();
    const shown = this.host.latest('potential.cluster');
    const trains = this.#trains();
    const shares = (trains ? this.host.latest('potential.training') : shown)?.energies.data ?? [];
    const span = shares.length > 0 ? [Math.min(...shares), Math.max(...shares)] : [0, 1];
    /** @type {Key[]} */
    const keys = [];
    if (position <= DRAG) {
      keys.push(
        { kind: 'bar', lo: fixed(span[0] ?? 0, 1), hi: fixed(span[1] ?? 1, 1), text: 'E_i' },
        { kind: 'line', role: 'edge', text: 'nearer than 1.35' },
      );
      if (position > 0) keys.push({ kind: 'arrow', role: 'arrow', text: 'F_i, the longest is max |F|' });
      if (position === DRAG) keys.push({ kind: 'arrow', role: 'self', text: 'the hands' });
    } else if (trains)
      keys.push(
        { kind: 'bar', lo: tidy(span[0] ?? 0, 1), hi: tidy(span[1] ?? 1, 1), text: 'E_i of the network' },
        { kind: 'arrow', role: 'arrow', text: 'F, true' },
        { kind: 'arrow', role: 'self', text: 'F of the network' },
        { kind: 'dash', role: 'quiet', text: 'answering 0' },
      );
    else {
      const names = this.host.latest('potential.run')?.names ?? ['', ''];
      keys.push({ kind: 'line', role: 'message', text: names[0] }, { kind: 'dash', role: 'self', text: names[1] });
    }
    this.keys.show(keys);
  }

  /** Seconds left, from how the frames came. */
  #left() {
    const training = this.host.latest('potential.training');
    const [begun, now] = [this.#begun, performance.now()];
    if (!training || !begun || training.step <= begun.step || training.step >= training.of) return '';
    const seconds = ((now - begun.time) / 1000 / (training.step - begun.step)) * (training.of - training.step);
    return `, about ${Math.max(1, Math.round(seconds))} s left`;
  }

  #show() {
    const [shown, run, training] = [
      this.host.latest('potential.cluster'),
      this.host.latest('potential.run'),
      this.host.latest('potential.training') ?? null,
    ];
    if (!shown || !run) return;
    const wanted = shown.position === DIRECT ? 'asymmetry' : 'energy';
    if (wanted !== this.#formula) this.host.heading.replaceChildren(this.host.formula(wanted));
    this.#formula = wanted;
    const told = reading(shown, run, training);
    this.number.show(told);
    const words = sentences(shown, run, training, this.#left()).filter((text) => text !== '');
    this.said.replaceChildren(...words.map((text) => el('p', {}, text)));
    for (const line of this.said.children) if (line instanceof HTMLElement) line.style.margin = '0';
    this.#legend();
    this.column.again();
    this.numbers.list([
      [told?.of ?? 'number', told?.value ?? 'not measured yet'],
      ['E', fixed(shown.total, 4)],
      ['sum of forces', scientific(shown.net)],
      ['sum of torques', scientific(shown.torque)],
      ['training step', `${training?.step ?? 0} of ${training?.of ?? 0}`],
      [
        'training loss',
        training && training.losses.data.length > 0
          ? scientific(training.losses.data.at(-1) ?? NaN)
          : 'not measured yet',
      ],
      ['spreads of E_tot', isRun(shown.position) ? run.spreads.map((value) => scientific(value)).join(', ') : ''],
      [
        'temperatures',
        isRun(shown.position)
          ? heats(run)
              .map((value) => fixed(value, 3))
              .join(', ')
          : '',
      ],
      ['lambda', run.direct === null ? '' : `${scientific(run.gradient ?? 0)}, ${scientific(run.direct)}`],
      ['E_i', Array.from(shown.energies.data, (value) => fixed(value, 2)).join(', ')],
    ]);
    this.face.describe(
      `${shown.energies.data.length} atoms. ${told ? `${told.of}: ${told.value}. ${told.words}` : ''}`,
    );
    this.face.invalidate();
  }

  #draw() {
    const [{ face }, shown, run, training] = [
      this,
      this.host.latest('potential.cluster'),
      this.host.latest('potential.run'),
      this.host.latest('potential.training'),
    ];
    if (!shown || !run) return;
    if (this.#trains()) {
      if (training) paintTraining(face, this.#camera, this.#cloud, training, shown, face.box);
      return;
    }
    if (isRun(shown.position)) {
      paintRuns(face, [this.#camera, this.#other], [this.#cloud, this.#second], run, face.box);
      return;
    }
    const chart = shown.position === DRAG && shown.history.data.length > 1 ? face.height * 0.3 : 0;
    paintCluster(face, this.#camera, this.#cloud, shown, {
      x: 0,
      y: 0,
      width: face.width,
      height: face.height - chart,
    });
    if (chart > 0) {
      const y = shown.history.data;
      lineChart(
        face,
        {
          series: [{ name: '', x: Array.from(y, (_, k) => k - y.length + 1), y }],
          xName: 'moments ago',
          yName: 'E above rest',
          xRange: { from: -Math.max(40, y.length), to: 0 },
          yRange: { from: 0, to: Math.max(0.05, ...y) * 1.1 },
        },
        { x: face.small, y: face.height - chart, width: face.width - face.small, height: chart },
      );
    }
  }
}

/** @param {Host} host @returns {View} */
export function stage(host) {
  return new Stage(host);
}
