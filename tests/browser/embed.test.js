// The embed page: the bare picture for frames in other pages.

import assert from 'node:assert/strict';
import path from 'node:path';
import { after, before, test } from 'node:test';

import {
  findBarriers, launchBrowser, makeFolder, openPage, save, Server, shoot, until,
} from './support.js';

const WIDTH = 640;
const HEIGHT = 360;
const SCRIPT = `local log = {}
function on_message(message)
  log[#log + 1] = message
  broadcast(log)
end
function process(frame)
  frame:fill("#c02040")
  return { boxes = { { x = 100, y = 50, w = 200, h = 100, label = "box", color = "#00ff00" } } }
end
`;

const folder = makeFolder();
let browser;
let server;

before(async () => {
  const script = path.join(folder, 'process.lua');
  save(script, SCRIPT);
  server = await new Server('--script', script, `test:${WIDTH}x${HEIGHT}@25`).start();
  browser = await launchBrowser();
});

after(async () => {
  await browser?.close();
  assert.equal(await server?.stop(), 0);
});

function untilPicture(page) {
  return page.waitForFunction(() => {
    const picture = document.getElementById('picture');
    return picture.width > 600 && getComputedStyle(picture).visibility === 'visible';
  });
}

async function open(t, query = '', viewport = { width: 800, height: 300 }) {
  const page = await openPage(t, browser, { viewport });
  await page.goto(`${server.url}embed/live${query}`);
  await untilPicture(page);
  return page;
}

// The colour of a pixel of the window.
async function colorAt(page, x, y) {
  const png = await page.screenshot();
  return page.evaluate(async ([base64, px, py]) => {
    const bytes = Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
    const image = await createImageBitmap(new Blob([bytes]));
    const context = new OffscreenCanvas(image.width, image.height).getContext('2d');
    context.drawImage(image, 0, 0);
    return [...context.getImageData(px, py, 1, 1).data].slice(0, 3);
  }, [png.toString('base64'), x, y]);
}

const near = (a, b) => a.every((value, i) => Math.abs(value - b[i]) <= 8);
const PICTURE = [0xc0, 0x20, 0x40];

test('nothing but the picture, whole, on black', async (t) => {
  const page = await open(t);
  assert.equal(await page.locator('#state').textContent(), '');
  assert.equal(await page.locator('button, a, input').count(), 0);
  assert.ok(near(await colorAt(page, 5, 150), [0, 0, 0]), 'black beside it');
  assert.ok(near(await colorAt(page, 400, 150), PICTURE));
  assert.ok(near(await colorAt(page, 400, 2), PICTURE), 'it is as high as the window');
  assert.deepEqual(await findBarriers(page), []);
  for (const [width, height] of [[1440, 900], [360, 740]]) {
    await page.setViewportSize({ width, height });
    await shoot(page, `embed-${width}`);
  }
});

test('?fit=cover fills the window, ?ground=transparent lets the page through', async (t) => {
  const cover = await open(t, '?fit=cover');
  assert.ok(near(await colorAt(cover, 5, 150), PICTURE));

  const page = await openPage(t, browser, { viewport: { width: 800, height: 300 } });
  await page.route('**/around.html', (route) => route.fulfill({
    contentType: 'text/html',
    body: `<!doctype html><title>Page</title><body style="margin:0;background:#0080ff">
      <iframe title="Stream" src="embed/live?ground=transparent" width="800" height="300"
        style="border:0"></iframe>`,
  }));
  await page.goto(`${server.url}around.html`);
  await untilPicture(page.frame({ url: /embed/ }));
  assert.ok(near(await colorAt(page, 5, 150), [0, 0x80, 0xff]));
  assert.ok(near(await colorAt(page, 400, 150), PICTURE));
});

test('?boxes=1 draws boxes where they belong', async (t) => {
  // 300 / 360 of its size, with 133 pixels of ground on the left
  const [x, y] = [Math.round((800 - WIDTH * (300 / 360)) / 2 + 100 * (300 / 360)), 80];
  const without = await open(t);
  assert.ok(near(await colorAt(without, x, y), PICTURE));
  const page = await open(t, '?boxes=1');
  await until('the box', () => colorAt(page, x, y), ([r, g]) => g > 150 && r < 120);
  await shoot(page, 'embed-boxes');
  const cover = await open(t, '?boxes=1&fit=cover', { width: 360, height: 720 });
  // twice its size; what is shown begins at 230 of 640: the box's right edge at 300 is at 140
  await until('the box', () => colorAt(cover, 140, 200), ([r, g]) => g > 150 && r < 120);
});

