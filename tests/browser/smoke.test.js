// The shortest way through all of it: the viewer shows frames, the studio saves a script, and both
// show what it does.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import {
  launchBrowser, openPage, untilDrawn, untilLive, untilPayload as untilViewed,
} from './support.js';
import { openStudio, press, startStudio, untilPayload, untilResult, write } from './studio_support.js';

const version = (number) => `function process(frame)\n  return { version = ${number} }\nend\n`;
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

test('a script that is saved in the studio shows in both pages', async (t) => {
  const page = await openPage(t, browser);
  await page.goto(studio.server.url);
  await untilLive(page);
  await untilViewed(page, '"version": 1');
  await untilDrawn(page, 3);

  const desk = await openStudio(t, browser, studio.server);
  await untilPayload(desk, /"version": 1\b/);
  await write(desk, version(2));
  await press(desk, 's');
  await untilResult(desk, /^Saved: running as version 2$/);
  assert.equal(studio.read(), version(2));
  await untilPayload(desk, /"version": 2\b/);
  await untilViewed(page, '"version": 2');
  await untilDrawn(page, 3);
});
