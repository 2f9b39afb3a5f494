/** The stage as the hall sees it, at 1920 x 1080, scaled into the control panel. */

import { Surface } from './surface.js';

/** @typedef {import('../core/room.js').Room} Room */
/** @typedef {import('../core/enter.js').SessionInfo} SessionInfo */

const WIDTH = 1920;
const HEIGHT = 1080;

/**
 * @param {HTMLElement} frame
 * @param {Room} room
 * @param {SessionInfo} info
 */
export function keepPreview(frame, room, info) {
  const surface = new Surface(room, info, () => room.status === 'live');
  surface.element.classList.add('preview-surface');
  frame.replaceChildren(surface.element);
  const fit = () => {
    const scale = Math.min(frame.clientWidth / WIDTH, frame.clientHeight / HEIGHT);
    const left = (frame.clientWidth - WIDTH * scale) / 2;
    surface.element.style.transform = `translateX(${left}px) scale(${scale})`;
  };
  new ResizeObserver(fit).observe(frame);
  fit();
  return surface;
}
