/** What each position shows, on the stage and on a phone: the torus, the curves, or what was published. */

import { el } from '../../core/element.js';
import { paintKernel, paintNeural, paintTorus } from './picture.js';
import { FIRST_NEURAL, PUBLISHED, quote, styled } from './words.js';

/** @typedef {import('../../core/scene.js').Host} Host */

/** @param {Host} host */
export function act(host) {
  const step = host.latest('shifts.step');
  return {
    step,
    position: step?.position ?? 0,
    point: host.latest('shifts.point'),
    kernel: host.latest('shifts.kernel'),
    neural: host.latest('shifts.neural'),
    live: host.latest('shifts.live'),
    published: host.latest('shifts.published'),
  };
}

/** @param {Host} host @param {import('../../draw/surface.js').Surface} face */
export function paint(host, face) {
  const { position, point, kernel, neural, live } = act(host);
  if (position === 0 && point) paintTorus(face, point, face.box);
  else if (position > 0 && position < FIRST_NEURAL && kernel) paintKernel(face, kernel.lines, face.box);
  else if (position >= FIRST_NEURAL && position < PUBLISHED && neural?.present)
    paintNeural(face, neural, live, face.box);
}

/** @param {Host} host */
export function linesOf(host) {
  const { position, kernel, neural } = act(host);
  return (position < FIRST_NEURAL ? kernel?.lines : position < PUBLISHED ? neural?.lines : []) ?? [];
}

/** The quotations, in the picture's place. @param {Host} host @param {import('../../draw/surface.js').Surface} face */
export function quotations(host, face) {
  const list = styled(el('ol', { class: 'shifts-quotes', tabindex: '0', 'aria-label': 'what was published' }), {
    position: 'absolute',
    inset: '0',
    margin: '0',
    padding: '0.4em 1em 1em 1.8em',
    display: 'none',
    flexDirection: 'column',
    justifyContent: 'space-between',
    gap: '0.6em',
    overflowY: 'auto',
  });
  host.main.append(list);
  return {
    show() {
      const { position, published } = act(host);
      const shown = position >= PUBLISHED;
      list.style.display = shown ? 'flex' : 'none';
      face.canvas.style.visibility = shown ? 'hidden' : 'visible';
      quote(list, shown ? published : undefined);
    },
  };
}
