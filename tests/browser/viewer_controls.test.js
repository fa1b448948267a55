// The viewer's controls, by buttons and by keys alone: pause, snapshot, full window, small window,
// another stream.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';

import {
  launchBrowser, makeFolder, makeHideable, openPage, readState, save, Server, until, untilDrawn,
  untilLive, untilState,
} from './support.js';

const AWAY_S = 3; // a hidden tab without one has let go of its connection by then
const SCRIPT = `function process(frame)
  return { n = frame.index, boxes = { { x = 10, y = 10, w = 40, h = 20 } } }
end
`;

const folder = makeFolder();
let browser;
let server;

before(async () => {
  save(path.join(folder, 'process.lua'), SCRIPT);
  const config = path.join(folder, 'moonreel.lua');
  save(config, `streams = {
    barn = { source = "test:320x180@10", script = "process.lua" },
    yard = { source = "test:160x90@10", script = "process.lua" } }`);
  server = await new Server('--config', config).start();
  browser = await launchBrowser();
});

after(async () => {
  await browser?.close();
  assert.equal(await server?.stop(), 0);
});

async function open(t, options, prepare) {
  const page = await openPage(t, browser, options);
  if (prepare) await prepare(page);
  await page.goto(`${server.url}?stream=barn`);
  await untilLive(page);
  await page.locator('#show-boxes').waitFor();
  return page;
}

const seq = (page) => page.locator('#seq').textContent();
const focused = (page) => page.evaluate(() => document.activeElement.id
  || document.activeElement.className || document.activeElement.textContent);

test('a pause keeps the picture and lets go of the server', async (t) => {
  const page = await open(t);
  await page.keyboard.press('Space');
  await untilState(page, 'paused');
  assert.equal(await page.locator('#state').textContent(), 'Paused');
  await until('viewers', async () => (await readState(server, 'barn')).viewers.total,
    (total) => total === 0);
  const shown = [await seq(page), await page.locator('#payload').textContent()];
  assert.ok(await page.locator('#picture').isVisible());
  assert.ok(await page.getByRole('button', { name: 'Resume' }).first().isVisible());
  const other = await open(t); // it sees frames while the first page is paused
  await untilDrawn(other, 5);
  assert.deepEqual([await seq(page), await page.locator('#payload').textContent()], shown);
  await page.keyboard.press('Space');
  await untilLive(page);
  await untilDrawn(page, 3);
  assert.equal(await page.locator('#pause').textContent().then((text) => text.trim()), 'Pause');
});

test('a snapshot is the frame on the screen as it came', async (t) => {
  const images = new Map();
  const page = await open(t, {}, (opened) => opened.on('websocket', (socket) =>
    socket.on('framereceived', ({ payload }) => {
      const end = payload.readUInt16LE(4) + payload.readUInt32LE(32);
      images.set(Number(payload.readBigUInt64LE(8)), payload.subarray(end));
    })));
  for (const act of [() => page.keyboard.press('s'),
    () => page.getByRole('button', { name: 'Snapshot' }).click()]) {
    const coming = page.waitForEvent('download');
    await act();
    const download = await coming;
    const [, number] = /^barn-(\d+)\.jpg$/.exec(download.suggestedFilename());
    await download.saveAs(path.join(folder, 'snapshot.jpg'));
    assert.ok(fs.readFileSync(path.join(folder, 'snapshot.jpg')).equals(images.get(Number(number))));
    await untilDrawn(page, 2);
  }
  await page.getByRole('button', { name: 'Pause' }).click();
  await untilState(page, 'paused');
  const coming = page.waitForEvent('download');
  await page.keyboard.press('s');
  assert.equal((await coming).suggestedFilename(), `barn-${await seq(page)}.jpg`);
});

test('full window, and back by the same key, by Escape and by its button', async (t) => {
  const page = await open(t, { viewport: { width: 1200, height: 800 } });
  const isFull = (wanted) => page.waitForFunction((full) =>
    (document.getElementById('picture').getBoundingClientRect().width > 1000) === full, wanted);
  for (const leave of [
    () => page.keyboard.press('f'),
    () => page.keyboard.press('Escape'),
    () => page.getByRole('button', { name: 'Leave full window' }).click(),
  ]) {
    await page.keyboard.press('f');
    await isFull(true);
    await page.keyboard.press('Space');
    await untilState(page, 'paused');
    await page.keyboard.press('Space');
    await untilLive(page);
    assert.ok(await page.locator('#boxes').isVisible());
    await leave();
    await isFull(false);
  }
  // Quick presses, before the browser has entered or left full screen, count, too.
  for (const presses of [2, 3, 4, 5]) {
    for (let i = 0; i < presses; i++) await page.keyboard.press('f');
    await isFull(presses % 2 === 1);
    await page.waitForFunction((full) =>
      Boolean(document.fullscreenElement) === full, presses % 2 === 1);
    await page.keyboard.press('Escape');
    await isFull(false);
  }
});

