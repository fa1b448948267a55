// Getting into the studio: the token in the link, none, a wrong one, another one after a restart.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, test } from 'node:test';

import { findClip, launchBrowser, makeFolder, Server } from './support.js';
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
  write,
} from './studio_support.js';

const SCRIPT =
  'settings = { label = { "Yard" } }\nfunction process() return { label = settings.label } end\n';
let browser;
let studio;

before(async () => {
  browser = await launchBrowser();
  studio = await startStudio(SCRIPT);
});

after(async () => {
  await browser?.close();
  await studio?.server.stop();
});

const gate = (page) => page.locator('#gate');

async function enter(page, given) {
  await page.getByLabel('Token or link').fill(given);
  await gate(page).getByRole('button', { name: 'Open' }).click();
}

// A server that keeps what it logs.
async function startLogging(folder, ...options) {
  fs.writeFileSync(path.join(folder, 'process.lua'), SCRIPT);
  const server = spawn(
    path.resolve(process.env.MOONREEL_BINARY),
    [
      '--listen',
      '127.0.0.1:0',
      '--token',
      TOKEN,
      '--log-level',
      'trace',
      '--script',
      path.join(folder, 'process.lua'),
      ...pages(),
      ...options,
      findClip(folder).path,
    ],
    { stdio: ['ignore', 'pipe', 'pipe'] }
  );
  const logged = [];
  server.stderr.on('data', (part) => logged.push(part));
  for await (const line of createInterface({ input: server.stdout })) {
    const found = /^moonreel listening on (http:\S+)/.exec(line);
    if (found)
      return {
        url: found[1],
        logged: () => Buffer.concat(logged).toString(),
        stop: () => server.kill(),
      };
  }
  throw new Error('the server did not start');
}

test('the token leaves the address bar at once; no other address and no log has it', async (t) => {
  const server = await startLogging(makeFolder());
  t.after(server.stop);
  const page = await newPage(t, browser);
  const addresses = [];
  page.on('request', (request) => addresses.push(request.url()));
  page.on('websocket', (socket) => addresses.push(socket.url()));
  await page.goto(`${server.url}studio#token=${TOKEN}`);
  await page.waitForFunction(() => !location.href.includes('token'));
  await untilReady(page);
  await write(page, `${SCRIPT}-- saved\n`);
  await press(page, 's');
  await untilResult(page, /^Saved/);
  await page.getByRole('tab', { name: 'Graphs' }).first().click();
  await page.locator('#chart-fps').waitFor();
  const having = addresses.filter((address) => address.includes(TOKEN));
  assert.deepEqual(having, []);
  assert.ok(addresses.some((address) => address.startsWith('ws:')));
  assert.match(server.logged(), /loaded \(version 2\)/);
  assert.ok(!server.logged().includes(TOKEN));

  await page.reload(); // it is kept
  await untilReady(page);
  assert.ok(!page.url().includes('token'));
});

test('viewer and embed never show the token for editing to a server that is open', async (t) => {
  const page = await newPage(t, browser);
  const shown = [];
  page.on('request', (request) => shown.push(request.url(), request.headers().authorization ?? ''));
  page.on('websocket', (socket) => shown.push(socket.url()));
  await page.goto(`${studio.server.url}studio#token=${TOKEN}`);
  await untilReady(page);
  await page.goto('about:blank'); // the studio asks nothing more, with its token in a header
  shown.length = 0;
  await page.goto(studio.server.url);
  await page.locator('#frame').waitFor();
  await page.goto(`${studio.server.url}embed/live`);
  await page.locator('#picture:not(.empty)').waitFor();
  assert.ok(shown.some((address) => address.startsWith('ws:')));
  assert.deepEqual(shown.filter((text) => text.includes(TOKEN)), []);
});

test('where watching takes a token, viewer and embed open with the one for editing', async (t) => {
  const server = await startLogging(makeFolder(), '--view-token', 'only-look');
  t.after(server.stop);
  const page = await newPage(t, browser);
  await page.goto(`${server.url}studio?token=${TOKEN}`); // as links of before were
  await page.waitForFunction(() => !location.search.includes('token'));
  await untilReady(page);
  await page.locator('#state[data-kind="live"]').waitFor();
  const addresses = [];
  page.on('request', (request) => addresses.push(request.url()));
  page.on('websocket', (socket) => addresses.push(socket.url()));
  await page.goto(server.url);
  await page.locator('#frame').waitFor();
  await page.goto(`${server.url}embed/live`);
  await page.locator('#picture:not(.empty)').waitFor();
  assert.ok(addresses.filter((address) => /^ws:.*[?&]ticket=/.test(address)).length >= 2);
  assert.deepEqual(addresses.filter((address) => address.includes(TOKEN)), []); // tickets stand for it
  assert.ok(!server.logged().includes('ticket='));
});

