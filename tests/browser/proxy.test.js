// Watching through a reverse proxy with TLS, configured as docs/OPERATIONS.md says: its fragments are
// what runs here, with ports, certificate and name of the test put in.

import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import net from 'node:net';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';

import WebSocket from 'ws';

import {
  DEADLINE_MS, launchBrowser, makeFolder, openPage, readState, Server, until, untilLive,
} from './support.js';

const ATTEMPTS = 5; // at a port that is free when it is chosen and may be taken when it is used
const folder = makeFolder();
const operations = fs.readFileSync(
  fileURLToPath(new URL('../../docs/OPERATIONS.md', import.meta.url)), 'utf8');
const certificate = path.join(folder, 'cam.pem');
const key = path.join(folder, 'cam.key');
let browser;
let camera;
let server;

// The first block of a language, with every one of `changes` made in it.
function fragment(language, changes) {
  let text = operations.split(`\`\`\`${language}\n`)[1].split('```')[0];
  for (const [from, to] of Object.entries(changes)) {
    assert.ok(text.includes(from), `docs/OPERATIONS.md has no "${from}" for ${language}`);
    text = text.replaceAll(from, to);
  }
  return text;
}

// nginx has workers of another user when root starts it, who could not reach the socket of a test.
const asRoot = process.getuid() === 0 ? 'user root;' : '';

const proxies = {
  nginx(home, port, changes = {}) {
    const file = path.join(home, 'nginx.conf');
    const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
      .map((kind) => `${kind}_temp_path ${home}/${kind};`).join('\n');
    fs.writeFileSync(file, `daemon off; pid ${home}/pid; error_log stderr; ${asRoot}
      worker_processes 1; events {} http { access_log off; ${temporary}
      ${fragment('nginx', {
    'listen 443': `listen 127.0.0.1:${port}`,
    'cam.example.org': 'localhost',
    '/etc/ssl/certs/cam.pem': certificate,
    '/etc/ssl/private/cam.key': key,
    '127.0.0.1:8080': new URL(server.url).host,
    ...changes,
  })} }`);
    return ['/usr/sbin/nginx', '-e', 'stderr', '-p', home, '-c', file];
  },
  caddy(home, port) {
    const file = path.join(home, 'Caddyfile');
    fs.writeFileSync(file, `{
      admin off
      auto_https disable_redirects
      default_bind 127.0.0.1
      skip_install_trust
      grace_period 1ms
}
${fragment('caddyfile', {
    'cam.example.org {': `https://localhost:${port} {\n    tls ${certificate} ${key}`,
    '127.0.0.1:8080': new URL(server.url).host,
  })}`);
    return ['caddy', 'run', '--config', file, '--adapter', 'caddyfile'];
  },
};

async function freePort() {
  const probe = net.createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address();
  probe.close();
  await once(probe, 'close');
  return port;
}

function accepts(port) {
  return new Promise((resolve) => {
    const socket = net.connect(port, '127.0.0.1', () => resolve(true));
    socket.on('error', () => resolve(false));
    socket.on('connect', () => socket.destroy());
  });
}

// Starts one and returns its { url, port }; ended with the test.
async function start(t, name, changes) {
  for (let attempt = 0; ; attempt++) {
    const port = await freePort();
    const home = fs.mkdtempSync(path.join(folder, `${name}-`));
    const [command, ...words] = proxies[name](home, port, changes);
    const proxy = spawn(command, words, {
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { ...process.env, HOME: home, XDG_DATA_HOME: home, XDG_CONFIG_HOME: home },
    });
    let errors = '';
    let ended = false;
    proxy.stderr.on('data', (text) => {
      errors += text;
    });
    proxy.on('error', (error) => {
      errors += error;
      ended = true;
    });
    proxy.on('exit', () => {
      ended = true;
    });
    const kill = () => proxy.kill('SIGTERM');
    process.on('exit', kill);
    const end = Date.now() + DEADLINE_MS;
    while (!ended && Date.now() < end) {
      if (await accepts(port)) {
        t.after(async () => {
          if (!ended) {
            kill();
            await once(proxy, 'exit');
          }
          process.off('exit', kill);
        });
        return { url: `https://localhost:${port}/`, port };
      }
      await new Promise((resolve) => { setTimeout(resolve, 50); });
    }
    kill();
    if (attempt + 1 === ATTEMPTS) throw new Error(`${name} does not start: ${errors}`);
  }
}