test('pointers are sent with ?pointer=1 only, in pixels of the frame', async (t) => {
  const texts = [];
  const page = await openPage(t, browser, { viewport: { width: 800, height: 300 } });
  page.on('websocket', (socket) => socket.on('framereceived', ({ payload }) => {
    if (typeof payload === 'string') texts.push(JSON.parse(payload));
  }));
  await page.goto(`${server.url}embed/live`);
  await untilPicture(page);
  await page.mouse.click(400, 150);
  await page.goto(`${server.url}embed/live?pointer=1`);
  await untilPicture(page);
  await page.mouse.click(20, 150); // beside the picture
  await page.mouse.click(400, 75);
  await until('messages', () => texts.at(-1)?.length ?? 0, (count) => count >= 3);
  assert.deepEqual(texts.at(-1).map(({ event, x, y }) => [event, x, y]),
    [['down', 320, 90], ['up', 320, 90], ['click', 320, 90]]);

  await page.setViewportSize({ width: 360, height: 720 });
  await page.goto(`${server.url}embed/live?pointer=1&fit=cover`);
  await untilPicture(page);
  await page.mouse.click(180, 360);
  await until('messages', () => texts.at(-1).length, (count) => count >= 6);
  const { x, y } = texts.at(-1)[5];
  assert.deepEqual([x, y], [320, 180]);
});

test('a word while there is no picture, and the last picture when it is gone', async (t) => {
  const own = await new Server('test:640x360@10').start();
  t.after(() => own.stop());
  const page = await openPage(t, browser);
  await page.goto(`${own.url}embed/nosuch`);
  await page.getByRole('status').getByText('Unknown').waitFor();
  await page.getByText('No stream called “nosuch”').waitFor();
  assert.deepEqual(await findBarriers(page), []);
  await shoot(page, 'embed-unknown');
  await page.goto(`${own.url}embed/live`);
  await untilPicture(page);
  await own.stop();
  await page.locator('#state[data-state="gone"]', { hasText: /^Offline$/ }).waitFor();
  await page.locator('.old #picture').waitFor(); // an old picture must not look live
  await shoot(page, 'embed-gone');
  await own.start();
  await page.locator('#state[data-state="live"]', { hasText: /^$/ }).waitFor({ state: 'attached' });
  await page.locator('html:not(.old) #picture').waitFor();
});

test('a token in the address is taken and does not stay there', async (t) => {
  const own = await new Server('--view-token', 'let-me-in', 'test:640x360@10').start();
  t.after(() => own.stop());
  const page = await openPage(t, browser);
  await page.goto(`${own.url}embed/live`);
  await page.getByRole('status').getByText('Locked').waitFor();
  await page.goto(`${own.url}embed/live?token=let-me-in&boxes=1`);
  await untilPicture(page);
  assert.equal(page.url(), `${own.url}embed/live?boxes=1`);
});

test('a link with a token behind the # works in a frame that is open', async (t) => {
  const own = await new Server('--view-token', 'let-me-in', 'test:640x360@10').start();
  t.after(() => own.stop());
  const page = await openPage(t, browser);
  await page.goto(`${own.url}embed/live?boxes=1`);
  await page.getByRole('status').getByText('Locked').waitFor();
  await page.evaluate(() => { location.hash = 'token=let-me-in'; });
  await untilPicture(page);
  assert.equal(page.url(), `${own.url}embed/live?boxes=1`);
});

// A page of a file, and what it got of the server in each of four ways: "ok" or "refused".
async function watchFromDisk(t, url, query) {
  const file = path.join(folder, 'disk.html');
  save(file, `<!doctype html>
<meta name="referrer" content="no-referrer">
<img id="image"><iframe id="frame"></iframe>
<script>
const set = (way, got) => { document.body.dataset[way] = got; };
image.onload = () => set('image', 'ok');
image.onerror = () => set('image', 'refused');
image.src = '${url}snapshot/live.jpg${query}';
fetch('${url}api/streams').then(() => set('fetch', 'ok'), () => set('fetch', 'refused'));
const socket = new WebSocket('${url.replace('http', 'ws')}ws/live');
socket.onmessage = () => { set('socket', 'ok'); socket.close(); };
socket.onerror = () => set('socket', 'refused');
frame.onload = () => set('frame', 'loaded');
frame.src = '${url}embed/live';
</script>
`);
  const context = await browser.newContext();
  t.after(() => context.close());
  const page = await context.newPage(); // its console is full of refusals
  await page.goto(`file://${file}`);
  await page.waitForFunction(() => Object.keys(document.body.dataset).length === 4);
  const { image, fetch: fetched, socket } = await page.evaluate(() => ({ ...document.body.dataset }));
  const framed = page.frames()[1].url() === `${url}embed/live` ? 'ok' : 'refused';
  return { image, fetched, socket, framed };
}

test('pages from disk may watch in all four ways when they are let in', async (t) => {
  const cases = [
    [[], '', 'refused', 'refused'],
    [['--allow-origin', 'null'], '', 'ok', 'ok'],
    [['--allow-origin', '*'], '', 'ok', 'ok'],
    [['--view-token', 'look'], '?token=look', 'ok', 'refused'], // a picture with the view token
  ];
  for (const [options, query, image, others] of cases) {
    const own = await new Server(...options, 'test:320x180@25').start();
    t.after(() => own.stop());
    assert.deepEqual(await watchFromDisk(t, own.url, query),
      { image, fetched: others, socket: others, framed: others }, options.join(' '));
  }
});
