// Every state of the viewer says what is the matter and what can be done, looks right on a desk and
// on a phone, dark and light, and keeps nobody out.

import assert from 'node:assert/strict';
import path from 'node:path';
import { after, before, test } from 'node:test';

import {
  findBarriers, findClip, launchBrowser, makeClip, makeFolder, openPage, readState, save, Server,
  shoot, until, untilDrawn, untilLive, untilPayload, untilState,
} from './support.js';

const BOXES = `function process(frame)
  local x = frame.index * 3 % 400
  return { count = frame.index, mean = { r = 12, g = 33, b = 77 }, boxes = {
    { x = x, y = 80, w = 120, h = 90, label = "car", score = 0.87 },
    { x = 300, y = 200, w = 60, h = 90, label = "person", score = 0.5, color = "#00aaff" } } }
end
`;
const FAILING = `local function look(frame)
  return frame.nothing.there
end

function process(frame)
  return look(frame)
end
`;

const folder = makeFolder();
const clip = findClip(folder);
let browser;

before(async () => {
  browser = await launchBrowser();
});

after(() => browser?.close());

function saveScript(name, text) {
  const file = path.join(folder, name);
  save(file, text);
  return file;
}

async function startServer(t, ...options) {
  const server = await new Server(...options).start();
  t.after(() => server.stop());
  return server;
}

// Pictures of both sizes and themes, and no barriers in any.
async function inspect(page, name) {
  for (const [width, height] of [[1440, 900], [360, 740]]) {
    for (const colorScheme of ['dark', 'light']) {
      await page.setViewportSize({ width, height });
      await page.emulateMedia({ colorScheme });
      await shoot(page, `viewer-${name}-${width}-${colorScheme}`);
      const barriers = await findBarriers(page, { colors: colorScheme === 'light' });
      assert.deepEqual(barriers, [], `${name}, ${width}, ${colorScheme}`);
      assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), width);
    }
  }
}

async function untilNotice(page, title) {
  await page.locator('#notice-title', { hasText: title }).waitFor();
}

test('live, with boxes and payload', async (t) => {
  const server = await startServer(t, '--script', saveScript('boxes.lua', BOXES), clip.path);
  const page = await openPage(t, browser);
  await page.goto(server.url);
  await untilLive(page);
  await untilPayload(page, 'person');
  assert.ok(await page.getByRole('button', { name: 'Boxes' }).isVisible());
  await inspect(page, 'live');
  await page.keyboard.press('?');
  await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor();
  await inspect(page, 'keys');
});

test('several streams', async (t) => {
  const config = saveScript('several.lua', `streams = {
    yard = { source = "${clip.path}" }, barn = { source = "test:640x360@10" },
    road_north = { source = "test:640x360@10" }, road_south = { source = "test:640x360@10" } }`);
  const server = await startServer(t, '--config', config);
  const page = await openPage(t, browser);
  await page.goto(`${server.url}?stream=yard`);
  await untilLive(page);
  await inspect(page, 'streams');
});

test('connecting, then waiting for the first frame', async (t) => {
  const server = await startServer(t, clip.path);
  const page = await openPage(t, browser);
  let answer;
  const answered = new Promise((resolve) => { answer = resolve; });
  await page.route('**/api/streams', async (route) => {
    await answered;
    await route.continue();
  });
  let frames = false;
  await page.routeWebSocket('**/ws/live', (socket) => {
    const real = socket.connectToServer();
    real.onMessage((message) => frames && socket.send(message));
  });
  await page.goto(server.url);
  await untilNotice(page, 'Connecting…');
  await inspect(page, 'connecting');
  answer();
  await untilNotice(page, 'Waiting for the first frame');
  await inspect(page, 'waiting');
  frames = true;
  await untilLive(page);
  frames = false;
  await untilState(page, 'stalled');
  await untilNotice(page, 'No new frames');
  assert.ok(await page.locator('#picture').isVisible());
  await inspect(page, 'stalled');
  frames = true;
  await untilLive(page);
  await page.locator('#notice').waitFor({ state: 'hidden' });
});

