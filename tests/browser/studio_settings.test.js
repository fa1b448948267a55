// The form of the script's settings: every type, live to the script; refusals; changes of others.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { launchBrowser } from './support.js';
import {
  api,
  openStudio,
  press,
  startStudio,
  untilPayload,
  untilResult,
  write,
} from './studio_support.js';

const SCRIPT = `settings = {
  speed = { 3, min = 0, max = 10, step = 0.5, help = "pixels a frame" },
  limit = { 7 },
  on = { true },
  mode = { "day", choices = { "day", "night" } },
  place = { "a", choices = { "a", "b", "c", "d", "e", "f" } },
  tint = { "#ff8800", type = "color" },
  veil = { "#00000080", type = "color" },
  label = { "<b>Yard</b>", help = "<img src=x onerror=document.title='broken'>" },
  reset = { type = "button", help = "back to 0" },
}
local pressed = 0
function on_settings(changed) if changed.reset then pressed = pressed + 1 end end
function process()
  local values = { pressed = pressed }
  for name, value in pairs(settings) do values[name] = value end
  return values
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

const row = (page, name) => page.locator(`.setting[data-name="${name}"]`);

async function open(t) {
  const page = await openStudio(t, browser, studio.server);
  await row(page, 'label').waitFor();
  return page;
}

test('each type of setting is changed while the stream runs', async (t) => {
  const page = await open(t);
  await row(page, 'speed').getByText('pixels a frame').waitFor();
  await row(page, 'speed').getByRole('slider').focus();
  await page.keyboard.press('ArrowRight');
  await untilPayload(page, /"speed": 3\.5/);
  assert.equal(await row(page, 'speed').getByRole('spinbutton').inputValue(), '3.5');
  await row(page, 'speed').getByRole('spinbutton').fill('9');
  await untilPayload(page, /"speed": 9\b/);
  assert.equal(await row(page, 'speed').getByRole('slider').inputValue(), '9');

  await row(page, 'limit').getByRole('spinbutton').fill('-2.25');
  await untilPayload(page, /"limit": -2\.25/);
  await row(page, 'on').getByRole('switch').click();
  await untilPayload(page, /"on": false/);
  await row(page, 'mode').getByRole('radio', { name: 'night' }).click();
  await untilPayload(page, /"mode": "night"/);
  await row(page, 'place').getByRole('combobox').selectOption('e');
  await untilPayload(page, /"place": "e"/);
  await row(page, 'label').getByRole('textbox').fill('Gate <i>2</i>');
  await untilPayload(page, /"label": "Gate <i>2<\/i>"/);
  await row(page, 'reset').getByRole('button').click();
  await untilPayload(page, /"pressed": 1/);
});

test('a colour is picked; its alpha stays where the script uses one', async (t) => {
  const page = await open(t);
  await row(page, 'tint').locator('[type=color]').fill('#102030');
  await untilPayload(page, /"tint": "#102030"/);
  assert.equal(await row(page, 'tint').getByRole('slider').isVisible(), false);
  await row(page, 'veil').locator('[type=color]').fill('#405060');
  await untilPayload(page, /"veil": "#40506080"/);
  await row(page, 'veil').getByRole('slider').fill('1');
  await untilPayload(page, /"veil": "#405060ff"/);
  await row(page, 'tint').getByRole('textbox', { name: 'tint', exact: true }).fill('tomato');
  await untilPayload(page, /"tint": "tomato"/);
  assert.equal(await row(page, 'tint').locator('[type=color]').inputValue(), '#ff6347');
});

test('what the script does not allow is said beside the control, the others go on', async (t) => {
  const page = await open(t);
  await row(page, 'speed').getByRole('spinbutton').fill('99');
  await row(page, 'speed').getByRole('alert').filter({ hasText: 'above the maximum 10' }).waitFor();
  await row(page, 'tint').getByRole('textbox', { name: 'tint', exact: true }).fill('no colour');
  await row(page, 'tint').getByRole('alert').waitFor();
  await row(page, 'limit').getByRole('spinbutton').fill('5');
  await untilPayload(page, /"limit": 5\b/);
  await row(page, 'speed').getByRole('spinbutton').fill('2');
  await row(page, 'speed').getByRole('alert').waitFor({ state: 'hidden' });
  await untilPayload(page, /"speed": 2\b/);
});

test('a setting goes back to its default', async (t) => {
  const page = await open(t);
  await row(page, 'speed').getByRole('spinbutton').fill('8');
  await untilPayload(page, /"speed": 8\b/);
  await row(page, 'speed').getByRole('button', { name: 'Reset speed to 3' }).click();
  await untilPayload(page, /"speed": 3\b/);
  assert.equal(await row(page, 'speed').getByRole('spinbutton').inputValue(), '3');
  await row(page, 'speed').getByRole('button', { name: /Reset/ }).waitFor({ state: 'hidden' });
});

test('what others change shows up', async (t) => {
  const page = await open(t);
  await api(studio.server, '/settings', { method: 'PATCH', body: '{"limit":41,"mode":"day"}' });
  await page.waitForFunction(() => document.getElementById('setting-limit').value === '41');
  assert.equal(await row(page, 'mode').getByRole('radio', { name: 'day' }).isChecked(), true);
});

test('a slider that is dragged sends ten values a second at most, and the last one', async (t) => {
  const page = await open(t);
  const sent = [];
  page.on('request', (request) => {
    if (request.method() === 'PATCH') sent.push({ at: Date.now(), ...request.postDataJSON() });
  });
  await row(page, 'speed').getByRole('slider').scrollIntoViewIfNeeded();
  const box = await row(page, 'speed').getByRole('slider').boundingBox();
  await page.mouse.move(box.x + 5, box.y + box.height / 2);
  await page.mouse.down();
  const began = Date.now();
  await page.mouse.move(box.x + box.width + 20, box.y + box.height / 2, { steps: 80 });
  await page.mouse.up();
  await untilPayload(page, /"speed": 10\b/);
  const most = 2 + (Date.now() - began) / 100;
  assert.ok(sent.length <= most, `${sent.length} requests`);
  assert.equal(sent.at(-1).speed, 10);
});

test('markup in a declaration is text', async (t) => {
  const page = await open(t);
  await row(page, 'label').getByText("<img src=x onerror=document.title='broken'>").waitFor();
  assert.equal(await page.locator('.setting img, .setting b').count(), 0);
  assert.match(await page.title(), /moonreel studio/);
});

test('another version of the script has other settings', async (t) => {
  const page = await open(t);
  await write(
    page,
    'settings = { fresh = { 5, min = 1, max = 9 } }\n'
      + 'function process() return { fresh = settings.fresh } end\n'
  );
  await press(page, 's');
  await untilResult(page, /^Saved/);
  await row(page, 'fresh').getByRole('slider').waitFor();
  assert.equal(await row(page, 'speed').count(), 0);
  await write(page, 'function process() end\n');
  await press(page, 's');
  await page.getByText('The script declares no settings').waitFor();
});
