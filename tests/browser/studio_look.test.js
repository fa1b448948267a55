// The look of the studio in both themes, on a large screen and a phone; its accessibility; its size.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { gzipSync } from 'node:zlib';

import { findBarriers, launchBrowser, shoot } from './support.js';
import {
  DESK,
  openStudio,
  PHONE,
  press,
  startStudio,
  TOKEN,
  untilResult,
  write,
} from './studio_support.js';

const MOST_BYTES = 600 * 1024;
const SCRIPT = `-- What moves is marked.

settings = {
  threshold = { 12, min = 1, max = 100, help = "levels of brightness" },
  look = { "boxes", choices = { "boxes", "cells" } },
  place = { "Front yard", choices = { "Front yard", "Back yard", "Gate", "Road", "Roof" } },
  tint = { "#ff880080", type = "color", help = "of what moves" },
  label = { "Yard" },
  marks = { true, help = "draw them" },
  rate = { 7.5, step = 0.5 },
  reset = { type = "button", help = "forget the empty scene" },
}

local usual -- brightness of each cell

function on_settings(changed)
  if changed.reset then
    usual = nil
    log.warn("the empty scene is learned anew")
  end
end

function process(frame)
  local levels = frame:luma(24, 12)
  usual = usual or levels
  local boxes = {}
  for i, level in ipairs(levels) do
    if math.abs(level - usual[i]) > settings.threshold and #boxes < 4 then
      boxes[#boxes + 1] = { x = (i - 1) % 24 * 16, y = (i - 1) // 24 * 18, w = 60, h = 40,
        label = "car", score = 0.87 }
    end
  end
  frame:text(settings.label, 12, 12, { size = 18, background = "#0008" })
  return { label = settings.label, boxes = boxes }
end
`;
let browser;
let studio;

before(async () => {
  browser = await launchBrowser();
  studio = await startStudio(SCRIPT);
});

after(async () => {
  await browser?.close();
  assert.equal(await studio?.server.stop(), 0);
});

// A picture of the page, and no barriers in it.
async function record(page, name, scheme) {
  await shoot(page, `studio-${name}-${scheme}`);
  const barriers = await findBarriers(page, { colors: scheme === 'dark' });
  assert.deepEqual(barriers, [], `${name}, ${scheme}`);
}

const close = (page, id) => page.locator(id).getByRole('button', { name: 'Close' }).click();

async function fail(page) {
  await write(page, SCRIPT.replace('usual = usual or levels', 'usual = = levels'));
  await press(page, 's');
  await untilResult(page, /^process\.lua:25: /);
  await page.getByRole('button', { name: 'Go to line 25' }).click();
  await untilUnderlinedSomewhere(page);
}

// Not all lines are there when the text is long.
const untilUnderlinedSomewhere = (page) =>
  page.locator('#editor .cm-lintRange-error').first().waitFor();

