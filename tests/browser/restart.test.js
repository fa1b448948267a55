// A server that goes away: the page says so and is back by itself.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import {
  findClip, launchBrowser, makeFolder, openPage, Server, untilDrawn, untilLive, untilState,
} from './support.js';

const BACK_MS = 2000;
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

async function untilRefused(page, times) {
  for (let seen = 0; seen < times; seen++) await page.waitForEvent('requestfailed');
}

async function untilBack(page) {
  const started = Date.now();
  await untilLive(page, BACK_MS);
  await untilDrawn(page, 2);
  return Date.now() - started;
}

test('it says that the server is gone, and is live within 2 s of each restart', async (t) => {
  const page = await openPage(t, browser);
  await page.goto(server.url);
  await untilLive(page);

  for (const [signal, status, attempts] of [['SIGTERM', 0, 1], ['SIGKILL', 'SIGKILL', 6]]) {
    const refused = untilRefused(page, attempts);
    assert.equal(await server.stop(signal), status);
    await untilState(page, 'gone', BACK_MS);
    await page.getByText('No connection to the server').waitFor();
    await page.getByText(/^Trying again/).waitFor();
    await refused;
    assert.equal(await page.locator('#state').textContent(), 'Offline');
    await server.start();
    await page.locator('#state[data-state="live"]').waitFor({ timeout: BACK_MS });
    t.diagnostic(`after ${signal}: drawing again within ${await untilBack(page)} ms of being live`);
    assert.ok(await page.locator('#notice').isHidden());
  }
});

test('the network coming back is a reason to try at once', async (t) => {
  const page = await openPage(t, browser);
  await page.goto(server.url);
  await untilLive(page);
  const refused = untilRefused(page, 4); // by now it waits for more than a second
  assert.equal(await server.stop(), 0);
  await refused;
  const attempt = page.waitForRequest('**/api/streams', { timeout: 900 });
  await page.evaluate(() => window.dispatchEvent(new Event('online')));
  await attempt;
  await server.start();
  await untilLive(page, BACK_MS);
});
