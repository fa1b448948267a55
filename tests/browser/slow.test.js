// A tab that cannot keep up skips frames, and one that nobody looks at is sent nothing.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import {
  findClip, launchBrowser, makeFolder, makeHideable, openPage, readState, Server, until, untilDrawn,
  untilLive,
} from './support.js';

const DECODE_MS = 400;
const AWAY_MS = 3000;
const BACK_MS = 1000;
const QUIET_MS = 1500;
const clip = findClip(makeFolder());
let browser;
let server;

before(async () => {
  server = await new Server(clip.path).start();
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

// Makes decoding slow, and counts the pictures in the making.
function slowDown(delay) {
  const decode = window.createImageBitmap.bind(window);
  window.decodes = { now: 0, most: 0, total: 0 };
  window.createImageBitmap = async (blob) => {
    window.decodes.total++;
    window.decodes.now++;
    window.decodes.most = Math.max(window.decodes.most, window.decodes.now);
    await new Promise((resolve) => setTimeout(resolve, delay));
    window.decodes.now--;
    return decode(blob);
  };
}

function figures(page) {
  return page.evaluate(() => {
    const number = (id) => parseFloat(document.getElementById(id).textContent);
    return { seq: number('seq'), skipped: number('skipped'), latency: number('latency') };
  });
}

test('a slow tab skips frames and stays close to now', async (t) => {
  const page = await openPage(t, browser);
  const received = listen(page);
  await page.addInitScript(slowDown, DECODE_MS);
  await page.goto(server.url);
  await untilLive(page);

  const first = await figures(page);
  for (let round = 1; round <= 4; round++) {
    await page.waitForFunction((skipped) =>
      parseInt(document.getElementById('skipped').textContent, 10) >= skipped,
    first.skipped + round * 12);
    const { seq, latency } = await figures(page);
    // One picture is being made while the next waits: at most two delays old when it is drawn and
    // three just before the next one is; a second allows for a loaded machine.
    assert.ok(latency < 2 * DECODE_MS + 1000, `latency is ${latency} ms`);
    assert.ok(received.seq - seq < 35, `frame ${seq} is shown when ${received.seq} has come`);
  }
  const last = await figures(page);
  const decodes = await page.evaluate(() => window.decodes);
  assert.equal(decodes.most, 1, 'one picture is decoded at a time');
  assert.ok(decodes.total < received.count / 2, `${decodes.total} of ${received.count} decoded`);
  t.diagnostic(`skipped ${last.skipped} of ${received.count}, latency ${last.latency} ms`);
});

test('a hidden tab lets go of its connection, and is live at once when it is seen', async (t) => {
  const page = await openPage(t, browser);
  const received = listen(page);
  await page.addInitScript(makeHideable);
  await page.goto(server.url);
  await untilLive(page);
  const viewers = async () => (await readState(server)).viewers.total;
  assert.equal(await viewers(), 1);

  await page.evaluate(() => window.hide(true));
  const gone = await until('viewers', viewers, (total) => total === 0, AWAY_MS);
  const { count } = received;
  await page.waitForTimeout(QUIET_MS); // nothing happens in this time
  assert.equal(received.count, count, 'nothing is sent');

  await page.evaluate(() => window.hide(false));
  const shown = Date.now();
  await untilLive(page, BACK_MS);
  await until('frames', () => received.count, (now) => now > count, BACK_MS);
  t.diagnostic(`no viewer ${gone} ms after hiding, live ${Date.now() - shown} ms after showing`);
  await untilDrawn(page, 3);
});

test('who only glances at another tab keeps the connection', async (t) => {
  const page = await openPage(t, browser);
  let sockets = 0;
  page.on('websocket', () => sockets++);
  await page.addInitScript(makeHideable);
  await page.goto(server.url);
  await untilLive(page);
  await page.evaluate(() => window.hide(true));
  await page.evaluate(() => window.hide(false));
  await untilDrawn(page, 10);
  assert.equal(sockets, 1);
});
