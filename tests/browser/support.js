// What the tests share: the real server, a real browser, and waiting for what a user would see.

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
const CHROMIUM = process.env.CHROMIUM || '/usr/bin/chromium';
const FLAGS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
  '--disable-background-networking', '--disable-component-update', '--disable-sync'];
const READY = /^moonreel listening on (http:\/\/\S+\/)/;
const READY_MS = 15_000; // sanitizer builds are slow to start
const STOP_MS = 10_000;

export const DEADLINE_MS = 10_000; // for anything that a user waits for

export function readScript() {
  return fs.readFileSync(path.join(PROJECT, 'lua', 'process.lua'), 'utf8');
}

// A folder for one test file, removed when it ends.
export function makeFolder() {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'moonreel-browser-'));
  process.on('exit', () => fs.rmSync(folder, { recursive: true, force: true }));
  return folder;
}

// Where screenshots go.
export function artifacts() {
  const folder = process.env.TEST_ARTIFACTS || path.join(path.dirname(BINARY), 'artifacts');
  fs.mkdirSync(folder, { recursive: true });
  return folder;
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

// The real binary. `url` is where it listens once start() has returned; a second start() after
// stop() takes the same port.
export class Server {
  url;
  #arguments;
  #port = 0;
  #process = null;
  #errors = '';

  constructor(...options) {
    if (!BINARY) throw new Error('MOONREEL_BINARY does not say which binary to test');
    this.#arguments = options;
    process.on('exit', () => this.#process?.kill('SIGKILL'));
  }

  async start() {
    this.#errors = '';
    this.#process = spawn(BINARY, ['--listen', `127.0.0.1:${this.#port}`, ...this.#arguments],
      { stdio: ['ignore', 'pipe', 'pipe'] });
    this.#process.stderr.on('data', (text) => {
      this.#errors += text;
    });
    this.url = await this.#ready();
    this.#port = new URL(this.url).port;
    return this;
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

export function launchBrowser() {
  return chromium.launch({ executablePath: CHROMIUM, args: FLAGS });
}

// A fresh page of a fresh profile, closed when the test `t` ends; fails it for scripts that throw
// and for anything that the content security policy stopped.
export async function openPage(t, browser, options = {}) {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  const faults = [];
  page.setDefaultTimeout(DEADLINE_MS);
  page.on('pageerror', (error) => faults.push(String(error)));
  page.on('console', (message) => {
    if (/content security policy/i.test(message.text())) faults.push(message.text());
  });
  t.after(async () => {
    await context.close();
    if (faults.length) throw new Error(`the page complained: ${faults.join('; ')}`);
  });
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

// What the canvas shows, as { width, height, pixels } with RGB of a 32 by 18 reduction.
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

export async function untilPayload(page, text) {
  await page.locator('#payload', { hasText: text }).waitFor();
}

export async function payload(page) {
  return JSON.parse(await page.locator('#payload').textContent());
}
