// The payload panel: history, freezing, filter, copying; and what it must not do with what it
// shows.

import assert from 'node:assert/strict';
import path from 'node:path';
import { after, before, test } from 'node:test';

import {
  launchBrowser, makeFolder, openPage, payload, save, Server, untilDrawn, untilLive, untilPayload,
} from './support.js';

const KEPT = 200;
const COUNTING = `function process(frame, state)
  state.n = (state.n or 0) + 1
  return { n = state.n, id = 9007199254740993, word = state.n % 10 == 0 and "needle" or "hay" }
end
`;

const folder = makeFolder();
const script = path.join(folder, 'process.lua');
let browser;
let server;

before(async () => {
  save(script, COUNTING);
  server = await new Server('--script', script, 'test:160x90@15').start();
  browser = await launchBrowser();
});

after(async () => {
  await browser?.close();
  assert.equal(await server?.stop(), 0);
});

async function open(t, options, prepare) {
  const page = await openPage(t, browser, options);
  if (prepare) await page.addInitScript(prepare);
  await page.goto(server.url);
  await untilLive(page);
  await untilPayload(page, '"id"');
  return page;
}

const text = (page) => page.locator('#payload').textContent();
const rows = (page) => page.locator('#history li');

test('the history has the newest first, and not more than it may', async (t) => {
  const fast = await new Server('--script', script, 'test:64x48@100').start();
  t.after(() => fast.stop());
  const page = await openPage(t, browser);
  await page.goto(fast.url);
  await page.waitForFunction((kept) =>
    document.getElementById('history').children.length === kept, KEPT);
  await untilDrawn(page, 20);
  assert.equal(await rows(page).count(), KEPT);
  const numbers = await rows(page).evaluateAll((all) =>
    all.map((row) => Number(row.firstChild.textContent)));
  assert.deepEqual(numbers, [...numbers].sort((a, b) => b - a));
});

test('payloads that say the same are one line', async (t) => {
  const page = await open(t);
  t.after(() => save(script, COUNTING));
  save(script, 'function process() return { id = 1, same = true } end\n');
  await rows(page).first().getByText(/ ×\d{2,}$/).waitFor();
  assert.equal(await rows(page).filter({ hasText: 'same' }).count(), 1);
});

test('frozen it stays, and goes on afterwards', async (t) => {
  const page = await open(t);
  await page.getByRole('button', { name: 'Freeze' }).click();
  const before = await text(page);
  const count = await rows(page).count();
  await untilDrawn(page, 10);
  assert.equal(await text(page), before);
  assert.equal(await rows(page).count(), count);
  await page.getByRole('button', { name: 'Freeze' }).click();
  await page.waitForFunction((old) =>
    document.getElementById('payload').textContent !== old, before);
});

test('a line is chosen by a click and by arrow keys', async (t) => {
  const page = await open(t);
  await rows(page).nth(5).waitFor();
  await page.getByRole('listbox').focus();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowDown');
  const chosen = page.locator('#history [aria-selected="true"]');
  assert.equal(await chosen.getAttribute('id'),
    await page.getByRole('listbox').getAttribute('aria-activedescendant'));
  assert.equal(await page.locator('#freeze').getAttribute('aria-pressed'), 'true');
  const second = (await payload(page)).n;
  await page.keyboard.press('ArrowDown');
  assert.ok((await payload(page)).n < second, 'an older one');
  await rows(page).first().click();
  assert.ok((await payload(page)).n > second, 'the newest');
});

test('an older payload beside a paused picture says how old it is; Resume ends Freeze', async (t) => {
  const page = await open(t);
  await rows(page).nth(5).waitFor();
  await page.getByRole('button', { name: 'Pause' }).click();
  await page.locator('#state[data-state="paused"]').waitFor();
  const age = page.locator('#payload-of');
  assert.equal(await age.textContent(), '');
  await rows(page).nth(3).click();
  const { n } = await payload(page);
  await age.getByText(/^Of frame \d+, 3 frames before the picture$/).waitFor();
  await rows(page).first().click();
  assert.equal((await payload(page)).n, n + 3);
  await page.waitForFunction(() => document.getElementById('payload-of').textContent === '');
  await rows(page).nth(2).click();
  await page.locator('#pause').click();
  await page.waitForFunction((old) => JSON.parse(document.getElementById('payload').textContent).n > old, n + 3);
  assert.equal(await page.locator('#freeze').getAttribute('aria-pressed'), 'false');
  assert.equal(await age.textContent(), '');
});

