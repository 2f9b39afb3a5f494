/**
 * What each mark of `draw/` draws, number by number: `pictures/` holds it as SVG, to be looked at when it changes.
 *
 * After a change that is meant: `GNN_LIVE_PICTURES=write node --test js/pictures.test.js` in `tests/`, and look at them.
 */

import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import process from 'node:process';
import test from 'node:test';

import { PICTURES } from './pictures.js';
import { svgOf } from './svg.js';

const HERE = new URL('./pictures/', import.meta.url);
const DRAW = new URL('../../static/draw/', import.meta.url);
/** What draws nothing itself: it makes the canvas, or the spheres that a cloud stamps. */
const NO_MARKS = ['surface.js', 'sphere.js'];
/** A number of the last decimal is rounded otherwise by another machine's sine. */
const SLACK = 0.021;
const NUMBER = /-?\d+(?:\.\d+)?/g;

/** The first difference of two pictures, in words; '' for none. @param {string} drawn @param {string} kept */
function difference(drawn, kept) {
  const [a, b] = [drawn.split('\n'), kept.split('\n')];
  for (let line = 0; line < Math.max(a.length, b.length); line += 1) {
    const [now = '(nothing)', before = '(nothing)'] = [a[line], b[line]];
    const [some, others] = [now.match(NUMBER) ?? [], before.match(NUMBER) ?? []];
    const words = now.replace(NUMBER, '#') === before.replace(NUMBER, '#');
    if (!words || some.some((value, k) => Math.abs(Number(value) - Number(others[k])) > SLACK))
      return `line ${line + 1}: ${now}\nbefore: ${before}`;
  }
  return '';
}

for (const [name, draw] of Object.entries(PICTURES)) {
  test(`${name} is drawn as it was`, () => {
    const drawn = svgOf(draw());
    const file = new URL(`${name}.svg`, HERE);
    assert.ok(!/NaN|undefined|Infinity/.test(drawn), drawn);
    if (process.env['GNN_LIVE_PICTURES'] === 'write') writeFileSync(file, drawn);
    assert.equal(difference(drawn, readFileSync(file, 'utf8')), '');
  });
}

test('every module that draws has a picture, and every picture is drawn', () => {
  const painting = readdirSync(DRAW).filter(
    (name) => !NO_MARKS.includes(name) && /\bctx\b/.test(readFileSync(new URL(name, DRAW), 'utf8')),
  );
  const source = readFileSync(new URL('./pictures.js', import.meta.url), 'utf8');
  assert.deepEqual(
    painting.filter((name) => !source.includes(`static/draw/${name}'`)),
    [],
  );
  assert.ok(painting.length >= 15);
  assert.deepEqual(
    readdirSync(HERE).sort(),
    Object.keys(PICTURES)
      .map((name) => `${name}.svg`)
      .sort(),
  );
});

test('a picture that moved, lost a mark or changed a colour is another one', () => {
  const drawn = svgOf(PICTURES['gauge']?.() ?? assert.ok(false));
  assert.equal(difference(drawn, drawn), '');
  assert.ok(difference(drawn, drawn.replace('x="', 'x="1')) !== '');
  assert.ok(difference(drawn, drawn.replace(/<path[^\n]*\n/, '')) !== '');
  assert.ok(difference(drawn, drawn.replace('fill="#', 'fill="#a')) !== '');
});