// A camera that shows a picture when the test says so: Motion JPEG over HTTP.
class Camera {
  url;
  #part;
  #viewers = new Set();
  #http = http.createServer((_, response) => {
    response.writeHead(200, { 'Content-Type': 'multipart/x-mixed-replace; boundary=frame' });
    response.flushHeaders();
    this.#viewers.add(response);
  });

  async start() {
    const made = spawnSync('ffmpeg', ['-v', 'error', '-f', 'lavfi', '-i', 'testsrc2=size=64x48',
      '-frames:v', '1', '-pix_fmt', 'yuvj420p', '-f', 'mjpeg', '-']);
    assert.equal(made.status, 0, `ffmpeg: ${made.error ?? made.stderr}`);
    const head = `--frame\r\nContent-Type: image/jpeg\r\nContent-Length: ${made.stdout.length}`;
    this.#part = Buffer.concat([Buffer.from(`${head}\r\n\r\n`), made.stdout, Buffer.from('\r\n')]);
    await once(this.#http.listen(0, '127.0.0.1'), 'listening');
    this.url = `http://127.0.0.1:${this.#http.address().port}/camera.mjpg`;
    return this;
  }

  show() {
    for (const viewer of this.#viewers) viewer.write(this.#part);
    return true;
  }

  stop() {
    this.#http.close();
    this.#http.closeAllConnections();
  }
}

// Has the camera show `count` pictures, each when what `mark` begins has come of the one before:
// an answer that is held back never goes on.
async function watchSingly(response, mark, count) {
  let seen = 0;
  let shown = 0;
  let text = '';
  const timer = setTimeout(() => response.destroy(new Error(`held back after ${seen}`)), DEADLINE_MS);
  for await (const chunk of response) {
    text += chunk.toString('latin1');
    const marks = text.split(mark).length - 1;
    if (marks <= seen) continue;
    seen = marks;
    if (shown === count) break;
    camera.show();
    shown++;
  }
  clearTimeout(timer);
  response.destroy();
  assert.equal(shown, count);
}

// A request through the proxy: its answer's head. The caller reads or destroys it.
function ask({ port }, target, headers = {}, method = 'GET') {
  return new Promise((resolve, reject) => {
    const request = https.request({
      host: '127.0.0.1', port, path: target, method, headers: { Host: `localhost:${port}`, ...headers },
      servername: 'localhost', ca: fs.readFileSync(certificate),
    });
    request.setTimeout(DEADLINE_MS, () => request.destroy(new Error(`${target}: no answer`)));
    request.on('response', resolve);
    request.on('upgrade', (response, socket) => {
      socket.destroy();
      resolve(response);
    });
    request.on('error', reject);
    request.end();
  });
}

async function status(proxy, ...request) {
  const response = await ask(proxy, ...request);
  response.destroy();
  return response.statusCode;
}

before(async () => {
  const made = spawnSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2',
    '-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost', '-keyout', key,
    '-out', certificate]);
  assert.equal(made.status, 0, `openssl: ${made.error ?? made.stderr}`);
  camera = await new Camera().start();
  server = await new Server('--trusted-proxy', '127.0.0.1', '--token', 'let-me-in', '--always',
    '--stall', '60s', camera.url).start();
  await until('the first frame', () => camera.show() && readState(server),
    ({ phase }) => phase === 'running');
  browser = await launchBrowser();
});

