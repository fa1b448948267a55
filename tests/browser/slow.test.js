// A tab that cannot keep up skips frames, and one that nobody looks at is sent nothing.

import assert from 'node:assert/strict';
import net from 'node:net';
import { after, before, test } from 'node:test';

import WebSocket from 'ws';

import {
  launchBrowser, makeHideable, openPage, readState, Server, until, untilDrawn, untilLive,
} from './support.js';

const DECODE_MS = 200;
let browser;
let server;

before(async () => {
  server = await new Server('test:320x180@25').start();
  browser = await launchBrowser();
});

after(async () => {
  await browser?.close();
  assert.equal(await server?.stop(), 0);
});

// Counts what a page receives: the newest frame's number.
function listen(page) {
  const received = { seq: -1, count: 0 };
  page.on('websocket', (socket) => socket.on('framereceived', ({ payload }) => {
    if (typeof payload === 'string') return;
    received.seq = Number(payload.readBigUInt64LE(8));
    received.count++;
  }));
  return received;
}

// Init script: makes decoding slow, and keeps what is decoded: how many at a time, and whether it is
// the newest picture that has come, which its size tells.
function slowDown(delay) {
  window.decodes = { now: 0, most: 0, total: 0, old: 0 };
  let newest = 0;
  window.WebSocket = class extends WebSocket {
    constructor(...words) {
      super(...words);
      this.addEventListener('message', ({ data }) => {
        if (typeof data !== 'string') newest = new DataView(data).getUint32(36, true);
      });
    }
  };
  const decode = window.createImageBitmap.bind(window);
  window.createImageBitmap = async (blob) => {
    const { decodes } = window;
    decodes.total++;
    decodes.old += blob.size !== newest;
    decodes.most = Math.max(decodes.most, ++decodes.now);
    await new Promise((resolve) => setTimeout(resolve, delay));
    decodes.now--;
    return decode(blob);
  };
}

test('a slow tab skips frames and decodes the newest', async (t) => {
  const page = await openPage(t, browser);
  await page.addInitScript(slowDown, DECODE_MS);
  await page.goto(server.url);
  await untilLive(page);
  await page.waitForFunction(() =>
    parseInt(document.getElementById('skipped').textContent, 10) >= 20);
  const { most, total, old } = await page.evaluate(() => window.decodes);
  assert.equal(most, 1, 'one picture is decoded at a time');
  assert.equal(old, 0, 'a newer one had come');
  t.diagnostic(`${total} decoded, latency ${await page.locator('#latency').textContent()}`);
});

// A proxy that takes all that the server sends, at once, and passes WebSockets on at so many bytes a second. Returns its
// port.
async function startHop(t, port, bytesPerSecond) {
  const hop = net.createServer((near) => {
    const far = net.connect(port, '127.0.0.1');
    const held = [];
    let slow = false;
    let due = Date.now();
    near.on('data', (data) => {
      slow ||= /^upgrade: websocket/mi.test(data.toString('latin1'));
      far.write(data);
    });
    far.on('data', (data) => held.push(data));
    const pump = setInterval(() => {
      while (held.length && Date.now() >= due) {
        const piece = held[0].subarray(0, 2048);
        held[0] = held[0].subarray(piece.length);
        if (!held[0].length) held.shift();
        near.write(piece);
        if (slow) due = Math.max(due, Date.now() - 100) + (1000 * piece.length) / bytesPerSecond;
      }
      if (!held.length && far.destroyed) near.end();
    }, 10);
    near.on('close', () => { clearInterval(pump); far.destroy(); });
    near.on('error', () => {});
    far.on('error', () => {});
  });
  await new Promise((resolve) => { hop.listen(0, '127.0.0.1', resolve); });
  t.after(() => hop.close());
  return hop.address().port;
}

test('behind a slow proxy that takes everything pictures are recent, and the page says how many it misses', async (t) => {
  const port = await startHop(t, new URL(server.url).port, 40_000);
  const page = await openPage(t, browser);
  await page.goto(`http://127.0.0.1:${port}/`);
  await untilLive(page);
  await page.waitForFunction(() =>
    parseInt(document.getElementById('skipped').textContent, 10) >= 60);
  const latency = await page.locator('#latency', { hasText: /^\d+ ms$/ }).textContent();
  const skipped = await page.locator('#skipped').textContent();
  t.diagnostic(`${skipped} skipped, latency ${latency}`);
  assert.ok(parseInt(latency, 10) < 1500, latency);
  assert.equal(await page.locator('#state').textContent(), 'Live');
});

test('a hidden tab lets go of its connection, and connects at once when it is seen', async (t) => {
  const page = await openPage(t, browser);
  const received = listen(page);
  const connections = [];
  page.on('websocket', (socket) => connections.push(socket));
  await page.addInitScript(makeHideable);
  await page.goto(server.url);
  await untilLive(page);
  const viewers = async () => (await readState(server)).viewers.total;
  assert.equal(await viewers(), 1);

  await page.evaluate(() => window.hide(true));
  await until('the connection is closed', () => connections[0].isClosed(), (closed) => closed);
  await until('viewers', viewers, (total) => total === 0);
  const { count } = received;
  await receive(server, 10);
  assert.equal(received.count, count, 'nothing is sent');

  await page.evaluate(() => window.hide(false));
  await untilLive(page);
  await untilDrawn(page, 3);
  assert.ok(received.count > count);
  assert.equal(connections.length, 2, 'the first attempt succeeds');
});

// Watches as another viewer until so many frames have come.
async function receive(server, frames) {
  const socket = new WebSocket(new URL('ws/live', server.url.replace('http', 'ws')));
  await new Promise((resolve, reject) => {
    let count = 0;
    socket.on('message', () => ++count === frames && resolve());
    socket.on('error', reject);
  });
  socket.close();
}

// In the page, in one go, so that no machine is slow enough to let a timer fire: hides the tab and shows
// it again. Returns the delays of the timers that hiding it started, and how many of them it took back.
function glance() {
  const { setTimeout: start, clearTimeout: stop } = window;
  const started = new Map();
  let stopped = 0;
  window.setTimeout = (act, ms, ...words) => {
    const timer = start(act, ms, ...words);
    started.set(timer, ms);
    return timer;
  };
  window.hide(true);
  window.setTimeout = start;
  window.clearTimeout = (timer) => {
    stopped += started.has(timer);
    stop(timer);
  };
  window.hide(false);
  window.clearTimeout = stop;
  return { delays: [...started.values()], stopped };
}

test('a glance at another tab keeps the connection: it lets go after 2 s', async (t) => {
  const page = await openPage(t, browser);
  let sockets = 0;
  page.on('websocket', () => sockets++);
  await page.addInitScript(makeHideable);
  await page.goto(server.url);
  await untilLive(page);
  assert.deepEqual(await page.evaluate(glance), { delays: [2000], stopped: 1 });
  await untilDrawn(page, 10);
  assert.equal(sockets, 1);
});
