/**
 * The control panel of a scene, made from the JSON Schema of its `Params`: nothing is written per scene.
 *
 * Controls are optimistic: they move at once and the room's own values win as soon as the hand has left them.
 */

import { el, toast } from './element.js';
import { fieldsOf, isShown } from './schema.js';
import { Throttle } from './throttle.js';
import { control } from './widgets.js';

/** @typedef {import('./schema.js').Values} Values */
/** @typedef {import('./schema.js').Field} Field */
/** @typedef {import('./widgets.js').Widget} Widget */

/** Milliseconds for which a control that was just moved does not listen to the room. */
const HELD = 700;

export class Panel {
  /** @type {{field: Field, row: HTMLElement, widget: Widget}[]} */
  #rows;
  /** @type {Map<string, number>} when each field was last moved here */
  #touched = new Map();
  /** @type {Values} */
  #truth = {};
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #settle;

  /**
   * @param {HTMLElement} place
   * @param {Values} schema of the scene's parameters
   * @param {(values: Values) => void} tune at most ten times a second
   */
  constructor(place, schema, tune) {
    const throttle = new Throttle(tune);
    this.#rows = fieldsOf(schema).map((field) => {
      const widget = control(field, {
        change: (value) => {
          this.#touched.set(field.name, performance.now());
          throttle.push({ [field.name]: value });
          this.#arrange({ ...this.#truth, [field.name]: value });
          this.#later();
        },
        wrong: (typed) => toast(`${field.title}: expected ${expectation(field)}, got “${typed}”.`, 'fault'),
        values: () => this.#truth,
      });
      const row = el('div', { class: `field field-${field.kind}`, title: field.help || null }, widget.element);
      return { field, row, widget };
    });
    place.replaceChildren(...this.#rows.map(({ row }) => row));
  }

  /**
   * The room's own values.
   * @param {Values} values
   */
  show(values) {
    this.#truth = values;
    const now = performance.now();
    for (const { field, widget } of this.#rows) {
      const value = values[field.name];
      const held = now - (this.#touched.get(field.name) ?? -Infinity) < HELD;
      if (value !== undefined && !held) widget.show(value);
    }
    this.#arrange(values);
  }

  /** @param {Values} values */
  #arrange(values) {
    for (const { field, row } of this.#rows) row.hidden = !isShown(field, values);
  }

  #later() {
    clearTimeout(this.#settle);
    this.#settle = setTimeout(() => this.show(this.#truth), HELD + 50);
  }
}

/** What a field takes, in words. @param {Field} field */
function expectation(field) {
  const kind = field.integer ? 'a whole number' : 'a number';
  if (!Number.isFinite(field.minimum) && !Number.isFinite(field.maximum)) return kind;
  if (!Number.isFinite(field.maximum)) return `${kind} of at least ${field.minimum}`;
  if (!Number.isFinite(field.minimum)) return `${kind} of at most ${field.maximum}`;
  return `${kind} from ${field.minimum} to ${field.maximum}`;
}
