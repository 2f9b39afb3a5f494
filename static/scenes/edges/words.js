/** The words, marks and colours of the verdicts, the same on stage and phone. */

export const COLUMNS = /** @type {const} */ (['translation', 'rotation', 'reflection']);
export const CHOICES = /** @type {const} */ (['invariant', 'equivariant', 'neither']);
const MARKS = /** @type {Record<string, string>} */ ({ invariant: '=', equivariant: 'D', neither: '✗' });
const ROLES = /** @type {Record<string, 'total' | 'self' | 'message'>} */ ({
  invariant: 'total',
  equivariant: 'self',
  neither: 'message',
});

/** @param {string} verdict */
export const mark = (verdict) => MARKS[verdict] ?? '?';
/** @param {string} verdict */
export const role = (verdict) => ROLES[verdict] ?? 'message';

/** How a class voted, in words. @param {readonly number[]} votes for invariant, equivariant, neither */
export function counted(votes) {
  const all = votes.reduce((a, b) => a + b, 0);
  if (all === 0) return 'no votes';
  return CHOICES.map((choice, k) => `${mark(choice)} ${votes[k] ?? 0}`).join('   ');
}