test('a link opened in the tab of a studio lets in, although no page is loaded', async (t) => {
  const page = await openStudio(t, browser, studio.server, { query: '', ready: false });
  await gate(page).getByText('Editing needs the token').waitFor();
  await page.evaluate((token) => { location.hash = `token=${token}`; }, TOKEN);
  await untilText(page, /settings\.label/);
  await gate(page).waitFor({ state: 'hidden' });
  assert.ok(!page.url().includes('token'));
});

test('without a token one sees, and is told how to get in', async (t) => {
  const page = await openStudio(t, browser, studio.server, { query: '', ready: false });
  await gate(page).getByText('Editing needs the token').waitFor();
  await gate(page).getByText('scripts/run').waitFor();
  await page.locator('#state[data-kind="live"]').waitFor();
  await untilPayload(page, /"label": "Yard"/);
  assert.equal(await page.locator('#setting-label').isDisabled(), true);
  assert.equal(await page.locator('#setting-label').inputValue(), 'Yard');
  await page.getByText('Changing settings needs the token.').waitFor();
  await page.getByText('The log needs the token').waitFor();
  assert.equal(await page.getByRole('button', { name: 'Save', exact: true }).isDisabled(), true);
  await page.locator('#figure-fps', { hasText: /[1-9][\d.]* fps/ }).waitFor();
  await page.getByRole('tab', { name: 'Graphs' }).first().click();
  await page.locator('#chart-fps .values', { hasText: /out [1-9]/ }).waitFor();

  await enter(page, TOKEN);
  await untilText(page, /settings\.label/);
  await gate(page).waitFor({ state: 'hidden' });
  await page.locator('#setting-label').fill('Gate');
  await untilPayload(page, /"label": "Gate"/);
  await page.getByRole('tab', { name: 'Console' }).first().click();
  await page.locator('#log li').first().waitFor();
});

test('a wrong token is said to be one, and the right one can be given, also as a link', async (t) => {
  const page = await openStudio(t, browser, studio.server, { query: '?token=wrong', ready: false });
  await gate(page).getByText('The server does not accept this token').waitFor();
  await page.locator('#state[data-kind="live"]').waitFor(); // one sees all the same
  await enter(page, 'wrong-again');
  await gate(page).getByText('The server does not accept this token').waitFor();
  await enter(page, `${studio.server.url}studio#token=${TOKEN}`);
  await untilText(page, /settings\.label/);
  await page.reload();
  await untilReady(page);
  await untilText(page, /settings\.label/);
});

test('where watching takes a token, the one for editing opens the picture, too', async (t) => {
  const folder = makeFolder();
  const server = await startLogging(folder, '--view-token', 'only-look');
  t.after(server.stop);
  const page = await newPage(t, browser);
  await page.goto(`${server.url}studio`);
  await gate(page).getByText('Editing needs the token').waitFor();
  await page.locator('#notice', { hasText: 'token' }).waitFor();
  await page.getByText('Without the token you can watch').waitFor({ state: 'hidden' });
  assert.ok(await page.getByLabel('Stream').isHidden(), 'there are no streams to choose from');
  await enter(page, TOKEN);
  await untilReady(page);
  await untilPayload(page, /"label": "Yard"/);
  await page.locator('#setting-label').fill('Gate');
  await untilPayload(page, /"label": "Gate"/);
  assert.ok(!server.logged().includes(TOKEN));
});

test('another token after a restart is asked for, and no text is lost', async (t) => {
  const folder = makeFolder();
  const file = path.join(folder, 'process.lua');
  fs.writeFileSync(file, SCRIPT);
  const start = (token, port) =>
    new Server(
      '--listen',
      `127.0.0.1:${port}`,
      '--token',
      token,
      '--script',
      file,
      ...pages(),
      findClip(folder).path
    ).start();
  let server = await start(TOKEN, 0);
  t.after(() => server.stop());
  const page = await openStudio(t, browser, server);
  const mine = `${SCRIPT}-- mine\n`;
  await write(page, mine);
  const { port } = new URL(server.url);
  await server.stop();
  await page.locator('#offline').waitFor();
  await press(page, 's');
  await untilResult(page, /^Not saved: no connection to the server\. This browser keeps your text$/);
  server = await start('a-new-one', port);
  await page.locator('#offline').waitFor({ state: 'hidden' });
  await press(page, 's');
  await untilResult(page, /^Not saved: the server does not accept the token\. This browser keeps your text$/);
  assert.equal(await text(page), mine);
  await enter(page, 'a-new-one');
  await gate(page).waitFor({ state: 'hidden' });
  await press(page, 's');
  await untilResult(page, /^Saved/);
  assert.equal(fs.readFileSync(file, 'utf8'), mine);
});
