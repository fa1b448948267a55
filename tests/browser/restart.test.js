// A server that goes away: the page says so and is back by itself.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import {
  findClip, launchBrowser, makeFolder, openPage, Server, untilLive, untilState,
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

// Remembers whether a picture was drawn from now on.
function watchDrawing(page) {
  return page.evaluate(() => {
    window.drawn = false;
    new MutationObserver(() => { window.drawn = true; })
      .observe(document.getElementById('seq'), { childList: true });
  });
}

test('it says that the server is gone, and draws within 2 s of each restart', async (t) => {
  const page = await openPage(t, browser);
  await page.goto(server.url);
  await untilLive(page);

  const restarts = [['SIGTERM', 0, 1], ['SIGKILL', 'SIGKILL', 6], ['SIGTERM', 0, 3]];
  for (const [signal, status, attempts] of restarts) {
    const refused = untilRefused(page, attempts);
    assert.equal(await server.stop(signal), status);
    await untilState(page, 'gone', BACK_MS);
    await page.getByText('No connection to the server').waitFor();
    await page.getByText(/^Trying again/).waitFor();
    await refused;
    assert.equal(await page.locator('#state').textContent(), 'Offline');
    await watchDrawing(page);
    await server.start();
    const ready = Date.now();
    await page.waitForFunction(() => window.drawn, undefined, { timeout: BACK_MS });
    t.diagnostic(`after ${signal}: a picture ${Date.now() - ready} ms after the server was ready`);
    await untilLive(page);
    await page.locator('#notice').waitFor({ state: 'hidden' });
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
