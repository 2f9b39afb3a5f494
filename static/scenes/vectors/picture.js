/** The picture of the stage by position, and the short way from one frame's values to the next. */

import { paintBlocks, paintStrip } from '../../draw/blocks.js';
import { paintArrows, paintGlobe } from '../../draw/globe.js';
import { Lobes, signColours } from '../../draw/lobes.js';
import { roundBox, write } from '../../draw/mark.js';
import { fixed } from '../../draw/numbers.js';
import { fade } from '../../draw/palette.js';
import { Icons } from './icons.js';
import { block, paintPyramid } from './pyramid.js';

/** @typedef {import('../../core/protocol.js').Frame} Frame */
/** @typedef {import('../../core/protocol.js').VectorsShown} Shown */
/** @typedef {import('../../draw/surface.js').Surface} Surface */
/** @typedef {import('../../draw/surface.js').Box} Box */
/** @typedef {import('../../draw/surface.js').Point} Point */
/** @typedef {import('../../draw/camera.js').Camera} Camera */
/** @typedef {import('../../draw/camera.js').Vector} Vector */

const SOFT = 140;
const [SURFACE, PREDICT, TURNED, NORMS, NEIGHBORS] = [2, 3, 4, 5, 6];

/** An array on its way from what was seen to what came last. */
class Soft {
  /** @type {Float32Array} */
  from = new Float32Array(0);
  /** @type {Float32Array} */
  to = new Float32Array(0);
  #start = 0;
  #length = 0;

  /** @param {ArrayLike<number>} values @param {number} now @param {boolean} still */
  take(values, now, still) {
    const seen = this.at(now);
    this.to = Float32Array.from(values);
    this.from = seen.length === this.to.length ? seen : this.to;
    this.#start = now;
    this.#length = still ? 0 : SOFT;
  }

  /** @param {number} now @returns {Float32Array} */
  at(now) {
    const t = this.#length > 0 ? Math.min(1, Math.max(0, (now - this.#start) / this.#length)) : 1;
    if (t >= 1) return this.to;
    const k = t * t * (3 - 2 * t);
    return this.to.map((v, i) => (this.from[i] ?? v) + (v - (this.from[i] ?? v)) * k);
  }
}

export class Picture {
  /** @type {Shown | null} */
  shown = null;
  /** @type {number | null} the degree that is drawn alone */
  drawn = null;
  /** @type {Box} */
  globe = { x: 0, y: 0, width: 1, height: 1 };
  #peak = 1;
  #surface = new Soft();
  #turned = new Soft();
  #after = new Soft();
  #before = new Soft();
  /** @type {Icons | null} */
  #icons = null;
  /** @type {Lobes | null} */
  #lobes = null;
  /** @type {ArrayLike<number>} */
  #matrix = [];
  /** @type {Box[]} */
  #rows = [];

  /** @param {Frame} frame @param {number} now @param {boolean} still @returns {number} when it rests */
  take(frame, now, still) {
    if (frame.t === 'vectors.atlas') {
      this.#icons = new Icons(frame);
      this.#lobes = new Lobes(frame.points.data, frame.triangles.data);
    }
    if (frame.t === 'vectors.matrix') this.#matrix = frame.values.data;
    if (frame.t === 'vectors.surface') {
      this.drawn = frame.drawn;
      this.#peak = frame.peak;
      this.#surface.take(frame.values.data, now, still);
    }
    if (frame.t === 'vectors.shown') {
      this.shown = frame;
      this.#turned.take(frame.turned.data, now, still);
      this.#after.take(frame.after.data, now, still);
      this.#before.take(frame.before.data, now, still);
    }
    return now + SOFT;
  }

  /** The degree whose row lies under a finger, −1 for none. @param {Point} point */
  rowAt({ x, y }) {
    return this.#rows.findIndex((row) => x >= row.x && x <= row.x + row.width && y >= row.y && y <= row.y + row.height);
  }

