// When the script fails: the line is underlined, and a banner lies over the picture, which goes on.

import { element } from '../shared/dom.js';

const PLACE = /^([\w./-]+\.lua):(\d+): /;
const QUIET_MS = 3000; // without another error the banner goes away

export class Failures {
  #bench;
  #generation = null;
  #errors = 0;
  #failedAt = -Infinity;
  #marked = null; // the error that is underlined

  constructor(bench) {
    this.#bench = bench;
  }

  reset() {
    this.#generation = null;
    this.#marked = null;
    this.#failedAt = -Infinity;
    element('failure').hidden = true;
  }

  // A version runs: what was underlined is mended.
  running(generation) {
    this.#generation = generation;
    this.#errors = 0;
    this.#marked = null;
    this.#failedAt = -Infinity;
    element('failure').hidden = true;
  }

  // The stream's state is known again.
  update({ phase, script }, now) {
    const { generation, errors, last_error: error } = script;
    if (this.#generation !== null && generation < this.#generation && generation > 0) return; // an older answer
    const known = this.#generation === generation;
    if (!known || (!error && this.#marked)) {
      if (this.#generation !== null) this.#bench.mark(null);
      this.running(generation);
    }
    if (phase === 'failed' || (known && errors > this.#errors)) this.#failedAt = now;
    this.#errors = errors;
    this.#mark(error);
    const failing = error && now - this.#failedAt < QUIET_MS;
    element('failure').hidden = !failing;
    if (failing) this.#banner(error);
  }

  #mark(error) {
    if (!error || error === this.#marked) return;
    this.#marked = error;
    const [, file, line] = PLACE.exec(error) ?? [];
    if (file) this.#bench.mark(file.split('/').at(-1), { line: Number(line), message: error });
  }

  #banner(error) {
    const [, file, line] = PLACE.exec(error) ?? [];
    const button = element('failure-go');
    button.textContent = error.split('\n')[0];
    button.disabled = !file;
    button.onclick = () => this.#bench.goTo(file, Number(line));
  }
}