after(async () => {
  await browser?.close();
  assert.equal(await server?.stop(), 0);
  camera?.stop();
});

// What somebody sees, and finds in the log, whose proxy lacks a line of the fragment.
for (const [what, changes, shown, logged] of [
  ['Upgrade', { '        proxy_set_header Upgrade $http_upgrade;\n': '' },
    /WebSocket connections do not get through: a proxy in front has to pass on the headers Upgrade and Connection/,
    /a WebSocket came without Upgrade: a proxy in front has to pass on the headers Upgrade and Connection/],
  ['the port in Host', { '$http_host': '$host' },
    /pages of https:\/\/localhost:\d+ may not watch here: the server was asked as "localhost"\. A proxy in front has to pass on Host with its port/,
    /refused 127\.0\.0\.1: pages of https:\/\/localhost:\d+ may not watch here/],
  ['Host', { '        proxy_set_header Host $http_host;\n': '',
    '        proxy_set_header X-Forwarded-Host $http_host;\n': '' },
  /the server was asked as "127\.0\.0\.1:\d+"\. A proxy in front has to pass on Host with its port/,
  /the server was asked as "127\.0\.0\.1:\d+"/],
]) {
  test(`nginx without ${what}: viewer, embed page, studio and log say so`, async (t) => {
    const own = await new Server('--trusted-proxy', '127.0.0.1', '--token', 'let-me-in', '--always', 'test:').start();
    t.after(() => own.stop());
    const proxy = await start(t, 'nginx', {
      ...changes, [new URL(server.url).host]: new URL(own.url).host,
    });
    for (const address of ['', 'embed/live', 'studio#token=let-me-in']) {
      const page = await openPage(t, browser, { ignoreHTTPSErrors: true });
      await page.goto(`${proxy.url}${address}`);
      await page.getByText(shown).first().waitFor();
    }
    assert.match(own.log, logged);
  });
}

for (const name of Object.keys(proxies)) {
  test(`${name}: page and frames come through`, async (t) => {
    const proxy = await start(t, name);
    const page = await openPage(t, browser, { ignoreHTTPSErrors: true });
    const sockets = [];
    page.on('websocket', (socket) => sockets.push(socket.url()));
    await page.goto(proxy.url);
    await untilLive(page);
    assert.deepEqual(sockets, [`wss://localhost:${proxy.port}/ws/live`]);
    for (let i = 0; i < 10; i++) { // each is drawn before another one follows
      const before = Number(await page.locator('#seq').textContent());
      camera.show();
      await page.waitForFunction((seq) =>
        Number(document.getElementById('seq').textContent) > seq, before);
    }
  });

  test(`${name}: requests arrive as they were sent`, async (t) => {
    const proxy = await start(t, name);
    const page = await ask(proxy, '/client/moonreel.js');
    page.resume();
    assert.equal(page.statusCode, 200);
    assert.match(page.headers['content-type'], /^text\/javascript/);
    assert.equal(await status(proxy, '/client/moonreel.js', { 'If-None-Match': page.headers.etag }), 304);
    assert.equal(await status(proxy, '/api/streams'), 200);
    assert.equal(await status(proxy, '/ws/live'), 426);
    assert.equal(await status(proxy, '/ws/live', {
      Connection: 'Upgrade', Upgrade: 'websocket', 'Sec-WebSocket-Version': '13',
      'Sec-WebSocket-Key': 'AAAAAAAAAAAAAAAAAAAAAA==', Origin: `https://localhost:${proxy.port}`,
    }), 101);
    // the Host header comes through with its port: what is our own origin stays our own
    const change = { Origin: `https://localhost:${proxy.port}`, 'Content-Type': 'application/json' };
    const target = '/api/streams/live/settings';
    assert.equal(await status(proxy, target, change, 'PATCH'), 401);
    assert.equal(await status(proxy, target,
      { ...change, Authorization: 'Bearer let-me-in', Origin: 'https://localhost' }, 'PATCH'), 403);
  });
}

