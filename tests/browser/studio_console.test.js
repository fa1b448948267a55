// The studio's console and graphs.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { launchBrowser } from './support.js';
import {
  openStudio,
  press,
  startStudio,
  untilCursor,
  untilResult,
  write,
} from './studio_support.js';

const SCRIPT = `settings = { go = { type = "button" }, flood = { type = "button" } }
function on_settings(changed)
  if changed.flood then for i = 1, 15 do print("flood " .. i) end return end
  log.error("that is an error")
  log.warn("that is odd: see process.lua:3 there")
  log.info("<img src=x onerror=document.title='broken'>")
  local nothing
  nothing.field = 1
end
function process() end
`;
let browser;
let studio;

before(async () => {
  browser = await launchBrowser();
  studio = await startStudio(SCRIPT);
});

after(async () => {
  await browser?.close();
  assert.equal(await studio?.server.stop(), 0);
});

const lines = (page) => page.locator('#log li:not([hidden])');

async function open(t) {
  const page = await openStudio(t, browser, studio.server);
  await page.locator('#setting-go').click();
  await lines(page)
    .filter({ hasText: /process\.lua:8: / })
    .first()
    .waitFor();
  return page;
}

test('lines have their level as a word, a traceback is folded, markup is text', async (t) => {
  const page = await open(t);
  const error = lines(page).filter({ hasText: 'that is an error' }).first();
  assert.equal(await error.locator('.log-level').textContent(), 'error');
  assert.match(await error.locator('time').textContent(), /^\d\d:\d\d:\d\d\.\d{3}$/);
  const odd = lines(page).filter({ hasText: 'that is odd' }).first();
  assert.equal(await odd.locator('.log-level').textContent(), 'warn');
  const [red, plain] = await Promise.all(
    [error, odd].map((line) =>
      line.locator('.log-level').evaluate((node) => getComputedStyle(node).color)
    )
  );
  assert.notEqual(red, plain);

  const thrown = lines(page)
    .filter({ hasText: /process\.lua:8: / })
    .first();
  const trace = thrown.getByText('stack traceback:');
  assert.equal(await trace.isVisible(), false);
  await thrown.getByText('Traceback', { exact: true }).click();
  await trace.waitFor();
  await lines(page)
    .filter({ hasText: "<img src=x onerror=document.title='broken'>" })
    .first()
    .waitFor();
  assert.equal(await page.locator('#log img').count(), 0);
  assert.match(await page.title(), /moonreel studio/);
});

test('lines are filtered by level and by text', async (t) => {
  const page = await open(t);
  await page.getByLabel('Level').selectOption('warn');
  await lines(page).filter({ hasText: 'onerror' }).first().waitFor({ state: 'detached' });
  assert.ok((await lines(page).filter({ hasText: 'that is odd' }).count()) > 0);
  await page.getByLabel('Level').selectOption('error');
  assert.equal(await lines(page).filter({ hasText: 'that is odd' }).count(), 0);
  assert.ok((await lines(page).filter({ hasText: 'that is an error' }).count()) > 0);
  await page.getByLabel('Filter lines by text').fill('NOTHING like this');
  await page.getByText('No line matches the filter').waitFor();
  await page.getByLabel('Level').selectOption('trace');
  await page.getByLabel('Filter lines by text').fill('is ODD');
  assert.deepEqual(
    [...new Set(await lines(page).locator('.log-level').allTextContents())],
    ['warn']
  );
});

test('a place in a line leads there', async (t) => {
  const page = await open(t);
  await lines(page)
    .filter({ hasText: 'that is odd' })
    .first()
    .getByRole('button', { name: 'process.lua:3' })
    .click();
  await untilCursor(page, 3);
});

