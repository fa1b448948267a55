// The viewer shows what is streamed: picture, payload, figures. Its page is light.

import assert from 'node:assert/strict';
import http from 'node:http';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { gunzipSync, gzipSync } from 'node:zlib';

import {
  DEADLINE_MS, difference, findClip, launchBrowser, look, makeFolder, openPage, payload,
  readScript, save, Server, shoot, untilDrawn, untilLive, untilPayload,
} from './support.js';

const PAGE_BYTES = 40 * 1024; // with its scripts, style and icon, packed
const folder = makeFolder();
const script = path.join(folder, 'process.lua');
const clip = findClip(folder);
let browser;
let server;

before(async () => {
  save(script, readScript());
  server = await new Server('--script', script, clip.path).start();
  browser = await launchBrowser();
});

after(async () => {
  await browser?.close();
  assert.equal(await server?.stop(), 0);
});

// Every number in a value, by its path.
function numbers(value, at = '', found = {}) {
  if (typeof value === 'number') found[at] = value;
  else if (value && typeof value === 'object') {
    Object.entries(value).forEach(([key, inner]) => numbers(inner, `${at}/${key}`, found));
  }
  return found;
}

test('over IPv6 the page is live, too', async (t) => {
  const other = new Server('test:64x48@10');
  other.host = '[::1]';
  await other.start();
  t.after(() => other.stop());
  const page = await openPage(t, browser);
  const sockets = [];
  page.on('websocket', (socket) => sockets.push(socket.url()));
  await page.goto(other.url);
  await untilLive(page);
  await untilDrawn(page, 3);
  assert.match(other.url, /^http:\/\/\[::1\]:\d+\/$/);
  assert.deepEqual(sockets, [`${other.url.replace('http', 'ws')}ws/live`]);
});

test('the picture moves, the payload counts, the figures are told', async (t) => {
  const page = await openPage(t, browser);
  await page.goto(server.url);
  await untilLive(page);
  const firstPicture = await look(page);
  const first = numbers(await payload(page));
  assert.equal(firstPicture.width, clip.width);
  assert.equal(firstPicture.height, clip.height);

  await page.waitForFunction((json) => document.getElementById('payload').textContent !== json,
    await page.locator('#payload').textContent());
  let moved = 0;
  for (const end = Date.now() + DEADLINE_MS; moved < 1 && Date.now() < end;) {
    await untilDrawn(page, 1);
    moved = difference(firstPicture, await look(page));
  }
  const later = numbers(await payload(page));
  assert.ok(moved >= 1, `the picture differs by ${moved} levels from the first one`);
  assert.ok(Object.keys(first).some((key) => later[key] > first[key]),
    `nothing counts up from ${JSON.stringify(first)} to ${JSON.stringify(later)}`);

  await page.waitForFunction(() => parseFloat(document.getElementById('fps').textContent) > 5);
  await page.locator('#latency', { hasText: /^\d+ ms$/ }).waitFor(); // once the clocks have been compared
  assert.match(await page.locator('#bandwidth').textContent(), /^[\d.]+ [kM]bit\/s$/);
  assert.equal(await page.locator('#size').textContent(), `${clip.width} × ${clip.height}`);
  assert.equal(await page.locator('#state').textContent(), 'Live');
  assert.ok(await page.locator('#notice').isHidden());
});

test('it looks right on a desk and on a phone, dark and light', async (t) => {
  const page = await openPage(t, browser);
  await page.goto(server.url);
  for (const [width, height] of [[1440, 900], [360, 740]]) {
    for (const colorScheme of ['dark', 'light']) {
      await page.setViewportSize({ width, height });
      await page.emulateMedia({ colorScheme });
      await untilLive(page);
      await untilDrawn(page, 2);
      const box = await page.locator('#picture').boundingBox();
      assert.ok(box.x >= 0 && box.x + box.width <= width, 'the picture is within the window');
      assert.ok(box.width <= clip.width, 'the picture is not scaled up');
      assert.ok(Math.abs(box.width / box.height - clip.width / clip.height) < 0.02,
        `the picture keeps its shape: ${box.width}x${box.height}`);
      assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), width);
      await shoot(page, `viewer-${width}-${colorScheme}`);
    }
  }
});

test('a small picture is fitted to the window, and the choice of its own size is kept', async (t) => {
  const page = await openPage(t, browser, { viewport: { width: 1800, height: 1200 } });
  const width = async () => (await page.locator('#picture').boundingBox()).width;
  await page.goto(server.url);
  await untilLive(page);
  assert.ok(await width() > 1.5 * clip.width);
  await page.getByRole('button', { name: 'Fit' }).press('Enter');
  assert.equal(Math.round(await width()), clip.width);
  await page.reload();
  await untilLive(page);
  assert.equal(Math.round(await width()), clip.width);
  await page.setViewportSize({ width: clip.width + 500, height: 700 }); // nothing to be gained
  await page.evaluate(() => localStorage.clear());
  await page.reload();
  await untilLive(page);
  assert.equal(await page.getByRole('button', { name: 'Fit' }).getAttribute('aria-pressed'), 'false');
});

