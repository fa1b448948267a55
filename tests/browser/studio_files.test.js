// Files beside the script, and the examples: opened, tried, saved as new ones.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';

import { launchBrowser } from './support.js';
import {
  openStudio,
  press,
  startStudio,
  untilPayload,
  untilReady,
  untilResult,
  untilText,
  write,
} from './studio_support.js';

const SCRIPT =
  'local helper = require("helper")\nfunction process() return { from = helper.name } end\n';
const HELPER = 'return { name = "first" }\n';
let browser;
let studio;

before(async () => {
  browser = await launchBrowser();
  studio = await startStudio('function process() end\n');
  studio.write(HELPER, 'helper.lua');
  studio.write('print("other")\n', 'other.lua');
  studio.write(SCRIPT);
});

after(async () => {
  await browser?.close();
  assert.equal(await studio?.server.stop(), 0);
});

async function open(t) {
  const page = await openStudio(t, browser, studio.server);
  await untilPayload(page, /"from": "/);
  return page;
}

async function choose(page, name) {
  await page.locator('#files-open').click();
  await page.locator('#files').getByRole('button', { name }).click();
}

const present = (name) => fs.existsSync(path.join(studio.folder, name));

test('a file beside the script is listed, edited and saved; the script has it', async (t) => {
  const page = await open(t);
  await page.locator('#files-open').click();
  const list = page.locator('#files-list');
  await list.getByRole('button', { name: /^process\.lua the script/ }).waitFor();
  await list.getByRole('button', { name: /^other\.lua/ }).waitFor();
  await list.getByRole('button', { name: /^helper\.lua/ }).click();
  await untilText(page, /name = "first"/);
  await write(page, 'return { name = "second" }\n');
  await press(page, 's');
  await untilResult(page, /^Saved helper\.lua$/);
  await untilPayload(page, /"from": "second"/);
  assert.equal(studio.read('helper.lua'), 'return { name = "second" }\n');
  assert.equal(studio.read(), SCRIPT);

  await write(page, 'return { name = "mine" }\n'); // a file is not overwritten either
  studio.write('return { name = "theirs" }\n', 'helper.lua');
  await page.locator('#disk', { hasText: 'helper.lua has changed on disk' }).waitFor();
  await page.getByRole('button', { name: 'Load from disk' }).click();
  await untilText(page, /theirs/);
});

test('each file keeps what is not saved while another one is open, and after a reload', async (t) => {
  const page = await open(t);
  await write(page, `${SCRIPT}-- of the script\n`);
  await choose(page, /^other\.lua/);
  await untilText(page, /print\("other"\)/);
  await write(page, '-- of the other\n');
  await page.reload();
  await untilReady(page);
  await untilText(page, /of the other/);
  await choose(page, /^process\.lua/);
  await untilText(page, /of the script/);
  await page.locator('#document-state', { hasText: 'Unsaved changes' }).waitFor();
  assert.equal(studio.read('other.lua'), 'print("other")\n');
});

test('an example is opened, tried on the stream and saved as a new file', async (t) => {
  const page = await open(t);
  await page.locator('#files-open').click();
  const examples = page.locator('#examples-list');
  await examples
    .getByRole('button', { name: /^clock\.lua A label and a clock on the picture/ })
    .waitFor();
  assert.ok((await examples.getByRole('button').count()) >= 7);
  await examples.getByRole('button', { name: /^clock\.lua/ }).click();
  await untilText(page, /A label and a clock/);
  await press(page, 'Enter');
  await untilResult(page, /^Trial: running/);
  await untilPayload(page, /"clock": "/);
  assert.equal(studio.read(), SCRIPT);

  await press(page, 's');
  const dialog = page.locator('#name-dialog');
  assert.equal(await dialog.getByLabel('Name').inputValue(), 'clock.lua');
  await dialog.getByLabel('Name').fill('helper');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await dialog.getByText('helper.lua is there already').waitFor();
  await dialog.getByLabel('Name').fill('../clock.lua');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await dialog.getByText(/letters, digits/).waitFor();
  await dialog.getByLabel('Name').fill('my_clock');
  await page.keyboard.press('Enter');
  await untilResult(page, /^Saved my_clock\.lua beside the script$/);
  assert.match(studio.read('my_clock.lua'), /^-- A label and a clock/);
  assert.equal(await page.locator('#files-open').textContent(), 'my_clock.lua');
  assert.match(studio.read('helper.lua'), /theirs/);

  await page.getByRole('button', { name: 'Back to the saved script' }).click();
  await untilPayload(page, /"from": "/);
});

test('a mistake in an example that was changed is underlined there', async (t) => {
  const page = await open(t);
  await choose(page, /^shaders\.lua/);
  await untilText(page, /Pixel shaders/);
  await write(page, 'function process()\n  oh(\nend\n');
  await press(page, 'Enter');
  await untilResult(page, /^process\.lua:3: |^shaders\.lua:3: /);
  await page.locator('#editor .cm-lintRange-error').waitFor();
  await page.getByRole('button', { name: 'Go to line 3' }).click();
  assert.equal(await page.locator('#files-open').textContent(), 'shaders.lua');

  await write(
    page,
    'local n = 0\nfunction process(frame)\n  n = n + 1\n  if n > 9 then frame:nope() end\nend\n'
  );
  await press(page, 'Enter');
  await untilResult(page, /^Trial/);
  await page.locator('#failure', { hasText: ':4:' }).waitFor();
  await page.locator('#editor .cm-lintRange-error').waitFor();
  await choose(page, /^process\.lua/);
  await untilText(page, /from = helper/);
  assert.equal(await page.locator('#editor .cm-lintRange-error').count(), 0);
  await page.locator('#failure').getByRole('button').click();
  assert.equal(await page.locator('#files-open').textContent(), 'shaders.lua');
  await page.locator('#trial-back').click();
  await untilResult(page, /^The saved script runs again/);
});

test('a new file is made, and the dialog can be left', async (t) => {
  const page = await open(t);
  await page.locator('#files-open').click();
  await page.getByRole('button', { name: 'New file…' }).click();
  await page.keyboard.press('Escape');
  await page.locator('#name-dialog').waitFor({ state: 'hidden' });
  await page.locator('#files-open').click();
  await page.getByRole('button', { name: 'New file…' }).click();
  await page.locator('#name-dialog').getByLabel('Name').fill('fresh.lua');
  await page.keyboard.press('Enter');
  await untilText(page, /-- fresh\.lua/);
  assert.equal(present('fresh.lua'), true);
});
