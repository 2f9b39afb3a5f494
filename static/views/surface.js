/**
 * What the hall sees: title and formula, the scene, its legend, and the line with the session; or the lobby.
 *
 * The stage page is one such surface over the whole window, the control panel's preview another, scaled down.
 */

import { Formulas } from '../core/catalogue.js';
import { el } from '../core/element.js';
import { showStatus } from '../core/enter.js';
import { Mount } from '../core/scene.js';
import { Board } from './board.js';
import { Gathering } from './gathering.js';

/** @typedef {import('../core/room.js').Room} Room */
/** @typedef {import('../core/enter.js').SessionInfo} SessionInfo */
/** @typedef {{blank: boolean, qr: boolean, dark: boolean}} Shown */

export class Surface {
  /** @type {Shown} */
  shown = { blank: false, qr: false, dark: false };
  #title = el('h1');
  #heading = el('div', { class: 'surface-formula' });
  #main = el('div', { class: 'surface-main' });
  #side = el('div', { class: 'surface-side' });
  #legend = el('div', { class: 'surface-legend legend' });
  #lobby = el('div', { class: 'lobby' });
  #slide = el('div', { class: 'slide', hidden: true });
  #overlay = el('div', { class: 'surface-qr', hidden: true });
  #blank = el('div', { class: 'surface-blank', hidden: true });
  #crowd = el('div', { class: 'crowd' });
  #gathering = new Gathering(this.#crowd);
  /** @type {(scene: string | null) => void} */
  onScene = () => undefined;
  /** @type {(dark: boolean) => void} */
  onDark = () => undefined;

