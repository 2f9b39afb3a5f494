/** Two chains side by side, nodes coloured by the ends they have heard of, and what is said of the number of layers. */

import { approach } from '../../draw/approach.js';
import { Camera, identity } from '../../draw/camera.js';
import { Cloud } from '../../draw/cloud.js';
import { write } from '../../draw/mark.js';
import { orbit } from '../../draw/orbit.js';

/** @typedef {import('../../core/protocol.js').ChainsPicture} Picture */
/** @typedef {import('../../core/protocol.js').ChainsNumber} Shown */
/** @typedef {import('../../draw/surface.js').Surface} Surface */
/** @typedef {import('../../draw/surface.js').Box} Box */

/** @param {number} layers */
export const counted = (layers) => `${layers} layer${layers === 1 ? '' : 's'}`;

/** What is said of the number. @param {Shown} shown */
export function verdict({ layers, told, values, seeds }) {
  if (layers === 0) return '';
  if (told === null) return `measuring: ${values.length} of ${seeds} networks`;
  return told ? 'Signal: it tells S from C.' : 'Rounding: to it, S and C are the same.';
}

/** Of a node, in units of the chains; and how much nearer than their sphere the camera comes: they are long and thin. */
const RADIUS = 0.7;
const LONG = 0.3;

/** Both chains, standing side by side, nodes coloured by the ends they have heard of. */
export class Chains {
  #camera = new Camera();
  #clouds = [new Cloud(), new Cloud()];

  constructor() {
    this.#camera.home = identity();
    this.#camera.reset();
  }

  /** @param {Surface} face */
  bind(face) {
    orbit(face, this.#camera, { changed: () => face.invalidate() });
  }

  /** @param {Surface} face @param {Picture} picture @param {Shown} shown @param {Box} box */
  paint(face, picture, shown, box) {
    const { theme, unit, small } = face;
    const heard = shown.heard.data;
    const tones = [theme.edge, theme.message, theme.self, theme.total];
    const n = heard.length;
    const edges = Array.from({ length: n - 1 }, (_, i) => [i, i + 1]).flat();
    const colour = (/** @type {number} */ i) => tones[heard[i] ?? 0] ?? theme.edge;
    const half = box.width / 2;
    [picture.s, picture.c].forEach(({ data }, which) => {
      const place = { x: box.x + which * half, y: box.y + unit * 1.6, width: half, height: box.height - unit * 1.6 };
      // Both chains by one measure, in whichever direction they are looked at.
      approach(this.#camera, [...picture.s.data, ...picture.c.data], place, RADIUS * 1.6, LONG);
      this.#clouds[which]?.paint(
        face,
        this.#camera,
        {
          positions: data,
          edges,
          colour,
          radius: RADIUS,
          inside: (i) => ['', '↓', '↑', '↕'][heard[i] ?? 0] ?? '',
          edgeColour: () => theme.edge,
        },
        place,
      );
      write(face, which === 0 ? 'S' : 'C', place.x + half / 2, box.y + unit * 0.8, { size: unit * 1.3, weight: 700 });
    });
    if (shown.layers > 0)
      write(face, `after ${counted(shown.layers)}`, box.x + half, box.y + unit * 0.8, {
        size: small,
        colour: theme.quiet,
      });
  }
}
