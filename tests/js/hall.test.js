import assert from 'node:assert/strict';
import test from 'node:test';
import { delay, details, few, fullOf, isBehind, verdict } from '../../static/views/hall.js';
import { lead } from '../../static/views/panels.js';

/** @typedef {import('../../static/core/protocol.js').Hall} Hall */

/** @param {Partial<Hall>} [fields] @returns {Hall} */
function hall(fields = {}) {
  const quiet = { phones: 140, current: 140, phone_lag: 84, slowest_lag: 412, stage_lag: 21, skipped: 0, cut: 0 };
  const room = { most_phones: 3000, stages: 1, most_stages: 4, turned_away: 0 };
  return { t: 'hall', seq: 0, by: '', ...quiet, ...room, ...fields };
}

const ROUND = { label: 'round 3', position: 3, positions: 9 };

test('a quiet line says how many phones show where the lecture stands', () => {
  assert.deepEqual(verdict(hall(), ROUND, 0), { state: 'well', words: 'All 140 phones show “round 3”.' });
  assert.deepEqual(verdict(hall({ current: 137 }), ROUND, 0), {
    state: 'well',
    words: '137 of 140 phones show “round 3”.',
  });
  assert.equal(verdict(hall(), { ...ROUND, label: '' }, 0).words, 'All 140 phones show position 4.');
  assert.equal(verdict(hall(), { label: '', position: 0, positions: 1 }, 0).words, 'All 140 phones show the latest.');
  assert.equal(verdict(hall(), undefined, 0).words, 'All 140 phones show the latest.');
});

test('one phone and none are said as one says it', () => {
  assert.equal(verdict(hall({ phones: 1, current: 1 }), ROUND, 0).words, 'The one phone here shows “round 3”.');
  assert.equal(verdict(hall({ phones: 1, current: 0 }), ROUND, 0).words, 'Not yet the one phone here shows “round 3”.');
  assert.deepEqual(verdict(hall({ phones: 0, current: 0 }), ROUND, 0), {
    state: 'empty',
    words: 'No phone is here yet.',
  });
});

test('more than a few behind is amber, but not in the first frame after a step', () => {
  const behind = hall({ current: 112 });
  assert.ok(isBehind(behind));
  assert.equal(verdict(behind, ROUND, 1).state, 'well');
  assert.deepEqual(verdict(behind, ROUND, 2), {
    state: 'behind',
    words: '112 of 140 phones show “round 3”, 28 are behind.',
  });
});

test('a few are what any hall has', () => {
  assert.deepEqual([1, 20, 60, 140, 1000].map(few), [3, 3, 3, 7, 50]);
  assert.equal(isBehind(hall({ current: 133 })), false);
  assert.equal(isBehind(hall({ current: 132 })), true);
  assert.equal(isBehind(hall({ phones: 3, current: 0 })), false);
});

test('a stage that lags is told at once, with or without phones', () => {
  assert.deepEqual(verdict(hall({ stage_lag: 1430 }), ROUND, 0), {
    state: 'behind',
    words: 'All 140 phones show “round 3”. The stage lags 1.4\u00a0s.',
  });
  assert.deepEqual(verdict(hall({ phones: 0, current: 0, stage_lag: 501 }), ROUND, 0), {
    state: 'behind',
    words: 'No phone is here yet. The stage lags 501\u00a0ms.',
  });
  assert.equal(verdict(hall({ stage_lag: 500 }), ROUND, 0).state, 'well');
});

test('details name each number once', () => {
  assert.deepEqual([0, 0.4, 84.4, 999, 8700].map(delay), [
    '–',
    'under 1\u00a0ms',
    '84\u00a0ms',
    '999\u00a0ms',
    '8.7\u00a0s',
  ]);
  const told = details(hall({ skipped: 12_403, cut: 4 }));
  assert.deepEqual(
    told.map(([, value]) => value),
    ['84\u00a0ms', '412\u00a0ms', '21\u00a0ms', '12,403', '0', '4'],
  );
  assert.equal(new Set(told.map(([name]) => name)).size, told.length);
});

test('who leads is told only when another control panel is open', () => {
  const panels = (/** @type {number} */ count, /** @type {number} */ leader) =>
    Array.from({ length: count }, (_, i) => ({ number: i + 1, leads: i + 1 === leader }));
  assert.equal(lead({ you: 1, panels: panels(1, 1) }), '');
  assert.equal(lead({ you: 1, panels: [] }), '');
  assert.equal(lead({ you: 1, panels: panels(2, 1) }), 'You lead, 1 other control panel is open');
  assert.equal(lead({ you: 3, panels: panels(3, 3) }), 'You lead, 2 other control panels are open');
  assert.equal(lead({ you: 1, panels: panels(2, 2) }), 'Panel 2 leads, this is panel 1');
  assert.equal(lead({ you: 2, panels: panels(3, 0) }), '3 control panels are open, this is panel 2');
});

test('what is full is said, and of what', () => {
  assert.equal(fullOf(hall()), '');
  const students = hall({ phones: 3000, current: 3000 });
  assert.deepEqual(verdict(students, ROUND, 0), {
    state: 'behind',
    words: 'Full: 3,000 of 3,000 students are here; new ones are turned away.',
  });
  const stages = verdict(hall({ stages: 4 }), ROUND, 0).words;
  assert.equal(stages, 'Full: 4 of 4 stages opened without this panel; open yours with “Open stage”.');
  assert.ok(/3,001 of 3,000 students .* 4 of 4 stages/.test(fullOf(hall({ phones: 3001, stages: 4 }))));
});
