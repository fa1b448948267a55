// The viewer: joins connection, player and the page's elements.
//
// ?stream=NAME chooses a stream; without it the server's first that works is shown. ?token=TOKEN is for servers
// that let nobody watch without.

import { Connection } from './connection.js';
import { parse } from './message.js';
import { Latency, Rate } from './meter.js';
import { Notice, setText } from './notice.js';
import { PayloadPanel } from './payload.js';
import { Player } from './player.js';

const TICK_MS = 250;

const element = (id) => document.getElementById(id);

const frames = new Rate();
const bytes = new Rate();
let latency = new Latency();

const notice = new Notice();
const panel = new PayloadPanel(element('payload'));
const player = new Player(element('picture'), drawn);
const connection = new Connection(
  document.baseURI,
  new URLSearchParams(location.search).get('stream'),
  { message: received, state: showState },
  new URLSearchParams(location.search).get('token'),
);

function received(buffer) {
  const message = parse(buffer);
  if (!message) return;
  bytes.add(performance.now(), message.bytes);
  player.show(message);
}

function drawn(message, width, height) {
  const now = performance.now();
  frames.add(now);
  latency.add(now, Date.now() - message.capturedUs / 1000);
  panel.show(message, now);
  notice.noSignal = message.payload().startsWith('{"signal":false,');
  element('picture').hidden = false;
  element('seq').textContent = message.seq;
  element('size').textContent = `${width} × ${height}`;
}

function showState() {
  const { kind } = connection.state;
  if (kind !== 'live' && kind !== 'stalled') latency = new Latency();
  notice.show(connection);
  if (!connection.stream) return;
  setText('stream', connection.stream);
  document.title = `${connection.stream} · moonreel`;
}

function bitrate(bitsPerSecond) {
  const units = ['kbit/s', 'Mbit/s', 'Gbit/s'];
  let value = bitsPerSecond / 1000;
  while (value >= 1000 && units.length > 1) {
    value /= 1000;
    units.shift();
  }
  return `${value.toFixed(value < 10 ? 1 : 0)} ${units[0]}`;
}

function showFigures() {
  const now = performance.now();
  const live = connection.state.kind === 'live';
  const delay = live ? latency.get() : null;
  setText('fps', live ? `${frames.perSecond(now).toFixed(1)} fps` : '–');
  setText('bandwidth', live ? bitrate(8 * bytes.perSecond(now)) : '–');
  setText('latency', delay ? `${delay.relative ? '+' : ''}${Math.round(delay.ms)} ms` : '–');
  setText('skipped', String(player.skipped));
  element('latency').title = delay?.relative
    ? 'The clocks of server and browser differ: time above the fastest frame of the last minute'
    : 'From the decoder to the screen';
}

// The picture is shown at its own size, scaled down where it must; "Fit" also scales it up.
function chooseFit(fit) {
  element('fit').setAttribute('aria-pressed', String(fit));
  element('picture').classList.toggle('fit', fit);
  try {
    localStorage.setItem('fit', fit ? 'yes' : 'no');
  } catch { /* storage may be forbidden: the choice lasts as long as the page */ }
}

function rememberedFit() {
  try {
    return localStorage.getItem('fit') === 'yes';
  } catch {
    return false;
  }
}

element('fit').addEventListener('click', () => {
  chooseFit(element('fit').getAttribute('aria-pressed') !== 'true');
});
document.addEventListener('visibilitychange', () => document.hidden || connection.wake());
window.addEventListener('online', () => connection.wake());
window.addEventListener('pageshow', (event) => event.persisted && connection.wake());

chooseFit(rememberedFit());
connection.connect();
setInterval(() => {
  connection.tick();
  notice.show(connection);
  showFigures();
}, TICK_MS);
