import assert from 'node:assert/strict';
import test from 'node:test';
import { Outbox } from '../../static/core/outbox.js';
import { backoff, Connection, VERSION } from '../../static/core/socket.js';
import { frame } from './frames.js';

/** @typedef {import('../../static/core/protocol.js').Command} Command */

/** The page's end of a websocket, with the server's hands on it. */
class Line {
  /** @type {Command[]} */
  sent = [];
  /** @type {0 | 1 | 2 | 3} */
  readyState = 0;
  closed = false;
  /** @type {BinaryType} */
  binaryType = 'blob';
  /** @type {WebSocket['onopen']} */
  onopen = null;
  /** @type {WebSocket['onmessage']} */
  onmessage = null;
  /** @type {WebSocket['onclose']} */
  onclose = null;

  /** @param {string | ArrayBufferLike | Blob | ArrayBufferView} text */
  send(text) {
    this.sent.push(JSON.parse(String(text)));
  }

  close() {
    this.closed = true;
    this.readyState = 3;
  }

  accept() {
    this.readyState = 1;
    this.onopen?.call(/** @type {WebSocket} */ (/** @type {unknown} */ (this)), new Event('open'));
  }

  /** @param {ArrayBuffer} bytes */
  give(bytes) {
    this.onmessage?.call(
      /** @type {WebSocket} */ (/** @type {unknown} */ (this)),
      new MessageEvent('message', { data: bytes }),
    );
  }

  /** @param {number} code */
  hangUp(code) {
    const event = Object.assign(new Event('close'), { code, reason: '', wasClean: false });
    this.onclose?.call(/** @type {WebSocket} */ (/** @type {unknown} */ (this)), event);
  }

  /** Only what was sent beside hello and acknowledgements. */
  get commands() {
    return this.sent.filter((command) => command.t !== 'hello' && command.t !== 'ack');
  }
}

const WELCOME = { seat: 's1', token: 's1.mac', session: 'lecture2', role: 'student', version: 2 };

/** @param {import('../../static/core/socket.js').Wiring} [more] */
function connected(more = {}) {
  /** @type {Line[]} */
  const lines = [];
  /** @type {string[]} */
  const heard = [];
  /** @type {string[]} */
  const states = [];
  const connection = new Connection(
    'ws://here/ws/lecture2',
    () => ({ role: 'student', token: 't' }),
    (received) => heard.push(received.t),
    (status, code) => states.push(code ? `${status} ${code}` : status),
    new Outbox('tab'),
    {
      open: () => {
        const line = new Line();
        lines.push(line);
        return line;
      },
      random: () => 0.5,
      ...more,
    },
  );
  const line = () => {
    const newest = lines.at(-1);
    assert.ok(newest);
    return newest;
  };
  const welcome = () => {
    line().accept();
    line().give(frame('welcome', WELCOME));
  };
  return { connection, lines, line, welcome, heard, states };
}

test('hello is the first word, and the welcome makes it live', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const { line, heard, states } = connected();
  line().accept();
  assert.deepEqual(line().sent, [
    { t: 'hello', version: VERSION, role: 'student', nonce: 'tab', key: '', token: 't', name: '' },
  ]);
  assert.deepEqual(states, []);
  line().give(frame('welcome', WELCOME));
  assert.deepEqual(states, ['live']);
  assert.deepEqual(heard, ['welcome']);
});

test('a loss waits with jitter, then comes back', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const { lines, line, welcome, states } = connected();
  welcome();
  line().hangUp(1006);
  assert.deepEqual(states, ['live', 'reconnecting']);
  t.mock.timers.tick(backoff(0, 0.5) - 1);
  assert.equal(lines.length, 1);
  t.mock.timers.tick(1);
  assert.equal(lines.length, 2);
  welcome();
  assert.equal(states.at(-1), 'live');
});

test('the wait stays between 0.2 and 3 seconds', () => {
  for (let attempt = 0; attempt < 12; attempt += 1) {
    assert.equal(backoff(attempt, 0), 200);
    assert.ok(backoff(attempt, 1) <= 3000);
    assert.ok(backoff(attempt + 1, 0.7) >= backoff(attempt, 0.7));
  }
  assert.equal(backoff(11, 1), 3000);
});

test('close codes 44xx end it', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const { lines, line, states, connection } = connected();
  line().accept();
  line().hangUp(4404);
  t.mock.timers.tick(60_000);
  assert.deepEqual(states, ['stopped 4404']);
  connection.wake();
  assert.equal(lines.length, 1);
});

test('six seconds of silence open another socket; a beat is no silence', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const { lines, line, welcome } = connected();
  welcome();
  t.mock.timers.tick(5000);
  line().give(frame('beat'));
  t.mock.timers.tick(5000);
  assert.equal(lines.length, 1);
  t.mock.timers.tick(1000);
  t.mock.timers.tick(3000);
  assert.equal(lines[0]?.closed, true);
  assert.equal(lines.length, 2);
});