for (const name of Object.keys(proxies)) {
  test(`${name}: nothing is held back`, async (t) => {
    const proxy = await start(t, name);
    const kinds = { '/stream/live.mjpg': 'X-Seq:', '/events/live': 'data:' };
    for (const [target, mark] of Object.entries(kinds)) {
      const direct = await fetch(new URL(target, server.url));
      await direct.body.cancel();
      const through = await ask(proxy, target);
      assert.equal(through.statusCode, direct.status, target);
      if (direct.status !== 200) through.destroy(); // as the server itself refuses it
      else await watchSingly(through, mark, 20);
    }
    const direct = await fetch(new URL('/snapshot/live.jpg', server.url));
    assert.equal(await status(proxy, '/snapshot/live.jpg'), direct.status);
  });
}

// docs/OPERATIONS.md, "Under a prefix": passed on, and removed
for (const passedOn of [true, false]) {
  test(`nginx: under a prefix that is ${passedOn ? 'passed on' : 'removed'}`, async (t) => {
    const own = await new Server(...passedOn ? ['--base-path', '/cam'] : [],
      'lavfi:testsrc2=size=64x48:rate=10').start();
    t.after(async () => assert.equal(await own.stop(), 0));
    const { host } = new URL(own.url);
    const proxy = await start(t, 'nginx', {
      'location / {': 'location /cam/ {',
      [`proxy_pass http://${new URL(server.url).host};`]:
        `proxy_pass http://${host}${passedOn ? '' : '/'};`,
    });
    const page = await openPage(t, browser, { ignoreHTTPSErrors: true });
    const sockets = [];
    page.on('websocket', (socket) => sockets.push(socket.url()));
    await page.goto(`${proxy.url}cam/`);
    await untilLive(page);
    assert.deepEqual(sockets, [`wss://localhost:${proxy.port}/cam/ws/live`]);
    const direct = await fetch(new URL('/api/streams', own.url));
    assert.equal(direct.status, passedOn ? 404 : 200);
    // nginx itself redirects to the slash
    assert.ok([301, 308].includes(await status(proxy, '/cam')));
  });
}

// Opens a WebSocket through the proxy as another proxy before it does for a client at `address`, and keeps it
// open until the test ends. Returns the status of the answer.
async function watchFrom(t, { port }, address) {
  const socket = new WebSocket(`wss://localhost:${port}/ws/live`,
    { ca: fs.readFileSync(certificate), family: 4, headers: { 'X-Forwarded-For': address } });
  t.after(() => socket.terminate());
  return new Promise((resolve, reject) => {
    socket.on('open', () => resolve(101));
    socket.on('unexpected-response', (_, response) => resolve(response.statusCode));
    socket.on('error', reject);
  });
}

test('nginx over a UNIX socket: the page is live, and clients are told apart', async (t) => {
  const socket = path.join(folder, 'moonreel.sock');
  const own = await new Server('--listen', `unix:${socket}`, '--trusted-proxy', 'unix,127.0.0.1',
    '--max-clients-per-address', '1', 'lavfi:testsrc2=size=64x48:rate=10').start();
  t.after(async () => assert.equal(await own.stop(), 0));
  const proxy = await start(t, 'nginx', {
    [`proxy_pass http://${new URL(server.url).host};`]: `proxy_pass http://unix:${socket};`,
  });
  const page = await openPage(t, browser, { ignoreHTTPSErrors: true });
  await page.goto(proxy.url);
  await untilLive(page);
  await page.goto('about:blank');
  await until('the page has left', () => readState(own), ({ viewers }) => viewers.total === 0);

  assert.equal(await watchFrom(t, proxy, '198.51.100.7'), 101);
  assert.equal(await watchFrom(t, proxy, '198.51.100.7'), 503, 'one client has one place');
  assert.equal(await watchFrom(t, proxy, '198.51.100.8'), 101, 'another client has its own');
});
