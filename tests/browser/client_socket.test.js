// The WebSocket client that the library brings for Node, against the package `ws` and against a
// server that makes mistakes.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import fs from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import net from 'node:net';
import path from 'node:path';
import { test } from 'node:test';

import { WebSocketServer } from 'ws';

import { FrameReader } from '../../web/client/node_frames.js';
import { NodeSocket } from '../../web/client/node_socket.js';
import { until } from './client_support.js';
import { makeFolder } from './support.js';

const MIB = 1024 * 1024;
const LARGEST = 64 * MIB;
const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11'; // RFC 6455, section 1.3
const SIZES = [0, 125, 126, 65_535, 65_536, MIB];
const [TEXT, BINARY, CLOSE, PING] = [1, 2, 8, 9];

// A client and what it was told.
function open(port, scheme = 'ws') {
  const socket = new NodeSocket(`${scheme}://127.0.0.1:${port}/`);
  const seen = { socket, events: [], messages: [], closed: null, error: null };
  socket.onopen = () => seen.events.push('open');
  socket.onmessage = ({ data }) => seen.messages.push(data);
  socket.onerror = ({ message }) => {
    seen.events.push('error');
    seen.error = message;
  };
  socket.onclose = (event) => {
    seen.events.push('close');
    seen.closed = event;
  };
  return seen;
}

// A server of the package `ws`, and the first client with the server's end of its connection.
async function pair(t) {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
  t.after(() => {
    for (const client of server.clients) client.terminate();
    server.close();
  });
  await once(server, 'listening');
  const connected = once(server, 'connection');
  const seen = open(server.address().port);
  const [peer] = await connected;
  await until(() => seen.events.includes('open'), 'open');
  return { seen, peer };
}

// A server that does the handshake and then what `talk(socket)` does; `accept` may falsify its key.
async function rawServer(t, talk, accept = (key) => key) {
  const server = net.createServer((socket) => {
    socket.on('error', () => {});
    socket.setNoDelay(true);
    socket.once('data', (head) => {
      const [, key] = /^sec-websocket-key: (\S+)/im.exec(String(head));
      const answer = createHash('sha1').update(accept(key) + GUID).digest('base64');
      socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\n'
        + `Upgrade: websocket\r\nSec-WebSocket-Accept: ${answer}\r\n\r\n`, () => talk(socket));
    });
    t.after(() => socket.destroy());
  });
  t.after(() => server.close());
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return server.address().port;
}

// A frame as servers write them; `claimed` is a length that is not the payload's.
function frame(opcode, payload, { fin = true, bits = 0, mask = 0, claimed } = {}) {
  const length = claimed ?? payload.length;
  const head = Buffer.alloc(length < 126 ? 2 : length < 65_536 ? 4 : 10);
  head[0] = (fin ? 0x80 : 0) | bits | opcode;
  head[1] = mask | (length < 126 ? length : length < 65_536 ? 126 : 127);
  if (head.length === 4) head.writeUInt16BE(length, 2);
  if (head.length === 10) head.writeBigUInt64BE(BigInt(length), 2);
  return Buffer.concat([head, payload]);
}

// Bytes that no shift of themselves is equal to.
function pattern(length) {
  return Buffer.from(Uint8Array.from({ length }, (_, i) => (i * 31 + (i >> 8) * 7) & 0xff));
}

test('messages of every length form arrive whole, both kinds, both ways', async (t) => {
  const { seen, peer } = await pair(t);
  const echoes = [];
  peer.on('message', (data, isBinary) => echoes.push([String(data), isBinary]));
  for (const size of SIZES) {
    peer.send(pattern(size));
    peer.send('x'.repeat(size));
    seen.socket.send('é'.repeat(size));
  }
  await until(() => seen.messages.length === 2 * SIZES.length, 'all messages');
  for (const [i, size] of SIZES.entries()) {
    const binary = seen.messages[2 * i];
    assert.ok(binary instanceof ArrayBuffer);
    assert.ok(pattern(size).equals(Buffer.from(binary)), `${size} bytes`);
    assert.equal(seen.messages[2 * i + 1], 'x'.repeat(size));
  }
  await until(() => echoes.length === SIZES.length, 'all echoes');
  for (const [i, size] of SIZES.entries()) assert.deepEqual(echoes[i], ['é'.repeat(size), false]);
  await until(() => seen.socket.bufferedAmount === 0, 'nothing waits');
});

