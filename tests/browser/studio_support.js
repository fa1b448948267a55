// Shared by the tests of the studio: a server with a script of its own, the studio opened on it, and
// the things that a user does and sees there.
//
// MOONREEL_WEB: a folder made by web/build.mjs, to be tested in place of the pages in the binary.

import fs from 'node:fs';
import path from 'node:path';

import { DEADLINE_MS, makeFolder, openPage, save, Server } from './support.js';

export const TOKEN = 'let-me-edit';
// Each frame costs a page some milliseconds: a few a second are enough.
const SOURCE = 'test:384x216@8';

export const DESK = { width: 1440, height: 900 };
export const PHONE = { width: 360, height: 740 };

// Options that make the server serve the pages to be tested.
export const pages = () =>
  process.env.MOONREEL_WEB ? ['--web-dir', process.env.MOONREEL_WEB] : [];

// A server that streams the clip through `script`: { server, folder, file, read(), write(text) }.
export async function startStudio(script, ...options) {
  const folder = makeFolder();
  const file = path.join(folder, 'process.lua');
  fs.writeFileSync(file, script);
  const server = await new Server(
    '--token',
    TOKEN,
    '--script',
    file,
    ...pages(),
    ...options,
    SOURCE
  ).start();
  return {
    server,
    folder,
    file,
    read: (name = 'process.lua') => fs.readFileSync(path.join(folder, name), 'utf8'),
    write: (text, name = 'process.lua') => save(path.join(folder, name), text),
  };
}

export function api(server, where, options = {}) {
  return fetch(new URL(`api/streams/live${where}`, server.url), {
    ...options,
    headers: { Authorization: `Bearer ${TOKEN}`, ...options.headers },
  });
}

// A page with nothing open yet.
export function newPage(t, browser, options = {}) {
  return openPage(t, browser, { viewport: DESK, ...options });
}

// Opens the studio with the token, and waits for the script's text and the picture.
export async function openStudio(
  t,
  browser,
  server,
  { query = `?token=${TOKEN}`, ready = true, ...options } = {}
) {
  const page = await newPage(t, browser, options);
  await page.goto(new URL(`studio${query}`, server.url).href);
  if (ready) await untilReady(page);
  return page;
}

export async function untilReady(page) {
  await page.locator('.cm-content').first().waitFor({ state: 'attached' });
  await page.locator('#state[data-kind="live"]').waitFor();
}

// Returns the text in the editor, if it is short enough to be visible as a whole.
export async function text(page) {
  return (await page.locator('#editor .cm-line').allTextContents()).join('\n');
}

// Puts another text into the editor. What was there is deleted first: when a whole text is typed
// over, the browser tries to keep the looks of the old one by style attributes, which the policy
// stops, with a message.
export async function write(page, value) {
  await page.locator('#editor .cm-content').focus();
  await page.keyboard.press('ControlOrMeta+a');
  await page.keyboard.press('Delete');
  await page.keyboard.insertText(value);
}

export function press(page, key) {
  return page.keyboard.press(`ControlOrMeta+${key}`);
}

export function untilResult(page, pattern, timeout = DEADLINE_MS) {
  return page.locator('#result-text').filter({ hasText: pattern }).waitFor({ timeout });
}

// Until the editor's text matches.
export function untilText(page, pattern) {
  return page.locator('#editor .cm-content').filter({ hasText: pattern }).waitFor();
}

// Until the payload beside the picture matches.
export function untilPayload(page, pattern) {
  return page.locator('#payload').filter({ hasText: pattern }).waitFor({ state: 'attached' });
}

// Until exactly these lines are underlined, counted from 1.
export function untilUnderlined(page, ...lines) {
  return page.waitForFunction((wanted) => {
    const root = document.getElementById('editor').shadowRoot;
    const found = [...root.querySelectorAll('.cm-line')].flatMap((line, index) =>
      line.querySelector('.cm-lintRange-error') ? [index + 1] : []
    );
    return found.join() === wanted;
  }, lines.join());
}

// Until the cursor is in this line.
export function untilCursor(page, line) {
  return page
    .locator('#editor .cm-activeLineGutter')
    .filter({ hasText: new RegExp(`^${line}$`) })
    .waitFor();
}