test('the small window is offered where there is one', async (t) => {
  const page = await open(t);
  assert.ok(await page.evaluate(() => document.pictureInPictureEnabled), 'Chromium has one');
  assert.ok(await page.locator('#pip').isVisible());
  const without = await open(t, {}, (opened) => opened.addInitScript(() =>
    Object.defineProperty(document, 'pictureInPictureEnabled', { value: false })));
  assert.ok(await without.locator('#pip').isHidden());
});

test('a hidden tab goes on while its small window is open', async (t) => {
  const page = await open(t, {}, (opened) => opened.addInitScript(makeHideable));
  await page.getByRole('button', { name: 'Picture in picture' }).click();
  await page.locator('#pip[aria-pressed="true"]').waitFor();
  await page.evaluate(() => window.hide(true));
  const time = () => page.evaluate(() => document.getElementById('pip-video').currentTime);
  const before = await time();
  await until('the small window moves', time, (now) => now > before + AWAY_S);
  await untilDrawn(page, 3);
  assert.equal((await readState(server, 'barn')).viewers.total, 1);
  await page.evaluate(() => document.exitPictureInPicture());
  await page.locator('#pip[aria-pressed="false"]').waitFor();
  await until('viewers', async () => (await readState(server, 'barn')).viewers.total,
    (total) => total === 0);
});

test('another stream without loading the page again', async (t) => {
  const page = await open(t);
  await page.evaluate(() => { window.same = true; });
  assert.equal(await page.getByRole('link', { name: 'barn' }).getAttribute('aria-current'), 'page');
  await page.getByRole('link', { name: 'yard' }).click();
  await page.locator('#size', { hasText: '160 × 90' }).waitFor();
  assert.equal(await page.locator('#stream').textContent(), 'yard');
  assert.equal(new URL(page.url()).search, '?stream=yard');
  assert.equal(await page.title(), 'yard · moonreel');
  assert.equal(await page.getByRole('link', { name: 'yard' }).getAttribute('aria-current'), 'page');
  assert.equal(await page.getByRole('link', { name: 'barn' }).getAttribute('aria-current'), null);
  const studio = await page.getByRole('link', { name: 'Studio' }).getAttribute('href');
  assert.match(studio, /\?stream=yard$/);
  await page.keyboard.press('n');
  await page.locator('#size', { hasText: '320 × 180' }).waitFor();
  await page.goBack();
  await page.locator('#size', { hasText: '160 × 90' }).waitFor();
  await untilState(page, 'live');
  assert.equal(await page.evaluate(() => window.same), true);
  await until('viewers', async () => (await readState(server, 'barn')).viewers.total,
    (total) => total === 0);
});

test('everything is reached by Tab, and the list of keys by "?"', async (t) => {
  const page = await open(t);
  for (const id of ['others', 'history']) { // both come with the page's next look at what it has
    await page.locator(`#${id} li`).first().waitFor();
  }
  const reached = [];
  for (let current = null; !reached.includes(current);) { // once around
    if (current) reached.push(current);
    await page.keyboard.press('Tab');
    current = await focused(page);
  }
  for (const id of ['brand', 'barn', 'yard', 'studio', 'pause', 'snapshot', 'show-boxes', 'fit',
    'pip', 'full', 'show-panel', 'help', 'freeze', 'copy', 'filter', 'payload', 'history']) {
    assert.ok(reached.includes(id), `Tab reaches ${id}: ${reached}`);
  }
  await page.keyboard.press('?');
  const dialog = page.getByRole('dialog', { name: 'Keyboard shortcuts' });
  await dialog.waitFor();
  assert.equal(await dialog.locator('kbd').count(), 12);
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'hidden' });
});

test('single keys can be switched off, and do nothing while one types', async (t) => {
  const page = await open(t);
  await page.keyboard.press('/');
  await page.keyboard.type('bdx z');
  assert.equal(await page.getByLabel('Filter payloads').inputValue(), 'bdx z');
  assert.equal(await page.locator('#show-boxes').getAttribute('aria-pressed'), 'true');
  await page.getByRole('button', { name: 'Keyboard shortcuts' }).click();
  await page.getByLabel('Use these shortcuts').uncheck();
  await page.getByRole('button', { name: 'Close' }).click();
  await page.locator('#picture').hover();
  await page.keyboard.press('b');
  assert.equal(await page.locator('#show-boxes').getAttribute('aria-pressed'), 'true');
});