test('fragments become one message, with pings between them', async (t) => {
  const { seen, peer } = await pair(t);
  const whole = pattern(200_000);
  const pongs = [];
  peer.on('pong', (data) => pongs.push(String(data)));
  for (let at = 0; at < whole.length; at += 50_000) {
    peer.send(whole.subarray(at, at + 50_000), { binary: true, fin: at + 50_000 === whole.length });
    peer.ping(`at ${at}`);
  }
  peer.send('zwei H', { fin: false });
  peer.send('', { fin: false });
  peer.send('älften', { fin: true });
  await until(() => seen.messages.length === 2, 'both messages');
  assert.ok(whole.equals(Buffer.from(seen.messages[0])));
  assert.equal(seen.messages[1], 'zwei Hälften');
  await until(() => pongs.length === 4, 'pongs');
  assert.deepEqual(pongs, ['at 0', 'at 50000', 'at 100000', 'at 150000']);
});

test('close codes go both ways', async (t) => {
  const cases = [[1001, 'the server stops', 1001], [4000, 'ä', 4000], [undefined, '', 1005]];
  for (const [code, reason, expected] of cases) {
    const { seen, peer } = await pair(t);
    peer.close(code, reason);
    await until(() => seen.closed, `close ${code}`);
    const { code: got, reason: why, wasClean } = seen.closed;
    assert.deepEqual([got, why, wasClean], [expected, reason, true]);
    assert.deepEqual(seen.events, ['open', 'close']);
  }
  for (const [code, expected] of [[undefined, 1005], [1000, 1000], [3001, 3001]]) {
    const { seen, peer } = await pair(t);
    const closed = once(peer, 'close');
    seen.socket.close(code);
    assert.equal(seen.socket.readyState, 2);
    assert.equal((await closed)[0], expected);
    await until(() => seen.closed, 'closed');
    assert.deepEqual([seen.closed.code, seen.closed.wasClean], [expected, true]);
    assert.equal(seen.socket.readyState, 3);
  }
  const { seen } = await pair(t);
  assert.throws(() => seen.socket.close(1001), RangeError);
});

test('a connection that is cut is an unclean close, and so is one closed too early', async (t) => {
  const { seen, peer } = await pair(t);
  peer.terminate();
  await until(() => seen.closed, 'closed');
  assert.deepEqual([seen.closed.code, seen.closed.wasClean], [1006, false]);

  const early = open(await rawServer(t, () => {}));
  assert.throws(() => early.socket.send('x'));
  early.socket.close();
  await until(() => early.closed, 'closed');
  assert.deepEqual([early.events, early.closed.code], [['error', 'close'], 1006]);
});

test('a peer that does not answer a close frame is left', async (t) => {
  const seen = open(await rawServer(t, () => {}));
  await until(() => seen.events.includes('open'), 'open');
  seen.socket.close();
  await until(() => seen.closed, 'closed');
  assert.equal(seen.closed.code, 1006);
});

test('frames may be split after every byte', async (t) => {
  const bytes = Buffer.concat([
    frame(BINARY, pattern(300)), frame(TEXT, Buffer.from('h')), frame(PING, Buffer.from('ping')),
    frame(TEXT, Buffer.from('él'), { fin: false }), frame(0, Buffer.from('è')),
    frame(CLOSE, Buffer.from([0x03, 0xe9, 0x62, 0x79, 0x65])),
  ]);
  const seen = open(await rawServer(t, async (socket) => {
    for (const byte of bytes) {
      await new Promise((resolve) => socket.write(Buffer.from([byte]), resolve));
      await new Promise(setImmediate); // the client shares this loop: it reads before the next one
    }
  }));
  await until(() => seen.closed, 'closed');
  assert.deepEqual(seen.messages.map((data) => data.byteLength ?? data), [300, 'h', 'élè']);
  assert.deepEqual([seen.closed.code, seen.closed.reason], [1001, 'bye']);
});

test('a large message in chunks of one byte takes time in proportion', (t) => {
  const read = (size) => {
    const reader = new FrameReader(LARGEST);
    const bytes = frame(BINARY, pattern(size));
    const started = performance.now();
    let found = null;
    for (let i = 0; i < bytes.length; i++) {
      reader.push(bytes.subarray(i, i + 1));
      found = reader.next() ?? found;
    }
    assert.ok(pattern(size).equals(Buffer.from(found.data)));
    return performance.now() - started;
  };
  read(MIB / 16); // warm
  const [small, large] = [read(MIB / 16), read(MIB)];
  t.diagnostic(`64 KiB: ${small.toFixed(1)} ms, 1 MiB: ${large.toFixed(1)} ms`);
  assert.ok(large < 16 * small * 4 + 500);
});

test('what is waiting is read in turns of the loop, in order, before a close', async (t) => {
  const seen = open(await rawServer(t, (socket) => {
    const messages = Array.from({ length: 50 }, (_, i) => frame(TEXT, Buffer.from(String(i))));
    socket.write(Buffer.concat([...messages, frame(CLOSE, Buffer.alloc(0))]));
  }));
  let busy = 0;
  let most = 0;
  const keep = seen.socket.onmessage;
  seen.socket.onmessage = async (event) => {
    most = Math.max(most, ++busy);
    keep(event);
    await null;
    busy--;
  };
  await until(() => seen.closed, 'closed');
  assert.deepEqual(seen.messages, Array.from({ length: 50 }, (_, i) => String(i)));
  assert.equal(most, 1, 'promises settle between two messages');
});