test('a socket that never opens is given up', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const { lines } = connected();
  t.mock.timers.tick(5000);
  t.mock.timers.tick(3000);
  assert.equal(lines.length, 2);
});

test('what matters is numbered, and sent again in order until its receipt', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const { connection, line, welcome } = connected();
  connection.send({ t: 'name', name: 'Ada' }, { matters: true });
  assert.deepEqual(line().commands, []);
  welcome();
  connection.send({ t: 'position', to: 3 }, { matters: true });
  const both = [
    { t: 'name', name: 'Ada', id: 1 },
    { t: 'position', to: 3, id: 2 },
  ];
  assert.deepEqual(line().commands, both);
  t.mock.timers.tick(2000);
  assert.deepEqual(line().commands.slice(2), both);
  line().give(frame('receipt', { nonce: 'another tab', upto: 9 }));
  line().give(frame('receipt', { nonce: 'tab', upto: 1 }));
  t.mock.timers.tick(2000);
  assert.deepEqual(line().commands.slice(4), both.slice(1));
  line().give(frame('receipt', { nonce: 'tab', upto: 2 }));
  line().give(frame('beat'));
  t.mock.timers.tick(4000);
  assert.equal(line().commands.length, 5);
});

test('a lost command is sent again in time, however busily the page goes on', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const { connection, line, welcome } = connected();
  welcome();
  connection.send({ t: 'reset' }, { matters: true }); // lost on its way
  for (let step = 0; step < 5; step += 1) {
    t.mock.timers.tick(500);
    connection.send({ t: 'reset' }, { matters: true });
    line().give(frame('receipt', { nonce: 'tab', upto: 0 })); // the server waits for the first one
  }
  const firsts = line().commands.filter((command) => command.id === 1);
  assert.equal(firsts.length, 2);
});

test('a reconnect and a new engine send what has no receipt', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const { connection, line, welcome } = connected();
  welcome();
  line().give(frame('engine', { ready: true, generation: 4, device: 'cpu' }));
  connection.send({ t: 'reset' }, { matters: true });
  line().give(frame('engine', { ready: false, generation: 4, device: 'cpu' }));
  assert.equal(line().commands.length, 1);
  line().give(frame('engine', { ready: true, generation: 5, device: 'cpu' }));
  assert.equal(line().commands.length, 2);
  connection.reopen();
  welcome();
  assert.deepEqual(line().commands, [{ t: 'reset', id: 1 }]);
});

test('what does not matter is lost while away', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const { connection, line, welcome } = connected();
  assert.equal(connection.send({ t: 'tune', values: { n: 3 } }), false);
  welcome();
  assert.deepEqual(line().commands, []);
  assert.equal(connection.send({ t: 'tune', values: { n: 4 } }), true);
});

test('arrivals are acknowledged once for all that came together: of eight frames, of much, or after half a second', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const { line } = connected();
  line().accept();
  line().give(frame('welcome', { ...WELCOME, seq: 0 }));
  const acks = () => line().sent.flatMap((command) => (command.t === 'ack' ? [command.seq] : []));
  for (const seq of [1, 2, 3, 4, 5, 6, 4]) line().give(frame('place', { seq }));
  assert.deepEqual(acks(), []);
  for (const seq of [7, 8, 9]) line().give(frame('place', { seq }));
  assert.deepEqual(acks(), [], 'the rest of what came with it is still on its way through the page');
  t.mock.timers.tick(10);
  assert.deepEqual(acks(), [9]);
  line().give(frame('place', { seq: 10, label: 'x'.repeat(16 * 1024) }));
  t.mock.timers.tick(10);
  assert.deepEqual(acks(), [9, 10]);
  line().give(frame('place', { seq: 11 }));
  t.mock.timers.tick(499);
  assert.deepEqual(acks(), [9, 10]);
  t.mock.timers.tick(1);
  assert.deepEqual(acks(), [9, 10, 11]);
  t.mock.timers.tick(1000);
  assert.deepEqual(acks(), [9, 10, 11]);
});

test('what has no number is not acknowledged', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const { line } = connected();
  line().accept();
  line().give(frame('welcome', { ...WELCOME, seq: 0 }));
  for (let count = 0; count < 20; count += 1) line().give(frame('beat', { seq: 0 }));
  t.mock.timers.tick(1000);
  assert.equal(line().sent.filter((command) => command.t === 'ack').length, 0);
});

