import assert from 'node:assert/strict';
import test from 'node:test';
import { fieldsOf, fromSlider, isShown, resized, toSlider, typedNumber } from '../../static/core/schema.js';
import { Throttle } from '../../static/core/throttle.js';

/**
 * The form in which msgspec writes the JSON Schema of a scene's `Params`.
 * @type {import('../../static/core/schema.js').Values}
 */
const SCHEMA = {
  $ref: '#/$defs/Probe',
  $defs: {
    Probe: {
      title: 'Probe',
      type: 'object',
      properties: {
        graph: {
          title: 'Graph',
          enum: ['path', 'ring', 'star'],
          default: 'ring',
          labels: { ring: 'a ring', path: 'a path', star: 'a star' },
        },
        model: {
          enum: ['a', 'b'],
          default: 'a',
          labels: { a: 'a name that needs a row of its own', b: 'and another' },
        },
        cloud: { enum: ['a', 'b', 'c', 'd', 'helix_long'], default: 'a' },
        nodes: {
          title: 'Nodes',
          unit: 'nodes',
          type: 'integer',
          minimum: 2,
          maximum: 60,
          default: 8,
          when: { graph: ['path', 'ring'] },
        },
        cutoff: { title: 'Cutoff', unit: 'Å', step: 0.05, type: 'number', minimum: 0.1, maximum: 5.0, default: 1.5 },
        rate: { title: 'Rate', scale: 'log', type: 'number', minimum: 0.0001, maximum: 1, default: 0.01 },
        shift: { type: 'number', minimum: -2, maximum: 2, default: 0 },
        normalise: { title: 'Normalise', type: 'boolean', default: false },
        weight: {
          title: 'W',
          widget: 'matrix',
          size: 'nodes',
          type: 'array',
          items: { type: 'array', items: { type: 'number' } },
        },
        bias: { title: 'b', type: 'array', items: { type: 'number', minimum: -9, maximum: 9 } },
        frame: {
          type: 'array',
          widget: 'matrix',
          prefixItems: [{ type: 'array', prefixItems: [{ type: 'number', minimum: -4, maximum: 4 }], items: false }],
          items: false,
        },
        box: { title: 'Box', anyOf: [{ type: 'number', minimum: 0 }, { type: 'null' }], default: null },
      },
      required: [],
      additionalProperties: false,
    },
  },
};

function field(/** @type {string} */ name) {
  const known = fieldsOf(SCHEMA).find((each) => each.name === name);
  assert.ok(known, name);
  return known;
}

test('each field gets its control, in the order of the scene', () => {
  assert.deepEqual(
    fieldsOf(SCHEMA).map(({ name, kind }) => `${name} ${kind}`),
    [
      'graph segments',
      'model select',
      'cloud select',
      'nodes slider',
      'cutoff slider',
      'rate slider',
      'shift slider',
      'normalise switch',
      'weight matrix',
      'bias vector',
      'frame matrix',
      'box number',
    ],
  );
});

test('ranges, units, titles and steps come from the schema', () => {
  assert.deepEqual(
    [field('cutoff').minimum, field('cutoff').maximum, field('cutoff').step, field('cutoff').unit],
    [0.1, 5, 0.05, 'Å'],
  );
  assert.equal(field('nodes').step, 1);
  assert.equal(field('shift').step, 0.05);
  assert.equal(field('shift').title, 'Shift');
  assert.equal(field('box').minimum, 0);
  assert.equal(field('weight').size, 'nodes');
});

test('a cell of a matrix or a vector has the range of its numbers', () => {
  assert.deepEqual([field('bias').minimum, field('bias').maximum], [-9, 9]);
  assert.deepEqual([field('frame').minimum, field('frame').maximum], [-4, 4]);
  assert.equal(field('weight').maximum, Infinity);
});

test('labels name the choices and order them', () => {
  assert.deepEqual(
    field('graph').options.map(({ value }) => value),
    ['ring', 'path', 'star'],
  );
  assert.equal(field('graph').options[0]?.label, 'a ring');
  assert.equal(field('cloud').options[4]?.label, 'Helix long');
});

test('a field hides where it has no meaning', () => {
  assert.equal(isShown(field('nodes'), { graph: 'ring' }), true);
  assert.equal(isShown(field('nodes'), { graph: 'star' }), false);
  assert.equal(isShown(field('cutoff'), {}), true);
});

test('a logarithmic slider meets its ends and its middle', () => {
  const rate = field('rate');
  assert.equal(fromSlider(rate, 0), 0.0001);
  assert.equal(fromSlider(rate, 1000), 1);
  assert.equal(fromSlider(rate, 500), 0.01);
  assert.equal(Math.round(toSlider(rate, 0.01)), 500);
  assert.equal(fromSlider(field('nodes'), 7.4), 7);
});

test('numbers are read with comma or point, and refused out of range', () => {
  assert.equal(typedNumber('1,5'), 1.5);
  assert.equal(typedNumber(' −2.25 '), -2.25);
  assert.equal(typedNumber('1e-3'), 0.001);
  for (const wrong of ['', 'abc', '1.2.3', '0x10', 'Infinity', '1e999', 'NaN'])
    assert.equal(typedNumber(wrong), null, wrong);
  assert.equal(typedNumber('61', field('nodes')), null);
  assert.equal(typedNumber('2.5', field('nodes')), null);
  assert.equal(typedNumber('60', field('nodes')), 60);
});

test('a matrix of another size keeps its cells', () => {
  assert.deepEqual(
    resized(
      [
        [1, 2],
        [3, 4],
      ],
      3,
      3,
    ),
    [
      [1, 2, 0],
      [3, 4, 0],
      [0, 0, 0],
    ],
  );
  assert.deepEqual(
    resized(
      [
        [1, 2],
        [3, 4],
      ],
      1,
      1,
    ),
    [[1]],
  );
});

test('a drag sends its first value at once, ten a second, and never loses the last', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  /** @type {unknown[]} */
  const sent = [];
  const throttle = new Throttle((values) => sent.push(values));
  for (let n = 1; n <= 5; n += 1) throttle.push({ n });
  throttle.push({ cutoff: 2 });
  assert.deepEqual(sent, [{ n: 1 }]);
  t.mock.timers.tick(100);
  assert.deepEqual(sent, [{ n: 1 }, { n: 5, cutoff: 2 }]);
  t.mock.timers.tick(1000);
  assert.equal(sent.length, 2);
  throttle.push({ n: 6 });
  assert.equal(sent.length, 3);
});
