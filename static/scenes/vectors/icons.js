/** The functions Y_lm as small pictures: each is drawn once for a size and a theme, and then only stamped. */

import { Camera } from '../../draw/camera.js';
import { globeCamera } from '../../draw/globe.js';
import { Lobes } from '../../draw/lobes.js';

/** @typedef {import('../../core/protocol.js').VectorsAtlas} Atlas */
/** @typedef {import('../../draw/surface.js').Surface} Surface */

export class Icons {
  #camera = globeCamera(new Camera());
  #lobes;
  /** @type {Map<string, HTMLCanvasElement>} */
  #made = new Map();

  /** @param {Atlas} atlas */
  constructor(atlas) {
    this.atlas = atlas;
    this.#camera.reach = 1.02;
    this.#lobes = new Lobes(atlas.coarse_points.data, atlas.coarse_triangles.data);
  }

  /** @param {Surface} face @param {number} index l² + l + m @param {number} x the middle @param {number} y the middle @param {number} side */
  stamp(face, index, x, y, side) {
    const pixels = Math.round(side * face.ratio);
    const key = `${index}/${pixels}/${face.theme.dark ? 'd' : 'l'}`;
    let made = this.#made.get(key);
    if (made === undefined) {
      if (this.#made.size > 200) this.#made.clear();
      made = this.#draw(face, index, pixels);
      this.#made.set(key, made);
    }
    face.ctx.drawImage(made, x - side / 2, y - side / 2, side, side);
  }

  /** @param {Surface} face @param {number} index @param {number} side */
  #draw(face, index, side) {
    const canvas = document.createElement('canvas');
    canvas.width = side;
    canvas.height = side;
    const ctx = canvas.getContext('2d');
    if (ctx === null) throw new Error('This browser gives no 2D canvas context.');
    const count = this.atlas.coarse_points.data.length / 3;
    const values = this.atlas.functions.data.subarray(index * count, (index + 1) * count);
    const box = { x: 0, y: 0, width: side, height: side };
    this.#lobes.paint({ ctx, theme: face.theme, box }, this.#camera, values, { seams: false }, box);
    return canvas;
  }
}
