// The client library as it is published: in a Node project, in pages and workers of another origin.

import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { after, before, test } from 'node:test';

import { CLIENT, until } from './client_support.js';
import { DEADLINE_MS, launchBrowser, makeFolder, openPage, Server } from './support.js';

const LET_GO_MS = 2000; // a hidden tab
const NPM_MS = 60_000;
const SCRIPT = `function process(frame, state)
  state.count = (state.count or 0) + 1
  return { count = state.count }
end
function on_message(message) broadcast({ echo = message }) end`;

// Prints what it sees, a JSON value a line; closes when its message has come back.
const PROGRAM = `import { connect } from 'moonreel-client';
const print = (value) => console.log(JSON.stringify(value));
let frames = 0;
const viewer = connect(process.argv[2], {
  async onFrame({ seq, payload, image }) {
    const head = new Uint8Array(await image.slice(0, 3).arrayBuffer());
    print({ seq, count: payload.count, type: image.type, head: [...head] });
    if (++frames === 5) print({ sent: viewer.send({ text: 'grüße', n: [1, null] }) });
  },
  onText(text) {
    print({ text });
    viewer.close();
    print({ sent: viewer.send(1) });
  },
  onStatus: ({ kind }) => print({ kind }),
});
`;

const folder = makeFolder();
const project = path.join(folder, 'project');
const installed = path.join(project, 'node_modules', 'moonreel-client');
const script = path.join(folder, 'echo.lua');
let pages;
let origin;
let server;
let browser;

function npm(cwd, ...words) {
  const ended = spawnSync('npm', words, {
    cwd,
    encoding: 'utf8',
    timeout: NPM_MS,
    env: { ...process.env, npm_config_cache: path.join(folder, 'npm') },
  });
  assert.equal(ended.status, 0, `npm ${words.join(' ')}: ${ended.error ?? ended.stderr}`);
  return ended.stdout;
}

function install() {
  fs.mkdirSync(project);
  fs.writeFileSync(path.join(project, 'package.json'), '{"name":"watches","private":true}');
  fs.writeFileSync(path.join(project, 'watch.mjs'), PROGRAM);
  const printed = npm(CLIENT, 'pack', '--json', '--pack-destination', folder);
  const [{ filename, files }] = JSON.parse(printed);
  npm(project, 'install', '--offline', '--no-audit', '--no-fund', path.join(folder, filename));
  return files.map((file) => file.path).sort();
}

// Serves the installed package, and an empty page.
function answer(request, response) {
  const name = path.basename(request.url);
  const file = path.join(installed, name);
  if (name && fs.existsSync(file)) {
    response.setHeader('Content-Type', 'text/javascript');
    response.end(fs.readFileSync(file));
  } else {
    response.setHeader('Content-Type', 'text/html');
    response.end('<!doctype html><title>elsewhere</title>');
  }
}

let packed;

before(async () => {
  fs.writeFileSync(script, SCRIPT);
  packed = install();
  pages = http.createServer(answer);
  await once(pages.listen(0, '127.0.0.1'), 'listening');
  origin = `http://127.0.0.1:${pages.address().port}`;
  const options = ['--script', script, '--allow-origin', origin];
  server = await new Server(...options, 'test:320x180@25').start();
  browser = await launchBrowser();
});

after(async () => {
  await browser?.close();
  pages?.close();
  assert.equal(await server?.stop(), 0);
});

test('the package holds the library, its types and its description, and nothing else', () => {
  const sources = fs.readdirSync(CLIENT).filter((name) => name.endsWith('.js'));
  assert.deepEqual(packed,
    ['LICENSE', 'README.md', 'moonreel.d.ts', 'package.json', ...sources].sort());
  for (const name of sources) {
    const text = fs.readFileSync(path.join(CLIENT, name), 'utf8');
    for (const [, imported] of text.matchAll(/(?:from|import\()\s*'(\.[^']+)'/g)) {
      assert.ok(packed.includes(path.basename(imported)), `${name} imports ${imported}`);
    }
  }
});

