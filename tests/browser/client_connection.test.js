// How the client library finds the server and why it is not let in, how it notices silence, and
// what it makes of what the server says of the stream; against a server that does what a test wants.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import net from 'node:net';
import { test } from 'node:test';

import { readAddress } from '../../web/client/address.js';
import { Backoff } from '../../web/client/backoff.js';
import { Condition } from '../../web/client/condition.js';
import { connect } from '../../web/client/moonreel.js';
import { FakeServer, message, until, Watcher } from './client_support.js';

const SILENT_MS = 3000;
const DELAYS_MS = [250, 500, 1000, 1600, 5000];
const FRAME = { signal: true };

function stream(phase, error = null, name = 'live') {
  return { name, phase, error };
}

test('addresses: the page or a WebSocket, with or without base path, stream and token', () => {
  const cases = {
    'http://host:8080/': ['http://host:8080/', null, null],
    'http://host:8080': ['http://host:8080/', null, null],
    'wss://host/cam/': ['https://host/cam/', null, null],
    'http://host/cam': ['http://host/cam/', null, null],
    'http://host/cam/index.html?stream=yard&token=a%2Bb': ['http://host/cam/', 'yard', 'a+b'],
    'ws://host:8080/ws/yard': ['http://host:8080/', 'yard', null],
    'https://host/a/b/ws/yard?token=x#y': ['https://host/a/b/', 'yard', 'x'],
    'http://[::1]:8080/ws/yard?stream=road': ['http://[::1]:8080/', 'yard', null],
    'http://host/ws/': ['http://host/ws/', null, null],
    'http://host/?stream=&token=': ['http://host/', null, null],
  };
  for (const [address, [base, name, token]] of Object.entries(cases)) {
    for (const url of [address, new URL(address)]) {
      const read = readAddress(url);
      assert.deepEqual([read.base.href, read.stream, read.token], [base, name, token], address);
    }
  }
  for (const wrong of ['', 'host:8080', 'ftp://host/', '/relative']) {
    assert.throws(() => connect(wrong), TypeError, wrong);
  }
});

test('delays double to 1.6 s while somebody looks, after a minute to 5 s', () => {
  const backoff = new Backoff();
  const longest = (now) => {
    const delay = backoff.next(now);
    return DELAYS_MS.find((most) => delay <= most && delay >= 0.75 * most);
  };
  for (const most of [250, 500, 1000, 1600, 1600, 1600]) assert.equal(longest(1000), most);
  assert.equal(longest(61_001), 5000);
  backoff.reset();
  assert.equal(longest(100_000), 250);
});

test('a condition: silence, and when it means a dead connection', () => {
  const condition = new Condition();
  condition.tell(stream('running'));
  condition.open(1000);
  condition.tick(1000 + SILENT_MS);
  assert.deepEqual([condition.kind, condition.unclear], ['waiting', true]);
  condition.tick(1001 + SILENT_MS);
  assert.equal(condition.kind, 'stalled');
  condition.frame(10_000, FRAME);
  assert.deepEqual([condition.kind, condition.unclear], ['live', false]);
  condition.frame(15_000, FRAME); // a frame in 5 s: three of them are awaited
  condition.tick(30_000);
  assert.equal(condition.kind, 'live');
  condition.tick(30_001);
  assert.equal(condition.kind, 'stalled');
  assert.equal(condition.mayBeDead(45_000), false);
  assert.equal(condition.mayBeDead(45_001), true);
  condition.open(50_000); // opened again: it is as silent as before
  assert.equal(condition.kind, 'stalled');
  assert.equal(condition.mayBeDead(80_000), false);
  condition.tell(stream('finished'));
  assert.deepEqual([condition.kind, condition.mayBeDead(90_000)], ['ended', false]);
});

test('a condition: what the server says, until frames say otherwise', () => {
  for (const [phase, kind] of [['lost', 'lost'], ['failed', 'failed']]) {
    const condition = new Condition();
    condition.tell(stream(phase, 'why'));
    condition.open(0);
    assert.deepEqual([condition.kind, condition.reason], [kind, 'why']);
    condition.frame(1, FRAME); // the last picture
    assert.equal(condition.kind, kind);
    condition.frame(2, FRAME);
    assert.deepEqual([condition.kind, condition.reason], ['live', null]);
  }
  const condition = new Condition();
  condition.open(0);
  for (const reason of ['dark', 'darker']) {
    condition.frame(1, { signal: false, payload: { reason } });
    assert.deepEqual([condition.kind, condition.reason], ['lost', reason]);
  }
  condition.frame(2, FRAME);
  assert.deepEqual([condition.kind, condition.reason], ['live', null]);
});

