// A page as users of the Python boilerplate have it, served from somewhere else, with the client of
// 3.0.4: it shows image and counter.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { launchBrowser, makeClip, makeFolder, openPage, save, Server } from './support.js';

const CLIENT = fileURLToPath(
  new URL('node_modules/socket.io-client-3/dist/socket.io.js', import.meta.url));
const SCRIPT = `
function process(frame, state)
  state.count = (state.count or 0) + 1
  return state.count
end
`;

const folder = makeFolder();
let browser;
let pages; // the page's own server
let origin;
let server;

function page(url) {
  return `<!doctype html><title>Stream</title>
<img id="image" alt=""><p id="counter"></p>
<script src="/socket.io.js"></script>
<script>
  const socket = io.connect('${url}');
  socket.on('stream', (message) => {
    document.getElementById('image').src = message.image;
    document.getElementById('counter').textContent = message.data;
  });
  socket.io.engine.on('upgrade', () => document.body.dataset.transport = 'websocket');
</script>`;
}

before(async () => {
  pages = http.createServer((request, response) => {
    const script = request.url === '/socket.io.js';
    response.setHeader('Content-Type', script ? 'text/javascript' : 'text/html');
    response.end(script ? fs.readFileSync(CLIENT) : page(server.url));
  });
  await new Promise((resolve) => pages.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${pages.address().port}`;
  const script = path.join(folder, 'process.lua');
  save(script, SCRIPT);
  const clip = makeClip(folder, 'clip.mp4', 10);
  server = await new Server('--script', script, '--allow-origin', origin, '--size', '400x300',
    '--fit', 'stretch', clip).start();
  browser = await launchBrowser();
});

after(async () => {
  await browser?.close();
  pages?.close();
  assert.equal(await server?.stop(), 0);
});

test('image and counter, by polling first and then by WebSocket', async (t) => {
  const tab = await openPage(t, browser);
  const requests = [];
  tab.on('request', (request) => requests.push(request.url()));
  await tab.goto(origin);
  await tab.waitForFunction(() => document.getElementById('image').naturalWidth === 400);
  assert.equal(await tab.evaluate(() => document.getElementById('image').naturalHeight), 300);
  await tab.waitForFunction(() => document.body.dataset.transport === 'websocket');
  const from = Number(await tab.locator('#counter').textContent());
  assert.ok(from > 0);
  await tab.waitForFunction(
    (count) => Number(document.getElementById('counter').textContent) >= count, from + 20);
  assert.ok(requests.some((url) => url.includes('transport=polling')));
});

test('a page that is not welcome sees nothing', async (t) => {
  const tab = await openPage(t, browser);
  const refused = tab.waitForEvent('requestfailed',
    (request) => request.url().includes('transport=polling'));
  await tab.goto(origin.replace('127.0.0.1', 'localhost'));
  await refused;
  assert.equal(await tab.locator('#counter').textContent(), '');
});