test('a reload keeps the numbers, a duplicated tab starts its own', () => {
  /** @type {Map<string, string>} */
  const kept = new Map();
  const store = {
    getItem: (/** @type {string} */ key) => kept.get(key) ?? null,
    setItem: (/** @type {string} */ key, /** @type {string} */ text) => void kept.set(key, text),
    removeItem: (/** @type {string} */ key) => void kept.delete(key),
  };
  const first = Outbox.load(store, 'box');
  first.number({ t: 'reset' });
  first.save(store, 'box');
  const reloaded = Outbox.load(store, 'box');
  assert.equal(reloaded.nonce, first.nonce);
  assert.deepEqual(reloaded.pending, [{ t: 'reset', id: 1 }]);
  assert.equal(reloaded.number({ t: 'deal' }).id, 2);
  const duplicate = Outbox.load(store, 'box');
  assert.notEqual(duplicate.nonce, first.nonce);
  assert.deepEqual(duplicate.pending, []);
});

test('a server that forgot its numbers gets what is pending under new ones', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const { connection, lines, line, welcome } = connected();
  welcome();
  connection.send({ t: 'name', name: 'Ada' }, { matters: true });
  line().give(frame('receipt', { nonce: 'tab', upto: 1 }));
  connection.send({ t: 'name', name: 'Grace' }, { matters: true });
  line().give(frame('receipt', { nonce: 'tab', upto: 0 }));
  assert.equal(lines.length, 2);
  welcome();
  const [hello] = line().sent;
  assert.ok(hello?.t === 'hello' && hello.nonce !== 'tab');
  assert.deepEqual(line().commands, [{ t: 'name', name: 'Grace', id: 1 }]);
});

for (const code of [1012, 1001]) {
  test(`a server that says it stops is sent nothing new, and nothing that matters is lost (close code ${code})`, (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    const { connection, lines, line, welcome, heard, states } = connected();
    welcome();
    connection.send({ t: 'name', name: 'Ada' }, { matters: true });
    connection.send({ t: 'position', to: 3 }, { matters: true });
    line().give(frame('closing', { detail: 'the server restarts' }));
    assert.equal(heard.at(-1), 'closing');
    assert.equal(connection.send({ t: 'tune', values: { n: 3 } }), false);
    assert.equal(connection.send({ t: 'reset' }, { matters: true }), true);
    line().give(frame('receipt', { nonce: 'tab', upto: 1 }));
    t.mock.timers.tick(2500);
    assert.equal(line().commands.length, 2, 'neither new nor again');
    assert.equal(line().sent.at(-1)?.t, 'ack', 'what still comes is acknowledged');
    line().hangUp(code);
    assert.equal(states.at(-1), 'reconnecting');
    t.mock.timers.tick(backoff(0, 0.5) - 1);
    assert.equal(lines.length, 1);
    t.mock.timers.tick(1);
    assert.equal(lines.length, 2);
    welcome();
    assert.deepEqual(line().commands, [
      { t: 'position', to: 3, id: 2 },
      { t: 'reset', id: 3 },
    ]);
    assert.equal(connection.send({ t: 'tune', values: { n: 3 } }), true);
  });
}

test('a key that was made anew is said at the next attempt', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  let key = 'old';
  /** @type {Line[]} */
  const lines = [];
  const open = () => {
    lines.push(new Line());
    return /** @type {Line} */ (lines.at(-1));
  };
  const connection = new Connection(
    'ws://here',
    () => ({ role: 'instructor', key }),
    () => {},
    () => {},
    new Outbox('tab'),
    { open },
  );
  lines[0]?.accept();
  key = 'new';
  connection.reopen();
  lines[1]?.accept();
  const keys = lines.map(({ sent: [hello] }) => (hello?.t === 'hello' ? hello.key : ''));
  assert.deepEqual(keys, ['old', 'new']);
});

test('what was painted is told with the acknowledgements, and once more where it came later', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  /** @type {(() => void)[]} */
  const paintings = [];
  const { connection, line } = connected({ paint: (done) => void paintings.push(done) });
  const give = (/** @type {number} */ seq) => line().give(frame('place', { seq }));
  const acks = () => line().sent.flatMap((message) => (message.t === 'ack' ? [[message.seq, message.drawn]] : []));
  line().accept();
  line().give(frame('welcome', { ...WELCOME, seq: 0 }));
  connection.hold(true);
  give(7);
  t.mock.timers.tick(500);
  assert.deepEqual(acks(), [[7, 0]], 'the scene’s files are not there yet');
  connection.hold(false);
  paintings.pop()?.();
  t.mock.timers.tick(500);
  assert.deepEqual(acks(), [
    [7, 0],
    [7, 7],
  ]);
  give(8);
  paintings.pop()?.();
  t.mock.timers.tick(500);
  assert.deepEqual(acks().at(-1), [8, 8], 'one acknowledgement is enough where it was painted in time');
  t.mock.timers.tick(5000);
  assert.equal(acks().length, 3);
});

test('a session that is full is asked again, with more time between', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const { lines, line } = connected();
  line().accept();
  line().hangUp(1013);
  t.mock.timers.tick(900);
  assert.equal(lines.length, 1);
  t.mock.timers.tick(15_000);
  assert.equal(lines.length, 2);
});