test('why a WebSocket is refused', async (t) => {
  const talk = (peer) => peer.send(message(1, '1'));
  const server = await new FakeServer([stream('running')], talk).start(t);
  const cases = {
    401: 'forbidden',
    403: 'forbidden',
    404: 'unknown',
    421: 'refused',
    426: 'refused',
    502: 'gone',
    503: 'full',
  };
  for (const [status, kind] of Object.entries(cases)) {
    server.refusal = Number(status);
    const once = new Watcher(t, server.url, { reconnect: false });
    const { reason, retryAt } = await once.untilKind(kind);
    const wanted = status === '426' ? /^The server answers, but WebSocket connections do not get through: / // a proxy
      : new RegExp(`^refused with ${status}$`);
    assert.match(reason, wanted);
    assert.equal(retryAt, null);
    assert.deepEqual(once.kinds, ['connecting', kind]);

    const watcher = new Watcher(t, server.url);
    await watcher.untilKind(kind);
    server.refusal = null;
    await watcher.untilKind('live');
    watcher.viewer.close();
  }
});

test('a stream that stalls: the server is asked why', async (t) => {
  let peer;
  const server = await new FakeServer([stream('running')], (socket) => {
    peer = socket;
    for (let seq = 0; seq < 5; seq++) socket.send(message(seq, '1'));
  }).start(t);
  const watcher = new Watcher(t, server.url);
  await watcher.untilKind('live');
  const liveAt = performance.now();
  await watcher.untilKind('stalled');
  const after = performance.now() - liveAt;
  assert.ok(after > SILENT_MS - 50, `after ${after} ms`);
  for (const [phase, kind] of [['lost', 'lost'], ['failed', 'failed'], ['running', 'stalled']]) {
    server.streams = [stream(phase, phase === 'running' ? null : 'no route')];
    const { reason, streams } = await watcher.untilKind(kind);
    assert.deepEqual([reason, streams], [server.streams[0].error, server.streams]);
  }
  const most = 1 + Math.ceil((performance.now() - liveAt) / 2000);
  assert.ok(server.listed <= most, `asked ${server.listed} times, not ${most}`);

  peer.send(message(5, '1'));
  await watcher.untilKind('live');
  assert.equal(watcher.statuses.filter(({ kind }) => kind === 'connecting').at(-1).retryAt, null);
  const status = new Set(watcher.statuses);
  assert.equal(status.size, watcher.statuses.length, 'a fresh object each time');
});

test('a server that closes a connection is asked again', async (t) => {
  let times = 0;
  const server = await new FakeServer([stream('running')], (peer) => {
    peer.send(message(times, '1'));
    if (++times < 3) peer.close(1001, 'the stream is started again');
  }).start(t);
  const watcher = new Watcher(t, server.url);
  await watcher.untilFrames(3);
  const gone = watcher.statuses.filter(({ kind, retryAt }) => kind === 'gone' && retryAt);
  assert.deepEqual(gone.map(({ reason }) => reason), Array(2).fill('the stream is started again'));
});

test('the stream that the user did not name may be another one after a while', async (t) => {
  const paths = [];
  const server = await new FakeServer([stream('running', null, 'old')], (peer, request) => {
    paths.push(request.url);
    peer.send(message(1, '1'));
    peer.send(message(2, '2'));
  }).start(t);
  const named = new Watcher(t, server.url, { stream: 'old' });
  const any = new Watcher(t, server.url, { token: 'a b' });
  for (const each of [named, any]) await each.untilKind('live');
  server.streams = [stream('failed', null, 'bad'), stream('idle', null, 'new')];
  for (const each of [named, any]) {
    each.viewer.pause();
    each.viewer.resume();
  }
  await named.untilKind('unknown');
  await until(() => any.viewer.stream === 'new', 'the new one');
  await any.untilKind('live');
  assert.deepEqual(paths.sort(), ['/ws/new?token=a+b', '/ws/old', '/ws/old?token=a+b']);
});

test('who accepts a connection and says nothing is gone after 4 s', async (t) => {
  const silent = net.createServer((socket) => {
    socket.on('error', () => {});
    t.after(() => socket.destroy());
  });
  t.after(() => silent.close());
  await once(silent.listen(0, '127.0.0.1'), 'listening');
  const started = performance.now();
  const watcher = new Watcher(t, `http://127.0.0.1:${silent.address().port}/`);
  const { reason, retryAt } = await watcher.untilKind('gone');
  assert.ok(performance.now() - started >= 3900);
  assert.ok(reason);
  assert.ok(retryAt > performance.now());
});
