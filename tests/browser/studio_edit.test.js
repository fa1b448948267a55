// The studio's editor: saving, mistakes, trials, and help with moonreel's calls.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { launchBrowser, NIGHT } from './support.js';
import {
  openStudio,
  press,
  startStudio,
  text,
  untilCursor,
  untilPayload,
  untilReady,
  untilResult,
  untilText,
  untilUnderlined,
  write,
} from './studio_support.js';

const ANSWER_MS = 500; // from the key to the answer, on a machine that does nothing else
const version = (number, more = '') =>
  `function process(frame)\n  return { version = ${number} }${more}\nend\n`;
const START = version(1);
let browser;
let studio;

before(async () => {
  browser = await launchBrowser();
  studio = await startStudio(START);
});

after(async () => {
  await browser?.close();
  assert.equal(await studio?.server.stop(), 0);
});

// Sets the script back for the next test.
async function open(t, options) {
  const page = await openStudio(t, browser, studio.server, options);
  await write(page, START);
  await press(page, 's');
  await untilResult(page, /^Saved: running as version \d+$/);
  return page;
}

// Milliseconds from the key to when the page shows a result that matches, measured in the page.
async function timeOf(page, key, pattern) {
  await page.evaluate(() => {
    window.shown = null;
    const result = document.getElementById('result-text');
    addEventListener(
      'keydown',
      ({ key, timeStamp }) => {
        if (key === 's') window.pressed = timeStamp;
      },
      { capture: true }
    );
    new MutationObserver(() =>
      requestAnimationFrame(() => {
        window.shown = { at: performance.now(), text: result.textContent };
      })
    ).observe(result, { childList: true, characterData: true, subtree: true });
  });
  await press(page, key);
  await page.waitForFunction(
    (source) => new RegExp(source).test(window.shown?.text),
    pattern.source
  );
  return page.evaluate(() => window.shown.at - window.pressed);
}

// Milliseconds that the fastest of some attempts took. In the night ring, when nothing else runs,
// that must be fast enough.
async function timeBest(attempt) {
  let best = Infinity;
  for (let i = 0; i < (NIGHT ? 8 : 2); i++) best = Math.min(best, await attempt(i));
  if (NIGHT) assert.ok(best <= ANSWER_MS, `${best} ms`);
  return best;
}

test('a save is answered, and its version runs', async (t) => {
  const page = await open(t);
  const best = await timeBest(async (i) => {
    await write(page, version(i + 2));
    await page.locator('#document-state', { hasText: 'Unsaved changes' }).waitFor();
    const ms = await timeOf(page, 's', /^Saved: running as version \d+$/);
    await untilPayload(page, new RegExp(`"version": ${i + 2}\\b`));
    assert.equal(studio.read(), version(i + 2));
    await page.locator('#document-state', { hasText: /^Saved$/ }).waitFor();
    return ms;
  });
  t.diagnostic(`from the key to "Saved: running": ${Math.round(best)} ms`);
});

test('a mistake is answered at its line, and changes nothing', async (t) => {
  const page = await open(t);
  const best = await timeBest(async (i) => {
    await write(page, `-- ${i}\nfunction process(frame)\n  local x = = 1\nend\n`);
    return timeOf(page, 's', /^process\.lua:3: /);
  });
  t.diagnostic(`from the key to the error: ${Math.round(best)} ms`);
  assert.equal(studio.read(), START);
  await untilUnderlined(page, 3);
  await page.keyboard.press('ControlOrMeta+Home');
  await untilCursor(page, 1);
  await page.getByRole('button', { name: 'Go to line 3' }).click();
  await untilCursor(page, 3);
  await page.locator('.cm-lintRange-error').first().hover();
  await page.locator('.cm-tooltip .cm-diagnostic', { hasText: 'process.lua:3:' }).waitFor();

  await write(page, version(9));
  await press(page, 's');
  await untilResult(page, /^Saved/);
  await untilUnderlined(page);
});

