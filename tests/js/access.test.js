import assert from 'node:assert/strict';
import test from 'node:test';
import { forgetKey, keepKey, keyOf } from '../../static/views/access.js';
import { controlLink } from '../../static/views/renewal.js';

/** The page's own things, as far as the key needs them. @param {string} hash */
function page(hash) {
  /** @type {Map<string, string>} */
  const kept = new Map();
  const address = { hash, pathname: '/lecture2/control', search: '', origin: 'https://gnn.example.org' };
  const things = {
    location: address,
    history: {
      replaceState: () => {
        address.hash = '';
      },
    },
    sessionStorage: {
      getItem: (/** @type {string} */ key) => kept.get(key) ?? null,
      setItem: (/** @type {string} */ key, /** @type {string} */ value) => void kept.set(key, value),
      removeItem: (/** @type {string} */ key) => void kept.delete(key),
    },
  };
  for (const [name, value] of Object.entries(things))
    Object.defineProperty(globalThis, name, { value, configurable: true });
  return address;
}

test('the key leaves the address and stays in the tab; a new one takes its place', () => {
  const address = page('#first');
  assert.equal(keyOf('lecture2'), 'first');
  assert.equal(address.hash, '');
  keepKey('lecture2', 'second');
  assert.equal(keyOf('lecture2'), 'second');
  assert.equal(keyOf('another'), '');
  assert.equal(controlLink('lecture2', keyOf('lecture2')), 'https://gnn.example.org/lecture2/control#second');
  forgetKey('lecture2');
  assert.equal(keyOf('lecture2'), '');
});
