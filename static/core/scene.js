/**
 * What a scene's view is, and how the shell mounts the one that is open.
 *
 * `static/scenes/NAME.js` exports `stage(host)` and `student(host)`, and may export `control(host)`; where a scene is a
 * folder, `NAME/stage.js`, `NAME/student.js` and `NAME/control.js` do, and a page loads only the one that it mounts.
 */

import { el, reducedMotion } from './element.js';
import { pause, rest } from './enter.js';
import { isOfScene } from './room.js';
import { loadView, prefetchNext } from './views.js';

/** @typedef {import('./protocol.js').Frame} Frame */
/** @typedef {import('./room.js').Room} Room */
/** @typedef {import('./room.js').Role} Role */
/** @typedef {import('./room.js').Send} Send */
/** @typedef {import('./catalogue.js').Formulas} Formulas */
/** @typedef {(scene: string, digest: string) => Formulas} MakeFormulas */
/**
 * @typedef {object} Host what a view is given
 * @property {Room} room
 * @property {string} scene its name
 * @property {Role} role of this page; the control panel's preview is the stage's view with role instructor
 * @property {HTMLElement} main where the picture goes; empty, and as large as the page can give
 * @property {HTMLElement} side stage: the column beside the picture; student: the panel with inputs below it
 * @property {HTMLElement} legend a line below the picture
 * @property {HTMLElement} heading stage: the header's place for a formula, in which the scene's first one stands; a view may
 *   put another there. On other pages it is nowhere to be seen
 * @property {Send} send
 * @property {() => boolean} canSend whether a command would reach the server; false on a stage that only looks
 * @property {Room['latest']} latest the latest frame of a tag
 * @property {(name: string, drawn?: (svg: SVGElement) => void) => SVGElement} formula one of the scene's formulas, in em,
 *   with its size at once and its drawing as soon as it came; throws if there is none, and on a phone
 * @property {() => boolean} reducedMotion
 * @property {AbortSignal} signal ends with the view, whose areas are then emptied: a timer or a listener of its own goes by it
 */
/**
 * @typedef {object} View
 * @property {(frame: Frame) => void} update each frame of the scene, and `opened`, `place`, `joined`, `you`
 * @property {(event: KeyboardEvent) => boolean} [key] a key the shell does not use; true when it was taken
 */
/** @typedef {{stage?(host: Host): View, student?(host: Host): View, control?(host: Host): View}} SceneModule */
/** @typedef {'stage' | 'student' | 'control'} Face */
/** @typedef {Pick<Host, 'main' | 'side' | 'legend'> & {canSend?: () => boolean, heading?: HTMLElement, formulas?: MakeFormulas}} Surface */

/** The core frames that a view is shown beside its own. */
const SHARED = /** @type {const} */ (['opened', 'place', 'joined', 'you']);

/** Keeps the view of the open scene on a surface: imports it, replays the latest frames, replaces it when another opens. */
export class Mount {
  /** @type {View | null} */
  view = null;
  #mounted = '';
  /** @type {string | null} */
  #scene = null;
  /** Ends with the view. */
  #end = new AbortController();
  /** @type {Promise<void>} settled when what was opened last is shown */
  #shown = Promise.resolve();
  /** @type {(scene: string | null) => void} told after a scene was mounted, or the lobby was opened */
  onScene = () => undefined;
  /** @type {(sentence: string) => void} told when a view could not be shown */
  onTrouble = () => undefined;

  /**
   * @param {Room} room
   * @param {Surface} surface
   * @param {Face} face
   */
  constructor(room, surface, face) {
    this.room = room;
    this.surface = surface;
    this.face = face;
    prefetchNext(room, face, surface.formulas, () => this.#shown);
    room.onEvery((frame) => this.#take(frame));
    const opened = room.latest('opened');
    if (opened) this.#take(opened);
  }

  /** @param {Frame} frame */
  #take(frame) {
    if (frame.t === 'opened') {
      const wanted = frame.scene === null ? '' : `${frame.scene}@${frame.version}`;
      if (wanted !== this.#mounted || frame.scene === null) {
        this.#mounted = wanted;
        this.#scene = frame.scene;
        this.#shown = this.#show(frame.scene, wanted);
        return;
      }
    }
    if (frame.t === 'gone' && this.view) this.#shown = this.#show(this.#scene, this.#mounted);
    if (this.view && (isOfScene(frame.t) || SHARED.some((tag) => tag === frame.t))) this.view.update(frame);
  }

  /**
   * @param {string | null} scene
   * @param {string} wanted
   */
  async #show(scene, wanted) {
    this.#end.abort();
    this.view = null;
    const { main, side, legend, heading } = this.surface;
    for (const area of [main, side, legend, heading]) area?.replaceChildren();
    if (scene !== null) await this.#mount(scene, wanted);
    if (this.#mounted === wanted) this.onScene(scene);
  }

  /**
   * @param {string} scene
   * @param {string} wanted
   */
  async #mount(scene, wanted) {
    const { heading, main } = this.surface;
    const formulas = this.surface.formulas?.(scene, this.room.latest('opened')?.digest ?? '');
    const module = await this.#loaded(scene, wanted, formulas);
    if (module === null) return;
    main.replaceChildren(); // of what a trouble said
    const make = module[this.face];
    if (make === undefined) return;
    if (formulas?.first !== undefined) heading?.replaceChildren(formulas.element(formulas.first));
    this.#end = new AbortController();
    const view = make(this.#host(scene, formulas));
    this.view = view;
    for (const tag of SHARED) {
      const frame = this.room.latest(tag);
      if (frame) view.update(frame);
    }
    for (const frame of this.room.sceneFrames) view.update(frame);
  }

  /**
   * The scene's module, asked for until it came; nothing once another scene is open.
   * @param {string} scene
   * @param {string} wanted
   * @param {Formulas | undefined} formulas
   * @returns {Promise<SceneModule | null>}
   */
  async #loaded(scene, wanted, formulas) {
    for (let attempt = 1; this.#mounted === wanted; attempt += 1) {
      try {
        // How large each formula is, is known before the view is made.
        const learned = formulas?.learn();
        const module = await loadView(scene, this.face);
        await learned;
        return this.#mounted === wanted ? module : null;
      } catch (error) {
        if (!(error instanceof Error)) throw error;
        if (this.#mounted !== wanted) return null;
        this.onTrouble(`The view of the scene “${scene}” could not be loaded: ${error.message}. Trying again…`);
        await rest(1000 * pause(attempt, Math.random()));
      }
    }
    return null;
  }

  /**
   * @param {string} scene
   * @param {Formulas | undefined} formulas
   * @returns {Host}
   */
  #host(scene, formulas) {
    const { room, surface } = this;
    return {
      room,
      scene,
      role: room.role,
      main: surface.main,
      side: surface.side,
      legend: surface.legend,
      heading: surface.heading ?? el('div'),
      send: (command, options) => room.send(command, options),
      canSend: surface.canSend ?? (() => room.status === 'live'),
      latest: (tag) => room.latest(tag),
      formula: (name, drawn) => {
        if (formulas === undefined) throw new Error(`expected a page that shows formulas, asked for "${name}"`);
        return formulas.element(name, drawn);
      },
      reducedMotion,
      signal: this.#end.signal,
    };
  }
}