test('a script that fails on frames is underlined, and a banner leads there', async (t) => {
  const page = await open(t);
  await write(
    page,
    'local n = 0\nfunction process(frame)\n  n = n + 1\n  if n > 9 then frame:nope() end\n'
      + '  return { n = n }\nend\n'
  );
  await press(page, 's');
  await page.locator('#failure', { hasText: 'process.lua:4:' }).waitFor();
  await untilUnderlined(page, 4);
  await page.locator('#failure').getByRole('button').click();
  await untilCursor(page, 4);
  const before = await page.locator('#figure-seq').textContent();
  await page.waitForFunction(
    (seq) => document.getElementById('figure-seq').textContent !== seq,
    before
  );
  await write(page, version(10));
  await press(page, 's');
  await untilUnderlined(page);
  await page.locator('#failure').waitFor({ state: 'hidden' });
});

test('a trial runs without being saved, and the saved script comes back', async (t) => {
  const page = await open(t);
  await write(page, version(20));
  await press(page, 'Enter');
  await untilResult(page, /^Trial: running as version \d+, not saved$/);
  await untilPayload(page, /"version": 20/);
  await page.locator('#trial', { hasText: 'not saved' }).waitFor();
  assert.equal(studio.read(), START);
  await page.getByRole('button', { name: 'Back to the saved script' }).click();
  await untilResult(page, /^The saved script runs again/);
  await untilPayload(page, /"version": 1\b/);
  await page.locator('#trial').waitFor({ state: 'hidden' });
  assert.equal(await text(page), version(20)); // what was tried is still there

  await press(page, 'Enter');
  await page.locator('#trial').waitFor();
  await page.locator('#trial').getByRole('button', { name: 'Save', exact: true }).click();
  await untilResult(page, /^Saved/);
  assert.equal(studio.read(), version(20));
  await page.locator('#trial').waitFor({ state: 'hidden' });
});

test('a trial with a mistake leaves what runs', async (t) => {
  const page = await open(t);
  await write(page, 'function process()\n  oh(\nend\n');
  await press(page, 'Enter');
  await untilResult(page, /^process\.lua:3: /);
  await untilUnderlined(page, 3);
  await untilPayload(page, /"version": 1\b/);
  assert.equal(await page.locator('#trial').isVisible(), false);
});

test('what is not saved survives a reload', async (t) => {
  const page = await open(t);
  await write(page, version(30, ' -- not yet'));
  await page.reload();
  await untilReady(page);
  await untilText(page, /not yet/);
  await page.locator('#document-state', { hasText: 'Unsaved changes' }).waitFor();
  assert.equal(await page.locator('#disk').isVisible(), false);
  assert.equal(studio.read(), START);
});

test("completion lists the frame's methods with what they do, options and settings", async (t) => {
  const page = await open(t);
  await write(
    page,
    'settings = { label = { "Yard", help = "text in the corner" } }\n'
      + 'function process(frame)\nend\n'
  );
  await press(page, 's');
  await untilResult(page, /^Saved/);
  await page.locator('#settings-form').getByText('label').waitFor();

  await write(page, 'frame');
  await page.keyboard.type(':rect');
  const list = page.locator('.cm-tooltip-autocomplete');
  await list.getByRole('option', { name: /^rectangle/ }).waitFor();
  const info = page.locator('.cm-completionInfo');
  await info
    .filter({ hasText: 'Draw a rectangle: filled with `fill`, its outline inside of its edges.' })
    .waitFor();
  assert.match(await info.textContent(), /rectangle\(x, y, w, h, \[options\]\)/);
  await list.getByRole('option', { name: /^rectangle/ }).click();
  await untilText(page, /frame:rectangle\(x, y, w, h\)/);

  for (const [typed, expected] of [
    ['frame.qual', /^quality/],
    ['json.enc', /^encode/],
    ['log.wa', /^warn/],
    ['settings.la', /^label/],
    ['frame:text("a", 1, 2, { back', /^background/],
    ['local small = frame:resize(1, 2)\nsmall:lum', /^luma/],
    ['smooth', /^smoothstep/],
  ]) {
    await write(page, typed.slice(0, -2));
    await page.keyboard.type(typed.slice(-2));
    await list.getByRole('option', { name: expected }).waitFor();
    await page.keyboard.press('Escape');
    await list.waitFor({ state: 'hidden' });
  }
});

