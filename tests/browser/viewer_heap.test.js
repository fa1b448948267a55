// A tab that watches for long does not grow: its heap is as large after many more frames as when its
// history of payloads was full. In the night ring it watches 1280x720 for HEAP_SECONDS (30).

import assert from 'node:assert/strict';
import path from 'node:path';
import { after, before, test } from 'node:test';

import {
  launchBrowser, makeFolder, NIGHT, openPage, save, Server, untilDrawn, untilLive,
} from './support.js';

const SECONDS = Number(process.env.HEAP_SECONDS || 30);
const READINGS = 6;
const FRAMES = 40; // between two readings of the short form
const SOURCE = NIGHT ? 'test:1280x720@30' : 'test:160x90@60';
const ALLOWED_BYTES = 1_000_000;
const KEPT = 200; // payloads in the history: full before anything is measured
const SCRIPT = `function process(frame)
  local boxes = {}
  for i = 1, 5 do
    boxes[i] = { x = frame.index * i % 1000, y = 90 * i, w = 90, h = 60, label = "car " .. i }
  end
  return { count = frame.index, boxes = boxes }
end
`;

const folder = makeFolder();
let browser;
let server;

before(async () => {
  const script = path.join(folder, 'boxes.lua');
  save(script, SCRIPT);
  server = await new Server('--script', script, SOURCE).start();
  browser = await launchBrowser();
});

after(async () => {
  await browser?.close();
  assert.equal(await server?.stop(), 0);
});

test('the heap stays as it is', async (t) => {
  const page = await openPage(t, browser);
  await page.goto(server.url);
  await untilLive(page);
  await page.waitForFunction((kept) =>
    document.getElementById('history').children.length === kept, KEPT);
  const session = await page.context().newCDPSession(page);
  const seq = async () => Number(await page.locator('#seq').textContent());
  const first = await seq();
  const readings = [];
  for (let i = 0; i <= READINGS; i++) {
    if (i && NIGHT) await page.waitForTimeout((1000 * SECONDS) / READINGS);
    else if (i) await untilDrawn(page, FRAMES);
    await session.send('HeapProfiler.collectGarbage');
    const { usedSize, embedderHeapUsedSize, backingStorageSize } =
      await session.send('Runtime.getHeapUsage');
    readings.push({ usedSize, other: (embedderHeapUsedSize ?? 0) + (backingStorageSize ?? 0) });
  }
  const frames = await seq() - first;
  await untilDrawn(page, 5);
  const mb = (list) => list.map((bytes) => (bytes / 1e6).toFixed(2)).join(' ');
  t.diagnostic(`${frames} frames; heap ${mb(readings.map(({ usedSize }) => usedSize))} MB;`
    + ` beside it ${mb(readings.map(({ other }) => other))} MB`);
  assert.ok(frames >= READINGS * FRAMES, `only ${frames} frames`);
  const half = readings.slice(READINGS / 2).map(({ usedSize }) => usedSize);
  const grown = Math.min(...half) - readings[0].usedSize;
  assert.ok(grown < ALLOWED_BYTES, `the heap grew by ${grown} bytes`);
});