test('no signal', async (t) => {
  const camera = await startServer(t, clip.path);
  const server = await startServer(t, new URL('stream/live.mjpg', camera.url).href);
  const page = await openPage(t, browser);
  await page.goto(server.url);
  await untilLive(page);
  await camera.stop('SIGKILL');
  await untilState(page, 'lost');
  assert.equal(await page.locator('#state').textContent(), 'No signal');
  await untilNotice(page, 'The source is gone');
  await inspect(page, 'lost');
  await camera.start();
  await untilState(page, 'live');
});

test('a script that fails: the picture goes on, a banner says so, and its author on which line', async (t) => {
  const script = saveScript('failing.lua', FAILING);
  const server = await startServer(t, '--token', 'let-me-in', '--script', script, clip.path);
  const page = await openPage(t, browser);
  await page.goto(server.url);
  await untilLive(page);
  const banner = page.locator('#failing');
  await banner.getByText('The script has an error').waitFor();
  assert.equal(await page.locator('#failing-text').textContent(), '');
  await page.evaluate(() => localStorage.setItem('moonreel-token:/', 'let-me-in')); // as its studio does
  await page.reload();
  await untilLive(page);
  await banner.getByText(/failing\.lua:2: /).waitFor();
  assert.match(await banner.getByRole('link').getAttribute('href'), /studio\?stream=live$/);
  assert.equal(await page.locator('#state').textContent(), 'Live');
  await inspect(page, 'failing');
  save(script, BOXES);
  await banner.waitFor({ state: 'hidden' });
});

test('a script that failed once and has nothing to say since is not said to fail', async (t) => {
  const script = saveScript('once.lua', `function process(frame, state)
  state.count = (state.count or 0) + 1
  if state.count == 1 then error("once") end
end
`);
  const server = await startServer(t, '--always', '--script', script, clip.path);
  await until('the script has failed once', () => readState(server),
    (state) => state.script.errors > 0 && !state.script.failing);
  const page = await openPage(t, browser);
  const asked = page.waitForResponse('**/api/streams/live');
  await page.goto(server.url);
  await untilLive(page);
  assert.equal((await (await asked).json()).script.last_error, null); // where it was, only its author is told
  await untilDrawn(page, 5);
  assert.ok(await page.locator('#failing').isHidden());
});

test('a stream that has ended keeps its last picture', async (t) => {
  const server = await startServer(t, '--loop', 'no', makeClip(folder, 'short.mp4', 2));
  const page = await openPage(t, browser);
  await page.goto(server.url);
  await untilState(page, 'ended');
  await untilNotice(page, 'The stream has ended');
  assert.equal(await page.locator('#state').textContent(), 'Ended');
  await page.locator('#frame.old[data-word="Ended"]').waitFor(); // an old picture must not look live
  assert.ok(await page.locator('#picture').isVisible());
  await inspect(page, 'ended');
});

test('a stream that failed, and one that is not there', async (t) => {
  const config = saveScript('failed.lua', `streams = {
    absent = { source = "none.mp4" }, yard = { source = "test:64x48@10" } }`);
  const server = await startServer(t, '--config', config);
  const page = await openPage(t, browser);
  await page.goto(`${server.url}?stream=absent`);
  await untilState(page, 'failed');
  await untilNotice(page, 'The stream has failed');
  await page.locator('#notice-detail', { hasText: /cannot open the source: No such file/ }).waitFor();
  await inspect(page, 'failed');
  await page.goto(`${server.url}?stream=nosuch`);
  await untilState(page, 'unknown');
  await untilNotice(page, 'No stream called “nosuch”');
  await inspect(page, 'unknown');
  await page.locator('#notice').getByRole('link', { name: 'yard' }).click();
  await untilLive(page);
});

test('a server that has gone, and is back', async (t) => {
  const server = await startServer(t, clip.path);
  const page = await openPage(t, browser);
  await page.goto(server.url);
  await untilLive(page);
  await server.stop();
  await untilState(page, 'gone');
  await untilNotice(page, 'No connection to the server');
  await page.locator('#notice-detail', { hasText: /^Trying again/ }).waitFor();
  assert.equal(await page.locator('#state').textContent(), 'Offline');
  await page.locator('#frame.old[data-word="Offline"]').waitFor();
  await inspect(page, 'gone');
  await server.start();
  await untilLive(page);
  await page.locator('#frame:not(.old)').waitFor();
  await page.locator('#notice').waitFor({ state: 'hidden' });
});

