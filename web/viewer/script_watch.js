// Notices that the script fails: frames come without payload, and the server says why. A script may
// have nothing to say on most frames, so the server is asked now and then only.

const ASK_MS = 5000;
const MENDED_MS = 1000; // while it is said that the script fails: whether it still does
const NONE = 'null';

export class ScriptWatch {
  #ask;
  #tell;
  #failing = false;
  #askedAt = -Infinity;
  #attempt = 0; // answers about what was before are void

  // ask(): a promise of the stream's state as GET api/streams/{s} gives it; tell(error): what the
  // script fails with ("process.lua:12: …"), or null when it does not.
  constructor(ask, tell) {
    this.#ask = ask;
    this.#tell = tell;
  }

  // A frame was drawn.
  frame(payloadText, now) {
    if (document.hidden || (payloadText !== NONE && !this.#failing)) return;
    if (now - this.#askedAt < (this.#failing ? MENDED_MS : ASK_MS)) return;
    this.#askedAt = now;
    this.#look();
  }

  // Another stream.
  clear() {
    this.#attempt++;
    this.#askedAt = -Infinity;
    this.#show(null);
  }

  async #look() {
    const attempt = ++this.#attempt;
    let error = null;
    try {
      const { script } = await this.#ask();
      error = script?.failing ? script.last_error : null;
    } catch { /* no answer, no banner */ }
    if (attempt === this.#attempt) this.#show(error);
  }

  #show(error) {
    this.#failing = error !== null;
    this.#tell(error);
  }
}
