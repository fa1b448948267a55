// The studio when something is wrong: streams that fail, do not exist or have ended; a server that is
// gone or full.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';

import WebSocket from 'ws';

import { launchBrowser, makeClip, makeFolder, Server, shoot } from './support.js';
import {
  newPage,
  openStudio,
  pages,
  press,
  startStudio,
  text,
  TOKEN,
  untilPayload,
  untilReady,
  untilResult,
  untilText,
  untilUnderlined,
  write,
} from './studio_support.js';

const SCRIPT = 'function process() return { fine = true } end\n';
const BAD = 'function process()\n  oh(\nend\n';
let browser;

before(async () => {
  browser = await launchBrowser();
});

after(() => browser?.close());

async function startTwo(t) {
  const folder = makeFolder();
  fs.writeFileSync(path.join(folder, 'bad.lua'), BAD);
  fs.writeFileSync(path.join(folder, 'good.lua'), SCRIPT);
  fs.writeFileSync(
    path.join(folder, 'streams.lua'),
    `streams = {
    yard = { source = "test:", script = "bad.lua", size = "320x180" },
    road = { source = "test:", script = "good.lua", size = "320x180" },
  }`
  );
  const server = await new Server(
    '--token',
    TOKEN,
    ...pages(),
    '--config',
    path.join(folder, 'streams.lua')
  ).start();
  t.after(() => server.stop());
  return { server, folder };
}

const shot = (page, name) =>
  shoot(page, `studio-state-${name}`);

test('a stream whose script could not be loaded is mended in the editor', async (t) => {
  const { server, folder } = await startTwo(t);
  const page = await openStudio(t, browser, server, {
    query: `?stream=yard&token=${TOKEN}`,
    ready: false,
  });
  await untilText(page, /oh\(/);
  await untilUnderlined(page, 3);
  await page.locator('#failure', { hasText: 'bad.lua:3:' }).waitFor();
  await page.locator('#state[data-kind="failed"]').waitFor();
  await shot(page, 'failed');
  await write(page, SCRIPT);
  await press(page, 's');
  await untilResult(page, /^Saved: running as version 1$/);
  await page.locator('#state[data-kind="live"]').waitFor();
  await untilPayload(page, /"fine": true/);
  await page.locator('#failure').waitFor({ state: 'hidden' });
  assert.equal(fs.readFileSync(path.join(folder, 'bad.lua'), 'utf8'), SCRIPT);
});

test('streams are chosen from a list, each has its own text', async (t) => {
  const { server } = await startTwo(t);
  const page = await openStudio(t, browser, server); // the first that works
  await untilText(page, /fine = true/);
  assert.equal(await page.getByLabel('Stream').inputValue(), 'road');
  await write(page, `${SCRIPT}-- of the road\n`);
  await page.getByLabel('Stream').selectOption('yard');
  await untilText(page, /oh\(/);
  assert.match(page.url(), /[?&]stream=yard/);
  await page.locator('#files-open', { hasText: /^bad\.lua$/ }).waitFor();
  await page.getByLabel('Stream').selectOption('road');
  await untilText(page, /of the road/);
  await page.locator('#document-state', { hasText: 'Unsaved changes' }).waitFor();
});

test('a stream that is not there is said to be missing, the others can be chosen', async (t) => {
  const { server } = await startTwo(t);
  const page = await openStudio(t, browser, server, {
    query: `?stream=nope&token=${TOKEN}`,
    ready: false,
  });
  await page.getByText('No stream called “nope”').first().waitFor();
  await shot(page, 'unknown');
  await page.getByLabel('Stream').selectOption('road');
  await untilReady(page);
  await untilText(page, /fine = true/);
});

test('while the server is gone the editor keeps everything, and goes on when it is back', async (t) => {
  const studio = await startStudio(SCRIPT);
  t.after(() => studio.server.stop());
  const page = await openStudio(t, browser, studio.server);
  await studio.server.stop();
  await page.locator('#offline', { hasText: 'No connection to the server' }).waitFor();
  await write(page, `${SCRIPT}-- meanwhile\n`);
  await press(page, 's');
  await untilResult(page, /^Not saved: no connection to the server/);
  await shot(page, 'gone');
  await studio.server.start();
  await page.locator('#offline').waitFor({ state: 'hidden' });
  await page.locator('#state[data-kind="live"]').waitFor();
  assert.equal(await text(page), `${SCRIPT}-- meanwhile\n`);
  await press(page, 's');
  await untilResult(page, /^Saved/);
  assert.equal(studio.read(), `${SCRIPT}-- meanwhile\n`);
});

test('with too many viewers there is a place for the studio all the same', async (t) => {
  const studio = await startStudio(SCRIPT, '--max-clients', '2');
  t.after(() => studio.server.stop());
  const places = [1, 2].map(
    () => new WebSocket(new URL('ws/live', studio.server.url.replace('http', 'ws')))
  );
  t.after(() => places.forEach((socket) => socket.close()));
  await Promise.all(
    places.map(
      (socket) =>
        new Promise((resolve) => {
          socket.onopen = resolve;
        })
    )
  );
  const page = await openStudio(t, browser, studio.server, { ready: false });
  await page.locator('#state[data-kind="live"]').waitFor();
  await untilText(page, /fine = true/);
  await shot(page, 'full');
  await write(page, `${SCRIPT}-- all the same\n`);
  await press(page, 's');
  await untilResult(page, /^Saved/);
  assert.equal(studio.read(), `${SCRIPT}-- all the same\n`);
});

test('a stream that has ended says so, its last picture stays, its script can be edited', async (t) => {
  const folder = makeFolder();
  const file = path.join(folder, 'process.lua');
  fs.writeFileSync(file, SCRIPT);
  const server = await new Server(
    '--token',
    TOKEN,
    '--script',
    file,
    '--loop',
    'no',
    ...pages(),
    makeClip(folder, 'short.mp4', 2)
  ).start();
  t.after(() => server.stop());
  const page = await openStudio(t, browser, server, { ready: false });
  await page.locator('#state[data-kind="ended"]').waitFor();
  await page.locator('#picture').waitFor();
  await page.locator('#notice', { hasText: 'The stream has ended' }).waitFor();
  await shot(page, 'ended');
  await untilText(page, /fine = true/);
});

test('markup in a script, a name or an error is text', async (t) => {
  const studio = await startStudio(
    '-- <img src=x onerror="document.title=\'broken\'">\n'
      + 'function process() error("<img src=x onerror=\\"document.title=\'broken\'\\">") end\n'
  );
  t.after(() => studio.server.stop());
  const page = await openStudio(t, browser, studio.server);
  await page.locator('#failure', { hasText: '<img src=x' }).waitFor();
  await page.locator('#log li', { hasText: '<img src=x' }).first().waitFor();
  await untilText(page, /<img src=x onerror/);
  assert.equal(await page.locator('img').count(), 0);
  assert.match(await page.title(), /moonreel studio$/);
  const other = await newPage(t, browser);
  await other.goto(
    new URL('studio?stream=%3Cimg%20src%3Dx%20onerror%3Ddocument.title%3D1%3E', studio.server.url)
      .href
  );
  await other.getByText('No stream called').first().waitFor();
  assert.equal(await other.locator('img').count(), 0);
});