  /**
   * @param {Room} room
   * @param {SessionInfo} info
   * @param {() => boolean} canSend
   */
  constructor(room, info, canSend) {
    this.room = room;
    this.info = info;
    const board = new Board(room);
    this.element = el(
      'div',
      { class: 'surface on-stage', 'data-theme': 'light' },
      el('header', { class: 'surface-head' }, this.#title, this.#heading),
      el('div', { class: 'surface-body' }, this.#main, this.#side, board.element),
      this.#legend,
      this.#lobby,
      this.#slide,
      this.#footer(),
      this.#overlay,
      this.#blank,
    );
    board.onAsking = (asking) => this.element.classList.toggle('asking', asking);
    this.element.classList.toggle('asking', !board.element.hidden);
    this.#fillLobby();
    const code = info.hall ? qrCode(info) : onlyHere();
    this.#overlay.append(code, el('p', { class: 'session-id' }, info.id), el('p', { class: 'address' }, info.short));
    /** @type {import('../core/scene.js').MakeFormulas} */
    const formulas = (scene, digest) => new Formulas(scene, digest);
    const areas = { main: this.#main, side: this.#side, legend: this.#legend, heading: this.#heading, formulas };
    this.mount = new Mount(room, { ...areas, canSend }, 'stage');
    this.mount.onScene = (scene) => this.onScene(scene);
    this.mount.onTrouble = (sentence) => this.#main.replaceChildren(el('p', { class: 'trouble' }, sentence));
    room.on('opened', (opened) => this.#head(opened.scene, opened.title));
    room.on('slide', ({ title, points }) => {
      this.#slide.hidden = points.length === 0;
      this.#slide.replaceChildren(el('h1', {}, title), el('ul', {}, ...points.map((point) => el('li', {}, point))));
      this.element.classList.toggle('with-slide', points.length > 0);
    });
    room.on('display', (display) => this.show(display));
    room.on('roster', ({ members }) => {
      const guests = members.map(({ name, present }) => ({ name, present, mine: false }));
      const count = guests.length === 0 ? 'Nobody has joined yet' : `${guests.length} students have joined`;
      this.#gathering.show(guests, `${count}; each one is a node of a growing graph`);
    });
    if (room.latest('opened') === undefined) this.#head(null, info.title || info.id);
  }

  /** Blank, large QR code, dark: absolute values. @param {Partial<Shown>} display */
  show(display) {
    const dark = this.shown.dark;
    this.shown = { ...this.shown, ...pick(display) };
    this.#blank.hidden = !this.shown.blank;
    this.#overlay.hidden = !this.shown.qr;
    this.element.dataset['theme'] = this.shown.dark ? 'dark' : 'light';
    if (dark === this.shown.dark) return;
    this.onDark(this.shown.dark);
  }

  /**
   * @param {string | null} scene
   * @param {string} title
   */
  #head(scene, title) {
    this.element.classList.toggle('in-lobby', scene === null);
    this.#title.textContent = title;
  }

  #footer() {
    const count = el('span', { class: 'joined' }, '0 joined');
    const place = el('span', { class: 'place', role: 'status' });
    const live = el('span', { class: 'status' });
    this.room.on('joined', ({ joined }) => {
      count.textContent = `${joined} joined`;
    });
    this.room.on('place', ({ label }) => {
      place.textContent = label;
    });
    showStatus(this.room, live);
    const machine = el('span', { class: 'machine' });
    this.room.on('engine', (engine) => {
      machine.textContent = engine.ready ? spoken(engine.machine, engine.speed) : '';
    });
    const work = el('span', { class: 'work', role: 'status' });
    this.room.on('working', ({ there, running, failed, waits }) => {
      work.textContent = failed === '' ? (there && !running ? 'held' : waits) : `stopped: ${failed}`;
    });
    return el(
      'footer',
      { class: 'surface-foot' },
      el('strong', { class: 'session-id' }, this.info.id),
      el('span', { class: 'address' }, this.info.short.replace(/\/[^/]*$/, '')),
      count,
      machine,
      work,
      place,
      live,
    );
  }

  #fillLobby() {
    const count = el('p', { class: 'lobby-count' });
    this.room.on('joined', ({ joined, present }) => {
      const away = joined - present;
      count.textContent =
        joined === 0 ? 'Nobody has joined yet' : `${joined} joined${away > 0 ? `, ${present} here now` : ''}`;
    });
    const invitation = this.info.hall ? el('div', { class: 'lobby-code' }, qrCode(this.info)) : onlyHere();
    this.#lobby.append(
      el(
        'div',
        { class: 'lobby-join' },
        el('h1', {}, 'Join the lecture'),
        invitation,
        el('p', { class: 'lobby-words' }, 'Join at'),
        el('p', { class: 'address' }, this.info.short),
        el('p', { class: 'lobby-words' }, 'or type the session ID'),
        el('p', { class: 'session-id' }, this.info.id),
      ),
      el('div', { class: 'lobby-crowd' }, this.#crowd, count),
    );
  }
}

/** @param {SessionInfo} info */
function qrCode(info) {
  return el('img', {
    class: 'qr',
    src: `/${encodeURIComponent(info.id)}/qr.svg`,
    alt: `QR code that opens ${info.join_url}`,
  });
}

/** In place of a QR code that no phone could follow. */
function onlyHere() {
  return el(
    'p',
    { class: 'lobby-closed' },
    'Only this computer can join now. ',
    el('code', {}, 'gnn-live --hall'),
    ' opens the session to phones in the room.',
  );
}

/**
 * What computes, and how fast: "NVIDIA H200, 45.2 TFLOP/s".
 * @param {string} machine @param {number} speed operations a second
 */
function spoken(machine, speed) {
  if (speed === 0) return machine;
  const [unit, size] = speed >= 1e12 ? ['TFLOP/s', 1e12] : ['GFLOP/s', 1e9];
  return `${machine}, ${(speed / size).toPrecision(3)} ${unit}`;
}

/** Only what a display says, and only where it says something. @param {Partial<Shown>} display @returns {Partial<Shown>} */
function pick({ blank, qr, dark }) {
  return {
    ...(blank === undefined ? {} : { blank }),
    ...(qr === undefined ? {} : { qr }),
    ...(dark === undefined ? {} : { dark }),
  };
}
