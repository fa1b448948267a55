// Pages that use Socket.IO, with the clients 3.0.4 and the current one, in Node.

import assert from 'node:assert/strict';
import path from 'node:path';
import { after, before, test } from 'node:test';

import { io as io3 } from 'socket.io-client-3';
import { io as io4 } from 'socket.io-client-4';

import { DEADLINE_MS, makeClip, makeFolder, save, Server } from './support.js';

const SCRIPT = `
function process(frame, state)
  state.count = (state.count or 0) + 1
  return { count = state.count }
end
function on_message(message, client)
  broadcast({ said = message, by = client })
end
`;
const CLIENTS = { '3.0.4': io3, 4: io4 };
const TRANSPORTS = {
  websocket: ['websocket'],
  polling: ['polling'],
  upgrade: ['polling', 'websocket'],
};

const folder = makeFolder();
const script = path.join(folder, 'process.lua');
let server;

before(async () => {
  save(script, SCRIPT);
  server = await new Server('--script', script, '--always', makeClip(folder, 'clip.mp4', 10)).start();
});

after(async () => {
  assert.equal(await server?.stop(), 0);
});

// A client of the test `t`, which closes it; one connection of its own.
function connect(t, io, options = {}, namespace = '') {
  const socket = io(`${server.url}${namespace}`, { forceNew: true, reconnection: false, ...options });
  t.after(() => socket.close());
  return socket;
}

function within(promise, what, ms = DEADLINE_MS) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what}: not within ${ms} ms`)), ms);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

function event(socket, name) {
  return within(new Promise((resolve) => socket.once(name, resolve)), name);
}

// The next `count` frames.
function frames(socket, count) {
  const got = [];
  return within(new Promise((resolve) => {
    socket.on('stream', (message) => {
      got.push(message);
      if (got.length === count) resolve(got);
    });
  }), `${count} frames`);
}

function assertJpeg(bytes) {
  assert.equal(bytes.subarray(0, 2).toString('hex'), 'ffd8');
  assert.equal(bytes.subarray(-2).toString('hex'), 'ffd9');
}

function assertFrames(messages) {
  let before = 0;
  for (const message of messages) {
    assert.deepEqual(Object.keys(message), ['data', 'image']);
    assert.ok(message.data.count > before, `${message.data.count} after ${before}`);
    before = message.data.count;
    const start = 'data:image/jpeg;base64,';
    assert.ok(message.image.startsWith(start));
    assertJpeg(Buffer.from(message.image.slice(start.length), 'base64'));
  }
}

async function viewers() {
  const state = await (await fetch(`${server.url}api/streams/live`)).json();
  return state.viewers.socketio;
}

async function untilViewers(count) {
  for (const end = Date.now() + DEADLINE_MS; await viewers() !== count;) {
    assert.ok(Date.now() < end, `${await viewers()} viewers instead of ${count}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

for (const [version, io] of Object.entries(CLIENTS)) {
  for (const [way, transports] of Object.entries(TRANSPORTS)) {
    test(`client ${version}, ${way}: frames, and messages both ways`, async (t) => {
      const socket = connect(t, io, { transports });
      const first = frames(socket, 8);
      await event(socket, 'connect');
      assertFrames(await first);
      if (way === 'upgrade' && socket.io.engine.transport.name !== 'websocket')
        await within(new Promise((resolve) => socket.io.engine.once('upgrade', resolve)), 'upgrade');
      assert.equal(socket.io.engine.transport.name, transports.at(-1));
      assertFrames(await frames(socket, 4));

      const answer = event(socket, 'message');
      const word = `hello ${'\u20ac'.repeat(1000)} \u{1f600}`;
      socket.emit('message', { word, list: [1, 2.5, null, true] });
      assert.deepEqual((await answer).said, { word, list: [1, 2.5, null, true] });
      const acknowledged = await within(
        new Promise((resolve) => socket.emit('message', 'a', (...values) => resolve(values))), 'ack');
      assert.deepEqual(acknowledged, []);
      assert.equal(await viewers(), 1);
      socket.close();
      await untilViewers(0);
    });

    test(`client ${version}, ${way}: the image as binary data`, async (t) => {
      const socket = connect(t, io, { transports, auth: { binary: true } });
      for (const { data, image } of await frames(socket, 4)) {
        assert.ok(data.count > 0);
        assertJpeg(Buffer.from(image));
      }
    });
  }

  test(`client ${version}: what the query says`, async (t) => {
    const named = connect(t, io, { query: { stream: 'live', binary: '1' } });
    const [{ image }] = await frames(named, 1);
    assertJpeg(Buffer.from(image));
    const unknown = connect(t, io, { query: { stream: 'nowhere' } });
    assert.equal((await event(unknown, 'connect_error')).message, 'There is no such stream');
  });

  test(`client ${version}: there is one namespace`, async (t) => {
    const socket = connect(t, io, {}, 'yard');
    assert.equal((await event(socket, 'connect_error')).message, 'Invalid namespace');
  });

  test(`client ${version}: a message that is none is answered so`, async (t) => {
    const socket = connect(t, io, { transports: ['websocket'] });
    const complaint = (...values) => within(
      new Promise((resolve) => socket.emit('message', ...values, resolve)), 'ack');
    assert.match((await complaint(Buffer.from('abc'))).error, /binary/);
    assert.match((await complaint('x'.repeat(65536))).error, /64 KiB/);
    assert.equal(await complaint('x'.repeat(65534)), undefined);
    assertFrames(await frames(socket, 2)); // and it is still served
  });
}

test('many texts reach a client that polls, and frames as well', async (t) => {
  const socket = connect(t, io4, { transports: ['polling'] });
  const said = [];
  let seen = 0;
  socket.on('message', ({ said: text }) => said.push(text));
  socket.on('stream', () => seen++);
  await event(socket, 'stream');
  for (let i = 0; i < 100; i++) socket.emit('message', i);
  const from = seen;
  for (const end = Date.now() + DEADLINE_MS; said.length < 100 || seen < from + 5;) {
    assert.ok(Date.now() < end, `${said.length} texts and ${seen - from} frames`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  assert.deepEqual(said, Array.from({ length: 100 }, (_, i) => i));
});

test('two clients see the same frames; when the server stops they are told', async (t) => {
  const own = await new Server('--script', script, '--always', 'test:').start();
  t.after(() => own.stop());
  const sockets = [['websocket'], ['polling']].map((transports) => {
    const socket = io4(own.url, { forceNew: true, reconnection: false, transports });
    t.after(() => socket.close());
    return socket;
  });
  await Promise.all(sockets.map((socket) => frames(socket, 3)));
  const told = sockets.map((socket) => event(socket, 'disconnect'));
  assert.equal(await own.stop(), 0);
  const [websocket, polling] = await Promise.all(told);
  assert.equal(websocket, 'transport close');
  assert.match(polling, /^transport (close|error)$/); // the latter between two polls
});