test('a connection over TLS', async (t) => {
  const folder = makeFolder();
  const [key, cert] = ['key', 'cert'].map((name) => path.join(folder, name));
  const made = spawnSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt',
    'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2', '-subj', '/CN=localhost',
    '-keyout', key, '-out', cert]);
  assert.equal(made.status, 0, String(made.error ?? made.stderr));
  const server = https.createServer({ key: fs.readFileSync(key), cert: fs.readFileSync(cert) });
  const sockets = new WebSocketServer({ server });
  t.after(() => {
    for (const client of sockets.clients) client.terminate();
    server.close();
  });
  sockets.on('connection', (peer) => peer.on('message', (data) => peer.send(data)));
  await once(server.listen(0, '127.0.0.1'), 'listening');

  const distrustful = open(server.address().port, 'wss');
  await until(() => distrustful.closed, 'closed');
  assert.match(distrustful.error, /self-signed/);

  process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0';
  t.after(() => delete process.env.NODE_TLS_REJECT_UNAUTHORIZED);
  const seen = open(server.address().port, 'wss');
  await until(() => seen.events.includes('open'), 'open');
  seen.socket.send('x'.repeat(MIB));
  await until(() => seen.messages.length, 'an echo');
  assert.equal(seen.messages[0].byteLength, MIB);
});

test('a handshake that fails says why', async (t) => {
  const bad = open(await rawServer(t, () => {}, (key) => `${key}x`));
  await until(() => bad.closed, 'closed');
  assert.deepEqual([bad.events, bad.closed.code], [['error', 'close'], 1006]);
  assert.match(bad.error, /not to our handshake/);

  const server = http.createServer((_, response) => response.writeHead(503).end('{}'));
  t.after(() => server.close());
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const refused = open(server.address().port);
  await until(() => refused.closed, 'closed');
  assert.deepEqual(refused.events, ['error', 'close']);
  assert.match(refused.error, /503/);

  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  const absent = open(port);
  await until(() => absent.closed, 'closed');
  assert.match(absent.error, /ECONNREFUSED/);
});

const VIOLATIONS = {
  'a message that is too large': [1009, frame(BINARY, Buffer.alloc(0), { claimed: LARGEST + 1 })],
  'a message whose fragments are too large': [1009, Buffer.concat([
    frame(BINARY, Buffer.alloc(10), { fin: false }),
    frame(0, Buffer.alloc(0), { claimed: LARGEST })])],
  'a masked frame': [1002, frame(TEXT, Buffer.alloc(4), { mask: 0x80 })],
  'reserved bits': [1002, frame(TEXT, Buffer.alloc(4), { bits: 0x40 })],
  'an unknown opcode': [1002, frame(5, Buffer.alloc(4))],
  'a large ping': [1002, frame(PING, Buffer.alloc(126))],
  'a fragmented ping': [1002, frame(PING, Buffer.alloc(1), { fin: false })],
  'nothing to continue': [1002, frame(0, Buffer.alloc(1))],
  'a message within another': [1002, Buffer.concat([
    frame(TEXT, Buffer.alloc(1), { fin: false }), frame(TEXT, Buffer.alloc(1))])],
  'a close code of one byte': [1002, frame(CLOSE, Buffer.from([3]))],
  'a close code that is none': [1002, frame(CLOSE, Buffer.from([0x03, 0xed]))],
  'text that is no UTF-8': [1007, frame(TEXT, Buffer.from([0xc3, 0x28]))],
};

for (const [what, [code, bytes]] of Object.entries(VIOLATIONS)) {
  test(`${what} ends the connection with ${code}`, async (t) => {
    let received = Buffer.alloc(0);
    const seen = open(await rawServer(t, (socket) => {
      socket.on('data', (chunk) => {
        received = Buffer.concat([received, chunk]);
      });
      socket.write(Buffer.concat([bytes, frame(TEXT, Buffer.from('after'))]));
    }));
    await until(() => seen.closed, 'closed');
    assert.deepEqual([seen.events, seen.closed.code], [['open', 'error', 'close'], 1006]);
    assert.deepEqual(seen.messages, []);
    const [opcode, length, ...rest] = received;
    const mask = rest.slice(0, 4);
    assert.deepEqual([opcode, length], [0x80 | CLOSE, 0x80 | 2]);
    assert.equal(((rest[4] ^ mask[0]) << 8) | (rest[5] ^ mask[1]), code);
  });
}