for (const colorScheme of ['light', 'dark']) {
  test(`a desk, ${colorScheme}`, async (t) => {
    const page = await openStudio(t, browser, studio.server, { colorScheme, viewport: DESK });
    await page.locator('.setting').nth(7).waitFor();
    await page.locator('#setting-reset').click();
    await page.locator('#log li', { hasText: 'learned anew' }).first().waitFor();
    await record(page, 'desk', colorScheme);
    await page.getByRole('tab', { name: 'Payload' }).click();
    await page.getByRole('tab', { name: 'Graphs' }).first().click();
    await page.locator('#chart-drops .values', { hasText: /failed \d/ }).waitFor();
    await record(page, 'desk-graphs', colorScheme);
    await page.getByRole('tab', { name: 'Settings' }).first().click();
    await page.getByRole('tab', { name: 'Console' }).first().click();

    await fail(page);
    await record(page, 'desk-mistake', colorScheme);
    await page.keyboard.press('End');
    await page.keyboard.type(' frame:bl');
    await page.locator('.cm-completionInfo').waitFor();
    await record(page, 'desk-completion', colorScheme);
    await page.keyboard.press('Escape');
    await press(page, 'f');
    await page.locator('.cm-search').waitFor();
    await record(page, 'desk-search', colorScheme);
    await page.keyboard.press('Escape');

    await page.locator('#versions-open').click();
    await record(page, 'desk-versions', colorScheme);
    await page
      .locator('#versions-list')
      .getByRole('button', { name: /^Compare/ })
      .last()
      .click();
    await page.locator('#compare .cm-changedText').first().waitFor();
    await record(page, 'desk-compare', colorScheme);
    await close(page, '#compare');
    await page.locator('#files-open').click();
    await page.locator('#examples-list li').nth(6).waitFor();
    await record(page, 'desk-files', colorScheme);
    await page.getByRole('button', { name: 'Save as…' }).click();
    await record(page, 'desk-name', colorScheme);
    await page.keyboard.press('Escape');
    await page.locator('#help-open').click();
    await record(page, 'desk-help', colorScheme);
    await close(page, '#help');

    studio.write(`${SCRIPT}-- elsewhere\n`);
    await page.locator('#disk').waitFor();
    await record(page, 'desk-disk', colorScheme);
    await page.getByRole('button', { name: 'Load from disk' }).click();
    await write(
      page,
      SCRIPT.replace('local boxes = {}', 'local boxes = {} late(frame)').replace(
        'local usual',
        'local n = 0 function late(f) n = n + 1 if n > 9 then f:nope() end end local usual'
      )
    );
    await press(page, 'Enter');
    await page.locator('#trial').waitFor();
    await page.locator('#failure', { hasText: 'process.lua:14:' }).waitFor();
    await record(page, 'desk-trial', colorScheme);
    studio.write(SCRIPT);
  });

  test(`a desk without a token, ${colorScheme}`, async (t) => {
    const page = await openStudio(t, browser, studio.server, {
      colorScheme,
      viewport: DESK,
      query: '',
      ready: false,
    });
    await page.locator('#state[data-kind="live"]').waitFor();
    await page.locator('#settings-locked').waitFor();
    await record(page, 'desk-gate', colorScheme);
    await page.setViewportSize(PHONE);
    await record(page, 'phone-gate', colorScheme);
  });

  test(`a phone, ${colorScheme}`, async (t) => {
    const page = await openStudio(t, browser, studio.server, {
      colorScheme,
      viewport: PHONE,
      hasTouch: true,
      isMobile: true,
    });
    const panes = page.getByRole('navigation');
    for (const pane of ['Script', 'Picture', 'Settings', 'Console', 'Graphs']) {
      await panes.getByRole('tab', { name: pane }).tap();
      if (pane === 'Graphs') await page.locator('#chart-fps canvas').waitFor();
      if (pane === 'Console') await page.locator('#log li').first().waitFor();
      if (pane === 'Settings') await page.locator('.setting').first().waitFor();
      await record(page, `phone-${pane.toLowerCase()}`, colorScheme);
      assert.equal(
        await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth),
        true,
        `${pane} is wider than the phone`
      );
    }
    await panes.getByRole('tab', { name: 'Script' }).tap();
    await page.locator('#files-open').tap();
    await page.locator('#examples-list li').nth(6).waitFor();
    await record(page, 'phone-files', colorScheme);
    await page.keyboard.press('Escape');
    await write(page, SCRIPT.replace('usual = usual or levels', 'usual = = levels'));
    await page.getByRole('button', { name: 'Save', exact: true }).tap();
    await untilResult(page, /^process\.lua:25: /);
    await page.getByRole('button', { name: 'Go to line 25' }).tap();
    await untilUnderlinedSomewhere(page);
    await record(page, 'phone-mistake', colorScheme);
    await page.locator('#versions-open').tap();
    await page
      .locator('#versions-list')
      .getByRole('button', { name: /^Compare/ })
      .last()
      .tap();
    await page.locator('#compare .cm-changedText').first().waitFor();
    await record(page, 'phone-compare', colorScheme);
  });
}

test('splitters are moved by keys, and stay where they were', async (t) => {
  const page = await openStudio(t, browser, studio.server);
  const splitter = page.getByRole('separator', { name: 'Width of the picture' });
  const width = () => page.locator('#side').evaluate((node) => node.offsetWidth);
  const before = await width();
  await splitter.focus();
  for (let i = 0; i < 5; i++) await page.keyboard.press('ArrowLeft');
  const wider = await width();
  assert.ok(wider > before + 100, `${before} to ${wider}`);
  assert.equal(await splitter.getAttribute('aria-valuenow'), '52');
  const box = await splitter.boundingBox();
  await page.mouse.move(box.x + 3, box.y + 200);
  await page.mouse.down();
  await page.mouse.move(box.x + 103, box.y + 200, { steps: 5 });
  await page.mouse.up();
  const narrower = await width();
  assert.ok(Math.abs(narrower - wider + 100) < 12, `${wider} to ${narrower}`);
  await page.reload();
  await page.waitForFunction(
    (wanted) => document.getElementById('side').offsetWidth === wanted,
    narrower
  );
});

