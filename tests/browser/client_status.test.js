// The status of a viewer of the client library, in Node and with the real server.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';

import { until, Watcher } from './client_support.js';
import { DEADLINE_MS, makeClip, makeFolder, Server } from './support.js';

const LONGEST_MS = 1600; // between two attempts of a viewer that somebody looks at
const STREAM = 'test:320x180@25';
const folder = makeFolder();
const plain = new Server(STREAM); // every test leaves it as it was

before(() => plain.start());

after(async () => {
  assert.equal(await plain.stop(), 0);
});

async function serve(t, ...options) {
  const server = await new Server(...options).start();
  t.after(() => server.stop());
  return server;
}

function socketOf(server, stream) {
  return new URL(`ws/${stream}`, server.url).href.replace('http', 'ws');
}

test('a server that goes away is gone, and asked again at least every 1.6 s', async (t) => {
  const delays = [];
  const watcher = new Watcher(t, plain.url, {
    onStatus({ retryAt, ...status }) {
      watcher.statuses.push({ retryAt, ...status });
      if (retryAt !== null) delays.push(retryAt - performance.now());
    },
  });
  await watcher.untilFrames(2);
  assert.deepEqual(watcher.kinds, ['connecting', 'waiting', 'live']);
  for (const signal of ['SIGKILL', 'SIGKILL', 'SIGTERM']) {
    await plain.stop(signal);
    await watcher.untilKind('gone');
    const { length } = watcher.statuses;
    await until(() => watcher.statuses.length >= length + 6, 'three more attempts');
    await plain.start();
    const started = performance.now();
    await watcher.untilFrames(1);
    const took = Math.round(performance.now() - started);
    t.diagnostic(`${signal}: a frame ${took} ms after the start`);
    assert.equal(watcher.viewer.status.kind, 'live');
  }
  assert.deepEqual([...new Set(watcher.kinds)], ['connecting', 'waiting', 'live', 'gone']);
  assert.ok(delays.length >= 9 && Math.max(...delays) <= LONGEST_MS, `${delays} ms`);
});

test('wake() tries at once', async (t) => {
  const watcher = new Watcher(t, plain.url);
  await watcher.untilKind('live');
  await plain.stop('SIGKILL');
  await watcher.untilKind('gone');
  await until(() => watcher.viewer.status.retryAt > performance.now() + 900, 'a long delay');
  watcher.viewer.wake();
  assert.equal(watcher.viewer.status.retryAt, null);
  assert.equal(watcher.viewer.status.kind, 'gone');
  await until(() => watcher.viewer.status.retryAt, 'an answer');
  await plain.start();
});

test('a server that is full says so, and is watched when there is room', async (t) => {
  const server = await serve(t, '--max-clients', '1', STREAM);
  const first = new Watcher(t, server.url);
  await first.untilKind('live');
  const second = new Watcher(t, server.url);
  const { reason, retryAt } = await second.untilKind('full');
  assert.match(reason, /viewers/);
  assert.ok(retryAt > performance.now());
  first.viewer.close();
  await second.untilKind('live');
  assert.deepEqual(second.kinds, ['connecting', 'full', 'waiting', 'live']);
});

test('a server that wants a token', async (t) => {
  const server = await serve(t, '--view-token', 'secret', STREAM);
  const without = new Watcher(t, server.url);
  const { reason } = await without.untilKind('forbidden');
  assert.ok(reason, 'in the server’s words');
  const wrong = new Watcher(t, server.url, { token: 'guess', reconnect: false });
  await wrong.untilKind('forbidden');
  assert.equal(wrong.viewer.status.retryAt, null);
  for (const [url, options] of [
    [server.url, { token: 'secret' }],
    [`${server.url}?token=secret`, {}],
    [`${socketOf(server, 'live')}?token=secret`, { binary: false }],
  ]) await new Watcher(t, url, options).untilKind('live');
});

test('an unknown stream, and the way to one that is there', async (t) => {
  for (const url of [`${plain.url}?stream=nosuch`, socketOf(plain, 'nosuch')]) {
    const watcher = new Watcher(t, url);
    const { stream, streams } = await watcher.untilKind('unknown');
    assert.deepEqual([stream, streams.map(({ name }) => name)], ['nosuch', ['live']]);
    watcher.viewer.select('live');
    await watcher.untilKind('live');
    assert.deepEqual(watcher.kinds, ['connecting', 'unknown', 'connecting', 'waiting', 'live']);
  }
});

test('of several streams: the first that works, another, one that has failed', async (t) => {
  const config = path.join(folder, 'several.lua');
  fs.writeFileSync(config, `streams = { absent = { source = "none.mp4" },
    barn = { source = "test:64x48@20" }, yard = { source = "test:320x180@20" } }`);
  const server = await serve(t, '--config', config);
  const seen = new Watcher(t, server.url);
  const { viewer } = seen;
  assert.equal(viewer.stream, null);
  await seen.untilFrames(2);
  assert.equal(viewer.stream, 'barn');
  assert.deepEqual(viewer.streams.map(({ name }) => name), ['absent', 'barn', 'yard']);

  viewer.select('yard');
  assert.deepEqual([viewer.stream, viewer.status.kind], ['yard', 'connecting']);
  const before = seen.frames.length;
  await seen.untilFrames(2);
  const sizes = await Promise.all(seen.frames.slice(before).map(({ image }) => sizeOf(image)));
  for (const size of sizes) assert.deepEqual(size, [320, 180]);

  viewer.select('absent');
  const { reason } = await seen.untilKind('failed');
  assert.match(reason, /^cannot open the source: No such file/);
  viewer.pause();
  viewer.select(null);
  assert.equal(viewer.status.kind, 'paused');
  viewer.resume();
  await seen.untilKind('live');
  assert.equal(viewer.stream, 'barn');
});

