/** Three things to do with an own copy of the room. */

import { el } from '../../core/element.js';
import { headline } from '../../draw/headline.js';
import { orbit } from '../../draw/orbit.js';
import { Pane } from '../../draw/pane.js';
import { Picture, PUSH } from './picture.js';
import { pairs, QUESTION, reading, words } from './reading.js';

/** @typedef {import('../../core/scene.js').Host} Host */
/** @typedef {import('../../core/scene.js').View} View */
/** @typedef {import('../../draw/surface.js').Surface} Surface */

/** Three things to do with an own copy of the room. @param {Host} host @returns {View} */
export function student(host) {
  const pane = new Pane(host);
  const picture = new Picture();
  const place = { turn: 0, tilt: 0, mirror: false, pushed: false };
  const face = pane.surface({ label: 'Your copy of the room', focusable: true, draw: (at) => draw(at) });
  const text = pane.twin('Your copy of the room');
  const question = el('p');
  host.side.append(question);
  const number = headline(host.side, 1.9);
  const line = el('div', { class: 'touch' });
  const button = (/** @type {string} */ name, /** @type {() => void} */ change) => {
    return el('button', { type: 'button', class: 'button', onclick: () => act(change) }, name);
  };
  const act = (/** @type {() => void} */ change) => {
    change();
    const { turn, tilt, mirror, pushed } = place;
    host.send({ t: 'field.try', turn, tilt, mirror, shift: pushed ? PUSH : [0, 0, 0] });
  };
  const push = button('Push', () => (place.pushed = !place.pushed));
  const turn = button('Turn', () => (place.turn = (place.turn + 45) % 360));
  const mirror = button('Mirror', () => (place.mirror = !place.mirror));
  line.append(push, turn, mirror);
  host.side.append(line);
  orbit(face, picture.camera);
  /** @param {Surface} at */
  function draw(at) {
    const came = host.latest('field.cloud');
    if (came) picture.paint(at, came, false);
  }
  function show() {
    const came = host.latest('field.cloud');
    if (!came) return;
    const moved = host.latest('field.moved');
    const mine = moved && moved.version === came.version && came.open ? moved : null;
    if (mine) {
      picture.follow(face, mine, host.reducedMotion());
      Object.assign(place, { turn: mine.turn, tilt: mine.tilt, mirror: mine.mirror, pushed: mine.shift[0] !== 0 });
    } else Object.assign(place, { turn: 0, tilt: 0, mirror: false, pushed: false });
    if (!mine) picture.forget();
    push.setAttribute('aria-pressed', String(place.pushed));
    mirror.setAttribute('aria-pressed', String(place.mirror));
    for (const each of [push, turn, mirror]) each.disabled = !came.open;
    question.textContent = came.open
      ? mine
        ? `Your room: ${mine.words}. ${words(mine)}.`
        : `Move your copy: which ${came.name} change?`
      : QUESTION;
    number.show(mine ? reading(mine) : null);
    if (mine) text.list(pairs(mine));
    face.describe(
      `Your copy: ${came.name} on ${came.points.data.length / 3} points, ${mine ? mine.words : 'as it came'}`,
    );
    face.invalidate();
  }
  return {
    update(frame) {
      if (frame.t.startsWith('field.')) show();
    },
  };
}