test('it can be cleared, follows the end, and stays where one scrolls to', async (t) => {
  const page = await open(t);
  await page.getByRole('button', { name: 'Clear' }).waitFor();
  const left = await page.evaluate(() => {
    // lines may come again at once
    document.getElementById('log-clear').click();
    return document.querySelectorAll('#log li').length;
  });
  assert.equal(left, 0);
  await page.locator('#setting-flood').click();
  await page.getByText('flood 15', { exact: true }).waitFor();
  const atEnd = () =>
    page
      .locator('#log-scroller')
      .evaluate((node) => node.scrollHeight - node.scrollTop - node.clientHeight < 24);
  assert.equal(await atEnd(), true);
  await page.locator('#log-scroller').evaluate((node) => {
    node.scrollTop = 0;
  });
  await page.waitForFunction(() => !document.getElementById('log-follow').checked);
  await page.locator('#setting-go').click();
  await lines(page).filter({ hasText: 'that is odd' }).first().waitFor();
  assert.equal(await atEnd(), false);
  await page.getByLabel('Follow').click();
  assert.equal(await atEnd(), true);
});

test('of many lines the newest 2000 are kept, and lost ones are told', async (t) => {
  const page = await openStudio(t, browser, studio.server, { ready: false });
  const events = Array.from(
    { length: 2500 },
    (_, i) =>
      `id: ${i + 1}\ndata: ${JSON.stringify({
        id: i + 1,
        time_us: 1.8e15 + i,
        level: 'info',
        text: `many ${i + 1}`,
        traceback: null,
      })}\n\n`
  );
  events.push('event: dropped\ndata: {"dropped":7}\n\n');
  await page.route('**/api/streams/live/log', (route) =>
    route.fulfill({
      contentType: 'text/event-stream',
      body: events.join(''),
    })
  );
  await page.reload();
  await page.locator('.log-note', { hasText: '7 lines were dropped' }).first().waitFor();
  await page.locator('#log-count', { hasText: '2000 lines' }).waitFor();
  assert.equal(await page.locator('#log li').count(), 2000);
  assert.equal(await page.getByText('many 500', { exact: true }).count(), 0);
});

test('after the server was away the log goes on', async (t) => {
  const page = await open(t);
  await studio.server.stop();
  await page.locator('#log-state', { hasText: 'No connection' }).waitFor();
  await studio.server.start();
  await page.locator('#log-state').waitFor({ state: 'hidden' });
  await page.locator('#log .log-note', { hasText: 'The server was restarted' }).waitFor();
  await page.getByLabel('Filter lines by text').fill('script process');
  await page.waitForFunction(() => document.querySelectorAll('#log li:not([hidden])').length > 1);
});

test('graphs have data, and their values as text', async (t) => {
  const page = await open(t);
  await write(page, `${SCRIPT}-- again\n`);
  await press(page, 's');
  await untilResult(page, /^Saved/);
  await page.getByRole('tab', { name: 'Graphs' }).first().click();
  const values = (id) => page.locator(`#chart-${id} .values`);
  await values('fps')
    .filter({ hasText: /in [1-9][\d.]+out [1-9][\d.]+/ })
    .waitFor();
  await values('viewers')
    .filter({ hasText: /watching [1-9]/ })
    .waitFor();
  await values('stages')
    .filter({ hasText: /decode \d+(\.\d+)? (µs|ms)/ })
    .waitFor();
  await values('script')
    .filter({ hasText: /median \d.*99th percentile \d/ })
    .waitFor();
  await values('drops')
    .filter({ hasText: /rate limit 0\.0/ })
    .waitFor();
  await values('errors').filter({ hasText: /errors 0\.0/ }).waitFor();
  for (const id of ['fps', 'script', 'stages', 'viewers']) {
    await page.waitForFunction((chart) => {
      // a line was drawn: its colour is on the canvas
      const canvas = document.querySelector(`#chart-${chart} canvas`);
      const color = getComputedStyle(document.documentElement)
        .getPropertyValue('--series-1')
        .trim();
      const [r, g, b] = [1, 3, 5].map((at) => parseInt(color.slice(at, at + 2), 16));
      const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
      for (let i = 0; i < data.length; i += 4) {
        if (
          Math.abs(data[i] - r) + Math.abs(data[i + 1] - g) + Math.abs(data[i + 2] - b) < 30
          && data[i + 3] > 200
        )
          return true;
      }
      return false;
    }, id);
  }
  const table = page.getByRole('table', { name: 'Frames per second, last five minutes' });
  await table.getByRole('row', { name: /^out [\d.]+ [\d.]+ [\d.]+ [\d.]+$/ }).waitFor();
});
