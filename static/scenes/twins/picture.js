/** The two clouds with one camera, the histogram that faces its twin below them, and at the end one cloud over the other. */

import { Camera } from '../../draw/camera.js';
import { Cloud } from '../../draw/cloud.js';
import { facing } from '../../draw/facing.js';
import { write } from '../../draw/mark.js';

/** @typedef {import('../../draw/surface.js').Surface} Surface */
/** @typedef {import('../../draw/surface.js').Box} Box */
/** @typedef {import('../../draw/surface.js').Theme} Theme */
/** @typedef {import('../../core/protocol.js').TwinsClouds} Clouds */
/** @typedef {import('../../core/protocol.js').TwinsSeen} Seen */
/** @typedef {import('../../core/protocol.js').TwinsVerdict} Verdict */
/** @typedef {import('../../core/protocol.js').TwinsRow} Row */

export const VERDICT = 5;
/** Neighbors whose mutual distances can all be drawn. */
const FEW = 4;

/** The center before the neighbors. @param {ArrayLike<number>} neighbors (n, 3) */
function centred(neighbors) {
  return Float32Array.from({ length: neighbors.length + 3 }, (_, k) => (k < 3 ? 0 : (neighbors[k - 3] ?? 0)));
}

/** From the center to every neighbor, and between the neighbors of a body. @param {number} n @param {readonly number[]} body */
function sticks(n, body) {
  const pairs = Array.from({ length: n }, (_, i) => [0, i + 1]).flat();
  body.forEach((i, k) => body.slice(k + 1).forEach((j) => pairs.push(i + 1, j + 1)));
  return pairs;
}

export class Picture {
  camera = new Camera();
  #a = new Cloud();
  #b = new Cloud();
  /** @type {Clouds | undefined} */
  clouds;
  /** @type {Seen | undefined} */
  seen;
  /** @type {Verdict | undefined} */
  verdict;

  /** @param {Surface} face */
  paint(face) {
    const { clouds, seen, verdict } = this;
    if (!clouds || !seen || seen.version !== clouds.version) return;
    const { width, height } = face;
    if (seen.act === VERDICT && verdict && verdict.placed.data.length > 0) {
      this.camera.fit([0, 0, 0, ...clouds.a.data, ...verdict.placed.data], 0.4);
      this.#over(face, clouds, verdict);
      return;
    }
    this.camera.fit([0, 0, 0, ...clouds.a.data, ...clouds.b.data], 0.4);
    const counted = seen.act > 0;
    const high = counted ? height * 0.56 : height;
    // Where there is more height than width, and no histogram wants it, B stands below A.
    const below = !counted && height > width;
    const half = below ? { width, height: high / 2 } : { width: width / 2, height: high };
    const halves = /** @type {const} */ ([
      { x: 0, y: 0, ...half },
      { x: below ? 0 : half.width, y: below ? half.height : 0, ...half },
    ]);
    this.#one(face, this.#a, clouds.a.data, clouds.kept, seen.first, halves[0], 'A', face.theme.self);
    this.#one(face, this.#b, clouds.b.data, clouds.kept, seen.second, halves[1], 'B', face.theme.bias);
    if (!counted) return;
    const box = { x: 0, y: high, width, height: height - high };
    if (seen.values.data.length === 0) {
      write(face, 'Too few neighbors for a body of this order.', width / 2, box.y + box.height / 2, {
        colour: face.theme.quiet,
      });
      return;
    }
    facing(face, this.histogram(face.theme), box);
  }

  /** @param {Theme} theme @returns {import('../../draw/facing.js').FacingData} */
  histogram(theme) {
    const { seen } = this;
    return {
      values: seen?.values.data ?? [],
      above: seen?.of_a.data ?? [],
      below: seen?.of_b.data ?? [],
      names: ['A', 'B'],
      colours: [theme.self, theme.bias],
      title: seen?.reading ?? '',
    };
  }

  /**
   * @param {Surface} face @param {Cloud} cloud @param {ArrayLike<number>} neighbors @param {number} kept
   * @param {readonly number[]} body that differs most @param {Box} box @param {string} name @param {string} colour
   */
  #one(face, cloud, neighbors, kept, body, box, name, colour) {
    const n = neighbors.length / 3;
    const { theme, unit } = face;
    // From order 3 on the distances between neighbors count: few enough of them are drawn all.
    const lines =
      body.length === 0 && (this.seen?.act ?? 0) > 1 && n <= FEW ? Array.from({ length: n }, (_, i) => i) : body;
    cloud.paint(
      face,
      this.camera,
      {
        positions: centred(neighbors),
        edges: sticks(n, lines),
        colour: (i) => (i === 0 ? grey(theme) : i > kept ? theme.message : colour),
        inside: (i) => (i === 0 ? '' : String(i)),
        radius: this.camera.reach * 0.13,
        sizeOf: (i) => (i === 0 ? 0.6 : 1),
        ...(body.length > 0 ? { highlighted: [0, ...body.map((i) => i + 1)] } : {}),
      },
      box,
    );
    write(face, name, box.x + unit, box.y + unit, { size: unit * 1.5, weight: 700, colour });
  }

  /** B, as it lies best, over A. @param {Surface} face @param {Clouds} clouds @param {Verdict} verdict */
  #over(face, clouds, verdict) {
    const { theme, ctx, line, unit } = face;
    const n = clouds.a.data.length / 3;
    const [a, b] = [centred(clouds.a.data), centred(verdict.placed.data)];
    const box = { x: 0, y: unit * 1.6, width: face.width, height: face.height - unit * 1.6 };
    this.#b.paint(
      face,
      this.camera,
      {
        positions: b,
        edges: sticks(n, []),
        colour: (i) => (i === 0 ? grey(theme) : theme.bias),
        radius: this.camera.reach * 0.12,
        sizeOf: () => 0.6,
        ghosts: { positions: a, edges: sticks(n, []), colour: theme.self },
      },
      box,
    );
    const [to, from] = [this.camera.project(b, box), this.camera.project(a, box)];
    ctx.strokeStyle = theme.message;
    ctx.lineWidth = line * 1.6;
    ctx.beginPath();
    for (let i = 1; i <= n; i += 1) {
      ctx.moveTo(from.x[i] ?? 0, from.y[i] ?? 0);
      ctx.lineTo(to.x[i] ?? 0, to.y[i] ?? 0);
    }
    ctx.stroke();
    write(face, 'B, turned as well as it can be, over A', face.width / 2, unit, { weight: 700, size: unit });
  }
}

/** The center's grey. @param {Theme} theme */
function grey(theme) {
  return theme.dark ? '#d6dae1' : '#3b4350';
}