test('the filter leaves what has the text in it', async (t) => {
  const page = await open(t);
  await page.keyboard.press('/');
  await page.keyboard.type('NEEDLE');
  await page.waitForFunction(() => document.getElementById('history').children.length >= 2);
  await page.locator('#found', { hasText: /^\d+ of \d+$/ }).waitFor();
  for (let i = 0; i < 5; i++) {
    assert.equal((await payload(page)).n % 10, 0);
    await untilDrawn(page, 3);
  }
  const found = await rows(page).count();
  const [, all] = /of (\d+)/.exec(await page.locator('#found').textContent());
  assert.ok(Math.abs(found - all / 10) < all / 10, `${found} of ${all}`);
  await page.getByLabel('Filter payloads').fill('nowhere');
  await page.waitForFunction(() => document.getElementById('payload').textContent === '');
  await page.getByLabel('Filter payloads').fill('');
  await untilPayload(page, 'hay');
});

test('copying gives the payload as it was sent', async (t) => {
  const page = await open(t, { permissions: ['clipboard-read', 'clipboard-write'] });
  await page.keyboard.press('x');
  await page.keyboard.press('c');
  await page.getByRole('button', { name: 'Copied' }).waitFor();
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  assert.match(copied, /^\{"id":9007199254740993,"n":\d+,"word":"\w+"\}$/);
  assert.equal(JSON.parse(copied).n, (await payload(page)).n);
  await page.getByRole('button', { name: 'Copy' }).waitFor();
});

test('copying works without a clipboard API, as on plain http', async (t) => {
  const page = await open(t, { permissions: ['clipboard-read', 'clipboard-write'] }, () => {
    window.clipboard = navigator.clipboard;
    Object.defineProperty(navigator, 'clipboard', { value: undefined });
  });
  await page.keyboard.press('x');
  const button = page.getByRole('button', { name: 'Copy' });
  await button.click();
  await page.getByRole('button', { name: 'Copied' }).waitFor();
  const copied = await page.evaluate(() => window.clipboard.readText());
  assert.match(copied, /^\{"id":9007199254740993,"n":\d+,"word":"\w+"\}$/);
  assert.equal(await page.evaluate(() => document.activeElement.id), 'copy');
});

test('markup in the payload is shown as text and does nothing', async (t) => {
  const markup = '<img src=x onerror="window.ran = true"><script>window.ran = true</script>';
  const page = await open(t);
  const images = [];
  page.on('request', (request) => request.url().endsWith('/x') && images.push(request.url()));
  t.after(() => save(script, COUNTING));
  save(script, `function process(frame) return { n = frame.index, html = [[${markup}]] } end\n`);
  await untilPayload(page, 'onerror');
  await rows(page).filter({ hasText: 'onerror' }).first().waitFor();
  await untilDrawn(page, 2);
  assert.equal((await payload(page)).html, markup);
  assert.equal(await page.locator('#payload *').count(), 0);
  assert.equal(await page.locator('#history img, #history script').count(), 0);
  assert.equal(await page.evaluate(() => window.ran), undefined);
  assert.deepEqual(images, []);
});

test('large numbers in the payload are shown as they are', async (t) => {
  const page = await open(t);
  t.after(() => save(script, COUNTING));
  save(script, 'function process() return { id = 9007199254740993, none = {} } end\n');
  await untilPayload(page, '"none"');
  const shown = await text(page);
  assert.match(shown, /^\{\n {2}"[a-z]+": .*\n {2}"[a-z]+": .*\n\}$/);
  assert.match(shown, /"id": 9007199254740993\b/);
  assert.match(shown, /"none": \[\]/);
});

test('the panel is hidden and comes back, and the choice is kept', async (t) => {
  const page = await open(t, { viewport: { width: 360, height: 740 } });
  await page.getByRole('button', { name: 'Payload' }).click();
  assert.ok(await page.locator('#panel').isHidden());
  await page.reload();
  await untilLive(page);
  assert.ok(await page.locator('#panel').isHidden());
  await page.keyboard.press('d');
  assert.ok(await page.locator('#panel').isVisible());
});