test('tabs go by arrow keys', async (t) => {
  const page = await openStudio(t, browser, studio.server);
  await page.locator('#tab-console').focus();
  await page.keyboard.press('ArrowRight');
  await page.locator('#chart-fps').waitFor();
  assert.equal(await page.locator('#tab-graphs').getAttribute('aria-selected'), 'true');
  await page.keyboard.press('Home');
  await page.locator('#log-scroller').waitFor();
});

test('clicks on the picture reach the script', async (t) => {
  const page = await openStudio(t, browser, studio.server);
  await write(
    page,
    'local last\nfunction on_message(m) if m.event == "click" then last = m end end\n'
      + 'function process() return { last = last } end\n'
  );
  await press(page, 's');
  await untilResult(page, /^Saved/);
  const box = await page.locator('#stage').boundingBox();
  await page.mouse.click(box.x + box.width / 2, box.y + box.height / 2);
  await page
    .locator('#payload')
    .filter({ hasText: /"event": "click"/ })
    .waitFor({ state: 'attached' });
  const { last } = JSON.parse(await page.locator('#payload').textContent());
  assert.ok(Math.abs(last.x - 192) < 3 && Math.abs(last.y - 108) < 3, JSON.stringify(last));
});

test('boxes are drawn over the picture, or not', async (t) => {
  const page = await openStudio(t, browser, studio.server);
  await write(
    page,
    'function process() return { boxes = { { x = 50, y = 50, w = 100, h = 80, label = "a" } } } end\n'
  );
  await press(page, 's');
  await untilResult(page, /^Saved/);
  const drawn = (wanted) =>
    page.waitForFunction((expected) => {
      const canvas = document.getElementById('boxes');
      const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
      return data.some((value) => value > 0) === expected;
    }, wanted);
  await drawn(true);
  await page.getByLabel('Boxes').click();
  await drawn(false);
});

test('all that it can load weighs no more than 600 KB, compressed', async (t) => {
  const seen = new Map();
  const load = async (address) => {
    const { pathname } = new URL(address, studio.server.url);
    if (seen.has(pathname)) return;
    const answer = await fetch(new URL(address, studio.server.url));
    assert.equal(answer.status, 200, pathname);
    const bytes = Buffer.from(await answer.arrayBuffer());
    seen.set(pathname, gzipSync(bytes, { level: 9 }).length);
    const source = bytes.toString();
    const named =
      /\.(html|)$/.test(pathname) || pathname.endsWith('studio')
        ? [...source.matchAll(/(?:src|href)="([^"]*assets\/[^"]+)"/g)]
        : [...source.matchAll(/["'](\.\/[\w-]+\.(?:js|css))["']/g)];
    for (const [, name] of named)
      await load(new URL(name, new URL(pathname, studio.server.url)).href);
  };
  await load('studio');
  const sum = [...seen.values()].reduce((a, b) => a + b);
  t.diagnostic(`${Math.round(sum / 1024)} KB in ${seen.size} files`);
  assert.ok(
    [...seen.keys()].some((name) => name.includes('compare')),
    'lazy chunks are counted'
  );
  assert.ok(sum <= MOST_BYTES, `${sum} bytes`);
});

test('the help says how to leave the editor, and its token is nowhere in the page', async (t) => {
  const page = await openStudio(t, browser, studio.server);
  await page.locator('#help-open').click();
  await page.locator('#help').getByText('Leave the editor').waitFor();
  assert.ok(!(await page.content()).includes(TOKEN));
  const links = await page.locator('#help a').evaluateAll((all) => all.map(({ href }) => href));
  const texts = await Promise.all(links.map(async (link) => (await fetch(link)).text()));
  assert.match(texts[0], /^MIT License\n\nCopyright/);
  for (const name of ['@codemirror/view', '@lezer/highlight', 'uplot', 'socket.io-client'])
    assert.match(texts[1], new RegExp(`^${name} \\d[\\d.]* \\(MIT\\)$`, 'm'));
});