  /** @param {Surface} face @param {Camera} camera */
  paint(face, camera) {
    const { shown } = this;
    if (!shown) return;
    const { width, height } = face;
    const share = { 0: 0.56, [TURNED]: 0.38 }[shown.act] ?? 0.43;
    this.globe = { x: 0, y: 0, width: width * share, height };
    this.#rows = [];
    this.#ball(face, camera, shown);
    const right = { x: width * share + face.unit * 0.4, y: 0, width: width * (1 - share) - face.unit * 0.4, height };
    if (shown.act === 0) this.#cartesian(face, shown, right);
    else if (shown.act === TURNED) this.#representation(face, shown, right);
    else this.#pyramid(face, shown, right);
  }

  /** @param {Surface} face @param {Camera} camera @param {Shown} shown */
  #ball(face, camera, shown) {
    const { theme } = face;
    const now = face.now || performance.now();
    const box = this.globe;
    paintGlobe(face, camera, box, { quiet: shown.act >= SURFACE });
    if (shown.act >= SURFACE && this.#lobes) this.#lobes.paint(face, camera, this.#surface.at(now), {}, box);
    const turned = this.#turned.at(now);
    const many = turned.length / 3 > 12;
    const tip = (/** @type {ArrayLike<number>} */ from, /** @type {number} */ i, /** @type {number} */ far) =>
      /** @type {Vector} */ ([0, 1, 2].map((k) => (from[3 * i + k] ?? 0) * far));
    const reach = shown.act >= SURFACE ? 1.12 : 1;
    /** @type {import('../../draw/globe.js').GlobeArrow[]} */
    const arrows = [];
    for (let i = 0; i < turned.length / 3; i += 1) {
      const single = shown.act < NEIGHBORS;
      if (shown.act >= PREDICT && !many)
        arrows.push({
          tip: tip(shown.arrows.data, i, reach),
          colour: theme.quiet,
          kind: 'ghost',
          ...(single ? { name: 'v' } : {}),
        });
      const name = single ? (shown.act >= PREDICT ? 'R v' : 'v') : '';
      arrows.push({
        tip: tip(turned, i, reach),
        colour: theme.arrow,
        name,
        width: many ? 1 : shown.act >= SURFACE ? 1.5 : 2.2,
      });
    }
    paintArrows(face, camera, arrows, box);
    this.#caption(face, shown, box);
  }

  /** @param {Surface} face @param {Shown} shown @param {Box} box */
  #caption(face, shown, box) {
    const { theme, small } = face;
    const y = box.y + box.height - small * 0.9;
    /** @type {string[]} */
    const words = [];
    if (shown.act >= PREDICT) words.push(`turned by ${Math.round(shown.angle)}°`);
    if (shown.act >= SURFACE)
      words.push(
        this.drawn === null
          ? `surface of ${block(0)} to ${block(shown.degree)}`
          : `surface of ${block(this.drawn)} alone`,
      );
    if (shown.act >= SURFACE && this.#peak === 0) words.push('all zero: nothing to draw');
    if (words.length > 0) write(face, words.join(' · '), box.x + box.width / 2, y, { colour: theme.quiet });
  }

