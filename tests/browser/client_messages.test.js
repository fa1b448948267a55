// Messages in the client library: good and bad ones, and callbacks that are slow.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import v8 from 'node:v8';
import vm from 'node:vm';

import { WebSocket } from 'ws';

import { parseJson } from '../../web/client/message.js';
import { catchErrors, FakeServer, message, until, Watcher } from './client_support.js';
import { Server } from './support.js';

const LIVE = [{ name: 'live', phase: 'running', error: null }];
const HUGE = '{"id":9007199254740993,"name":"ü\\"}"}'; // more than a double holds
const MIB = 1024 * 1024;

function jsonMessage(seq, payload) {
  return `{"data":${payload},"image":"data:image/jpeg;base64,/9j/","seq":${seq},`
    + `"pts_us":${seq * 40_000},"captured_us":1767225600000000}`;
}

async function bytesOf(image) {
  return [...new Uint8Array(await image.arrayBuffer())];
}

// A fake server that sends every viewer these messages.
function send(t, messages) {
  const server = new FakeServer(LIVE, (peer) => {
    for (const each of messages) peer.send(each, { binary: Buffer.isBuffer(each) });
  });
  return server.start(t);
}

test('rubbish is no frame and no text, and changes nothing', async (t) => {
  const errors = catchErrors(t);
  const good = message(3, HUGE);
  const server = await send(t, [
    'no JSON', '', '{"half":', '\0',
    good.subarray(0, 0), good.subarray(0, 39), good.subarray(0, -1), Buffer.concat([good, good]), message(1, '{}', undefined, { magic: 'MRF2' }),
    message(1, '{}', undefined, { payloadBytes: 0xffffffff }),
    message(1, '{}', undefined, { payloadBytes: 1 }), Buffer.alloc(MIB, 0xff), Buffer.alloc(40),
    '{"image":"data:image/jpeg;base64,/9j/"}', 'null', good,
    message(4, '', undefined, { header: 64 }), message(5, 'no JSON'),
    message(6, '{"signal":false,'),
  ]);
  const watcher = new Watcher(t, server.url);
  await watcher.untilFrames(4);
  assert.deepEqual(watcher.texts, [{ image: 'data:image/jpeg;base64,/9j/' }, null]);
  const [first, longer, spoilt, lost] = watcher.frames;
  assert.deepEqual([first.seq, first.ptsUs, first.bytes, first.payloadText, first.signal],
    [3, 120_000, good.length, HUGE, true]);
  assert.equal(first.payload.name, 'ü"}');
  assert.deepEqual(await bytesOf(first.image), [255, 216, 255]);
  assert.deepEqual([longer.seq, longer.payload, longer.payloadText], [4, null, '']);
  assert.deepEqual(await bytesOf(longer.image), [255, 216, 255]);
  assert.throws(() => spoilt.payload, SyntaxError);
  assert.equal(lost.signal, false);
  assert.deepEqual(watcher.kinds, ['connecting', 'waiting', 'live', 'lost']);
  assert.equal(watcher.viewer.received, 4);
  assert.deepEqual(errors, []);
});

test('JSON messages: frames have an image, all else is text', async (t) => {
  const texts = ['{"data":1}', '"image"', '{"image":7}', '{"image":"x"}', '[]', 'null'];
  const server = await send(t, [
    'no JSON', ...texts, jsonMessage(7, HUGE), jsonMessage(8, '{"signal":false,"reason":"dark"}'),
    '{"image":"data:image/jpeg;base64,/9j/","seq":9,"data":{"a":1}}',
  ]);
  const watcher = new Watcher(t, server.url, { binary: false });
  await watcher.untilFrames(3);
  assert.deepEqual(watcher.texts, texts.map((text) => JSON.parse(text)));
  const [first, lost, other] = watcher.frames;
  assert.deepEqual([first.seq, first.ptsUs, first.capturedUs], [7, 280_000, 1767225600000000]);
  assert.deepEqual([first.payloadText, first.payload.name], [HUGE, 'ü"}']);
  assert.deepEqual(await bytesOf(first.image), [255, 216, 255]);
  assert.deepEqual([lost.signal, lost.payload.reason], [false, 'dark']);
  assert.deepEqual([other.payloadText, other.signal], ['{"a":1}', true]);
  assert.ok(watcher.statuses.some(({ kind, reason }) => kind === 'lost' && reason === 'dark'));

  const tricky = '{"x":",\\"image\\":\\"data:image/jpeg;base64,"}';
  const text = jsonMessage(1, tricky);
  assert.equal(parseJson(text, JSON.parse(text)).payloadText, tricky);
});

test('what goes wrong in a callback is told and changes nothing', async (t) => {
  const errors = catchErrors(t);
  const server = await send(t, ['1', message(1, '1'), '2', message(2, '2'), message(3, '3')]);
  let turn = 0;
  const texts = [];
  const watcher = new Watcher(t, server.url, {
    onStatus() { throw new Error('status'); },
    onText(value) {
      texts.push(value);
      return Promise.reject(new Error('text'));
    },
    onFrame() {
      if (turn++ % 2) return Promise.reject(new Error('frame'));
      throw new Error('frame');
    },
  });
  await watcher.untilFrames(3);
  assert.deepEqual(texts, [1, 2]);
  assert.deepEqual(watcher.frames.map(({ seq }) => seq), [1, 2, 3]);
  await until(() => errors.length >= 8, 'all are told');
  const told = new Set(errors.map((error) => error.message));
  assert.deepEqual([...told].sort(), ['frame', 'status', 'text']);
});

