// The clients in docs/PROTOCOL.md, as they stand there, against the real program.

import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { DEADLINE_MS, launchBrowser, makeFolder, openPage, Server } from './support.js';

const HERE = fileURLToPath(new URL('.', import.meta.url));
const PROJECT = path.join(HERE, '..', '..');
const DOCUMENTED = 'http://127.0.0.1:8080/';
const TOKEN = 'docs-token';
const PYTHON = '/usr/bin/python3'; // Debian's, which has Debian's packages
const CURL_TIME_IS_OVER = 28;

const folder = makeFolder();
const blocks = [...fs.readFileSync(path.join(PROJECT, 'docs', 'PROTOCOL.md'), 'utf8')
  .replace(/^.*^## Clients$/ms, '')
  .matchAll(/^```(\w+)\n(.*?)^```$/gms)].map(([, language, text]) => ({ language, text }));
let server;

// The only block in a language; its first line names the file.
function block(language, firstLine) {
  const found = blocks.filter((one) => one.language === language);
  assert.equal(found.length, 1, `one block of ${language}`);
  if (firstLine) assert.ok(found[0].text.startsWith(firstLine), `${language}: ${firstLine}`);
  return found[0].text;
}

function save(name, text) {
  const file = path.join(folder, name);
  fs.writeFileSync(file, text);
  return file;
}

before(async () => {
  fs.symlinkSync(path.join(HERE, 'node_modules'), path.join(folder, 'node_modules'));
  save('index.html', block('html', '<!-- page.html -->'));
  server = await new Server('--web-dir', folder, '--token', TOKEN, '--size', '400x300',
    '--script', path.join(PROJECT, 'lua', 'examples', 'click_to_mark.lua'), 'test:').start();
});

after(async () => {
  assert.equal(await server?.stop(), 0);
});

// Runs a client until it has printed a line that `wanted` matches, then ends it.
async function untilPrinted(command, file, wanted) {
  const address = new URL('/ws/live', server.url.replace('http', 'ws')).href;
  const client = spawn(command, [file, address], { stdio: ['ignore', 'pipe', 'inherit'] });
  const timer = setTimeout(() => client.kill(), DEADLINE_MS);
  let last = '';
  for await (const line of createInterface({ input: client.stdout })) {
    last = line;
    if (wanted.test(line)) break;
  }
  clearTimeout(timer);
  client.kill();
  assert.match(last, wanted);
}

const MARKED = /^\d+ \d{4,} bytes {"marks": ?\[{.*"x": ?10[,}]/;

test('the client for Node', async () => {
  await untilPrinted(process.execPath, save('viewer.mjs', block('js', '// viewer.mjs')), MARKED);
});

test('the client for Python', async () => {
  await untilPrinted(PYTHON, save('viewer.py', block('python', '# viewer.py')), MARKED);
});

test('the page', async (t) => {
  const browser = await launchBrowser();
  t.after(() => browser.close());
  const page = await openPage(t, browser);
  await page.goto(server.url);
  await page.waitForFunction(() => document.getElementById('picture').width === 400);
  await page.locator('#picture').click({ position: { x: 123, y: 45 } });
  await page.locator('#payload', { hasText: '"x":123' }).waitFor();

  await server.stop();
  await server.start();
  await page.locator('#payload', { hasText: '{"marks":[]}' }).waitFor();
});

// Runs one of the documented commands; returns what it printed.
function run(command, status = 0) {
  assert.ok(command.includes(DOCUMENTED), command);
  const ended = spawnSync('sh', ['-c', command.replaceAll(DOCUMENTED, server.url)],
    { cwd: folder, env: { ...process.env, TOKEN }, encoding: 'utf8', timeout: DEADLINE_MS });
  assert.equal(ended.status, status, `${command}: ${ended.stderr}`);
  return ended.stdout;
}

test('the curl lines', () => {
  const commands = block('sh').split('\n').filter((line) => line && !line.startsWith('#'));
  const [image, other, video, events, state, settings, set, ...rest] = commands;
  assert.deepEqual(rest, []);

  for (const command of [image, other, other]) {
    run(command);
    assert.deepEqual([...fs.readFileSync(path.join(folder, 'now.jpg')).subarray(0, 2)], [255, 216]);
  }

  run(video, CURL_TIME_IS_OVER);
  const probe = spawnSync('ffprobe', ['-v', 'error', '-show_entries',
    'stream=codec_name,width,height', '-of', 'csv=p=0', path.join(folder, 'clip.mjpg')]);
  assert.equal(String(probe.stdout).trim(), 'mjpeg,400,300', String(probe.stderr));

  assert.match(run(events, CURL_TIME_IS_OVER), /^id: \d+\ndata: {"marks":\[.*\]}\n$/m);
  assert.equal(JSON.parse(run(state)).name, 'live');
  const value = (text) => JSON.parse(text).settings.find(({ name }) => name === 'seconds').value;
  assert.equal(value(run(settings)), 4);
  assert.equal(value(run(set)), 10);
});
