/** One control for one field: slider with number, segments, select, switch, matrix or vector cells, number, text. */

import { el } from './element.js';
import { fromSlider, resized, TRAVEL, toSlider, typedNumber } from './schema.js';

/** @typedef {import('./protocol.js').Json} Json */
/** @typedef {import('./schema.js').Field} Field */
/** @typedef {import('./schema.js').Values} Values */
/** @typedef {{element: HTMLElement, show(value: Json): void}} Widget */
/**
 * @typedef {object} Hand
 * @property {(value: Json) => void} change the hand moved it
 * @property {(typed: string) => void} wrong something was typed that the field does not take
 * @property {() => Values} values of the whole panel
 */

let count = 0;

/** An id for a label and its control. */
function fresh() {
  count += 1;
  return `field-${count}`;
}

/**
 * @param {Field} field
 * @param {Hand} hand
 * @returns {Widget}
 */
export function control(field, hand) {
  const makers = { slider, number, segments, select, switch: toggle, matrix: cells, vector: cells, text };
  return makers[field.kind](field, hand);
}

/** @param {Field} field @param {Hand} hand @returns {Widget} */
function slider(field, hand) {
  const id = fresh();
  const scale = field.log
    ? { min: 0, max: TRAVEL, step: 1 }
    : { min: field.minimum, max: field.maximum, step: field.step };
  const range = el('input', { type: 'range', id, ...scale });
  const box = numberBox(field);
  const show = (/** @type {number} */ value) => {
    range.value = String(toSlider(field, value));
    range.setAttribute('aria-valuetext', `${written(value)} ${field.unit}`.trim());
    showNumber(box, value);
  };
  range.addEventListener('input', () => {
    const value = fromSlider(field, range.valueAsNumber);
    show(value);
    hand.change(value);
  });
  takesTyping(box, field, hand, show);
  return {
    element: el('div', { class: 'slider' }, el('label', { for: id }, field.title), range, box, unit(field)),
    show: (value) => show(Number(value)),
  };
}

/** @param {Field} field @param {Hand} hand @returns {Widget} */
function number(field, hand) {
  const box = numberBox(field);
  box.id = fresh();
  const show = (/** @type {number} */ value) => {
    showNumber(box, value);
  };
  takesTyping(box, field, hand, show);
  return {
    element: el('div', { class: 'entry' }, el('label', { for: box.id }, field.title), box, unit(field)),
    show: (value) => show(Number(value)),
  };
}

/** @param {Field} field @param {Hand} hand @returns {Widget} */
function segments(field, hand) {
  const name = fresh();
  const radios = field.options.map(({ value }) =>
    el('input', { type: 'radio', name, value: String(value), onchange: () => hand.change(value) }),
  );
  const labels = radios.map((radio, i) => el('label', {}, radio, el('span', {}, field.options[i]?.label ?? '')));
  return {
    element: el('fieldset', { class: 'segments' }, el('legend', {}, field.title), el('div', {}, ...labels)),
    show: (value) => {
      for (const radio of radios) radio.checked = radio.value === String(value);
    },
  };
}

/** @param {Field} field @param {Hand} hand @returns {Widget} */
function select(field, hand) {
  const id = fresh();
  const list = el(
    'select',
    { id },
    ...field.options.map(({ value, label }) => el('option', { value: String(value) }, label)),
  );
  list.addEventListener('change', () => {
    const chosen = field.options[list.selectedIndex];
    if (chosen) hand.change(chosen.value);
  });
  return {
    element: el('div', { class: 'entry' }, el('label', { for: id }, field.title), list),
    show: (value) => {
      list.value = String(value);
    },
  };
}

/** @param {Field} field @param {Hand} hand @returns {Widget} */
function toggle(field, hand) {
  const id = fresh();
  const box = el('input', { type: 'checkbox', role: 'switch', id });
  box.addEventListener('change', () => hand.change(box.checked));
  return {
    element: el('div', { class: 'switch' }, el('label', { for: id }, field.title), box),
    show: (value) => {
      box.checked = value === true;
    },
  };
}

