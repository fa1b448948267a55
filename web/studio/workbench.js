// The document that is open in the editor, also while others edit the same file. saving.js saves and
// runs it.

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
const KEEP_MS = 250; // unsaved text is kept this long after the last key

export class Workbench {
  document = null; // the open one
  busy = false; // being saved or run, so this page is about to change the file
  stream = null;
  editor;
  runs = null; // { stream, name } of the document that runs as a trial
  #api;
  #versions;
  #script = 'process.lua'; // the stream's script, as the server names it
  #documents = [];
  #faults = new Map(); // by stream and file
  #keeping = null;
  #shown; // called after each change of the document

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

  // Sets the name of the stream's script.
  nameScript(name) {
    if (!name || name === this.#script) return;
    this.#script = name;
    for (const each of [...this.#documents, this.document]) {
      if (each?.kind === 'script' && each.stream === this.stream) each.name = name;
    }
    this.#underline();
    this.show();
  }

  // Opens the document of a stream that was open last.
  async select(stream, script) {
    this.stream = stream;
    this.#script = script ?? 'process.lua';
    const last = recallLast(stream);
    const opened = last && (await this.open('file', last));
    if (!opened && this.stream === stream) await this.open('script', this.#script);
  }

  // Opens a document; text: the text of an example. Returns whether the document is open now.
  async open(kind, name, text = null) {
    const wanted = makeDocument(this.stream, name, kind);
    const known = this.#documents.find((each) => samePlace(each, wanted));
    const opened = known ?? wanted;
    if (!opened.state && !(await this.#load(opened, text))) return false;
    if (opened.stream !== this.stream) return false; // another stream was chosen meanwhile
    if (kind === 'script') opened.name = this.#script; // its name may have arrived meanwhile
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

  // The open document was saved as `name`: opens that file in its place.
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

  // Loads a document. Returns whether it has a text to show.
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
    if (text === null) this.#versions.add(opened, base.text, 'loaded from disk');
    return true;
  }

  // Reads the file from the server. Returns { text, etag }, or null if it cannot be read or has the
  // given etag.
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

  // Reads the file on the disk now.
  async refresh() {
    const opened = this.document;
    const found = opened && pathOf(opened) && (await this.#read(opened));
    if (found && opened === this.document) this.arrived(found);
  }

  // Call it with the text that is on the disk.
  arrived(found) {
    const opened = this.document;
    if (found.etag === opened.base?.etag && opened.base.text !== null) return;
    if (found.text === this.text || found.text === opened.base?.text) {
      opened.base = found;
      opened.disk = null;
    } else if (!this.dirty) {
      this.#take(found);
      this.say(`${opened.name} has changed on disk and was loaded again`);
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
    this.#versions.add(opened, found.text, 'loaded from disk');
    keepDraft(opened, found.text);
  }

  takeDisk() {
    const { disk } = this.document;
    if (!disk) return;
    this.#versions.add(this.document, this.text, 'replaced by the file on disk');
    this.#take(disk);
    this.say(`Loaded ${this.document.name} from disk. Your text is in the list of versions`);
    this.editor.focus();
    this.show();
  }

  // After this, the next save replaces the file on the disk.
  keepMine() {
    const opened = this.document;
    if (!opened.disk) return;
    this.#versions.add(opened, opened.disk.text, 'on disk, not loaded');
    opened.base = opened.disk;
    opened.disk = null;
    this.say('Your text stays. Saving replaces the file on disk');
    this.#keep();
    this.editor.focus();
    this.show();
  }

  // Call it when the text was edited.
  changed() {
    clearTimeout(this.#keeping);
    this.#keeping = setTimeout(() => this.#keep(), KEEP_MS);
    this.show();
  }

  #keep() {
    clearTimeout(this.#keeping);
    if (!this.document?.state || keepDraft(this.document, this.text)) return;
    this.say('This browser cannot keep unsaved text. Save it before you close this page', 'bad');
  }

  keep() {
    this.#keep();
  }

  // Sets the error of a file of this stream: { line, message } is underlined whenever the file is
  // open. mark(null) removes all errors.
  mark(file, fault) {
    if (file) this.#faults.set(`${this.stream}/${file}`, fault);
    else this.#faults.clear();
    this.#underline();
  }

  #underline() {
    if (!this.document?.state) return;
    this.editor.mark(this.#faults.get(`${this.document.stream}/${this.document.name}`) ?? null);
  }

  // Returns the name of the document that the running script's messages call `file`.
  nameOf(file) {
    const name = file.split('/').at(-1);
    const tried = this.runs?.stream === this.stream ? this.runs.name : name;
    return name === this.#script ? tried : name;
  }

  // Moves the cursor to a line of a document of the stream, and opens the document if needed.
  async goTo(name, line) {
    const isIt = (each) => each?.state && each.stream === this.stream && each.name === name;
    const known = [this.document, ...this.#documents].find(isIt);
    const kind = known?.kind ?? (name === this.#script ? 'script' : 'file');
    const opened = isIt(this.document) || (await this.open(kind, name));
    if (opened) this.editor.goTo(line);
    else this.say(`Cannot open ${name}`, 'bad');
  }

  // Shows the result of a command; screen readers read it out. place: { file, line } for a button.
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
    if (opened?.disk) setText('disk-text', `${opened.name} has changed on disk`);
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
