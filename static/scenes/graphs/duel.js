/** Two graphs side by side with the colours of their nodes, and below each what one network says of it, every digit. */

import { write } from '../../draw/mark.js';
import { Network } from '../../draw/network.js';
import { everyDigit, letter, pairsOf } from './reading.js';

/** @typedef {import('../../draw/surface.js').Surface} Surface */
/** @typedef {import('./reading.js').Duel} DuelFrame */

const SUBSCRIPTS = '₀₁₂₃₄₅₆₇₈₉';

export class Duel {
  #networks = [new Network(), new Network()];

  /** @param {Surface} face @param {DuelFrame} duel @param {boolean} told whether the outputs are shown */
  paint(face, duel, told) {
    const { width, height, small, unit, theme } = face;
    const names = duel.pair.split(' and ');
    const outputs = [duel.left_output.data, duel.right_output.data];
    const line = unit * 1.5;
    const rows = outputs[0]?.length ?? 0;
    const foot = (rows + 1.2) * line;
    const sides = /** @type {const} */ ([
      [duel.left, duel.left_edges, duel.left_colours],
      [duel.right, duel.right_edges, duel.right_colours],
    ]);
    sides.forEach(([positions, edges, colours], k) => {
      const x = (k * width) / 2;
      write(face, names[k] ?? '', x + width / 4, small, { weight: 700, size: unit, halo: null });
      this.#networks[k]?.paint(
        face,
        {
          positions: positions.data,
          edges: pairsOf(edges).flat(),
          colour: (i) => theme.hues[(colours.data[i] ?? 0) % theme.hues.length] ?? theme.self,
          inside: (i) => letter(colours.data[i] ?? 0),
          id: () => '',
          radius: Math.min(unit * 1.05, width * 0.03),
        },
        { x: x + width * 0.02, y: small * 2, width: width * 0.46, height: height - small * 2.4 - foot },
      );
      write(face, 'output: the sum over all nodes', x + width * 0.11, height - foot + line * 0.4, {
        align: 'left',
        colour: theme.quiet,
        halo: null,
      });
      for (let r = 0; r < rows; r += 1) {
        const value = told ? everyDigit(outputs[k]?.[r] ?? NaN) : '?';
        write(face, `f${SUBSCRIPTS[r + 1] ?? ''} = ${value}`, x + width * 0.11, height - foot + (r + 1.4) * line, {
          align: 'left',
          weight: 600,
          size: unit,
          halo: null,
        });
      }
    });
  }
}
