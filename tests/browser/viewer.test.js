// The viewer shows what is streamed: picture, payload, figures; and says so when it cannot.

import assert from 'node:assert/strict';
import path from 'node:path';
import { after, before, test } from 'node:test';

import {
  artifacts, DEADLINE_MS, difference, findClip, launchBrowser, look, makeClip, makeFolder, openPage,
  payload, readScript, save, Server, untilDrawn, untilLive, untilPayload, untilState,
} from './support.js';

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
  assert.match(await page.locator('#latency').textContent(), /^\d{1,3} ms$/);
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
      await page.screenshot({ path: path.join(artifacts(), `viewer-${width}-${colorScheme}.png`) });
    }
  }
});

test('"Fit" fills the window, and the choice is kept', async (t) => {
  const page = await openPage(t, browser, { viewport: { width: 1800, height: 1200 } });
  await page.goto(server.url);
  await untilLive(page);
  await page.getByRole('button', { name: 'Fit' }).press('Enter');
  assert.ok((await page.locator('#picture').boundingBox()).width > clip.width);
  await page.reload();
  await untilLive(page);
  assert.ok((await page.locator('#picture').boundingBox()).width > clip.width);
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

test('markup in the payload is shown as text and does nothing', async (t) => {
  const markup = '<img src=x onerror="window.ran = true"><script>window.ran = true</script>';
  const page = await openPage(t, browser);
  const images = [];
  page.on('request', (request) => request.url().endsWith('/x') && images.push(request.url()));
  t.after(() => save(script, readScript()));
  await page.goto(server.url);
  await untilLive(page);
  save(script, `function process() return { html = [[${markup}]] } end\n`);
  await untilPayload(page, 'onerror');
  await untilDrawn(page, 2);
  assert.deepEqual(await payload(page), { html: markup });
  assert.equal(await page.locator('#payload *').count(), 0);
  assert.equal(await page.evaluate(() => window.ran), undefined);
  assert.deepEqual(images, []);
});

test('large numbers in the payload are shown as they are', async (t) => {
  const page = await openPage(t, browser);
  t.after(() => save(script, readScript()));
  save(script, 'function process() return { id = 9007199254740993, none = {} } end\n');
  await page.goto(server.url);
  await untilPayload(page, '"id"');
  const text = await page.locator('#payload').textContent();
  assert.match(text, /^\{\n {2}"[a-z]+": .*\n {2}"[a-z]+": .*\n\}$/);
  assert.match(text, /"id": 9007199254740993\b/);
  assert.match(text, /"none": \[\]/);
});

test('a wrong clock does not make the latency absurd', async (t) => {
  for (const hours of [-3, 3]) {
    const page = await openPage(t, browser);
    await page.addInitScript((shift) => {
      const now = Date.now.bind(Date);
      Date.now = () => now() + shift;
    }, hours * 3_600_000);
    await page.goto(server.url);
    await page.locator('#latency', { hasText: /^\+\d{1,3} ms$/ }).waitFor();
  }
});

test('an unknown stream is named, with those that there are', async (t) => {
  const page = await openPage(t, browser);
  await page.goto(`${server.url}?stream=nosuch`);
  await untilState(page, 'unknown');
  await page.getByText('No stream called “nosuch”').waitFor();
  await page.getByRole('link', { name: 'live' }).click();
  await untilLive(page);
  assert.equal(await page.locator('#stream').textContent(), 'live');
});

test('of several streams the first that works is shown, the others are a link away', async (t) => {
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
  await page.getByRole('link', { name: 'yard' }).click();
  await page.locator('#stream', { hasText: 'yard' }).waitFor();
  await untilLive(page);
  await page.getByRole('link', { name: 'absent' }).click();
  await page.getByText('The stream has failed').waitFor();
});

test('a stream that has ended says so and keeps its last picture', async (t) => {
  const ending = await new Server('--loop', 'no', makeClip(folder, 'short.mp4', 2)).start();
  t.after(() => ending.stop());
  const page = await openPage(t, browser);
  await page.goto(ending.url);
  await untilLive(page);
  await untilState(page, 'stalled');
  await page.getByText('The stream has ended').waitFor();
  assert.equal(await page.locator('#state').textContent(), 'Ended');
  assert.ok(await page.locator('#picture').isVisible());
});

test('messages are read by the header size they state', async (t) => {
  const page = await openPage(t, browser);
  await page.goto(server.url);
  const read = await page.evaluate(async () => {
    const { parse } = await import('./message.js');
    const make = (magic, headerBytes, payload, image, missing = 0) => {
      const bytes = new Uint8Array(headerBytes + payload.length + image.length - missing);
      const view = new DataView(bytes.buffer);
      bytes.set(new TextEncoder().encode(magic));
      view.setUint16(4, headerBytes, true);
      view.setBigUint64(8, 41n, true);
      view.setBigInt64(16, -5n, true);
      view.setBigInt64(24, 1_700_000_000_000_001n, true);
      view.setUint32(32, payload.length, true);
      view.setUint32(36, image.length, true);
      bytes.set(new TextEncoder().encode(payload + image).slice(0, bytes.length - headerBytes),
        headerBytes);
      return bytes.buffer;
    };
    const tell = async (buffer) => {
      const m = parse(buffer);
      return m && [m.seq, m.ptsUs, m.capturedUs, m.payload(), await m.image().text()];
    };
    return {
      plain: await tell(make('MRF1', 40, '{"a":1}', 'jpeg')),
      longer: await tell(make('MRF1', 48, '{"a":1}', 'jpeg')),
      alien: await tell(make('MRF2', 40, '{}', 'jpeg')),
      cut: await tell(make('MRF1', 40, '{}', 'jpeg', 1)),
      short: await tell(new ArrayBuffer(39)),
    };
  });
  const fields = [41, -5, 1_700_000_000_000_001, '{"a":1}', 'jpeg'];
  assert.deepEqual(read, { plain: fields, longer: fields, alien: null, cut: null, short: null });
});
