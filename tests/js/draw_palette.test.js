/** Colours that can be told apart and read. */

import assert from 'node:assert/strict';
import test from 'node:test';

import { contrast, diverging, domain, mix, scale, textOn, viridis } from '../../static/draw/palette.js';
import { themeOf } from './svg.js';

test('each hue and each role reaches 3:1 on its theme', () => {
  for (const dark of [false, true]) {
    const { paper, card, hues, self, message, total, bias, arrow } = themeOf(dark);
    for (const hue of [...hues, self, message, total, bias, arrow])
      for (const ground of [paper, card]) assert.ok(contrast(hue, ground) >= 3, `${hue} on ${ground}`);
  }
});

test('text on any fill of the scales reaches 4.5:1', () => {
  for (let k = 0; k <= 100; k += 1) {
    for (const fill of [viridis(k / 100), diverging(k / 50 - 1), diverging(k / 50 - 1, true)]) {
      assert.ok(contrast(fill, textOn(fill)) >= 4.5, `${fill} under ${textOn(fill)}`);
    }
  }
});

test('viridis grows brighter, is clamped, and takes what is no number as its low end', () => {
  for (let k = 1; k <= 20; k += 1)
    assert.ok(contrast(viridis(k / 20), '#000000') > contrast(viridis((k - 1) / 20), '#000000'));
  assert.equal(viridis(7), viridis(1));
  assert.equal(viridis(NaN), viridis(0));
});

test('a signed scale puts zero in the middle, whatever its ends', () => {
  const colour = scale({ lo: -1, hi: 4, signed: true });
  assert.equal(colour(0), diverging(0));
  assert.equal(colour(4), diverging(1));
  assert.equal(colour(-1), diverging(-0.25));
});

test('a domain is never empty and leaves out what is no number', () => {
  assert.deepEqual(domain([2, NaN, 5]), { lo: 2, hi: 5 });
  assert.deepEqual(domain([3, 3]), { lo: 2.5, hi: 3.5 });
  assert.deepEqual(domain([]), { lo: 0, hi: 1 });
  assert.deepEqual(domain([-3, 1], true), { lo: -3, hi: 3 });
  assert.deepEqual(domain([0, 0], true), { lo: -1, hi: 1 });
});

test('black on white is 21:1, and mixing goes from one to the other', () => {
  assert.equal(contrast('#000000', '#ffffff'), 21);
  assert.equal(mix('#000000', '#ffffff', 0.5), '#808080');
  assert.equal(mix('#123456', '#ffffff', 0), '#123456');
});
