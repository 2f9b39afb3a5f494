/** Asking the server: what an answer means, whoever gave it, and trying again until there is one. */

/**
 * @typedef {'network' | 'busy' | 'many' | 'starting' | 'portal' | 'other'} Trouble
 * network: nobody answers; busy: a proxy or the server cannot now; many: too much is asked; starting: the server says so;
 * portal: something between asks for a sign-in first; other: what answers at this address is no gnn-live
 */
/** @typedef {{status: number, body: unknown} | {trouble: Trouble, after: number}} Answer `after`: seconds to wait at least */

/** @type {Readonly<Record<Trouble, string>>} */
export const WORDS = {
  network: 'The server does not answer. Is this device in the same network as the lecture?',
  busy: 'The server cannot answer at this moment.',
  many: 'The server is asked too much at this moment.',
  starting: 'The server is starting.',
  portal: 'This network wants you to sign in first: open any other web page, sign in there, and come back.',
  other: 'Something else than the lecture’s server answers at this address.',
};
const LONGEST = 15;

/**
 * Ask once. An answer is JSON of the server's own; anything else is a trouble that may pass.
 * @param {string} address
 * @param {typeof fetch} [ask]
 * @returns {Promise<Answer>}
 */
export async function askOnce(address, ask = fetch) {
  /** @type {Response} */
  let answer;
  try {
    // A captive portal sends elsewhere; the server's API never does.
    answer = await ask(address, { cache: 'no-store', redirect: 'manual' });
  } catch {
    return { trouble: 'network', after: 0 }; // whatever fetch throws: there was no answer
  }
  return read(answer);
}

/** @param {Response} answer @returns {Promise<Answer>} */
async function read(answer) {
  const { status } = answer;
  const after = Math.min(Number(answer.headers.get('Retry-After')) || 0, 30);
  if (answer.type === 'opaqueredirect' || (status >= 300 && status < 400) || status === 511) return { trouble: 'portal', after };
  /** @type {unknown} */
  const body = await answer.json().catch(() => undefined);
  if (status === 429) return { trouble: 'many', after };
  if (status >= 500) return { trouble: status === 503 && body !== undefined ? 'starting' : 'busy', after };
  if (body === undefined) return { trouble: answer.ok ? 'portal' : 'other', after };
  return { status, body };
}

/** Seconds to wait before attempt n (from 1): doubling up to 15, with jitter so that a hall does not ask at once. */
export function pause(/** @type {number} */ attempt, /** @type {number} */ random, /** @type {number} */ least = 0) {
  const longest = Math.min(LONGEST, 1.5 * 2 ** (attempt - 1));
  return Math.max(least, 0.5) + random * (longest - 0.5);
}

/**
 * Ask until there is an answer, sooner when the network or the page comes back.
 * @param {string} address
 * @param {(words: string) => void} onWait told why, each time
 * @returns {Promise<{status: number, body: unknown}>}
 */
export async function askPatiently(address, onWait) {
  for (let attempt = 1; ; attempt += 1) {
    const answer = await askOnce(address);
    if (!('trouble' in answer)) return answer;
    onWait(`${WORDS[answer.trouble]} Trying again…`);
    await rest(1000 * pause(attempt, Math.random(), answer.after));
  }
}

/** A rest that ends early when the network returns or the page is shown again. @param {number} milliseconds */
function rest(milliseconds) {
  return new Promise((resolve) => {
    const over = () => {
      clearTimeout(timer);
      removeEventListener('online', over);
      document.removeEventListener('visibilitychange', shown);
      resolve(undefined);
    };
    const shown = () => {
      if (document.visibilityState === 'visible') over();
    };
    const timer = setTimeout(over, milliseconds);
    addEventListener('online', over);
    document.addEventListener('visibilitychange', shown);
  });
}
