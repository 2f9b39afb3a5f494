/**
 * The JSON Schema of a scene's `Params` -> the fields of its control panel; without a document, so that it is tested alone.
 *
 * Beside JSON Schema's own words a field may carry `unit`, `step`, `scale` ("log"), `widget` ("matrix", "vector"),
 * `size` (the integer field that a matrix or vector is as large as), `labels` ({value: text}, also their order) and
 * `when` ({other field: [values]}: shown only then).
 */

/** @typedef {import('./protocol.js').Json} Json */
/** @typedef {{readonly [key: string]: Json}} Values */
/** @typedef {'slider' | 'number' | 'segments' | 'select' | 'switch' | 'matrix' | 'vector' | 'text'} Kind */
/**
 * @typedef {object} Field
 * @property {string} name
 * @property {Kind} kind
 * @property {string} title
 * @property {string} help
 * @property {string} unit
 * @property {boolean} integer
 * @property {number} minimum
 * @property {number} maximum
 * @property {number} step
 * @property {boolean} log
 * @property {string} size
 * @property {readonly {value: Json, label: string}[]} options
 * @property {Readonly<Record<string, readonly Json[]>>} when
 */

/**
 * @param {unknown} value
 * @returns {value is Values}
 */
export function isValues(value) {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * The fields in the order in which the scene declares them.
 * @param {Values} schema as msgspec writes it, with its `$ref` and `$defs`
 * @returns {Field[]}
 */
export function fieldsOf(schema) {
  const properties = resolved(schema, schema)['properties'];
  if (!isValues(properties)) return [];
  return Object.entries(properties).map(([name, note]) => field(name, isValues(note) ? resolved(note, schema) : {}));
}

/**
 * A schema with its reference followed and, where it may also be null, its other alternative taken in.
 * @param {Values} note
 * @param {Values} root
 * @returns {Values}
 */
function resolved(note, root) {
  const reference = note['$ref'];
  if (typeof reference === 'string') {
    const definitions = root['$defs'];
    const target = isValues(definitions) ? definitions[reference.replace('#/$defs/', '')] : undefined;
    return isValues(target) ? { ...target, ...note, $ref: null } : note;
  }
  const either = note['anyOf'];
  if (Array.isArray(either)) {
    const other = either.find((choice) => isValues(choice) && choice['type'] !== 'null');
    if (isValues(other)) return { ...resolved(other, root), ...note, anyOf: null };
  }
  return note;
}

/**
 * @param {string} name
 * @param {Values} note
 * @returns {Field}
 */
function field(name, note) {
  const range = innermost(note);
  const minimum = number(range['minimum'] ?? range['exclusiveMinimum'], -Infinity);
  const maximum = number(range['maximum'] ?? range['exclusiveMaximum'], Infinity);
  const integer = note['type'] === 'integer';
  const when = isValues(note['when']) ? note['when'] : {};
  return {
    name,
    kind: kindOf(note, Number.isFinite(minimum) && Number.isFinite(maximum)),
    title: text(note['title'], sentence(name)),
    help: text(note['description'], ''),
    unit: text(note['unit'], ''),
    integer,
    minimum,
    maximum,
    step: number(note['step'], integer ? 1 : niceStep(maximum - minimum)),
    log: note['scale'] === 'log',
    size: text(note['size'], ''),
    options: optionsOf(note),
    when: Object.fromEntries(
      Object.entries(when).map(([other, values]) => [other, Array.isArray(values) ? values : [values]]),
    ),
  };
}

/** What one number of a field may be: of a matrix or a vector, one cell; a tuple's cells are all alike. @param {Values} note @returns {Values} */
function innermost(note) {
  const { items, prefixItems } = note;
  const cell = Array.isArray(prefixItems) ? prefixItems[0] : items;
  return isValues(cell) ? innermost(cell) : note;
}

/**
 * @param {Values} note
 * @param {boolean} bounded
 * @returns {Kind}
 */
function kindOf(note, bounded) {
  const widget = note['widget'];
  if (widget === 'matrix' || widget === 'vector') return widget;
  if (Array.isArray(note['enum'])) return fitsOneRow(optionsOf(note)) ? 'segments' : 'select';
  if (note['type'] === 'boolean') return 'switch';
  if (note['type'] === 'array')
    return isValues(note['items']) && note['items']['type'] === 'array' ? 'matrix' : 'vector';
  if (note['type'] === 'integer' || note['type'] === 'number') return bounded ? 'slider' : 'number';
  return 'text';
}

/** Up to four choices stand side by side, if their words have room on a laptop's panel. @param {readonly {label: string}[]} options */
function fitsOneRow(options) {
  return options.length <= 4 && options.reduce((letters, { label }) => letters + label.length, 0) <= 36;
}

/** @param {Values} note */
function optionsOf(note) {
  const values = Array.isArray(note['enum']) ? note['enum'] : [];
  const labels = isValues(note['labels']) ? note['labels'] : {};
  const order = Object.keys(labels);
  const known = values.map((value) => ({ value, label: text(labels[String(value)], sentence(String(value))) }));
  const rank = (/** @type {Json} */ value) => (order.indexOf(String(value)) + order.length + 1) % (order.length + 1);
  return order.length === 0 ? known : known.sort((a, b) => rank(a.value) - rank(b.value));
}

/**
 * Whether a field has a meaning beside these values of the others.
 * @param {Field} field_
 * @param {Values} values
 */
export function isShown(field_, values) {
  return Object.entries(field_.when).every(([other, allowed]) => allowed.includes(values[other] ?? null));
}

/** How finely a slider's travel is divided where the scale is logarithmic. */
export const TRAVEL = 1000;

/**
 * Where a value stands on its slider.
 * @param {Field} field_
 * @param {number} value
 */
export function toSlider(field_, value) {
  if (!field_.log) return value;
  return (TRAVEL * Math.log(value / field_.minimum)) / Math.log(field_.maximum / field_.minimum);
}

/**
 * The value at a place of the slider, rounded to what a person would write.
 * @param {Field} field_
 * @param {number} at
 */
export function fromSlider(field_, at) {
  const exact = field_.log ? field_.minimum * (field_.maximum / field_.minimum) ** (at / TRAVEL) : at;
  const value = field_.integer ? Math.round(exact) : Number(exact.toPrecision(field_.log ? 2 : 12));
  return Math.min(field_.maximum, Math.max(field_.minimum, value));
}

/**
 * A number as people type it, with comma or point; null when it is none or outside the field's range.
 * @param {string} typed
 * @param {Pick<Field, 'minimum' | 'maximum' | 'integer'>} [range]
 * @returns {number | null}
 */
export function typedNumber(typed, range = { minimum: -Infinity, maximum: Infinity, integer: false }) {
  const text_ = typed.trim().replace('−', '-').replace(',', '.');
  if (!/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text_)) return null;
  const value = Number(text_);
  if (!Number.isFinite(value) || value < range.minimum || value > range.maximum) return null;
  return range.integer && !Number.isInteger(value) ? null : value;
}

