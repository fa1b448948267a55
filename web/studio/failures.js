// When the script fails: the line is underlined, and a banner lies over the picture, which goes on.

import { element } from '../shared/dom.js';

const PLACE = /^([\w./-]+\.lua):(\d+): /;
const LATE_MS = 3000; // answers may be older than a version that runs by our own doing
const QUIET_MS = 3000; // without another error the banner goes away

export class Failures {
  #bench;
  #generation = null;
  #errors = null; // of this version, as last counted
  #failedAt = -Infinity;
  #startedAt = -Infinity; // when a version was started here
  #marked = null; // the error that is underlined

  constructor(bench) {
    this.#bench = bench;
  }

  // Another stream is looked at.
  reset() {
    this.#startedAt = -Infinity;
    this.#begin(null);
  }

  // A version runs by our own doing: what was underlined is mended.
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

  // The stream's state is known again.
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