test('hovering a call tells what it does', async (t) => {
  const page = await open(t);
  await write(
    page,
    'function process(frame)\n  frame:rectangle(1, 2, 3, 4, { radius = 2 })\nend\n'
  );
  await page.keyboard.press('Escape');
  const line = await page.locator('#editor .cm-line').nth(1).boundingBox();
  const letter = 7.8; // wide
  await page.mouse.move(line.x + 20 * letter, line.y + 30);
  await page.mouse.move(line.x + 14 * letter, line.y + 8, { steps: 4 });
  const help = page.locator('.cm-tooltip-hover .cm-help');
  await help.filter({ hasText: 'frame:rectangle(x, y, w, h, [options])' }).waitFor();
  assert.match(
    await help.textContent(),
    /Draw a rectangle: filled with `fill`, its outline inside of its edges\./
  );
});

// Whether the whole of an element can be seen: it lies in the window, and at its corners nothing else does.
const isWhole = (locator) => locator.evaluate((node) => {
  const { left, right, top, bottom } = node.getBoundingClientRect();
  const at = (x, y) => node.contains(node.getRootNode().elementFromPoint(x, y));
  return left >= 0 && top >= 0 && right <= innerWidth && bottom <= innerHeight
    && at(left + 8, top + 8) && at(right - 8, top + 8) && at(left + 8, bottom - 8) && at(right - 8, bottom - 8);
});

test('the help beside a completion can be seen as a whole', async (t) => {
  const page = await open(t);
  await write(page, 'frame');
  await page.keyboard.type(':tex');
  const info = page.locator('.cm-completionInfo');
  await info.filter({ hasText: 'frame:text(s, x, y, [options]) → w, h' }).waitFor();
  await info.filter({ hasText: 'background' }).waitFor(); // what `options` may hold
  assert.ok(await isWhole(info), 'it is not cut off');
  assert.ok(await isWhole(page.locator('.cm-tooltip-autocomplete > ul')));
});

test('long lines are wrapped, and one letter that is selected marks no others', async (t) => {
  const page = await open(t);
  await write(page, `local ${'a = a + a '.repeat(60)}`);
  await page.keyboard.press('Escape');
  await page.keyboard.press('Control+End');
  assert.equal(await page.locator('#editor .cm-scroller').evaluate((node) => node.scrollWidth - node.clientWidth), 0);
  await write(page, `local ${'a = a + a '.repeat(4)}`);
  await page.keyboard.press('Escape');
  await page.keyboard.press('Control+End');
  await page.keyboard.press('Shift+ArrowLeft');
  await page.keyboard.press('Shift+ArrowLeft');
  await page.locator('#editor .cm-selectionMatch').first().waitFor(); // two characters do
  await page.keyboard.press('Shift+ArrowRight');
  await page.locator('#editor .cm-selectionMatch').first().waitFor({ state: 'detached' });
});

test('Tab through the page goes through the editor and changes nothing', async (t) => {
  const page = await open(t);
  const before = await text(page);
  const active = () => page.evaluate(() => document.activeElement.id);
  await page.locator('#save').focus();
  for (let i = 0; await active() !== 'editor'; i++) {
    assert.ok(i < 10, 'the editor is reached by Tab');
    await page.keyboard.press('Tab');
  }
  await page.keyboard.press('Tab');
  assert.notEqual(await active(), 'editor');
  assert.equal(await text(page), before);
});

test('Escape, then Tab leaves the editor; Tab alone indents', async (t) => {
  const page = await open(t);
  await write(page, 'x');
  await page.keyboard.press('Escape'); // of the completions
  await page.keyboard.press('Home');
  await page.keyboard.press('Tab');
  assert.equal(await text(page), '  x');
  await page.keyboard.press('Escape');
  await page.keyboard.press('Tab');
  assert.notEqual(await page.evaluate(() => document.activeElement.id), 'editor');
});
