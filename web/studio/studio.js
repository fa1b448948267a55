// The studio: connects the editor, the picture and the state of the stream.
//
// ?stream=NAME chooses a stream. #token=TOKEN (or ?token=TOKEN) allows editing; the studio removes it
// from the address at once.

import { element, make, setText } from '../shared/dom.js';
import { serverClock } from '../shared/server_clock.js';
import { onTokenLink, takeToken } from '../shared/token.js';
import { Api, Gone } from './api.js';
import { Console } from './console.js';
import { compare, wireHelp } from './dialogs.js';
import { Editor } from './editor.js';
import { Failures } from './failures.js';
import { Files } from './files.js';
import { Gate } from './gate.js';
import { Layout } from './layout.js';
import { LogReader } from './log_reader.js';
import { Monitor } from './monitor.js';
import { Picture } from './picture.js';
import { Samples } from './samples.js';
import { Saving } from './saving.js';
import { Settings } from './settings.js';
import { Versions } from './versions.js';
import { Workbench } from './workbench.js';

const BASE = new URL('./', location);

const token = takeToken('token', BASE);
const api = new Api(BASE, token, () => locked());
const samples = new Samples();
let stream = null;
let graphs = null;
let generation = null;
let serverGone = false;

const settings = new Settings(api);
const editor = new Editor(element('editor'), {
  change: () => bench.changed(),
  save: () => saving.save(),
  run: () => saving.run(),
  settings: () => settings.list,
});
const versions = new Versions(element('versions-list'), element('versions-count'), {
  compare: compareWith,
  restore: bringBack,
});
const bench = new Workbench(api, editor, versions, showTrial);
const failures = new Failures(bench);
const saving = new Saving(api, bench, versions, running);
const files = new Files(api, {
  open: (kind, name, text) => bench.open(kind, name, text).then(() => editor.focus()),
  newFile: () => saving.newFile(),
  saveAs: () => saving.saveAs(),
});
const log = new Console((file, line) => goTo(file, line));
const reader = new LogReader(api, {
  line: (line) => {
    log.add(line);
    if (/ loaded \(version \d+\)$/.test(line.text)) monitor.poke();
  },
  dropped: (count) => log.note(`${count} line${count === 1 ? ' was' : 's were'} dropped`),
  restarted: () => log.note('The server was restarted'),
  state: (state) => {
    element('log-state').hidden = state === 'open';
    setText(
      'log-state',
      state === 'locked' ? 'The log needs the token' : 'No connection, trying again'
    );
  },
});
const monitor = new Monitor(api, { state: showState, gone: showGone, missing: showMissing });
const picture = new Picture(showStatus);
serverClock.run();
const gate = new Gate(api, () => enter());
const layout = new Layout((name) => {
  if (name === 'graphs') openGraphs();
});

function goTo(file, line) {
  layout.reveal('script');
  return bench.goTo(bench.nameOf(file), line);
}

function locked() {
  if (!element('gate').hidden) return;
  gate.open(Boolean(api.token));
}

// Call it when this page has started a version.
function running(number) {
  failures.running(number);
  settings.read();
  monitor.poke();
}

// ---- the state of the stream ----

function showState(state, at) {
  if (serverGone) cameBack();
  samples.add(state, at);
  graphs?.update();
  bench.nameScript(state.script.name);
  failures.update(state, at);
  if (generation !== null && generation !== state.script.generation) settings.read();
  generation = state.script.generation;
  const { total } = state.viewers;
  setText('figure-viewers', `${total} viewer${total === 1 ? '' : 's'}`);
  setText('figure-version', generation ? `version ${generation}` : 'no version is running');
  showTrial();
}

// Another page may have started the trial, and a saved file may have ended it.
function showTrial() {
  const { trial = false, generation: running = -1 } = monitor.state?.script ?? {};
  const mine = saving.trial?.stream === stream ? saving.trial : null;
  if (mine && !trial && running >= mine.generation) saving.over();
  element('trial').hidden = !trial && !(mine && running < mine.generation);
  const { total = 0 } = monitor.state?.viewers ?? {};
  const what = mine ? `${mine.name} is running, not saved` : 'the running script is not saved';
  setText('trial-text',
    `Trial: ${what}, and live for ${total} viewer${total === 1 ? '' : 's'}, this page included`);
}

function showGone() {
  samples.add(null, Date.now());
  graphs?.update();
  serverGone = true;
  element('offline').hidden = false;
}

function cameBack() {
  serverGone = false;
  saving.over(); // it may be another server, which knows no trial
  element('offline').hidden = true;
  picture.wake();
  settings.read();
  if (!bench.document?.state && api.token) bench.select(stream, monitor.state?.script.name);
}

