// Clicks and drags on the picture reach the script in pixels of the frame, however the picture is
// shown.

import assert from 'node:assert/strict';
import path from 'node:path';
import { after, before, test } from 'node:test';

import {
  launchBrowser, makeFolder, openPage, payload, save, Server, untilLive, untilPayload,
} from './support.js';

const WIDTH = 640;
const HEIGHT = 360;
const SCRIPT = `local log = {}
function on_message(message) log[#log + 1] = message end
function process() return { log = log } end
`;

const folder = makeFolder();
let browser;
let server;

before(async () => {
  const script = path.join(folder, 'echo.lua');
  save(script, SCRIPT);
  server = await new Server('--script', script, `test:${WIDTH}x${HEIGHT}@25`).start();
  browser = await launchBrowser();
});

after(async () => {
  await browser?.close();
  assert.equal(await server?.stop(), 0);
});

// A page on a script that has heard nothing yet.
async function open(t, options, address = '') {
  save(path.join(folder, 'echo.lua'), `${SCRIPT}-- ${Math.random()}\n`);
  const page = await openPage(t, browser, options);
  await page.goto(new URL(address, server.url).href);
  await untilLive(page);
  await page.waitForFunction(() => JSON.parse(document.getElementById('payload').textContent || '0')
    ?.log?.length === 0);
  return page;
}

// A point of the frame as one of the window, where the picture fills its element.
async function pointAt(page, x, y) {
  const box = await page.locator('#picture').boundingBox();
  return [box.x + (box.width * x) / WIDTH, box.y + (box.height * y) / HEIGHT];
}

async function heard(page, last) {
  await untilPayload(page, `"event": "${last}"`);
  return (await payload(page)).log;
}

function assertAt(message, x, y, tolerance) {
  assert.ok(Math.abs(message.x - x) <= tolerance && Math.abs(message.y - y) <= tolerance,
    `${JSON.stringify(message)} is not at ${x}, ${y}`);
}

// A finger: touch(type, points of the window).
async function makeTouch(page) {
  const session = await page.context().newCDPSession(page);
  return (type, points) => session.send('Input.dispatchTouchEvent', {
    type, touchPoints: points.map(([x, y]) => ({ x, y, id: 0 })),
  });
}

const PHONE = { hasTouch: true, isMobile: true };
const VIEWS = {
  'at its own size': { viewport: { width: 1440, height: 900 } },
  'scaled down': { viewport: { width: 360, height: 740 }, deviceScaleFactor: 2 },
};

for (const [name, options] of Object.entries(VIEWS)) {
  test(`a click ${name}`, async (t) => {
    const page = await open(t, options);
    await page.mouse.click(...await pointAt(page, 480, 90));
    const log = await heard(page, 'click');
    assert.deepEqual(log.map(({ event }) => event), ['down', 'up', 'click']);
    for (const message of log) {
      assert.equal(message.type, 'pointer');
      assert.equal(message.button, 0);
      assertAt(message, 480, 90, 2);
    }
  });
}

test('a click where "Fit" scales the picture up, and in the full window', async (t) => {
  const page = await open(t, { viewport: { width: 1700, height: 1000 } });
  await page.locator('#fit[aria-pressed="true"]').waitFor();
  await page.mouse.click(...await pointAt(page, 100, 300));
  assertAt((await heard(page, 'click'))[2], 100, 300, 1);
  await page.keyboard.press('f');
  await page.locator('body.full').waitFor();
  await page.waitForFunction(() => document.getElementById('picture').clientWidth > 1500);
  await page.mouse.click(...await pointAt(page, 630, 20));
  await page.waitForFunction(() => JSON.parse(document.getElementById('payload').textContent)
    .log.length === 6);
  assertAt((await payload(page)).log[5], 630, 20, 1);
});

test('a drag is down, moves and up within the frame; not too many, and no click', async (t) => {
  const page = await open(t, { viewport: { width: 1440, height: 900 } });
  await page.mouse.move(...await pointAt(page, 20, 20)); // not told: no button is down
  await page.mouse.move(...await pointAt(page, 100, 100));
  const began = Date.now();
  await page.mouse.down();
  await page.mouse.move(...await pointAt(page, 300, 200), { steps: 60 });
  await page.mouse.move(...await pointAt(page, WIDTH + 50, 200));
  await page.mouse.up();
  const seconds = (Date.now() - began) / 1000;
  const log = await heard(page, 'up');
  assert.equal(log[0].event, 'down');
  assertAt(log[0], 100, 100, 1);
  const moves = log.slice(1, -1);
  assert.ok(moves.every(({ event }) => event === 'move'), 'moves between down and up');
  assert.ok(moves.length >= 2 && moves.length <= 30 * seconds + 2,
    `${moves.length} moves in ${seconds} s`);
  assertAt(moves.at(-1), WIDTH, 200, 1);
  assert.equal(log.at(-1).event, 'up');
  assertAt(log.at(-1), WIDTH, 200, 1);
});

test('a tap, and a finger across the picture', async (t) => {
  const page = await open(t, { viewport: { width: 360, height: 740 }, ...PHONE });
  await page.touchscreen.tap(...await pointAt(page, 320, 180));
  assertAt((await heard(page, 'click')).at(-1), 320, 180, 3);

  const touch = await makeTouch(page);
  await touch('touchStart', [await pointAt(page, 100, 100)]);
  for (let x = 120; x <= 500; x += 20) await touch('touchMove', [await pointAt(page, x, 100)]);
  await touch('touchEnd', []);
  await page.waitForFunction(() => {
    const { log } = JSON.parse(document.getElementById('payload').textContent);
    return log.filter(({ event }) => event === 'up').length === 2;
  });
  const log = (await payload(page)).log.slice(3);
  assertAt(log[0], 100, 100, 3);
  assertAt(log.at(-1), 500, 100, 3);
  assert.equal(log.at(-1).event, 'up');
  assert.ok(log.some(({ event }) => event === 'move'));
});

test('a finger along the picture scrolls the page', async (t) => {
  const page = await open(t, { viewport: { width: 360, height: 500 }, ...PHONE });
  const [x, y] = await pointAt(page, 320, 300);
  const touch = await makeTouch(page);
  await touch('touchStart', [[x, y]]);
  for (let up = 5; up <= 100; up += 5) await touch('touchMove', [[x, y - up]]);
  await touch('touchEnd', []);
  await page.waitForFunction(() => window.scrollY > 20);
  const log = await heard(page, 'up'); // the browser took the press for itself
  assert.ok(log.every(({ event }) => event !== 'click'));
  assertAt(log.at(-1), 320, log.at(-2).y, 1);
  assert.ok(log.at(-1).y < 300);
});