/**
 * The same cells in another size: cut, or filled with zeros.
 * @param {readonly (readonly number[])[]} cells
 * @param {number} rows
 * @param {number} columns
 * @returns {number[][]}
 */
export function resized(cells, rows, columns) {
  return Array.from({ length: rows }, (_, i) => Array.from({ length: columns }, (__, j) => cells[i]?.[j] ?? 0));
}

/**
 * @param {Json | undefined} value
 * @param {number} otherwise
 */
function number(value, otherwise) {
  return typeof value === 'number' ? value : otherwise;
}

/**
 * @param {Json | undefined} value
 * @param {string} otherwise
 */
function text(value, otherwise) {
  return typeof value === 'string' ? value : otherwise;
}

/** `erdos_renyi` -> `Erdos renyi`. @param {string} name */
function sentence(name) {
  const words = name.replaceAll('_', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** A 1-2-5 step that divides a range into about a hundred. @param {number} range */
function niceStep(range) {
  if (!Number.isFinite(range) || range <= 0) return 0.1;
  const power = 10 ** Math.floor(Math.log10(range / 100));
  const lead = range / 100 / power;
  return Number(((lead < 1.5 ? 1 : lead < 3.5 ? 2 : lead < 7.5 ? 5 : 10) * power).toPrecision(1));
}
