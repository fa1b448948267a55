// The parts that the pages share, as far as they need no browser: boxes, texts for each state, the
// bounded history.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { drawBoxes, hasBoxes } from '../../web/shared/boxes.js';
import { Latency, Rate } from '../../web/shared/meter.js';
import { ServerClock } from '../../web/shared/server_clock.js';
import { describe } from '../../web/shared/status.js';
import { History } from '../../web/viewer/history.js';
import { layOut } from '../../web/shared/json_layout.js';

// A canvas's context that remembers what was drawn: { boxes, labels }.
function makeContext(width, height) {
  const drawn = { boxes: [], labels: [] };
  return {
    drawn,
    canvas: { width, height },
    clearRect() {},
    fillRect() {},
    measureText: (text) => ({ width: 7 * text.length }),
    strokeRect(...box) { drawn.boxes.push(box); },
    fillText(text, x) { drawn.labels.push([text, x]); },
  };
}

test('boxes are scaled to the canvas, those that are malformed are skipped', () => {
  const context = makeContext(200, 100);
  const boxes = [
    { x: 10, y: 20, w: 30, h: 40, label: 'car', score: 0.874 },
    null, 7, 'box', [], {}, { x: 1, y: 2, w: 3 }, { x: '1', y: 2, w: 3, h: 4 },
    { x: Infinity, y: 2, w: 3, h: 4 },
    { x: 1, y: 2, w: 3, h: 4, label: { a: 1 }, score: 'high', color: 5 },
    { x: 380, y: 0, w: 10, h: 10, label: 'x'.repeat(500) },
  ];
  assert.equal(drawBoxes(context, { boxes }, 400, 200), 3);
  assert.deepEqual(context.drawn.boxes, [[5, 10, 15, 20], [0.5, 1, 1.5, 2], [190, 0, 5, 5]]);
  assert.deepEqual(context.drawn.labels.map(([text]) => text), ['car 87 %', 'x'.repeat(60)]);
  assert.ok(context.drawn.labels[1][1] < 190, 'a label stays within the picture where it can');
});

test('what is no list of boxes is none', () => {
  for (const payload of [null, 1, 'boxes', [], {}, { boxes: null }, { boxes: {} }]) {
    assert.equal(drawBoxes(makeContext(10, 10), payload, 10, 10), 0);
  }
  assert.equal(hasBoxes(null), false);
  assert.equal(hasBoxes({ payloadText: '{"n":1}' }), false);
  assert.equal(hasBoxes({ payloadText: '{"boxes":[]}' }), true);
});

test('every state has a word, and a sentence unless all is well', () => {
  const kinds = ['connecting', 'waiting', 'live', 'stalled', 'lost', 'ended', 'failed', 'unknown',
    'full', 'forbidden', 'refused', 'gone', 'paused', 'closed'];
  const words = kinds.map((kind) => {
    const status = { kind, stream: 'yard', streams: [], retryAt: 2500, reason: null };
    const { word, title, detail, tone } = describe(status, { now: 1000 });
    assert.ok(word && ['good', 'busy', 'bad', 'rest'].includes(tone), kind);
    assert.equal(title === '', kind === 'live', kind);
    assert.doesNotMatch(`${title} ${detail}`, /null|undefined/, kind);
    return word;
  });
  assert.equal(new Set(words).size, kinds.length);
  const gone = { kind: 'gone', streams: [], retryAt: 2500, reason: 'no' };
  assert.equal(describe(gone, { now: 1000 }).detail, 'Trying again in 2 s');
  assert.equal(describe(gone, { now: 2600 }).detail, 'Trying again…');
});

test('the history is bounded in number and in size', () => {
  const history = new History();
  for (let i = 0; i < 500; i++) history.add(i, `{"n":${i}}`);
  assert.equal(history.length, 200);
  assert.deepEqual(history.matching().slice(0, 2).map(({ seq }) => seq), [499, 498]);
  assert.deepEqual(history.matching('N":49').map(({ seq }) => seq),
    [499, 498, 497, 496, 495, 494, 493, 492, 491, 490]);
  for (let i = 0; i < 10; i++) history.add(500 + i, i + 'x'.repeat(700_000));
  assert.equal(history.length, 2);
  history.add(600, 'y'.repeat(5_000_000));
  assert.equal(history.length, 1, 'the newest is kept whatever its size');
});

test('payloads that say the same are counted', () => {
  const history = new History();
  ['{"a":1}', '{"a":1}', '{"a":2}'].forEach((json, i) => history.add(i + 1, json));
  assert.deepEqual(history.matching(), [
    { seq: 3, json: '{"a":2}', times: 1, same: 5 },
    { seq: 2, json: '{"a":1}', times: 2, same: 0 },
  ]);
});

test('JSON is laid out without touching its numbers, other text is left alone', () => {
  assert.equal(layOut('{"id":9007199254740993,"f":1.0,"e":1e400}'),
    '{\n  "id": 9007199254740993,\n  "f": 1.0,\n  "e": 1e400\n}');
  assert.equal(layOut('not JSON'), 'not JSON');
});

test('rates are of the last two seconds, the first picture apart', () => {
  const rate = new Rate();
  for (let now = 0; now <= 4000; now += 40) rate.add(now);
  assert.ok(Math.abs(rate.perSecond(4000) - 25) < 0.01);
  assert.equal(rate.perSecond(9000), 0);
});

// A server whose clock is `ahead` of ours, and questions that take `tripMs` each way; time passes only here.
function clockAcross(t, ahead, tripMs) {
  let now = 1_700_000_000_123;
  let questions = 0;
  t.mock.method(Date, 'now', () => now);
  const clock = new ServerClock(async () => {
    questions++;
    now += tripMs;
    const stamp = Math.floor((now + ahead) / 1000) * 1000;
    now += tripMs;
    return stamp;
  }, async (ms) => { now += ms; });
  return { clock, questions: () => questions };
}

test('the clocks of server and browser may differ by hours, known from the Date of answers', async (t) => {
  for (const tripMs of [0, 15, 80]) {
    for (const ahead of [-3 * 3_600_000 - 777, -40, 0, 499, 86_400_000]) {
      const { clock, questions } = clockAcross(t, ahead, tripMs);
      assert.equal(clock.aheadMs, null);
      assert.equal(await clock.measure(), true);
      assert.ok(Math.abs(clock.aheadMs - ahead) <= Math.max(20, tripMs), `${clock.aheadMs} for ${ahead}`);
      assert.ok(questions() <= 12);
      t.mock.restoreAll();
    }
  }
});

test('latency is the difference of the clocks, less what they differ by', () => {
  const latency = new Latency();
  assert.equal(latency.get(0), null);
  for (let i = 0; i < 50; i++) latency.add(-3_600_000 + 30);
  assert.equal(latency.get(null), null);
  assert.equal(latency.get(3_600_000), 30);
  for (let i = 0; i < 50; i++) latency.add(-3_600_000 + 25_000); // however old pictures become, it says so
  assert.ok(latency.get(3_600_000) > 24_990);
});