/** @param {Field} field @param {Hand} hand @returns {Widget} */
function text(field, hand) {
  const id = fresh();
  const box = el('input', { type: 'text', id, autocomplete: 'off' });
  box.addEventListener('change', () => hand.change(box.value));
  return {
    element: el('div', { class: 'entry' }, el('label', { for: id }, field.title), box),
    show: (value) => {
      if (document.activeElement !== box) box.value = value === null ? '' : String(value);
    },
  };
}

/**
 * The cells of a matrix, or of a vector as a matrix of one row.
 * @param {Field} field @param {Hand} hand @returns {Widget}
 */
function cells(field, hand) {
  const body = el('tbody');
  const flat = field.kind === 'vector';
  /** @type {number[][]} */
  let present = [];
  const boxAt = (/** @type {number} */ i, /** @type {number} */ j) => {
    const place = flat ? `entry ${j + 1}` : `row ${i + 1}, column ${j + 1}`;
    const box = el('input', {
      type: 'text',
      inputmode: 'decimal',
      autocomplete: 'off',
      'aria-label': `${field.title}, ${place}`,
    });
    settle(box, present[i]?.[j] ?? 0);
    box.addEventListener('change', () => {
      const value = typedNumber(box.value, field);
      if (value === null) {
        hand.wrong(box.value);
        box.value = box.defaultValue;
        return;
      }
      settle(box, value);
      present = present.map((row, r) => row.map((old, c) => (r === i && c === j ? value : old)));
      hand.change(flat ? (present[0] ?? []) : present);
    });
    return box;
  };
  return {
    element: el('fieldset', { class: 'cells' }, el('legend', {}, field.title), el('table', {}, body)),
    show: (value) => {
      const given = numbers(flat ? [value] : value);
      const size = field.size === '' ? NaN : Number(hand.values()[field.size]);
      const rows = flat ? 1 : size || given.length;
      const columns = size || (given[0]?.length ?? 0);
      const next = resized(given, rows, columns);
      const same = next.length === present.length && next[0]?.length === present[0]?.length;
      present = next;
      if (same) {
        for (const [k, box] of [...body.querySelectorAll('input')].entries()) showNumber(box, next.flat()[k] ?? 0);
        return;
      }
      body.replaceChildren(...next.map((row, i) => el('tr', {}, ...row.map((_, j) => el('td', {}, boxAt(i, j))))));
    },
  };
}

/** @param {Json} value @returns {number[][]} */
function numbers(value) {
  if (!Array.isArray(value)) return [];
  return value.map((row) => (Array.isArray(row) ? row.map(Number) : []));
}

/** @param {Field} field */
function numberBox(field) {
  return el('input', {
    type: 'text',
    inputmode: field.integer ? 'numeric' : 'decimal',
    autocomplete: 'off',
    class: 'number',
    'aria-label': field.unit ? `${field.title} in ${field.unit}` : field.title,
  });
}

/**
 * @param {HTMLInputElement} box @param {Field} field @param {Hand} hand @param {(value: number) => void} show
 */
function takesTyping(box, field, hand, show) {
  box.addEventListener('focus', () => box.select());
  box.addEventListener('change', () => {
    const value = typedNumber(box.value, field);
    if (value === null) {
      hand.wrong(box.value);
      box.value = box.defaultValue;
      return;
    }
    settle(box, value);
    show(value);
    hand.change(value);
  });
}

/** @param {Field} field */
function unit(field) {
  return el('span', { class: 'unit', 'aria-hidden': 'true' }, field.unit);
}

/** Show a number, but never over one that is just being typed. @param {HTMLInputElement} box @param {number} value */
function showNumber(box, value) {
  const typing = document.activeElement === box && box.value !== box.defaultValue;
  if (!typing) settle(box, value);
}

/** The default value is what was shown last, so what differs from it is being typed. @param {HTMLInputElement} box @param {number} value */
function settle(box, value) {
  box.value = box.defaultValue = written(value);
}

/** A number as short as it can be said. @param {number} value */
function written(value) {
  return String(Number(value.toPrecision(5)));
}