test('as many viewers as the server lets in', async (t) => {
  const server = await startServer(t, '--max-clients', '1', clip.path);
  const first = await openPage(t, browser);
  await first.goto(server.url);
  await untilLive(first);
  const page = await openPage(t, browser, { own: true });
  await page.clock.install();
  await page.goto(server.url);
  await untilState(page, 'full');
  await untilNotice(page, 'Too many viewers');
  await page.locator('#notice-detail', { hasText: /Trying again/ }).waitFor();
  await inspect(page, 'full');
  // With its clock stopped, the page does not try by itself: it is the click that connects.
  await page.clock.pauseAt(await page.evaluate(() => Date.now() + 60_000));
  await page.locator('#notice-detail', { hasText: /Trying again in \d+ s/ }).waitFor();
  await first.goto('about:blank');
  await until('the first viewer has left', () => readState(server), ({ viewers }) => viewers.total === 0);
  const socket = page.waitForEvent('websocket');
  await page.getByRole('button', { name: 'Try now' }).click();
  await socket;
  await page.clock.resume();
  await untilLive(page);
});

test('a token is asked for, and taken', async (t) => {
  const server = await startServer(t, '--view-token', 'let-me-in', clip.path);
  const page = await openPage(t, browser);
  await page.goto(server.url);
  await untilState(page, 'forbidden');
  await untilNotice(page, 'This server asks viewers for a token');
  await inspect(page, 'forbidden');
  await page.getByLabel('Token').fill('wrong');
  await page.keyboard.press('Enter');
  await untilNotice(page, 'The server does not accept this token');
  await page.getByLabel('Token').fill('let-me-in');
  await page.getByRole('button', { name: 'Enter' }).click();
  await untilLive(page);
  await page.reload(); // it is kept
  await untilLive(page);
});

test('a token in the address is taken out of it at once, and kept', async (t) => {
  const server = await startServer(t, '--view-token', 'let-me-in', clip.path);
  const page = await openPage(t, browser);
  const asked = [];
  page.on('request', (request) => asked.push(request.url()));
  await page.goto(`${server.url}?token=let-me-in&stream=live`);
  await untilLive(page);
  assert.equal(page.url(), `${server.url}?stream=live`);
  assert.deepEqual(asked.slice(1).filter((url) => /\?token=/.test(url) && !/\/ws\//.test(url)), []);
  await page.goto(server.url);
  await untilLive(page);
});

test('a link with a token behind the # works in the tab that is open, and other parts stay', async (t) => {
  const server = await startServer(t, '--view-token', 'let-me-in', clip.path);
  const page = await openPage(t, browser);
  await page.goto(`${server.url}?a=%20b#left=1`);
  await untilNotice(page, 'This server asks viewers for a token');
  await page.evaluate(() => { location.hash = 'left=1&token=let-me-in&right=a%26b'; });
  await untilLive(page);
  assert.equal(page.url(), `${server.url}?a=%20b#left=1&right=a%26b`);
  await page.reload(); // the browser has kept it
  await untilLive(page);
});

test('a WebSocket that is refused', async (t) => {
  const server = await startServer(t, clip.path);
  const page = await openPage(t, browser);
  await page.addInitScript(() => {
    window.WebSocket = class {
      constructor() { setTimeout(() => this.onclose({ reason: '' })); }

      close() {}
    };
  });
  await page.goto(server.url);
  await untilState(page, 'refused');
  await untilNotice(page, 'The server refused the connection');
  await inspect(page, 'refused');
});

test('paused', async (t) => {
  const server = await startServer(t, '--script', saveScript('boxes2.lua', BOXES), clip.path);
  const page = await openPage(t, browser);
  await page.goto(server.url);
  await untilLive(page);
  await page.getByRole('button', { name: 'Pause' }).click();
  await untilState(page, 'paused');
  await untilNotice(page, 'Paused');
  await inspect(page, 'paused');
  await page.locator('#notice').getByRole('button', { name: 'Resume' }).click();
  await untilLive(page);
});
