// The studio while others edit the same file: what is on disk is taken over or offered, never
// overwritten; and the versions of the session.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { launchBrowser } from './support.js';
import {
  openStudio,
  press,
  startStudio,
  text,
  untilCursor,
  untilPayload,
  untilReady,
  untilResult,
  untilText,
  write,
} from './studio_support.js';

const version = (number, more = '') =>
  `-- head\nfunction process()\n  return { version = ${number} }${more}\nend\n`;
let browser;
let studio;

before(async () => {
  browser = await launchBrowser();
  studio = await startStudio(version(1));
});

after(async () => {
  await browser?.close();
  assert.equal(await studio?.server.stop(), 0);
});

async function open(t) {
  studio.write(version(1));
  const page = await openStudio(t, browser, studio.server);
  await untilText(page, /version = 1 /);
  return page;
}

const banner = (page) => page.locator('#disk', { hasText: 'process.lua has changed on disk' });

test('without unsaved changes it is taken over, the cursor stays', async (t) => {
  const page = await open(t);
  await page.locator('#editor .cm-content').focus();
  await page.keyboard.press('ControlOrMeta+End');
  await page.keyboard.press('ArrowUp');
  await untilCursor(page, 4);
  studio.write(`-- one more line\n${version(2)}`);
  await untilResult(page, /^process\.lua has changed on disk and was loaded again$/);
  await untilText(page, /version = 2 /);
  await untilCursor(page, 5);
  assert.equal(await page.locator('#document-state').textContent(), 'Saved');
  assert.equal(await page.locator('#disk').isVisible(), false);
  await untilPayload(page, /"version": 2/);
});

test('with unsaved changes it is offered, and taken when one says so', async (t) => {
  const page = await open(t);
  const mine = version(1, ' -- mine');
  await write(page, mine);
  studio.write(version(3));
  await banner(page).waitFor();
  assert.equal(await text(page), mine);
  await press(page, 's'); // does not overwrite it
  await untilResult(page, /^Not saved: process\.lua has changed on disk/);
  assert.equal(studio.read(), version(3));

  await page.getByRole('button', { name: 'Compare', exact: true }).click();
  const dialog = page.locator('#compare');
  await dialog.locator('.cm-merge-a', { hasText: 'version = 3' }).waitFor();
  await dialog.locator('.cm-merge-b', { hasText: '-- mine' }).waitFor();
  await dialog.getByRole('button', { name: 'Close' }).click();

  await page.getByRole('button', { name: 'Load from disk' }).click();
  await banner(page).waitFor({ state: 'hidden' });
  assert.equal(await text(page), version(3));
  await page.locator('#versions-open').click(); // what was mine is not lost
  await page.locator('#versions-list li', { hasText: 'replaced by the file' }).waitFor();
});

test('one may keep what is mine: the next save replaces what is on disk', async (t) => {
  const page = await open(t);
  await write(page, version(1, ' -- mine'));
  studio.write(version(4));
  await banner(page).waitFor();
  await page.getByRole('button', { name: 'Keep mine' }).click();
  await banner(page).waitFor({ state: 'hidden' });
  assert.equal(studio.read(), version(4));
  await press(page, 's');
  await untilResult(page, /^Saved/);
  assert.equal(studio.read(), version(1, ' -- mine'));
});

test('a save that comes just after another one loses nothing', async (t) => {
  const page = await open(t);
  await page.route('**/api/streams/live/script', (route) => {
    // no look at the disk in between
    if (route.request().method() === 'GET' && !page.saved) return route.abort();
    page.saved = true;
    return route.continue();
  });
  await write(page, version(1, ' -- mine'));
  studio.write(version(5));
  await press(page, 's');
  await untilResult(page, /^Not saved: process\.lua has changed on disk meanwhile$/);
  await banner(page).waitFor();
  assert.equal(studio.read(), version(5));
  assert.equal(await text(page), version(1, ' -- mine'));
});

test('what was not saved when the page was closed is offered beside what is on disk now', async (t) => {
  const page = await open(t);
  await write(page, version(1, ' -- mine'));
  await page.goto('about:blank');
  studio.write(version(6));
  await page.goto(new URL('studio', studio.server.url).href);
  await untilReady(page);
  await banner(page).waitFor();
  assert.equal(await text(page), version(1, ' -- mine'));
  await page.getByRole('button', { name: 'Load from disk' }).click();
  await untilText(page, /version = 6 /);
});

test('versions are listed with what became of them, compared and brought back', async (t) => {
  const page = await open(t);
  await write(page, version(7));
  await press(page, 's');
  await untilResult(page, /^Saved/);
  await write(page, 'function process() oh( end');
  await press(page, 's');
  await untilResult(page, /^process\.lua:1: /);
  await write(page, version(8));
  await press(page, 'Enter');
  await untilResult(page, /^Trial/);
  await press(page, 's');
  await untilResult(page, /^Saved/);

  await page.locator('#versions-open').click();
  const rows = page.locator('#versions-list li');
  for (const [index, expected] of [
    /saved, version \d+/,
    /trial, version \d+/,
    /process\.lua:1: /,
    /saved, version \d+/,
    /loaded from disk/,
  ].entries()) {
    await rows.nth(index).filter({ hasText: expected }).waitFor();
  }
  await rows
    .nth(3)
    .getByRole('button', { name: /^Compare/ })
    .click();
  const dialog = page.locator('#compare');
  await dialog.locator('.cm-merge-a .cm-changedText', { hasText: '7' }).waitFor();
  await dialog.locator('.cm-merge-b .cm-changedText', { hasText: '8' }).waitFor();
  await dialog.getByRole('button', { name: 'Restore' }).click();
  await untilText(page, /version = 7 /);
  await page.locator('#document-state', { hasText: 'Unsaved changes' }).waitFor();
  assert.equal(studio.read(), version(8));
  await press(page, 's');
  await untilResult(page, /^Saved/);
  await untilPayload(page, /"version": 7/);
});
