// A tab that cannot keep up skips frames, and one that nobody looks at does nothing.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import {
  DEADLINE_MS, findClip, launchBrowser, makeFolder, openPage, Server, untilLive,
} from './support.js';

const DECODE_MS = 400;
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

// Waits until so many more frames have come, over a connection that stays.
async function untilReceived(page, received, count) {
  const enough = received.count + count;
  for (const end = Date.now() + DEADLINE_MS; received.count < enough && Date.now() < end;) {
    assert.equal(await page.locator('#state').getAttribute('data-state'), 'live');
  }
  assert.ok(received.count >= enough, 'frames still come');
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

test('a hidden tab decodes nothing and shows the newest frame when it is seen again', async (t) => {
  const page = await openPage(t, browser);
  const received = listen(page);
  await page.addInitScript(slowDown, 0);
  await page.addInitScript(() => {
    let hidden = false;
    Object.defineProperty(document, 'hidden', { get: () => hidden });
    window.hide = (value) => {
      hidden = value;
      document.dispatchEvent(new Event('visibilitychange'));
    };
  });
  await page.goto(server.url);
  await untilLive(page);

  await page.evaluate(() => window.hide(true));
  const decodes = await page.evaluate(() => window.decodes.total);
  await untilReceived(page, received, 10); // the figures are renewed a few times a second
  const { skipped } = await figures(page);
  await untilReceived(page, received, 20);
  assert.equal(await page.evaluate(() => window.decodes.total), decodes);
  assert.equal((await figures(page)).skipped, skipped, 'nobody missed what nobody looked at');

  const newest = received.seq;
  const shown = await page.locator('#seq').textContent();
  await page.evaluate(() => {
    const seq = document.getElementById('seq');
    new MutationObserver(() => {
      window.first ??= Number(seq.textContent);
    }).observe(seq, { childList: true });
    window.hide(false);
  });
  await page.waitForFunction(() => window.first !== undefined);
  const first = await page.evaluate(() => window.first);
  assert.ok(Number(shown) < newest, 'the picture stood still');
  assert.ok(first >= newest, `frame ${first} is drawn first, ${newest} had come before`);
});
