import assert from 'node:assert/strict';
import test from 'node:test';
import { deedOf, KEYMAP } from '../../static/core/keys.js';

/** @param {string} key @param {{tagName: string, type?: string} | null} [target] @param {Partial<KeyboardEvent>} [held] */
function press(key, target = null, held = {}) {
  const focus = /** @type {EventTarget | null} */ (/** @type {unknown} */ (target));
  return deedOf({ key, ctrlKey: false, metaKey: false, altKey: false, target: focus, ...held });
}

test('every key of the table does what its row says, and no key stands twice', () => {
  /** @type {Set<string>} */
  const seen = new Set();
  for (const { keys, deed } of KEYMAP) {
    for (const key of keys) {
      assert.equal(press(key), deed);
      assert.ok(!seen.has(key), `${key} stands twice`);
      seen.add(key);
    }
  }
  assert.equal(press('Q'), 'qr');
  assert.equal(press('ArrowRight'), null);
});

test('a field keeps its keys; a slider leaves the clicker alone; a button keeps Space', () => {
  assert.equal(press('b', { tagName: 'INPUT', type: 'text' }), null);
  assert.equal(press('PageDown', { tagName: 'TEXTAREA' }), null);
  assert.equal(press('PageDown', { tagName: 'INPUT', type: 'range' }), 'next');
  assert.equal(press(' ', { tagName: 'INPUT', type: 'checkbox' }), null);
  assert.equal(press('PageDown', { tagName: 'INPUT', type: 'radio' }), 'next');
  assert.equal(press(' ', { tagName: 'BUTTON' }), null);
  assert.equal(press('PageDown', { tagName: 'BUTTON' }), 'next');
});

test('the browser keeps its shortcuts', () => {
  assert.equal(press('r', null, { ctrlKey: true }), null);
  assert.equal(press('f', null, { metaKey: true }), null);
});
