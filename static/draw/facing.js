/**
 * Two histograms that face each other: one stands on the line of values, the other hangs from it; equal ones mirror.
 *
 *   facing(face, { values, above, below, names: ['A', 'B'], title: 'distance' }, box?)
 *   facingTable(data)         rows for a text twin
 *
 * Every value has a column of its own, evenly spaced and in order; what has no partner opposite is hatched, and marked.
 */

import { roundBox, write } from './mark.js';
import { column } from './numbers.js';

/** @typedef {import('./surface.js').Surface} Surface */
/** @typedef {import('./surface.js').Box} Box */
/**
 * @typedef {object} FacingData
 * @property {ArrayLike<number>} values (k) ascending
 * @property {ArrayLike<number>} above (k) counts
 * @property {ArrayLike<number>} below (k) counts
 * @property {readonly [string, string]} names of the two, above and below
 * @property {readonly [string, string]} colours
 * @property {string} [title]
 */

/** @param {Surface} face @param {FacingData} data @param {Box} [box] */
export function facing(face, data, box = face.box) {
  const { small, unit } = face;
  const { values, above, below, names, colours } = data;
  const count = values.length;
  if (data.title) title(face, data.title, { ...box, height: unit * 1.2 });
  const [top, left] = [box.y + unit * 1.4, box.x + unit * 1.8];
  const area = {
    x: left,
    y: top,
    width: box.x + box.width - left - unit * 0.4,
    height: box.y + box.height - top - unit * 0.3,
  };
  const middle = area.y + area.height / 2;
  const band = small * 0.95;
  const tall = area.height / 2 - band - small * 1.1;
  const most = Math.max(1, ...Array.from(above), ...Array.from(below));
  const step = Math.min(area.width / Math.max(1, count), unit * 6);
  const first = area.x + (area.width - step * count) / 2;
  names.forEach((name, k) => {
    write(
      face,
      name,
      Math.max(box.x + unit * 0.9, first - unit * 1.3),
      middle + (k === 0 ? -1 : 1) * (band + tall * 0.5),
      { size: unit, weight: 700, colour: colours[k] ?? face.theme.ink },
    );
  });
  for (const y of [middle - band, middle + band]) rule(face, first - unit * 0.3, first + step * count + unit * 0.3, y);
  const texts = column(values, 1);
  face.ctx.font = face.font(small, 500);
  const widest = Math.max(1, ...texts.map((text) => face.ctx.measureText(text).width)) + small * 0.4;
  const every = Math.max(1, Math.ceil(widest / step));
  const width = Math.min(step * 0.72, unit * 2.8);
  for (let k = 0; k < count; k += 1) {
    const x = first + (k + 0.5) * step;
    const pair = /** @type {const} */ ([above[k] ?? 0, below[k] ?? 0]);
    if (k % every === 0)
      write(face, texts[k] ?? '', x, middle, {
        colour: pair[0] === pair[1] ? face.theme.quiet : face.theme.ink,
        weight: pair[0] === pair[1] ? 500 : 700,
        halo: null,
      });
    for (const side of /** @type {const} */ ([0, 1])) {
      bar(
        face,
        { x, from: middle + (side === 0 ? -band : band), sign: side === 0 ? -1 : 1, width, tall: tall / most },
        pair[side],
        pair[1 - side] ?? 0,
        colours[side],
      );
    }
  }
}

/** In one line, smaller where the box is narrow. @param {Surface} face @param {string} text @param {Box} box */
function title(face, text, box) {
  face.ctx.font = face.font(face.small, 700);
  const size = face.small * Math.min(1, (box.width - face.small) / face.ctx.measureText(text).width);
  write(face, text, box.x + box.width / 2, box.y + box.height / 2, { size, weight: 700 });
}

/**
 * A bar away from the line; what has no partner opposite is hatched.
 * @param {Surface} face
 * @param {{x: number, from: number, sign: number, width: number, tall: number}} at tall: pixels of one
 * @param {number} count
 * @param {number} other
 * @param {string} colour
 */
function bar(face, { x, from, sign, width, tall }, count, other, colour) {
  if (count === 0) return;
  const { ctx, theme, small, line } = face;
  const height = count * tall;
  const y = sign < 0 ? from - height : from;
  const shared = Math.min(count, other) * tall;
  roundBox(ctx, x - width / 2, y, width, height, Math.min(5, width / 3));
  ctx.fillStyle = colour;
  ctx.fill();
  if (count > other) {
    const extra = { x: x - width / 2, y: sign < 0 ? y : from + shared, width, height: height - shared };
    hatch(face, extra);
  }
  const lonely = count > other;
  if (width > small * 0.7 || lonely) {
    const text = lonely && width > small * 1.8 ? `${count} ≠ ${other}` : String(count);
    write(face, text, x, from + sign * (height + small * 0.62), {
      weight: lonely ? 700 : 600,
      colour: lonely ? theme.message : theme.ink,
    });
  }
  ctx.lineWidth = line;
}

/** @param {Surface} face @param {Box} box */
function hatch({ ctx, theme, line }, box) {
  ctx.save();
  ctx.beginPath();
  ctx.rect(box.x, box.y, box.width, box.height);
  ctx.clip();
  ctx.fillStyle = theme.paper;
  ctx.fillRect(box.x, box.y, box.width, box.height);
  ctx.strokeStyle = theme.message;
  ctx.lineWidth = line;
  ctx.beginPath();
  for (let d = -box.height; d < box.width; d += line * 3) {
    ctx.moveTo(box.x + d, box.y + box.height);
    ctx.lineTo(box.x + d + box.height, box.y);
  }
  ctx.rect(box.x, box.y, box.width, box.height);
  ctx.stroke();
  ctx.restore();
}

/** @param {Surface} face @param {number} x0 @param {number} x1 @param {number} y */
function rule({ ctx, theme }, x0, x1, y) {
  ctx.strokeStyle = theme.edge;
  ctx.lineWidth = 2;
  ctx.beginPath();
  ctx.moveTo(x0, y);
  ctx.lineTo(x1, y);
  ctx.stroke();
}

/** @param {FacingData} data @returns {import('./pane.js').Table} */
export function facingTable({ values, above, below, names, title }) {
  return {
    columns: [title ?? 'value', ...names],
    rows: column(values, 3).map((text, k) => [text, String(above[k] ?? 0), String(below[k] ?? 0)]),
  };
}
