// Motion JPEG in <img> and events in EventSource, in a page of the user's own.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';

import { launchBrowser, makeFolder, openPage, Server } from './support.js';

const PAGE = `<!doctype html><title>Motion JPEG</title>
<img id="picture" src="/stream/live.mjpg" alt="">
<pre id="events"></pre>
<script>
  const source = new EventSource('/events/live');
  const log = (name) => (event) => {
    document.getElementById('events').textContent +=
      name + ' ' + event.lastEventId + ' ' + event.data + '\\n';
  };
  source.onmessage = log('frame');
  source.addEventListener('broadcast', log('broadcast'));
  // Returns the colour in the middle of the picture, or null before there is one.
  function look() {
    const picture = document.getElementById('picture');
    if (!picture.naturalWidth) return null;
    const canvas = new OffscreenCanvas(picture.naturalWidth, picture.naturalHeight);
    const context = canvas.getContext('2d');
    context.drawImage(picture, 0, 0);
    const [r, g, b] = context.getImageData(canvas.width / 2, canvas.height / 2, 1, 1).data;
    return { width: canvas.width, height: canvas.height, r, g, b };
  }
</script>`;

const folder = makeFolder();
let browser;

// Six seconds of red, and one frame of blue at the end.
function makeClip() {
  const file = path.join(folder, 'red-then-blue.mp4');
  const ffmpeg = spawnSync('ffmpeg', ['-v', 'error', '-y', '-f', 'lavfi', '-i',
    'color=red:size=320x240:rate=5:duration=6', '-f', 'lavfi', '-i',
    'color=blue:size=320x240:rate=5:duration=0.2', '-filter_complex', 'concat', '-pix_fmt',
    'yuv420p', file]);
  assert.equal(ffmpeg.status, 0, String(ffmpeg.stderr));
  return file;
}

before(async () => {
  fs.writeFileSync(path.join(folder, 'index.html'), PAGE);
  browser = await launchBrowser();
});

after(() => browser?.close());

test('every frame is shown when it comes, the last one too', async (t) => {
  const server = await new Server('--web-dir', folder, '--loop', 'no', makeClip()).start();
  t.after(() => server.stop());
  const page = await openPage(t, browser);
  await page.goto(server.url, { waitUntil: 'commit' });
  await page.waitForFunction(() => window.look?.()?.r > 200);
  await page.waitForFunction(() => window.look().b > 200);
  const { width, height } = await page.evaluate(() => window.look());
  assert.deepEqual([width, height], [320, 240]);
  const state = await (await fetch(new URL('api/streams/live', server.url))).json();
  assert.equal(state.phase, 'finished');
  assert.equal(state.viewers.mjpeg, 1, 'the picture is still connected');
});

test('payloads and broadcasts reach an EventSource', async (t) => {
  const script = path.join(folder, 'say.lua');
  fs.writeFileSync(script, `function process(frame, state)
    state.n = (state.n or 0) + 1
    if state.n % 10 == 0 then broadcast("ten more") end
    return { n = state.n }
  end`);
  const server = await new Server('--web-dir', folder, '--script', script, 'test:').start();
  t.after(() => server.stop());
  const page = await openPage(t, browser);
  await page.goto(server.url, { waitUntil: 'commit' });
  await page.locator('#events', { hasText: /^frame \d+ {"n":\d+}$/m }).waitFor();
  await page.locator('#events', { hasText: /^broadcast \d+ "ten more"$/m }).waitFor();
});
