// A server that goes away: the page says so and is back by itself.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { launchBrowser, openPage, Server, untilLive, untilState } from './support.js';

let browser;
let server;

before(async () => {
  server = await new Server('test:320x180@10').start();
  browser = await launchBrowser();
});

after(async () => {
  await browser?.close();
  assert.equal(await server?.stop(), 0);
});

async function untilRefused(page, times) {
  for (let seen = 0; seen < times; seen++) await page.waitForEvent('requestfailed');
}

// From now on window.waits are the seconds that the page says it waits before it tries again.
function watchWaits(page) {
  return page.evaluate(() => {
    window.waits = [];
    const detail = document.getElementById('notice-detail');
    new MutationObserver(() => {
      const said = / in (\d+) s$/.exec(detail.textContent);
      if (said) window.waits.push(Number(said[1]));
    }).observe(detail, { childList: true, characterData: true, subtree: true });
  });
}

// Remembers whether a picture was drawn from now on.
function watchDrawing(page) {
  return page.evaluate(() => {
    window.drawn = false;
    new MutationObserver(() => { window.drawn = true; })
      .observe(document.getElementById('seq'), { childList: true });
  });
}

test('it says that the server is gone, tries every 2 s, and draws after each restart', async (t) => {
  const page = await openPage(t, browser);
  const answers = [];
  page.on('response', (response) => response.url().endsWith('/api/streams') && answers.push(response));
  await page.goto(server.url);
  await untilLive(page);
  await watchWaits(page);

  const restarts = [['SIGTERM', 0, 1], ['SIGKILL', 'SIGKILL', 6], ['SIGTERM', 0, 3]];
  for (const [signal, status, attempts] of restarts) {
    const refused = untilRefused(page, attempts);
    assert.equal(await server.stop(signal), status);
    await untilState(page, 'gone');
    await page.getByText('No connection to the server').waitFor();
    await refused;
    await page.waitForFunction(() => window.waits.length > 0);
    const longest = Math.max(...await page.evaluate(() => window.waits.splice(0)));
    assert.ok(longest <= 2, `it says that it waits for ${longest} s`);
    assert.equal(await page.locator('#state').textContent(), 'Offline');
    answers.length = 0;
    await watchDrawing(page);
    await server.start();
    await page.waitForFunction(() => window.drawn);
    await untilLive(page);
    assert.equal(answers.length, 1, 'the first attempt that is answered succeeds');
    await page.locator('#notice').waitFor({ state: 'hidden' });
  }
});

// Init script: while window.hold is set no timer of the page does anything; window.asking is the
// number of requests under way.
function makeHoldable() {
  const { fetch, setTimeout: start } = window;
  window.asking = 0;
  window.setTimeout = (act, ms, ...words) =>
    start(() => { if (!window.hold) act(...words); }, ms);
  window.fetch = async (...words) => {
    window.asking++;
    try {
      return await fetch(...words);
    } finally {
      window.asking--;
    }
  };
}

test('the network coming back is a reason to try at once', async (t) => {
  const page = await openPage(t, browser);
  await page.addInitScript(makeHoldable);
  await page.goto(server.url);
  await untilLive(page);
  const refused = untilRefused(page, 2);
  assert.equal(await server.stop(), 0);
  await refused;
  await page.evaluate(() => { window.hold = true; }); // it would try again by itself
  await page.waitForFunction(() => window.asking === 0);
  const attempt = page.waitForRequest('**/api/streams');
  await page.evaluate(() => window.dispatchEvent(new Event('online')));
  await attempt;
  await server.start();
  await page.evaluate(() => {
    window.hold = false;
    window.dispatchEvent(new Event('online'));
  });
  await untilLive(page);
});
