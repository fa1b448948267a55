// Which document is open in the editor, and what becomes of it while others edit the same file.
// Saving and running it is in saving.js.

import { element, setText } from '../shared/dom.js';
import { Gone } from './api.js';
import {
  keepDraft,
  makeDocument,
  pathOf,
  recallDraft,
  recallLast,
  rememberLast,
  samePlace,
} from './documents.js';

const POLL_MS = 1500;
const KEEP_MS = 250; // after the last key, unsaved text is kept

export class Workbench {
  document = null; // the one that is open
  busy = false; // being saved or run: what is on disk is about to change by our own doing
  stream = null;
  editor;
  runs = null; // { stream, name } of the document that runs in the script's place, not saved
  #api;
  #versions;
  #script = 'process.lua'; // the stream's, as the server calls it
  #documents = [];
  #faults = new Map(); // by stream and file
  #keeping = null;
  #shown; // called when something about the document changed

  constructor(api, editor, versions, shown) {
    this.#api = api;
    this.editor = editor;
    this.#versions = versions;
    this.#shown = shown;
    element('disk-take').onclick = () => this.takeDisk();
    element('disk-keep').onclick = () => this.keepMine();
    setInterval(() => this.#poll(), POLL_MS);
    addEventListener('pagehide', () => this.#keep());
    document.addEventListener('visibilitychange', () =>
      document.hidden ? this.#keep() : this.#poll()
    );
  }

  get text() {
    return this.editor.text;
  }

  get scriptName() {
    return this.#script;
  }

  get dirty() {
    return Boolean(this.document?.state) && this.text !== this.document.base?.text;
  }

  // The stream's script has this name: documents tell files apart by it.
  nameScript(name) {
    if (!name || name === this.#script) return;
    this.#script = name;
    for (const each of [...this.#documents, this.document]) {
      if (each?.kind === 'script' && each.stream === this.stream) each.name = name;
    }
    this.#underline();
    this.show();
  }

  // Opens what was open last of a stream.
  async select(stream, script) {
    this.stream = stream;
    this.#script = script ?? 'process.lua';
    const last = recallLast(stream);
    const opened = last && (await this.open('file', last));
    if (!opened && this.stream === stream) await this.open('script', this.#script);
  }

  // Opens a document; text: of an example. Returns whether it is open now.
  async open(kind, name, text = null) {
    const wanted = makeDocument(this.stream, name, kind);
    const known = this.#documents.find((each) => samePlace(each, wanted));
    const opened = known ?? wanted;
    if (!opened.state && !(await this.#load(opened, text))) return false;
    if (opened.stream !== this.stream) return false; // another one was chosen meanwhile
    if (kind === 'script') opened.name = this.#script; // it may have become known meanwhile
    if (!this.#documents.includes(opened)) this.#documents.push(opened);
    this.#put(opened);
    this.#poll();
    return true;
  }

  #put(opened) {
    this.#leave();
    this.document = opened;
    rememberLast(opened);
    this.editor.show(opened.state);
    this.#underline();
    this.show();
  }

  #leave() {
    this.#keep();
    if (this.document) this.document.state = this.editor.state;
  }

  // Opens `name` as what the open document has become.
  adopt(name, base) {
    const opened = makeDocument(this.stream, name, 'file');
    const text = this.text;
    opened.base = base;
    opened.state = this.editor.makeState(text, `Script ${name}`);
    this.#documents = this.#documents.filter(
      (each) => each !== this.document && !samePlace(each, opened)
    );
    if (this.document?.kind === 'example') keepDraft(this.document, this.document.base.text);
    this.document = null;
    this.#documents.push(opened);
    this.#put(opened);
  }

  // Returns whether there is a text to show.
  async #load(opened, text) {
    const base = text === null ? await this.#read(opened) : { text, etag: null };
    if (!base) {
      if (!this.document) this.document = opened.kind === 'script' ? opened : null;
      this.show();
      return false;
    }
    const draft = recallDraft(opened);
    opened.base = base;
    if (draft && draft.text !== base.text && draft.etag !== base.etag) {
      opened.base = { text: null, etag: draft.etag };
      opened.disk = base;
    }
    opened.state = this.editor.makeState(draft?.text ?? base.text, `Script ${opened.name}`);
    if (text === null) this.#versions.add(opened, base.text, 'as it was on disk');
    return true;
  }

  // What is on disk: { text, etag }; null when there is none or no way to it.
  async #read(opened, etag) {
    try {
      const headers = etag ? { 'If-None-Match': etag } : {};
      const answer = await this.#api.get(pathOf(opened), { headers });
      return answer.ok ? { text: answer.text, etag: answer.etag } : null;
    } catch (error) {
      if (error instanceof Gone) return null;
      throw error;
    }
  }

  // Somebody may have saved the file elsewhere.
  async #poll() {
    const opened = this.document;
    if (!opened || document.hidden || this.busy || !pathOf(opened)) return;
    if (!opened.state) {
      if (this.#api.token && opened.stream === this.stream) this.open(opened.kind, opened.name);
      return;
    }
    const found = await this.#read(opened, (opened.disk ?? opened.base)?.etag);
    if (found && opened === this.document && !this.busy) this.arrived(found);
  }

  // Looks at once what is on disk.
  async refresh() {
    const opened = this.document;
    const found = opened && pathOf(opened) && (await this.#read(opened));
    if (found && opened === this.document) this.arrived(found);
  }

  // Another text is on disk.
  arrived(found) {
    const opened = this.document;
    if (found.etag === opened.base?.etag && opened.base.text !== null) return;
    if (found.text === this.text || found.text === opened.base?.text) {
      opened.base = found;
      opened.disk = null;
    } else if (!this.dirty) {
      this.#take(found);
      this.say(`${opened.name} was changed on disk and is taken over`);
    } else {
      opened.disk = found;
    }
    this.show();
  }

  #take(found) {
    const opened = this.document;
    opened.base = found;
    opened.disk = null;
    this.editor.replace(found.text, { quiet: true });
    this.#versions.add(opened, found.text, 'taken from disk');
    keepDraft(opened, found.text);
  }

  takeDisk() {
    const { disk } = this.document;
    if (!disk) return;
    this.#versions.add(this.document, this.text, 'set aside for what was on disk');
    this.#take(disk);
    this.say(`${this.document.name} is what is on disk; your text is among the versions`);
    this.editor.focus();
    this.show();
  }

  // The next save replaces what is on disk now.
  keepMine() {
    const opened = this.document;
    if (!opened.disk) return;
    this.#versions.add(opened, opened.disk.text, 'on disk, not taken');
    opened.base = opened.disk;
    opened.disk = null;
    this.say('Your text stays; saving replaces what is on disk');
    this.#keep();
    this.editor.focus();
    this.show();
  }

  // The text was edited.
  changed() {
    clearTimeout(this.#keeping);
    this.#keeping = setTimeout(() => this.#keep(), KEEP_MS);
    this.show();
  }

  #keep() {
    clearTimeout(this.#keeping);
    if (!this.document?.state || keepDraft(this.document, this.text)) return;
    this.say('The browser keeps no unsaved text: it would be lost with this page', 'bad');
  }

  keep() {
    this.#keep();
  }

  // What is wrong with a file of this stream: { line, message } is underlined when it is open, now
  // or later. mark(null) takes all of that away.
  mark(file, fault) {
    if (file) this.#faults.set(`${this.stream}/${file}`, fault);
    else this.#faults.clear();
    this.#underline();
  }

  #underline() {
    if (!this.document?.state) return;
    this.editor.mark(this.#faults.get(`${this.document.stream}/${this.document.name}`) ?? null);
  }

  // The name of the document that the running script's messages call `file`.
  nameOf(file) {
    const name = file.split('/').at(-1);
    const tried = this.runs?.stream === this.stream ? this.runs.name : name;
    return name === this.#script ? tried : name;
  }

  // Moves the cursor to a line, in whatever document of the stream that is.
  async goTo(name, line) {
    const isIt = (each) => each?.state && each.stream === this.stream && each.name === name;
    const known = [this.document, ...this.#documents].find(isIt);
    const kind = known?.kind ?? (name === this.#script ? 'script' : 'file');
    const opened = isIt(this.document) || (await this.open(kind, name));
    if (opened) this.editor.goTo(line);
    else this.say(`${name} cannot be opened here`, 'bad');
  }

  // The result of what was asked for, read out by screen readers. place: { file, line } to go to.
  say(text, tone = 'rest', place = null) {
    const result = element('result');
    result.dataset.tone = tone;
    setText('result-text', text);
    const button = element('result-go');
    button.hidden = !place;
    if (!place) return;
    button.textContent = `Go to line ${place.line}`;
    button.onclick = () => this.goTo(place.file, place.line);
  }

  show() {
    const opened = this.document;
    const ready = Boolean(opened?.state);
    element('editor').hidden = !ready;
    element('save').disabled = element('run').disabled = !ready;
    setText('files-open', opened?.name ?? this.#script);
    element('disk').hidden = !opened?.disk;
    if (opened?.disk) setText('disk-text', `${opened.name} was changed on disk`);
    const unsaved = this.dirty;
    element('document-state').dataset.unsaved = String(unsaved);
    setText('document-state', !ready ? '' : describe(opened, unsaved));
    this.#shown();
  }
}

function describe(opened, unsaved) {
  if (opened.kind === 'example') return unsaved ? 'Example, changed' : 'Example';
  return unsaved ? 'Unsaved changes' : 'Saved';
}