function showMissing(status) {
  if (serverGone) cameBack();
  if (status === 401 || status === 403) locked();
}

function showStatus(status) {
  const { streams = [] } = status;
  const names = streams.map(({ name }) => name);
  const shown = [...element('stream').options].map(({ value }) => value);
  if (names.length && names.join() !== shown.join()) {
    element('stream').replaceChildren(
      ...names.map((name) => make('option', { value: name }, name))
    );
  }
  showStreams(status.kind === 'unknown' ? names : []);
  setText('editor-empty', status.kind === 'unknown' ? 'Choose a stream to edit its script' : '');
  if (status.kind === 'forbidden') gate.open(Boolean(api.token));
  element('gate-watching').hidden = status.kind === 'forbidden';
  if (status.stream && !stream) choose(status.stream);
  element('stream').value = stream;
  element('stream-choice').hidden =
    names.length === 0 || (names.length === 1 && names[0] === stream);
}

// Lists the streams that exist, if the wanted one does not.
function showStreams(names) {
  const list = element('notice-streams');
  if (list.textContent === names.join('')) return;
  list.replaceChildren(
    ...names.map((name) => make('button', { type: 'button', onclick: () => change(name) }, name))
  );
}

// ---- choosing ----

// Resets everything that belongs to a stream. Documents that are open in its editor stay.
function choose(name) {
  stream = name;
  generation = null;
  document.title = `${name} · moonreel studio`;
  setText('stream-name', name);
  element('viewer-link').href = `./?stream=${encodeURIComponent(name)}`;
  samples.clear();
  failures.reset();
  log.clear();
  versions.select(name);
  files.select(name);
  monitor.select(name);
  settings.select(name);
  reader.follow(name);
  if (api.token) bench.select(name, null);
  else gate.open(false);
}

async function change(name) {
  const address = new URL(location);
  address.searchParams.set('stream', name);
  history.replaceState(history.state, '', address);
  choose(name);
  picture.watch(BASE, name, api.token);
}

element('stream').onchange = () => change(element('stream').value);

onTokenLink((given) => {
  api.token = given;
  gate.close();
  enter();
}, 'token', BASE);

// Call it when a token was given.
async function enter() {
  picture.watch(BASE, stream ?? wanted(), api.token);
  settings.show();
  if (!stream) return;
  reader.follow(stream);
  monitor.poke();
  settings.read();
  if (bench.document?.state) bench.refresh();
  else bench.select(stream, monitor.state?.script.name);
}

const wanted = () => new URLSearchParams(location.search).get('stream');

// ---- versions, graphs, buttons ----

function compareWith(version) {
  element('versions').hidePopover();
  compare(
    `${version.name} of ${version.time.toLocaleTimeString()}, compared with the editor`,
    { label: `${version.what}, ${version.time.toLocaleTimeString()}`, text: version.text },
    { label: 'in the editor', text: bench.text },
    [{ text: 'Restore', act: () => bringBack(version) }]
  );
}

async function bringBack(version) {
  element('versions').hidePopover();
  if (version.name !== bench.document?.name) {
    await bench.open(version.kind, version.name);
  }
  if (bench.text !== version.text)
    versions.add(bench.document, bench.text, 'before an older version was restored');
  editor.replace(version.text);
  bench.say(`Restored ${version.name} of ${version.time.toLocaleTimeString()}, not saved yet`);
  editor.focus();
}

element('disk-compare').onclick = () => {
  const { disk, name } = bench.document;
  compare(
    `${name}: the file on disk and the editor`,
    { label: 'on disk', text: disk.text },
    { label: 'in the editor', text: bench.text },
    [
      { text: 'Load from disk', act: () => bench.takeDisk() },
      { text: 'Keep mine', act: () => bench.keepMine() },
    ]
  );
};

async function openGraphs() {
  if (graphs) return;
  const { Graphs } = await import('./graphs.js');
  graphs ??= new Graphs(element('graphs'), samples);
}

element('save').onclick = element('trial-save').onclick = () => saving.save();
element('run').onclick = () => saving.run();
element('trial-back').onclick = () => saving.back();
document.addEventListener('keydown', (event) => {
  const asked =
    (event.ctrlKey || event.metaKey)
    && !event.defaultPrevented
    && { s: 'save', Enter: 'run' }[event.key];
  if (!asked || document.querySelector('dialog[open]')) return;
  event.preventDefault();
  saving[asked]();
});
wireHelp();
picture.watch(BASE, wanted(), api.token);