test('a program of Node gets frames and texts, and ends by itself', async (t) => {
  const program = spawn(process.execPath, ['watch.mjs', server.url],
    { cwd: project, stdio: ['ignore', 'pipe', 'pipe'] });
  t.after(() => program.kill('SIGKILL'));
  let printed = '';
  let errors = '';
  program.stdout.on('data', (text) => { printed += text; });
  program.stderr.on('data', (text) => { errors += text; });
  const exit = once(program, 'exit');
  await until(() => printed.includes('closed'), `closed: ${errors}`);
  const closedAt = performance.now();
  const timer = setTimeout(() => program.kill('SIGKILL'), DEADLINE_MS);
  const [status, signal] = await exit;
  clearTimeout(timer);
  assert.deepEqual([status, signal, errors], [0, null, '']);
  t.diagnostic(`ended ${Math.round(performance.now() - closedAt)} ms after close()`);

  const lines = printed.trim().split('\n').map((line) => JSON.parse(line));
  const frames = lines.filter(({ seq }) => seq !== undefined);
  assert.ok(frames.length >= 5);
  for (const [i, { seq, count, type, head }] of frames.entries()) {
    assert.ok(i === 0 || seq > frames[i - 1].seq, `frame ${seq} after ${frames[i - 1]?.seq}`);
    assert.ok(i === 0 || count > frames[i - 1].count);
    assert.deepEqual([type, head], ['image/jpeg', [255, 216, 255]]);
  }
  const { text } = lines.find((line) => line.text);
  assert.deepEqual(text, { echo: { text: 'grüße', n: [1, null] } });
  assert.deepEqual(lines.filter((line) => 'sent' in line).map(({ sent }) => sent), [true, false]);
  const kinds = lines.map(({ kind }) => kind).filter((kind, i, all) => kind && kind !== all[i - 1]);
  assert.deepEqual([...new Set(kinds)], ['connecting', 'waiting', 'live', 'closed']);
});

// A page of the other origin that watches; what it sees is in window.seen.
async function watchingPage(t, options = {}) {
  const page = await openPage(t, browser);
  const loaded = [];
  page.on('request', (request) => loaded.push(path.basename(request.url())));
  await page.addInitScript(() => {
    let hidden = false;
    Object.defineProperty(document, 'hidden', { get: () => hidden });
    window.hide = (value) => {
      hidden = value;
      document.dispatchEvent(new Event('visibilitychange'));
    };
  });
  await page.goto(origin);
  await page.evaluate(async ([url, given]) => {
    const { connect } = await import('/moonreel.js');
    const seen = { frames: 0, last: null, texts: [], statuses: [] };
    window.seen = seen;
    window.viewer = connect(url, {
      ...given,
      async onFrame({ seq, payload, image }) {
        const { width, height } = await createImageBitmap(image);
        seen.frames++;
        seen.last = { seq, payload, width, height };
      },
      onText: (value) => seen.texts.push(value),
      onStatus: ({ kind }) => seen.statuses.push(kind),
    });
  }, [server.url, options]);
  return { page, loaded };
}

function untilFrames(page, count) {
  return page.waitForFunction((enough) => window.seen.frames >= enough, count);
}

async function viewers() {
  const response = await fetch(new URL('api/streams/live', server.url));
  return (await response.json()).viewers.total;
}

async function untilViewers(count) {
  for (const end = Date.now() + DEADLINE_MS; await viewers() !== count;) {
    assert.ok(Date.now() < end, `${count} viewers`);
  }
}

