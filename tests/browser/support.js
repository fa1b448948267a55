// Shared by the tests: the real server, a real browser, and waiting for what a user would see.

import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

import { chromium } from 'playwright-core';

const PROJECT = fileURLToPath(new URL('../../', import.meta.url));
const BINARY = process.env.MOONREEL_BINARY && path.resolve(process.env.MOONREEL_BINARY);
const READY = /^moonreel listening on (http:\/\/\S+\/)/;
const READY_MS = 15_000; // sanitizer builds are slow to start
const STOP_MS = 10_000;

// In the night ring files do the long form of what takes its time or has to look at the clock, and
// make pictures of all pages.
export const NIGHT = Boolean(process.env.TEST_NIGHT);

const AXE = fs.readFileSync(new URL('node_modules/axe-core/axe.min.js', import.meta.url), 'utf8');

// For anything that a test waits for. It is long, since only a fault may reach it, never a machine
// that is busy.
export const DEADLINE_MS = 60_000;

// Playwright's own list (chromiumSwitches.ts), which a second one would replace, and after it what a
// page of a test needs no process for.
const FEATURES_OFF = ['AvoidUnnecessaryBeforeUnloadCheckSync', 'BoundaryEventDispatchTracksNodeRemoval',
  'DestroyProfileOnBrowserClose', 'DialMediaRouteProvider', 'GlobalMediaControls', 'HttpsUpgrades',
  'LensOverlay', 'MediaRouter', 'PaintHolding', 'ThirdPartyStoragePartitioning', 'Translate',
  'AutoDeElevate', 'RenderDocument', 'OptimizationHints',
  'PreloadTopChromeWebUI', 'SpareRendererForSitePerProcess'];

// How Chromium is started.
export const BROWSER = {
  executablePath: process.env.CHROMIUM || '/usr/bin/chromium-headless-shell',
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
    '--disable-background-networking', '--disable-component-update', '--disable-sync',
    `--disable-features=${FEATURES_OFF.join()}`],
};

export function readScript() {
  return fs.readFileSync(path.join(PROJECT, 'lua', 'process.lua'), 'utf8');
}

// A folder for one test file, removed when it ends.
export function makeFolder() {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'moonreel-browser-'));
  process.on('exit', () => fs.rmSync(folder, { recursive: true, force: true }));
  return folder;
}

// A picture of the page for people to look at, in the night ring only.
export async function shoot(page, name) {
  if (!NIGHT) return;
  const folder = process.env.TEST_ARTIFACTS || path.join(path.dirname(BINARY), 'artifacts');
  fs.mkdirSync(folder, { recursive: true });
  await page.screenshot({ path: path.join(folder, `${name}.png`) });
}

// A clip to stream: { path, width, height }; made in `folder` where the shared one is not there.
export function findClip(folder) {
  const shared = path.join(PROJECT, '..', 'shared', 'data', 'cars.mp4');
  if (fs.existsSync(shared)) return { path: shared, width: 768, height: 432 };
  return { path: makeClip(folder, 'clip.mp4', 10), width: 640, height: 360 };
}

// A moving 640x360 test picture of so many seconds; returns its path.
export function makeClip(folder, name, seconds) {
  const file = path.join(folder, name);
  const ffmpeg = spawnSync('ffmpeg', ['-v', 'error', '-y', '-f', 'lavfi', '-i',
    `testsrc2=size=640x360:rate=15:duration=${seconds}`, '-pix_fmt', 'yuv420p', file]);
  if (ffmpeg.status !== 0) throw new Error(`ffmpeg: ${ffmpeg.error ?? ffmpeg.stderr}`);
  return file;
}

// Saves as editors do: a new file takes the old one's name.
export function save(file, text) {
  fs.writeFileSync(`${file}.new`, text);
  fs.renameSync(`${file}.new`, file);
}

const running = new Set(); // servers that must not outlive the tests
process.on('exit', () => running.forEach((child) => child.kill('SIGKILL')));

// The real binary. `url` is where it listens once start() has returned, `host` the address that it is
// told to listen on; a second start() after stop() takes the same port.
export class Server {
  url;
  host = '127.0.0.1';
  #arguments;
  #port = 0;
  #process = null;
  #errors = '';

  constructor(...options) {
    if (!BINARY) throw new Error('MOONREEL_BINARY does not say which binary to test');
    this.#arguments = options;
  }

  async start() {
    this.#errors = '';
    const child = spawn(BINARY, ['--listen', `${this.host}:${this.#port}`, ...this.#arguments],
      { stdio: ['ignore', 'pipe', 'pipe'] });
    this.#process = child;
    running.add(child);
    child.on('exit', () => running.delete(child));
    child.stderr.on('data', (text) => {
      this.#errors += text;
    });
    this.url = await this.#ready();
    this.#port = new URL(this.url).port;
    return this;
  }

  // What it has written to its log since it was started.
  get log() {
    return this.#errors;
  }

  // Ends it; returns the exit status, or the signal's name when it was one.
  async stop(signal = 'SIGTERM') {
    const ending = this.#process;
    if (!ending) return null;
    this.#process = null;
    const timer = setTimeout(() => ending.kill('SIGKILL'), STOP_MS);
    ending.kill(signal);
    if (ending.exitCode === null && ending.signalCode === null) await once(ending, 'exit');
    clearTimeout(timer);
    return ending.signalCode ?? ending.exitCode;
  }

  async #ready() {
    const starting = this.#process;
    const timer = setTimeout(() => starting.kill('SIGKILL'), READY_MS);
    try {
      for await (const line of createInterface({ input: starting.stdout })) {
        const found = READY.exec(line);
        if (found) return found[1];
      }
    } finally {
      clearTimeout(timer);
      starting.stdout.resume();
    }
    throw new Error(`the server did not start: ${this.#errors}`);
  }
}