  /** x, y and z as three wide bars. @param {Surface} face @param {Shown} shown @param {Box} box */
  #cartesian(face, shown, box) {
    const { ctx, theme, unit, line } = face;
    const { positive, negative } = signColours(theme);
    const values = this.#after.to.length > 0 ? this.#turned.at(face.now || performance.now()) : shown.arrows.data;
    const step = Math.min(box.height / 4, unit * 6);
    const top = box.y + (box.height - 3 * step) / 2;
    const [left, right] = [box.x + unit * 2.2, box.x + box.width - unit * 6.6];
    const zero = (left + right) / 2;
    ['x', 'y', 'z'].forEach((name, k) => {
      const y = top + (k + 0.5) * step;
      const value = values[k] ?? 0;
      const length = (Math.abs(value) * (right - left)) / 2;
      write(face, name, box.x + unit * 1.1, y, { size: unit * 1.5, weight: 700, halo: null });
      roundBox(ctx, left, y - unit * 0.85, right - left, unit * 1.7, 6);
      ctx.fillStyle = fade(theme.edge, 0.14);
      ctx.fill();
      ctx.fillStyle = value >= 0 ? positive : negative;
      roundBox(
        ctx,
        value >= 0 ? zero : zero - length,
        y - unit * 0.85,
        Math.max(1, length),
        unit * 1.7,
        Math.min(6, length / 2),
      );
      ctx.fill();
      ctx.strokeStyle = theme.ink;
      ctx.lineWidth = line * 0.7;
      ctx.beginPath();
      ctx.moveTo(zero, y - unit * 1.15);
      ctx.lineTo(zero, y + unit * 1.15);
      ctx.stroke();
      write(face, fixed(value, 3), box.x + box.width - unit * 0.3, y, {
        size: unit * 1.5,
        weight: 650,
        align: 'right',
        halo: null,
      });
    });
    write(face, '−1', left, top + 3 * step - unit * 0.4, { colour: theme.quiet, halo: null });
    write(face, '0', zero, top + 3 * step - unit * 0.4, { colour: theme.quiet, halo: null });
    write(face, '+1', right, top + 3 * step - unit * 0.4, { colour: theme.quiet, halo: null });
  }

  /** @param {Surface} face @param {Shown} shown @param {Box} box */
  #pyramid(face, shown, box) {
    const now = face.now || performance.now();
    const hidden = shown.act <= PREDICT;
    const note = (/** @type {number} */ l) => {
      const found = shown.blocks[l];
      if (!found || shown.act < NORMS) return '';
      return `${fixed(found.before, 3)} → ${fixed(found.after, 3)}`;
    };
    const head = face.small * 1.9;
    const words =
      shown.act >= NORMS
        ? 'norm of each block, before → after'
        : shown.act === PREDICT
          ? 'before the turn; after it: ?'
          : '';
    if (words)
      write(face, words, box.x + box.width - face.small * 0.2, box.y + head / 2, {
        align: 'right',
        colour: face.theme.quiet,
        halo: null,
      });
    this.#rows = paintPyramid(
      face,
      {
        degree: shown.degree,
        values: hidden ? this.#before.at(now) : this.#after.at(now),
        icons: this.#icons,
        ...(hidden ? {} : { ghosts: this.#before.at(now) }),
        ...(this.drawn === null || shown.act < SURFACE ? {} : { chosen: this.drawn }),
        ...(shown.act >= NORMS ? { note } : {}),
      },
      { ...box, y: box.y + (words ? head : 0), height: box.height - (words ? head : 0) },
    );
  }

  /** Y(R v) = D(R) Y(v) as three matrices. @param {Surface} face @param {Shown} shown @param {Box} box */
  #representation(face, shown, box) {
    const sizes = Array.from({ length: shown.degree + 1 }, (_, l) => 2 * l + 1);
    const k = (shown.degree + 1) ** 2;
    const { small, unit } = face;
    const head = small * 2;
    const gap = unit * 2;
    const strip = unit * 1.3;
    const names = small * 2.1;
    const side = Math.max(
      2,
      Math.min((box.width - 2 * strip - 2 * gap - names - unit * 2) / k, (box.height - head) / k),
    );
    const total = 2 * strip + 2 * gap + names + side * k;
    const x = box.x + (box.width - total) / 2;
    const y = box.y + head + (box.height - head - side * k) / 2;
    const range = Math.max(1.5, ...Array.from(shown.before.data, Math.abs));
    const now = face.now || performance.now();
    paintStrip(face, { values: this.#after.at(now), sizes, title: 'Y(R v)', range }, { x, y }, side, strip);
    const middle = y + (side * k) / 2;
    write(face, '=', x + strip + gap / 2, middle, { size: unit * 1.6, weight: 700, halo: null });
    const at = x + strip + gap;
    paintBlocks(
      face,
      { values: this.#matrix, sizes, name: (l) => block(l) },
      { x: at, y, width: names + side * k, height: side * k },
    );
    write(face, 'D(R)', at + names + (side * k) / 2, y - small * 0.85, { weight: 650, halo: null });
    const last = at + names + side * k + gap;
    write(face, '·', last - gap / 2, middle, { size: unit * 1.8, weight: 700, halo: null });
    paintStrip(face, { values: this.#before.at(now), sizes, title: 'Y(v)', range }, { x: last, y }, side, strip);
  }
}
