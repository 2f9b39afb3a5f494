/** The drawing with its ids: two taps swap two of them, for the whole class. */

import { el } from '../../core/element.js';
import { Pane } from '../../draw/pane.js';
import { view } from './picture.js';

/** @typedef {import('../../core/scene.js').Host} Host */

/** Two taps swap two ids, for the whole class. @param {Host} host */
export function student(host) {
  host.side.append(el('p', {}, 'Tap two nodes: they swap their ids, for everybody.'));
  return view(new Pane(host), {
    paint: (face, drawing) => drawing.paint(face, face.width),
    beside: (verdict, words) => {
      verdict.style.fontSize = '0.84em';
      host.side.append(verdict, words);
      return { again() {} };
    },
    colors: 'color of a node: its first feature',
    choose: (node, drawing) => {
      const ids = drawing.picture?.ids.data;
      const a = ids?.[drawing.chosen];
      const b = ids?.[node];
      if (a !== undefined && b !== undefined && a !== b) {
        host.send({ t: 'permute.swap', a, b }, { matters: true });
        drawing.chosen = -1;
      } else drawing.chosen = node;
    },
  });
}
