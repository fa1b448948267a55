// The viewer: joins the client library, the player and the page's elements.
//
// ?stream=NAME chooses a stream. Without it, the viewer shows the server's first stream that has not
// failed. #token=TOKEN (or ?token=TOKEN) is for servers that ask viewers for a token; the viewer
// removes it from the address bar.

import { connect } from '../client/moonreel.js';
import { hasBoxes } from '../shared/boxes.js';
import { download, element, setText } from '../shared/dom.js';
import { Player } from '../shared/player.js';
import { attachPointer } from '../shared/pointer.js';
import { serverClock } from '../shared/server_clock.js';
import { describe, isOld } from '../shared/status.js';
import { askTicket } from '../shared/ticket.js';
import { keepToken, keptToken, onTokenLink, takeToken, tokenToWatch } from '../shared/token.js';
import { FullWindow, makeToggle, SmallWindow } from './controls.js';
import { Figures } from './figures.js';
import { attachKeys } from './keys.js';
import { Notice } from './notice.js';
import { PayloadPanel } from './payload_panel.js';
import { ScriptWatch } from './script_watch.js';
import { addressOf, attachStreams, showPhases } from './streams.js';

const TICK_MS = 250;
const SMALL = 1.5; // a picture that leaves so much of the window is fitted to it, unless somebody chose otherwise
const STREAMS_MS = 5000; // how often the states of several streams are asked for
const BASE = new URL('./', location);

let token = takeToken('view');
let edits = false; // the token is that for editing, which must not stand in an address
let viewer;
let paused = false; // by the user; the library pauses hidden tabs itself
let size = { width: 0, height: 0 }; // of the visible frame

const figures = new Figures();
const panel = new PayloadPanel();
const watch = new ScriptWatch(askState, showFailure);
const player = new Player(element('picture'), { boxes: element('boxes'), onDraw: drawn });
const notice = new Notice({ retry: () => viewer.wake(), resume: togglePause, unlock });
const full = new FullWindow();
const small = new SmallWindow((open) => {
  viewer.hidden = open ? 'keep' : 'pause';
});

const streamInAddress = () => new URLSearchParams(location.search).get('stream');

function open(stream) {
  const before = viewer;
  const opened = connect(BASE, {
    stream: stream ?? undefined,
    token: token ?? undefined,
    ...(edits ? { ticket: (path) => askTicket(BASE, token, path) } : {}),
    hidden: document.pictureInPictureElement ? 'keep' : 'pause',
    onFrame: (frame) => player.show(frame),
    onStatus: (status) => opened === viewer && showStatus(status),
  });
  viewer = opened;
  before?.close();
}

function drawn(frame, width, height) {
  const now = performance.now();
  figures.add(frame, width, height, viewer.received, now);
  panel.show(frame, now);
  if (frame.signal !== false) watch.frame(frame.payloadText, now);
  if (width !== size.width || height !== size.height) showSize(width, height);
  if (hasBoxes(frame)) element('show-boxes').hidden = false;
  element('frame').hidden = false;
  element('snapshot').disabled = false;
}

function showSize(width, height) {
  size = { width, height };
  element('frame').style.setProperty('--width', `${width}px`);
  element('frame').style.setProperty('--ratio', String(width / height));
  const room = element('stage').getBoundingClientRect();
  toggleFit.suggest(width * SMALL < room.width && height * SMALL < room.height);
}

function showStatus(status) {
  if (status.kind === 'forbidden' && token === null) tryOther();
  if (status.kind !== 'live' && status.kind !== 'stalled') figures.restart();
  tell(status);
  element('frame').classList.toggle('old', isOld(status));
  if (isOld(status)) watch.clear(); // nobody can say now whether the script fails
  element('frame').dataset.word = describe(status).word;
  element('picture').setAttribute('aria-label',
    status.kind === 'live' ? 'Live picture' : 'Last picture');
  if (!status.stream) return;
  setText('stream', status.stream);
  element('studio').href = `./studio${addressOf(status.stream)}`;
  element('failing-link').href = element('studio').href;
  document.title = `${status.stream} · moonreel`;
}

function tell(status) {
  notice.show(status, { hasToken: token !== null, hasPicture: player.shown !== null });
}

// Shows another stream without loading the page again.
function choose(name) {
  if (name === viewer.stream) return;
  history.pushState(null, '', addressOf(name));
  select(name);
}