test('an edit of the script appears without losing the connection', async (t) => {
  const page = await openPage(t, browser);
  let sockets = 0;
  let closed = 0;
  page.on('websocket', (socket) => {
    sockets++;
    socket.on('close', () => closed++);
  });
  t.after(() => save(script, readScript()));
  await page.goto(server.url);
  await untilLive(page);
  save(script, `${readScript()}
local before_edit = process
function process(frame, state)
  before_edit(frame, state)
  frame:fill("#c02040")
  return { edited = frame.index }
end
`);
  await untilPayload(page, 'edited');
  const { pixels } = await look(page);
  pixels.forEach((value, i) => {
    assert.ok(Math.abs(value - [0xc0, 0x20, 0x40][i % 3]) <= 6, `pixel value ${i} is ${value}`);
  });
  assert.equal(await page.locator('#state').getAttribute('data-state'), 'live');
  assert.deepEqual([sockets, closed], [1, 0]);
});

test('a wrong clock does not make the latency absurd', async (t) => {
  for (const hours of [-3, 3]) {
    const page = await openPage(t, browser);
    await page.addInitScript((shift) => {
      const now = Date.now.bind(Date);
      Date.now = () => now() + shift;
    }, hours * 3_600_000);
    await page.goto(server.url);
    await page.locator('#latency', { hasText: /^\d{1,3} ms$/ }).waitFor();
  }
});

test('of several streams the first that works is shown', async (t) => {
  const config = path.join(folder, 'several.lua');
  save(config, `streams = {
    absent = { source = "none.mp4" }, yard = { source = "test:64x48@10" },
    barn = { source = "test:64x48@10" } }`);
  const several = await new Server('--config', config).start();
  t.after(() => several.stop());
  const page = await openPage(t, browser);
  await page.goto(several.url);
  await untilLive(page);
  assert.equal(await page.locator('#stream').textContent(), 'barn');
  const absent = page.locator('#others a[data-stream="absent"]');
  await page.locator('#others a[data-phase="failed"]').waitFor();
  assert.equal(await absent.getAttribute('aria-label'), 'absent: failed');
  assert.equal(await page.locator('#others a[data-stream="yard"]').getAttribute('aria-label'), null);
});

test('the links of many streams are all there to be seen, in natural order', async (t) => {
  const config = path.join(folder, 'many.lua');
  const names = Array.from({ length: 24 }, (_, i) => `camera-${i + 1}`);
  save(config, `streams = {}
for i = 1, ${names.length} do streams["camera-" .. i] = { source = "test:64x48@5" } end`);
  const many = await new Server('--config', config).start();
  t.after(() => many.stop());
  for (const width of [1280, 360]) {
    const page = await openPage(t, browser, { viewport: { width, height: 800 } });
    await page.goto(many.url);
    await untilLive(page);
    const links = page.locator('#others a');
    await links.nth(names.length - 1).waitFor();
    assert.deepEqual(await links.allTextContents(), names);
    for (const name of ['camera-1', 'camera-12', 'camera-24']) {
      const link = page.locator(`#others a[data-stream="${name}"]`);
      await link.scrollIntoViewIfNeeded();
      const seen = await link.evaluate((element) => {
        const box = element.getBoundingClientRect();
        const nav = element.closest('nav').getBoundingClientRect();
        return box.left >= nav.left && box.right <= nav.right + 0.5
          && element.contains(document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2));
      });
      assert.ok(seen, `${name} at ${width}`);
    }
    await shoot(page, `viewer-many-${width}`);
  }
});

// Returns the text that is served at an address, and how many bytes it takes over the network with gzip.
function load(address) {
  return new Promise((resolve, reject) => {
    http.get(address, { headers: { 'Accept-Encoding': 'gzip' } }, async (response) => {
      const chunks = [];
      for await (const chunk of response) chunks.push(chunk);
      const sent = Buffer.concat(chunks);
      const packed = response.headers['content-encoding'] === 'gzip';
      resolve({
        status: response.statusCode,
        text: (packed ? gunzipSync(sent) : sent).toString(),
        bytes: packed ? sent.length : gzipSync(sent, { level: 9 }).length,
      });
    }).on('error', reject);
  });
}

test('the page is light', async (t) => {
  const sizes = {};
  const waiting = ['./'];
  while (waiting.length) {
    const name = waiting.pop();
    if (name in sizes) continue;
    const address = new URL(name, server.url);
    const { status, text, bytes } = await load(address);
    assert.equal(status, 200, name);
    sizes[name] = bytes;
    const linked = text.matchAll(name === './' ? /(?:src|href)="([^"]+\.(?:js|css|svg))"/g
      : /from ?"(\.[^"]+\.js)"/g);
    for (const [, link] of linked) {
      waiting.push(new URL(link, address).pathname.slice(1));
    }
  }
  const total = Object.values(sizes).reduce((sum, bytes) => sum + bytes, 0);
  t.diagnostic(`${total} bytes: ${JSON.stringify(sizes)}`);
  assert.ok(Object.keys(sizes).length >= 4, 'script, style and icon are linked');
  assert.ok(total <= PAGE_BYTES, `the page has ${total} bytes`);
});
