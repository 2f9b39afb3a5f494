import assert from 'node:assert/strict';
import test from 'node:test';
import { Memory } from '../../static/core/enter.js';
import { Outbox } from '../../static/core/outbox.js';

/** A browser's store. @param {Map<string, string>} kept */
function store(kept) {
  return {
    getItem: (/** @type {string} */ key) => kept.get(key) ?? null,
    setItem: (/** @type {string} */ key, /** @type {string} */ value) => void kept.set(key, value),
    removeItem: (/** @type {string} */ key) => void kept.delete(key),
  };
}

test('what the browser keeps lies there under a name of ours', () => {
  const kept = new Map();
  const memory = new Memory(() => store(kept));
  memory.setItem('lecture2/token', 't');
  assert.deepEqual([...kept], [['gnn-live/lecture2/token', 't']]);
  assert.equal(memory.getItem('lecture2/token'), 't');
  memory.removeItem('lecture2/token');
  assert.equal(memory.getItem('lecture2/token'), null);
  assert.equal(memory.denied, false);
});

test('a page that comes back after another of its tab goes on where that one stopped', () => {
  const kept = new Map();
  const first = new Outbox('tab');
  for (const name of ['Ada', 'Emmy']) first.number({ t: 'name', name });
  first.save(store(kept), 'box'); // into the back/forward cache; the address is opened again in the same tab
  const second = Outbox.load(store(kept), 'box');
  second.receipt({ nonce: 'tab', upto: 2 });
  second.number({ t: 'name', name: 'Sofia' });
  second.save(store(kept), 'box'); // and left by the button Back
  first.restore(store(kept), 'box');
  assert.deepEqual(
    first.pending.map(({ id }) => id),
    [3],
  );
  assert.equal(first.number({ t: 'name', name: 'Hedy' }).id, 4);
  assert.deepEqual([...kept], []); // a duplicated tab copies nothing that is in use
  first.restore(store(kept), 'box');
  assert.deepEqual([first.nonce, first.pending.map(({ id }) => id)], ['tab', [3, 4]]);
});

for (const [why, denied] of /** @type {const} */ ([
  [
    'a browser that throws',
    () => {
      throw new DOMException('denied', 'SecurityError');
    },
  ],
  ['a browser without a store', () => null],
  [
    'a store that is full',
    () => ({
      ...store(new Map()),
      setItem: () => {
        throw new DOMException('full', 'QuotaExceededError');
      },
    }),
  ],
])) {
  test(`${why} leaves the page what it keeps itself`, () => {
    const memory = new Memory(denied);
    memory.setItem('token', 't');
    assert.equal(memory.getItem('token'), 't');
    assert.equal(memory.denied, true);
    memory.removeItem('token');
    assert.equal(memory.getItem('token'), null);
  });
}

test('an error of the program is not taken for the browser’s no', () => {
  const memory = new Memory(() => {
    throw new TypeError('a defect');
  });
  assert.throws(() => memory.getItem('token'), /a defect/);
});

test('an outbox that was saved comes back, and one that is broken is set aside', () => {
  const kept = new Map();
  const outbox = new Outbox('tab');
  for (const name of ['Ada', 'Emmy', 'Sofia']) outbox.number({ t: 'name', name });
  outbox.receipt({ nonce: 'tab', upto: 1 });
  outbox.save(store(kept), 'box');
  const text = kept.get('box');
  const again = Outbox.load(store(kept), 'box');
  assert.deepEqual([again.nonce, again.pending.map(({ id }) => id)], ['tab', [2, 3]]);
  for (const broken of [
    '{',
    'null',
    '[]',
    '"tab"',
    '{}',
    '{"nonce":1,"last":0,"pending":[]}',
    text.replace('"id":2', '"id":9'),
    '{"nonce":"tab","last":1,"pending":[null]}',
    '{"nonce":"tab","last":"1","pending":[]}',
  ]) {
    kept.clear();
    kept.set('box', broken);
    const fresh = Outbox.load(store(kept), 'box');
    assert.deepEqual([fresh.pending.length, fresh.nonce === 'tab'], [0, false], broken);
    assert.deepEqual([...kept], [['box/broken', broken]]);
  }
});