for (const binary of [true, false]) {
  test(`a page of another origin watches and talks, binary: ${binary}`, async (t) => {
    const { page, loaded } = await watchingPage(t, { binary });
    await untilFrames(page, 5);
    const { last } = await page.evaluate(() => window.seen);
    assert.deepEqual([last.width, last.height], [320, 180]);
    assert.ok(last.payload.count >= 5);
    assert.ok(await page.evaluate(() => window.viewer.send({ from: 'page' })));
    await page.waitForFunction(() => window.seen.texts.length === 1);
    assert.deepEqual((await page.evaluate(() => window.seen)).texts, [{ echo: { from: 'page' } }]);
    assert.ok(loaded.includes('connection.js'));
    assert.deepEqual(loaded.filter((name) => name.startsWith('node_')), []);
  });
}

test('a closed viewer calls nothing any more', async (t) => {
  const { page } = await watchingPage(t);
  await untilFrames(page, 2);
  await untilViewers(1);
  const calls = await page.evaluate(() => {
    window.viewer.close();
    for (const call of ['resume', 'pause', 'wake', 'close']) window.viewer[call]();
    window.viewer.select('live');
    window.hide(true);
    window.hide(false);
    return window.seen.statuses.length;
  });
  await untilViewers(0);
  const seen = await page.evaluate(() => window.seen);
  assert.equal(seen.statuses.at(-1), 'closed');
  assert.equal(seen.statuses.length, calls);
});

test('a hidden tab lets go of its connection and is back at once', async (t) => {
  const { page } = await watchingPage(t);
  await untilFrames(page, 2);
  await page.evaluate(() => {
    window.hiddenAt = performance.now();
    window.hide(true);
    window.hide(false); // a glance is none of its business
    window.hide(true);
  });
  await page.waitForFunction(() => window.viewer.status.kind === 'paused');
  const hidden = await page.evaluate(() => performance.now() - window.hiddenAt);
  assert.ok(hidden >= LET_GO_MS - 50, `after ${hidden} ms`);
  await untilViewers(0);

  const { frames } = await page.evaluate(() => window.seen);
  await page.evaluate(() => {
    window.shownAt = performance.now();
    window.hide(false);
  });
  await untilFrames(page, frames + 1);
  t.diagnostic(`let go after ${Math.round(hidden)} ms, a frame ${Math.round(
    await page.evaluate(() => performance.now() - window.shownAt))} ms after it was shown`);

  await page.evaluate(() => {
    window.hide(true);
    window.viewer.pause();
    window.hide(false);
  });
  assert.equal(await page.evaluate(() => window.viewer.status.kind), 'paused', 'by the user');
  await page.evaluate(() => window.viewer.resume());
  await untilFrames(page, frames + 5);
});

test('a hidden tab that is to keep its connection keeps it', async (t) => {
  const { page } = await watchingPage(t, { hidden: 'keep' });
  await untilFrames(page, 2);
  await page.evaluate(() => window.hide(true));
  const { frames } = await page.evaluate(() => window.seen);
  await untilFrames(page, frames + 25 * 3);
  await page.evaluate(() => { window.viewer.hidden = 'pause'; });
  await page.waitForFunction(() => window.viewer.status.kind === 'paused');
  await page.evaluate(() => { window.viewer.hidden = 'keep'; });
  await page.waitForFunction(() => window.viewer.status.kind === 'live');
});

test('a worker watches', async (t) => {
  const { page } = await watchingPage(t);
  const seen = await page.evaluate((url) => new Promise((resolve, reject) => {
    const text = `import { connect } from '${location.origin}/moonreel.js';
      const viewer = connect('${url}', { async onFrame({ image, payload }) {
        const { width } = await createImageBitmap(image);
        postMessage({ width, payload });
        viewer.close();
      } });`;
    const source = URL.createObjectURL(new Blob([text], { type: 'text/javascript' }));
    const worker = new Worker(source, { type: 'module' });
    worker.onmessage = ({ data }) => resolve(data);
    worker.onerror = ({ message }) => reject(new Error(message));
  }), server.url);
  assert.equal(seen.width, 320);
  assert.ok(seen.payload.count > 0);
});