// The browser that run.js has started for all files, or one of this file's own. Closing it ends
// what the file opened there, or all of it.
export function launchBrowser() {
  const shared = process.env.BROWSER_ENDPOINT;
  return shared ? chromium.connect(shared) : chromium.launch(BROWSER);
}

// A profile costs more than a page: the pages of a file share one where their options allow it.
const profiles = new WeakMap(); // by browser

function getProfile(browser) {
  if (!profiles.has(browser)) {
    profiles.set(browser, browser.newContext().then(async (profile) => {
      await profile.addInitScript(forgetOthers);
      return profile;
    }));
  }
  return profiles.get(browser);
}

// Init script: a new tab begins with an empty storage; after that it keeps what it stores.
function forgetOthers() {
  try {
    if (!sessionStorage.getItem('test-tab')) localStorage.clear();
    sessionStorage.setItem('test-tab', 'seen');
  } catch { /* a blank page has no storage */ }
}

// A new page that finds nothing in the browser's storage, closed when the test `t` ends; fails it
// for scripts that throw and for anything that the content security policy stopped. options: of
// Playwright's newContext; `own` asks for a profile of its own without any, which a page needs whose
// clock is changed.
export async function openPage(t, browser, { viewport, colorScheme, own: alone, ...options } = {}) {
  const own = alone || Object.keys(options).length > 0;
  const profile = own ? await browser.newContext(options) : await getProfile(browser);
  const page = await profile.newPage();
  const faults = [];
  page.setDefaultTimeout(DEADLINE_MS);
  page.on('pageerror', (error) => faults.push(String(error)));
  page.on('console', (message) => {
    if (/content security policy/i.test(message.text())) faults.push(message.text());
  });
  t.after(async () => {
    await (own ? profile : page).close();
    if (faults.length) throw new Error(`the page complained: ${faults.join('; ')}`);
  });
  if (viewport) await page.setViewportSize(viewport);
  if (colorScheme) await page.emulateMedia({ colorScheme });
  return page;
}

// Waits until the page says that it is in the given state and has drawn a picture.
export async function untilState(page, state, timeout = DEADLINE_MS) {
  await page.locator(`#state[data-state="${state}"]`).waitFor({ timeout });
}

export async function untilLive(page, timeout = DEADLINE_MS) {
  await untilState(page, 'live', timeout);
  await page.waitForFunction(() => /^\d+$/.test(document.getElementById('seq').textContent),
    undefined, { timeout });
}

// Waits until so many more frames have been drawn.
export async function untilDrawn(page, count) {
  const from = await page.evaluate(() => Number(document.getElementById('seq').textContent));
  await page.waitForFunction(
    (seq) => Number(document.getElementById('seq').textContent) >= seq, from + count);
}

// Returns the picture on the canvas as { width, height, pixels } with RGB of a 32 by 18 reduction.
export function look(page) {
  return page.evaluate(() => {
    const picture = document.getElementById('picture');
    const small = new OffscreenCanvas(32, 18).getContext('2d');
    small.drawImage(picture, 0, 0, 32, 18);
    const rgba = [...small.getImageData(0, 0, 32, 18).data];
    return {
      width: picture.width,
      height: picture.height,
      pixels: rgba.filter((_, i) => i % 4 !== 3),
    };
  });
}

export function difference(a, b) {
  return a.pixels.reduce((sum, value, i) => sum + Math.abs(value - b.pixels[i]), 0)
    / a.pixels.length;
}

// Init script: window.hide(true) and window.hide(false) are what a page sees of a tab that is
// hidden and shown again. Headless tabs are never hidden.
export function makeHideable() {
  let hidden = false;
  Object.defineProperty(document, 'hidden', { get: () => hidden });
  Object.defineProperty(document, 'visibilityState', {
    get: () => (hidden ? 'hidden' : 'visible'),
  });
  window.hide = (value) => {
    hidden = value;
    document.dispatchEvent(new Event('visibilitychange'));
  };
}

// Returns the server's state of a stream.
export async function readState(server, stream = 'live') {
  return (await fetch(new URL(`api/streams/${stream}`, server.url))).json();
}

// Asks until the answer is the wanted one; returns for how many milliseconds that was.
export async function until(what, ask, wanted, timeout = DEADLINE_MS) {
  const began = Date.now();
  for (;;) {
    const answer = await ask();
    if (wanted(answer)) return Date.now() - began;
    if (Date.now() - began > timeout) throw new Error(`${what}: still ${JSON.stringify(answer)}`);
    await new Promise((resolve) => { setTimeout(resolve, 20); });
  }
}

// Returns the serious and critical problems that axe-core finds, as lines of text. colors: only
// problems that depend on the colour scheme.
export async function findBarriers(page, { colors = false } = {}) {
  if (!await page.evaluate(() => 'axe' in window)) await page.evaluate(AXE);
  return page.evaluate(async (only) => {
    const { violations } = await window.axe.run(document, {
      resultTypes: ['violations'],
      ...only && { runOnly: only },
    });
    return violations.filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .flatMap(({ id, nodes }) => nodes.map(({ html, failureSummary }) =>
        `${id}: ${html} ${failureSummary}`));
  }, colors ? { type: 'rule', values: ['color-contrast', 'link-in-text-block'] } : null);
}

export async function untilPayload(page, text) {
  await page.locator('#payload', { hasText: text }).waitFor();
}

export async function payload(page) {
  return JSON.parse(await page.locator('#payload').textContent());
}