test('close(), pause() and select() in a callback end it there', async (t) => {
  const server = await send(t, Array.from({ length: 20 }, (_, i) => message(i, `${i}`)));
  for (const [call, last] of [['close', 'closed'], ['pause', 'paused']]) {
    for (const at of ['onFrame', 'live', 'waiting', 'connecting']) {
      const act = () => watcher.viewer[call]();
      const watcher = new Watcher(t, server.url, at === 'onFrame' ? { onFrame: act } : {
        onStatus: ({ kind }) => kind === at && act(),
      });
      await watcher.untilKind(last);
      assert.equal(watcher.frames.length, at === 'onFrame' ? 1 : 0, `${call} in ${at}`);
    }
  }
  const moved = new Watcher(t, server.url, {
    onFrame: ({ seq }) => seq === 5 && moved.viewer.select('nosuch'),
  });
  await moved.untilKind('unknown');
  assert.deepEqual(moved.frames.map(({ seq }) => seq), [0, 1, 2, 3, 4, 5]);
});

test('messages to the script', async (t) => {
  const errors = catchErrors(t);
  const heard = [];
  let peer;
  const server = await new FakeServer(LIVE, (socket) => {
    peer = socket;
    socket.on('message', (data) => heard.push(String(data)));
  }).start(t);
  const { viewer, ...watcher } = new Watcher(t, server.url);
  assert.equal(viewer.send(1), false, 'not connected yet');
  await until(() => viewer.status.kind === 'waiting', 'a connection');
  for (const value of [{ a: 'ü' }, null, 'x'.repeat(65_534)]) assert.ok(viewer.send(value));
  assert.throws(() => viewer.send('x'.repeat(65_535)), RangeError);
  assert.throws(() => viewer.send(undefined), TypeError);
  assert.throws(() => viewer.send(1n), TypeError);
  await until(() => heard.length === 3, 'all messages');
  assert.deepEqual(heard.slice(0, 2), ['{"a":"ü"}', 'null']);

  peer.pause(); // it reads no more
  let taken = 0;
  while (viewer.send('x'.repeat(60_000))) taken++;
  assert.ok(taken * 60_000 < 32 * MIB);
  peer.resume();
  await until(() => heard.length === 3 + taken, 'what was taken arrives');
  await until(() => viewer.send(1), 'and it goes on');
  assert.deepEqual([watcher.frames, errors], [[], []]);
});

test('another WebSocket class', async (t) => {
  const server = await send(t, [message(1, '1'), '2']);
  const watcher = new Watcher(t, server.url, { WebSocket });
  await watcher.untilFrames(1);
  await until(() => watcher.texts.length, 'a text');
  watcher.viewer.close();

  const broken = class {
    constructor() { throw new Error('not here'); }
  };
  const failing = new Watcher(t, server.url, { WebSocket: broken, reconnect: false });
  assert.equal((await failing.untilKind('refused')).reason, 'not here');
});

// Returns the bytes in use after a garbage collection.
function memory() {
  v8.setFlagsFromString('--expose-gc');
  vm.runInNewContext('gc')();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

test('slow work gets recent frames, one at a time, and costs no memory', async (t) => {
  const server = await new Server('lavfi:testsrc2=size=640x360:rate=100').start();
  t.after(() => server.stop());
  const lags = [];
  let busy = 0;
  let most = 0;
  const seqs = [];
  const watcher = new Watcher(t, server.url, {
    async onFrame({ seq, capturedUs }) {
      watcher.frames.length = 0; // they would be the growth
      lags.push(Date.now() - capturedUs / 1000);
      seqs.push(seq);
      most = Math.max(most, ++busy);
      const enough = watcher.viewer.received + 20;
      const { viewer } = watcher;
      await until(() => viewer.received >= enough || viewer.status.kind !== 'live', '20 frames');
      busy--;
    },
  });
  const { viewer } = watcher;
  await until(() => lags.length >= 4, 'frames');
  const [before, skippedBefore] = [memory(), viewer.skipped];
  await until(() => lags.length >= 24, 'frames', 30_000);
  // The collector frees buffers in threads of its own, so a collection may be too early to see it.
  let grown;
  await until(() => (grown = memory() - before) < 4 * MIB, 'memory as before');
  t.diagnostic(`given ${lags.length} of ${viewer.received}, skipped ${viewer.skipped}; lag at most `
    + `${Math.round(Math.max(...lags))} ms; memory grew by ${Math.round(grown / 1024)} KiB`);
  assert.equal(most, 1);
  assert.ok(viewer.skipped - skippedBefore >= 19 * 18, `${viewer.skipped} skipped`);
  // Recent: but for the one that is at work and one that may wait, all others were skipped.
  assert.ok(viewer.received - viewer.skipped - lags.length <= 1);
  assert.deepEqual(seqs, [...seqs].sort((a, b) => a - b));
});
