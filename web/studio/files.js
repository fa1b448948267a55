// The list that opens below the script's name: files beside the script, and examples.

import { element, make, setText } from '../shared/dom.js';
import { Gone, paths, reasonOf } from './api.js';

export class Files {
  #api;
  #stream = null;
  #open;

  // open(kind, name, text) opens a document; newFile() and saveAs() ask for a name.
  constructor(api, { open, newFile, saveAs }) {
    this.#api = api;
    this.#open = open;
    const list = element('files');
    list.addEventListener('toggle', ({ newState }) => {
      if (newState === 'open') this.#show();
    });
    element('file-new').onclick = () => this.#leave(newFile);
    element('file-save-as').onclick = () => this.#leave(saveAs);
  }

  select(stream) {
    this.#stream = stream;
  }

  #leave(then) {
    element('files').hidePopover();
    then();
  }

  async #show() {
    this.#showExamples();
    const list = element('files-list');
    try {
      const answer = await this.#api.get(paths.files(this.#stream));
      setText('files-error', answer.ok ? '' : `Cannot list the files: ${reasonOf(answer)}`);
      if (!answer.ok) return;
      const files = answer
        .json()
        .files.toSorted((a, b) => b.script - a.script || a.name.localeCompare(b.name));
      list.replaceChildren(
        ...files.map(({ name, script, bytes }) =>
          this.#row({
            name,
            detail: script ? 'the script' : `${bytes} bytes`,
            kind: script ? 'script' : 'file',
          })
        )
      );
    } catch (error) {
      if (!(error instanceof Gone)) throw error;
      setText('files-error', 'No connection to the server');
    }
  }

  async #showExamples() {
    const list = element('examples-list');
    if (list.children.length) return;
    const { default: examples } = await import('moonreel:examples');
    list.replaceChildren(
      ...examples.map(({ name, description, text }) =>
        this.#row({ name, detail: description, kind: 'example', text })
      )
    );
  }

  #row({ name, detail, kind, text = null }) {
    return make(
      'li',
      {},
      make(
        'button',
        {
          type: 'button',
          onclick: () => this.#leave(() => this.#open(kind, name, text)),
        },
        make('strong', {}, name),
        make('span', {}, detail)
      )
    );
  }
}
