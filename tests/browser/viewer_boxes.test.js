// The boxes of a payload are drawn on the picture that they belong to, on no other: whatever the
// page is busy with, the square that the script paints and the box around it move together.

import assert from 'node:assert/strict';
import path from 'node:path';
import { after, before, test } from 'node:test';

import {
  DEADLINE_MS, launchBrowser, makeFolder, NIGHT, openPage, save, Server, untilLive,
} from './support.js';

const READ = NIGHT ? 100 : 15; // different frames on the canvases
const SEEN = NIGHT ? 20 : 5; // and on the screen
const BLUR = 2; // pixels of the frame: what JPEG makes of an edge
const LINE = 2; // pixels of the screen

// Far from one frame to the next, so that no two frames are mistaken for one another.
const SCRIPT = `function process(frame)
  local x, y = frame.index * 137 % 500 + 20, frame.index * 71 % 220 + 20
  frame:fill("#000")
  frame:rectangle(x, y, 80, 60, { fill = "#fff" })
  return { boxes = { { x = x, y = y, w = 80, h = 60, color = "#00ff00" } } }
end
`;

const folder = makeFolder();
let browser;
let server;

before(async () => {
  const script = path.join(folder, 'square.lua');
  save(script, SCRIPT);
  server = await new Server('--script', script, 'test:640x360@10').start();
  browser = await launchBrowser();
});

after(async () => {
  await browser?.close();
  assert.equal(await server?.stop(), 0);
});

// Init script: window.edges(image, isPart) are the outermost pixels [left, top, right, bottom] of a
// part of an image, at the frame's size.
function addEdges() {
  const context = new OffscreenCanvas(640, 360).getContext('2d', { willReadFrequently: true });
  window.isWhite = (r, g, b) => r > 128 && b > 128 && g > 128;
  window.isGreen = (r, g, b) => g > 110 && r < 100 && b < 100;
  window.edges = (image, isPart) => {
    context.clearRect(0, 0, 640, 360);
    context.drawImage(image, 0, 0, 640, 360);
    const { data } = context.getImageData(0, 0, 640, 360);
    const found = [Infinity, Infinity, -1, -1];
    for (let i = 0; i < data.length; i += 4) {
      if (!isPart(data[i], data[i + 1], data[i + 2])) continue;
      const [x, y] = [(i / 4) % 640, Math.floor(i / 2560)];
      found[0] = Math.min(found[0], x);
      found[1] = Math.min(found[1], y);
      found[2] = Math.max(found[2], x);
      found[3] = Math.max(found[3], y);
    }
    return found;
  };
}

// In the page: keeps it busy, and reads both canvases again and again, in animation frames and
// between, until so many different frames were read.
async function readCanvases([count, deadline]) {
  const [picture, boxes] = ['picture', 'boxes'].map((id) => document.getElementById(id));
  const busy = setInterval(() => {
    const end = performance.now() + 5 + 25 * Math.random();
    while (performance.now() < end);
  }, 40);
  const reads = [];
  const different = new Set();
  const end = performance.now() + deadline;
  while (different.size < count) {
    if (performance.now() > end) throw new Error(`only ${different.size} different frames were read`);
    await new Promise((resolve) => {
      if (reads.length % 2) requestAnimationFrame(resolve);
      else setTimeout(resolve, 10 * Math.random());
    });
    reads.push([window.edges(picture, window.isWhite), window.edges(boxes, window.isGreen)]);
    different.add(String(reads.at(-1)[0]));
  }
  clearInterval(busy);
  return reads;
}

function check(reads, scale, what) {
  const tolerance = LINE / scale + BLUR;
  let worst = 0;
  for (const [square, box] of reads) {
    const apart = Math.max(...square.map((edge, i) => Math.abs(edge - box[i])));
    assert.ok(apart <= tolerance, `${what}: the square is at ${square}, its box at ${box}`);
    worst = Math.max(worst, apart);
  }
  return `${what}: ${reads.length} of ${new Set(reads.map(String)).size} frames,`
    + ` at most ${worst} px apart (${tolerance.toFixed(1)} allowed)`;
}

async function open(t, options) {
  const page = await openPage(t, browser, options);
  await page.addInitScript(addEdges);
  await page.goto(server.url);
  await untilLive(page);
  await page.locator('#show-boxes').waitFor();
  return page;
}

const scaleOf = (page) => page.evaluate(() =>
  document.getElementById('picture').getBoundingClientRect().width / 640);

for (const [name, options] of Object.entries({
  'at its own size': { viewport: { width: 1440, height: 900 } },
  'scaled down, on a dense screen': { viewport: { width: 360, height: 740 }, deviceScaleFactor: 3 },
})) {
  test(`square and box are together ${name}`, async (t) => {
    const page = await open(t, options);
    const reads = await page.evaluate(readCanvases, [READ, DEADLINE_MS]);
    t.diagnostic(check(reads, await scaleOf(page), 'canvas reads'));
  });
}

test('square and box are together on the screen', async (t) => {
  const page = await open(t, { viewport: { width: 1000, height: 700 }, colorScheme: 'dark' });
  const judge = await openPage(t, browser);
  await judge.addInitScript(addEdges);
  await judge.goto('about:blank');
  const reads = [];
  const different = new Set();
  const end = Date.now() + DEADLINE_MS;
  while (different.size < SEEN) {
    assert.ok(Date.now() < end, `only ${different.size} different frames were seen`);
    const png = await page.locator('#frame').screenshot();
    reads.push(await judge.evaluate(async (base64) => {
      const image = await createImageBitmap(await (await fetch(base64)).blob());
      // the line is half within the square: white is measured without it
      const square = window.edges(image, (r, g, b) => r > 128 && b > 128);
      return [square, window.edges(image, window.isGreen)];
    }, `data:image/png;base64,${png.toString('base64')}`));
    different.add(String(reads.at(-1)[0]));
  }
  t.diagnostic(check(reads, await scaleOf(page), 'screenshots'));
});

test('"Boxes" takes them away and brings them back, and the choice is kept', async (t) => {
  const page = await open(t);
  const count = () => page.evaluate(() => {
    const { width, height } = document.getElementById('boxes');
    const { data } = document.getElementById('boxes').getContext('2d')
      .getImageData(0, 0, width, height);
    return data.filter((value, i) => i % 4 === 3 && value).length;
  });
  assert.ok(await count() > 0);
  await page.keyboard.press('b');
  assert.equal(await count(), 0);
  await page.reload();
  await untilLive(page);
  await page.locator('#show-boxes[aria-pressed="false"]').waitFor();
  assert.equal(await count(), 0);
  await page.getByRole('button', { name: 'Boxes' }).click();
  assert.ok(await count() > 0);
});