// Width and height of a JPEG, from its frame header.
async function sizeOf(image) {
  const bytes = Buffer.from(await image.arrayBuffer());
  for (let at = 2; at < bytes.length; at += 2 + bytes.readUInt16BE(at + 2)) {
    if (bytes[at + 1] >= 0xc0 && bytes[at + 1] <= 0xc2) {
      return [bytes.readUInt16BE(at + 7), bytes.readUInt16BE(at + 5)];
    }
  }
  throw new Error('no frame header');
}

test('a source that has ended', async (t) => {
  const clip = makeClip(folder, 'short.mp4', 2);
  const server = await serve(t, '--loop', 'no', clip);
  const watcher = new Watcher(t, server.url);
  await watcher.untilKind('ended');
  assert.equal(watcher.viewer.streams[0].phase, 'finished');
  assert.deepEqual(watcher.kinds, ['connecting', 'waiting', 'live', 'stalled', 'ended']);

  const late = new Watcher(t, server.url);
  await late.untilFrames(1);
  assert.deepEqual(late.kinds, ['connecting', 'ended'], 'known from the list');
});

test('a source that is lost and found', async (t) => {
  const camera = await serve(t, STREAM);
  const server = await serve(t, '--stall', '1s', new URL('stream/live.mjpg', camera.url).href);
  const watcher = new Watcher(t, server.url);
  await watcher.untilKind('live');
  await camera.stop('SIGKILL');
  const { reason } = await watcher.untilKind('lost');
  assert.ok(reason);
  await until(() => watcher.frames.at(-1).signal === false, 'the server’s own picture');
  const { payload, payloadText } = watcher.frames.at(-1);
  assert.equal(payload.signal, false);
  assert.equal(payload.reason, JSON.parse(payloadText).reason);

  const late = new Watcher(t, server.url, { binary: false });
  await late.untilKind('lost');
  await late.untilFrames(2);
  assert.equal(late.frames.at(-1).signal, false);

  await camera.start();
  for (const each of [watcher, late]) {
    await each.untilKind('live');
    assert.equal(each.frames.at(-1).signal, true);
  }
});

async function untilViewers(count) {
  for (const end = Date.now() + DEADLINE_MS; ;) {
    const response = await fetch(new URL('api/streams/live', plain.url));
    if ((await response.json()).viewers.total === count) return;
    assert.ok(Date.now() < end, `${count} viewers`);
  }
}

test('a pause gives the connection back', async (t) => {
  const watcher = new Watcher(t, plain.url);
  await watcher.untilFrames(2);
  for (let round = 0; round < 3; round++) {
    watcher.viewer.pause();
    assert.equal(watcher.viewer.status.kind, 'paused');
    assert.equal(watcher.viewer.send(1), false);
    const { length } = watcher.frames;
    await untilViewers(0);
    watcher.viewer.wake();
    assert.equal(watcher.viewer.status.kind, 'paused');
    watcher.viewer.resume();
    assert.equal(watcher.frames.length, length);
    await watcher.untilFrames(2);
  }
  for (let round = 0; round < 20; round++) {
    watcher.viewer.pause();
    watcher.viewer.resume();
  }
  await watcher.untilKind('live');
  await untilViewers(1);
});

test('without reconnect: one attempt', async (t) => {
  const once = new Watcher(t, plain.url, { reconnect: false });
  await once.untilKind('live');
  await plain.stop('SIGTERM');
  await once.untilKind('closed');
  assert.deepEqual(once.kinds, ['connecting', 'waiting', 'live', 'closed']);
  assert.ok(once.viewer.status.reason, 'the server says that it stops');

  const never = new Watcher(t, plain.url, { reconnect: false });
  await never.untilKind('gone');
  assert.deepEqual([never.kinds, never.viewer.status.retryAt], [['connecting', 'gone'], null]);
  await plain.start();
  never.viewer.wake();
  await never.untilKind('live');
});

test('JSON messages hold what binary ones hold', async (t) => {
  const binary = new Watcher(t, plain.url);
  const json = new Watcher(t, plain.url, { binary: false });
  await json.untilFrames(1);
  await binary.untilFrames(10);
  const twin = (frame) => binary.frames.find(({ seq }) => seq === frame.seq);
  const pairs = json.frames.map((frame) => [frame, twin(frame)]).filter(([, other]) => other);
  assert.ok(pairs.length >= 5, `${pairs.length} in common`);
  for (const [a, b] of pairs) {
    assert.deepEqual([a.ptsUs, a.capturedUs, a.payloadText, a.signal],
      [b.ptsUs, b.capturedUs, b.payloadText, b.signal]);
    assert.deepEqual(a.payload, b.payload);
    assert.equal(a.image.type, b.image.type);
    const [x, y] = await Promise.all([a.image.arrayBuffer(), b.image.arrayBuffer()]);
    assert.ok(Buffer.from(x).equals(Buffer.from(y)));
    assert.equal(a.image, a.image);
    assert.equal(b.payload, b.payload);
  }
});
