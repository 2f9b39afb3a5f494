/** What the instructor has beside the parameters: one button for each kind of transform, the check, the worst attempt. */

import { el } from '../../core/element.js';
import { printed } from '../../draw/errors.js';

/** @typedef {import('../../core/scene.js').Host} Host */
/** @typedef {import('../../core/scene.js').View} View */
/** @typedef {import('../../core/protocol.js').RotationTurned} Turned */

/** @param {Host} host @returns {View} */
export function control(host) {
  const send = (/** @type {import('../../core/protocol.js').Command} */ command) => () => host.send(command);
  const button = (/** @type {string} */ text, /** @type {() => unknown} */ act) =>
    el('button', { type: 'button', class: 'button', onclick: () => void act() }, text);
  const check = button('Check', () => host.send({ t: 'rotation.check', on: !running() }));
  const replay = button('Show the worst attempt', send({ t: 'rotation.replay' }));
  const holder = el('p', { role: 'status' }, 'No student has tried to break this model yet.');
  const running = () => host.latest('rotation.meter')?.running ?? false;
  const mirror = () => {
    const now = host.latest('rotation.turned');
    if (!now) return;
    host.send({ t: 'rotation.turn', quaternion: now.quaternion, shift: now.offset, mirror: !now.mirror });
  };
  const line = (/** @type {HTMLElement[]} */ ...children) => el('div', { class: 'line buttons' }, ...children);
  host.main.append(
    line(
      button('Random rotation', send({ t: 'rotation.random', kind: 'rotation' })),
      button('Random reflection', send({ t: 'rotation.random', kind: 'reflection' })),
      button('Random translation', send({ t: 'rotation.random', kind: 'translation' })),
      button('Mirror', mirror),
      button('Back to x', send({ t: 'rotation.turn', quaternion: [0, 0, 0, 1] })),
    ),
    line(check, replay),
    holder,
  );
  const show = () => {
    const meter = host.latest('rotation.meter');
    if (meter) {
      const kinds = (meter.of - 1) / 3;
      check.textContent = meter.running
        ? `Stop the check (${meter.samples} of ${meter.of})`
        : `Check 3 × ${kinds} random transforms`;
    }
    const worst = host.latest('rotation.worst');
    replay.disabled = worst?.worst === null || worst === undefined;
    if (worst?.worst === null || worst === undefined) {
      holder.textContent = 'No student has tried to break this model yet.';
      return;
    }
    const members = host.latest('roster')?.members ?? [];
    const name = members.find(({ seat }) => seat === worst.seat)?.name ?? 'a student';
    const tries = host.latest('rotation.attacks')?.attempts ?? 0;
    const count = tries === 1 ? '1 attempt' : `${tries} attempts`;
    holder.textContent = `Worst of ${count}: ${printed(worst.worst)}, by ${name} (${worst.words}). The name is shown here only.`;
  };
  host.signal.addEventListener('abort', host.room.on('roster', show));
  show();
  return {
    update: show,
  };
}