function select(name) {
  player.clear();
  panel.clear();
  watch.clear();
  element('frame').hidden = true;
  element('show-boxes').hidden = true;
  element('snapshot').disabled = true;
  figures.restart();
  figures.show(false, 0);
  setText('seq', '–');
  setText('size', '–');
  viewer.select(name);
}

function togglePause() {
  paused = !paused;
  const button = element('pause');
  button.querySelector('use').setAttribute('href', paused ? '#i-play' : '#i-pause');
  setText(button.querySelector('span'), paused ? 'Resume' : 'Pause');
  if (paused) viewer.pause();
  else viewer.resume();
  if (!paused) panel.freeze(false);
}

// The server asks for a token. This browser may have the token for editing.
async function tryOther() {
  const refused = viewer;
  const other = await tokenToWatch(BASE);
  if (other && token === null && viewer === refused) use(other, true);
}

function unlock(entered) {
  keepToken(entered, 'view');
  use(entered);
}

function use(newToken, forEditing = false) {
  token = newToken;
  edits = forEditing;
  open(viewer.stream ?? streamInAddress());
}

// Saves the JPEG of the visible frame, exactly as it arrived.
function saveSnapshot() {
  const frame = player.shown;
  if (frame) download(frame.image, `${viewer.stream}-${frame.seq}.jpg`);
}

// The tabs say which streams have no picture.
async function askStreams() {
  if (document.hidden || viewer.status.streams.length < 2) return;
  const headers = token ? { Authorization: `Bearer ${token}` } : {};
  try {
    const response = await fetch(new URL('api/streams', BASE), { cache: 'no-store', headers });
    if (response.ok) showPhases('others', (await response.json()).streams);
  } catch { /* the state in the bar says that the server is gone */ }
}

// Who edits the script in this browser is told where it fails; others are told that it does.
async function askState() {
  const url = new URL(`api/streams/${encodeURIComponent(viewer.stream)}`, BASE);
  const known = keptToken('token', BASE) ?? token;
  const headers = known ? { Authorization: `Bearer ${known}` } : {};
  const response = await fetch(url, { cache: 'no-store', headers });
  return response.json();
}

// error: '' when the page may not know more than that there is one.
function showFailure(error) {
  setText('failing-text', error ?? '');
  element('failing').hidden = error === null;
}

const toggleBoxes = makeToggle('show-boxes', {
  stored: 'boxes', initial: true, apply: (on) => { player.showBoxes = on; },
});
const toggleFit = makeToggle('fit', {
  stored: 'fit', apply: (on) => element('frame').classList.toggle('fit', on),
});
const togglePanel = makeToggle('show-panel', {
  stored: 'panel', initial: true, attribute: 'aria-expanded',
  apply: (on) => { element('panel').hidden = !on; },
});
element('pause').addEventListener('click', togglePause);
element('snapshot').addEventListener('click', saveSnapshot);
attachStreams('others', choose);
attachStreams('streams', choose);
attachPointer(element('picture'), { size: () => size, send: (message) => viewer.send(message) });
attachKeys([
  { key: ' ', name: 'space', what: 'Pause or resume', run: togglePause },
  { key: 's', what: 'Save this picture', run: saveSnapshot },
  { key: 'b', what: 'Show or hide boxes', run: toggleBoxes },
  { key: 'z', what: 'Fit to the window, or own size', run: toggleFit },
  { key: 'f', what: 'Full window', run: () => full.toggle() },
  { key: 'p', what: 'Picture in picture', run: () => small.toggle() },
  { key: 'd', what: 'Show or hide the payload', run: togglePanel },
  { key: 'x', what: 'Freeze the payload', run: () => element('freeze').click() },
  { key: 'c', what: 'Copy the payload', run: () => element('copy').click() },
  { key: '/', what: 'Filter payloads', run: () => element('filter').focus() },
  { key: 'n', what: 'Next stream', run: chooseNext },
]);
onTokenLink((given) => use(given), 'view');
window.addEventListener('popstate', () => select(streamInAddress() ?? ''));

function chooseNext() {
  const names = viewer.status.streams.map(({ name }) => name);
  if (names.length > 1) choose(names[(names.indexOf(viewer.stream) + 1) % names.length]);
}

open(streamInAddress());
setInterval(() => {
  tell(viewer.status);
  figures.show(viewer.status.kind === 'live', viewer.skipped + viewer.missed);
  panel.tick();
}, TICK_MS);
setInterval(askStreams, STREAMS_MS);
serverClock.run();
