// Saves and runs the text in the editor, and shows the result.

import { element } from '../shared/dom.js';
import { Gone, paths, reasonOf } from './api.js';
import { askName } from './dialogs.js';
import { keepDraft, pathOf } from './documents.js';

const KEPT = 'This browser keeps your text';

export class Saving {
  trial = null; // { stream, name, generation }: the last text that was run without being saved
  #api;
  #bench;
  #versions;
  #running; // called with the number of the version that runs now
  #next = null;

  constructor(api, bench, versions, running) {
    this.#api = api;
    this.#bench = bench;
    this.#versions = versions;
    this.#running = running;
  }

  save() {
    const { document } = this.#bench;
    if (!document?.state) return;
    if (document.kind === 'example') this.saveAs();
    else if (document.disk) {
      this.#bench.say(
        `Not saved: ${document.name} has changed on disk. Choose which text to keep`,
        'bad'
      );
      element('disk-take').focus();
    } else this.#alone(() => this.#save(), 'Saving…');
  }

  run() {
    if (this.#bench.document?.state) this.#alone(() => this.#run(), 'Trying…');
  }

  // Call it when no trial runs any more.
  over() {
    this.trial = null;
    this.#bench.runs = null;
  }

  back() {
    this.#alone(() => this.#back(), 'Going back…');
  }

  // Does one thing at a time. Of the requests that come meanwhile, the last one is done afterwards.
  async #alone(work, word) {
    if (this.#bench.busy) {
      this.#next = [work, word];
      return;
    }
    this.#bench.busy = true;
    this.#bench.say(word, 'busy');
    try {
      await work();
    } catch (error) {
      if (!(error instanceof Gone)) throw error;
      this.#bench.keep();
      this.#bench.say(`Not saved: no connection to the server. ${KEPT}`, 'bad');
    } finally {
      this.#bench.busy = false;
      this.#bench.show();
      const next = this.#next;
      this.#next = null;
      if (next) this.#alone(...next);
    }
  }

  async #save() {
    const { document, text } = this.#bench;
    const headers = document.base?.etag ? { 'If-Match': document.base.etag } : {};
    const answer = await this.#api.put(pathOf(document), text, headers);
    if (answer.status === 412) {
      await this.#bench.refresh();
      this.#bench.say(`Not saved: ${document.name} has changed on disk meanwhile`, 'bad');
    } else if (answer.ok) {
      document.base = { text, etag: answer.etag };
      document.disk = null;
      keepDraft(document, this.#bench.document === document ? this.#bench.text : text);
      this.#succeeded(document, text, answer);
    } else this.#failed(document, text, answer);
  }

  #succeeded(document, text, answer) {
    const generation = answer.json()?.generation;
    if (document.kind !== 'script') {
      this.#versions.add(document, text, 'saved', 'good');
      this.#bench.say(`Saved ${document.name}`, 'good');
      return;
    }
    this.over();
    this.#versions.add(document, text, `saved, version ${generation}`, 'good');
    this.#runs(generation);
    this.#bench.say(`Saved: running as version ${generation}`, 'good');
  }

  async #run() {
    const { document, text, stream } = this.#bench;
    const answer = await this.#api.put(`${paths.script(stream)}?save=no`, text);
    if (!answer.ok) {
      this.#failed(document, text, answer);
      return;
    }
    const { generation } = answer.json();
    this.trial = { stream, name: document.name, generation };
    this.#bench.runs = { stream, name: document.name };
    this.#versions.add(document, text, `trial, version ${generation}`, 'good');
    this.#runs(generation);
    this.#bench.say(`Trial: running as version ${generation}, not saved`, 'good');
  }

  // Runs the saved text again. The text in the editor stays.
  async #back() {
    const path = paths.script(this.#bench.stream);
    const saved = await this.#api.get(path);
    const answer = saved.ok
      ? await this.#api.put(path, saved.text, { 'If-Match': saved.etag })
      : saved;
    if (!answer.ok) {
      this.#bench.say(`The saved script does not run: ${reasonOf(answer)}`, 'bad');
      return;
    }
    const { generation } = answer.json();
    this.over();
    this.#runs(generation);
    this.#bench.say(
      `The saved script runs again, as version ${generation}`
        + `${this.#bench.dirty ? '. Your text in the editor is not saved' : ''}`,
      'good'
    );
  }

  #runs(generation) {
    this.#bench.mark(null);
    this.#running(generation);
  }

  #failed(document, text, answer) {
    const reason = reasonOf(answer);
    if (answer.status === 401 || answer.status === 403) {
      this.#bench.keep();
      this.#bench.say(`Not saved: the server does not accept the token. ${KEPT}`, 'bad');
    } else if (answer.status === 422) {
      this.#versions.add(document, text, reason, 'bad');
      this.#rejected(document, answer.json(), reason);
    } else {
      this.#bench.say(`Not saved: ${reason}`, 'bad');
    }
  }

  // The server names the script's file, but the text may come from an example or another file.
  #rejected(document, { line, file }, reason) {
    if (!line) {
      this.#bench.say(reason, 'bad');
      return;
    }
    const name = !file || file === this.#bench.scriptName ? document.name : file;
    this.#bench.mark(name, { line, message: reason });
    this.#bench.say(reason, 'bad', { file: name, line });
  }

  // Asks for a name and makes a new file from the text in the editor.
  async saveAs() {
    const { document, text } = this.#bench;
    const name = await askName({
      title: 'Save as a new file',
      name: document.kind === 'example' ? document.name : '',
      attempt: (wanted) => this.#create(wanted, text),
    });
    if (!name) return;
    this.#bench.adopt(name.name, { text, etag: name.etag });
    this.#versions.add(this.#bench.document, text, 'saved as a new file', 'good');
    this.#bench.say(`Saved ${name.name} beside the script`, 'good');
  }

  async newFile() {
    const made = await askName({
      title: 'New file',
      name: '',
      attempt: (wanted) => this.#create(wanted, `-- ${wanted}\n`),
    });
    if (made) await this.#bench.open('file', made.name);
  }

  // Returns { name, etag } or { error }.
  async #create(name, text) {
    try {
      const answer = await this.#api.put(paths.file(this.#bench.stream, name), text, {
        'If-None-Match': '*',
      });
      if (answer.ok) return { name, etag: answer.etag };
      return {
        error:
          answer.status === 412 || answer.status === 409
            ? `${name} is there already`
            : reasonOf(answer),
      };
    } catch (error) {
      if (error instanceof Gone) return { error: 'No connection to the server' };
      throw error;
    }
  }
}
