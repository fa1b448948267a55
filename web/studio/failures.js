// When the script fails, underlines the line and shows a banner over the picture.

import { element } from '../shared/dom.js';

const PLACE = /^([\w./-]+\.lua):(\d+): /;
const LATE_MS = 3000; // an answer may be older than the version that this page has started
const QUIET_MS = 3000; // the banner disappears this long after the last error

export class Failures {
  #bench;
  #generation = null;
  #errors = null; // errors of this version so far
  #failedAt = -Infinity;
  #startedAt = -Infinity; // when a version was started here
  #marked = null; // the error that is underlined

  constructor(bench) {
    this.#bench = bench;
  }

  // Call it when another stream was chosen.
  reset() {
    this.#startedAt = -Infinity;
    this.#begin(null);
  }

  // Call it when this page has started a version: the underlined error is mended.
  running(generation) {
    this.#startedAt = Date.now();
    this.#begin(generation);
  }

  #begin(generation) {
    this.#generation = generation;
    this.#errors = null;
    this.#marked = null;
    this.#failedAt = -Infinity;
    element('failure').hidden = true;
  }

  // Call it with each new state of the stream.
  update({ phase, script }, now) {
    const { generation, errors, last_error: error } = script;
    if (generation < this.#generation && now - this.#startedAt < LATE_MS) return; // an older answer
    if (this.#generation !== generation || (!error && this.#marked)) {
      if (this.#marked) this.#bench.mark(null);
      this.#begin(generation);
    }
    if (phase === 'failed' || (this.#errors !== null && errors > this.#errors)) {
      this.#failedAt = now;
    }
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
    const fault = { line: Number(line), message: error };
    if (file) this.#bench.mark(this.#bench.nameOf(file), fault);
  }

  #banner(error) {
    const [, file, line] = PLACE.exec(error) ?? [];
    const button = element('failure-go');
    button.textContent = error.split('\n')[0];
    button.disabled = !file;
    button.onclick = () => this.#bench.goTo(this.#bench.nameOf(file), Number(line));
  }
}
