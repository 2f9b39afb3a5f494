/** Any atom, for everybody; a drag is limited and the instructor can put all back. */

import { el } from '../../core/element.js';
import { headline } from '../../draw/headline.js';
import { Pane } from '../../draw/pane.js';
import { describe, Picture } from './picture.js';
import { pairs, ROTATED, reading } from './reading.js';

/** @typedef {import('../../core/scene.js').Host} Host */
/** @typedef {import('../../core/scene.js').View} View */

/** Any atom, for everybody: a drag is limited and the instructor can put all back. @param {Host} host @returns {View} */
export function student(host) {
  const pane = new Pane(host);
  const picture = new Picture(pane, 200);
  const text = pane.twin('What the networks say');
  const question = el('p');
  host.side.append(question);
  const number = headline(host.side, 1.9);
  const show = () => {
    describe(host, picture);
    const outputs = host.latest('coordinates.outputs');
    if (!outputs) return;
    question.textContent =
      outputs.act === ROTATED
        ? 'The room is rotated: look what changed.'
        : outputs.act === 0
          ? 'Drag an atom, for everybody. Which networks will notice?'
          : 'Drag an atom, for everybody.';
    number.show(reading(host, true));
    text.list(pairs(host));
  };
  return {
    update(frame) {
      if (frame.t.startsWith('coordinates.')) show();
    },
  };
}
