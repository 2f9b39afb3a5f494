import assert from 'node:assert/strict';
import test from 'node:test';
import { askOnce, pause, WORDS } from '../../static/core/enter.js';

/** What the page makes of an answer. @param {() => Promise<Response> | Response} answer */
const asked = (answer) => askOnce('/api/sessions/lecture2', async () => answer());
const json = (
  /** @type {number} */ status,
  /** @type {unknown} */ body,
  /** @type {Record<string, string>} */ headers = {},
) => new Response(JSON.stringify(body), { status, headers: { 'Content-Type': 'application/json', ...headers } });
const page = (/** @type {number} */ status) => new Response('<!doctype html><title>Sign in</title>', { status });

test('an answer of the server’s own is handed on, a no too', async () => {
  assert.deepEqual(await asked(() => json(200, { id: 'lecture2' })), { status: 200, body: { id: 'lecture2' } });
  assert.deepEqual(await asked(() => json(404, { detail: 'none' })), { status: 404, body: { detail: 'none' } });
});

test('everything else passes, and is called what it is', async () => {
  const cases = /** @type {const} */ ([
    [
      'network',
      () => {
        throw new TypeError('Failed to fetch');
      },
    ],
    ['busy', () => page(502)],
    ['busy', () => page(503)],
    ['busy', () => json(500, { detail: 'a defect' })],
    ['starting', () => json(503, { detail: 'the engine starts' })],
    ['many', () => page(429)],
    ['portal', () => page(200)],
    ['portal', () => page(511)],
    ['portal', () => Object.defineProperty(new Response(null), 'type', { value: 'opaqueredirect' })],
    ['other', () => page(404)],
  ]);
  for (const [trouble, answer] of cases) {
    assert.deepEqual(await asked(answer), { trouble, after: 0 });
    assert.ok(/^[A-Z].*[.?]$/.test(WORDS[trouble]));
  }
});

test('a server that takes the question and never answers is given up, whether the head or the body is missing', async () => {
  /** @type {typeof fetch} */
  const silent = (_, options) =>
    new Promise((_, fail) =>
      options?.signal?.addEventListener('abort', () => fail(new DOMException('given up', 'AbortError'))),
    );
  /** @type {typeof fetch} */
  const half = async (_, options) =>
    new Response(
      new ReadableStream({
        start: (body) => options?.signal?.addEventListener('abort', () => body.error(new Error('given up'))),
      }),
    );
  for (const ask of [silent, half])
    assert.deepEqual(await askOnce('/api/sessions/lecture2', ask, 5), { trouble: 'network', after: 0 });
});

test('the server says how long to wait, within reason', async () => {
  assert.deepEqual(await asked(() => json(503, {}, { 'Retry-After': '7' })), { trouble: 'starting', after: 7 });
  assert.deepEqual(await asked(() => json(503, {}, { 'Retry-After': '9999' })), { trouble: 'starting', after: 30 });
});

test('attempts come further apart, scattered, and not for ever further', () => {
  assert.equal(pause(1, 0), 0.5);
  assert.equal(pause(1, 1), 1.5);
  assert.ok(pause(3, 1) > pause(2, 1));
  assert.equal(pause(40, 1), 15);
  assert.ok(pause(1, 0, 7) >= 7);
});
