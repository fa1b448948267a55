// Notices that the script fails: frames come without payload, and the server says why.

const ASK_MS = 5000;
const NONE = 'null';

export class ScriptWatch {
  #ask;
  #tell;
  #askedAt = -Infinity;
  #attempt = 0; // answers about what was before are void

  // ask(): a promise of the stream's state as GET api/streams/{s} gives it; tell(error): the script's
  // last error ("process.lua:12: …"), or null when there is none.
  constructor(ask, tell) {
    this.#ask = ask;
    this.#tell = tell;
  }

  // A frame was drawn.
  frame(payloadText, now) {
    if (payloadText !== NONE) {
      if (this.#askedAt !== -Infinity) this.clear();
    } else if (!document.hidden && now - this.#askedAt >= ASK_MS) {
      this.#askedAt = now;
      this.#look();
    }
  }

  clear() {
    this.#attempt++;
    this.#askedAt = -Infinity;
    this.#tell(null);
  }

  async #look() {
    const attempt = ++this.#attempt;
    let error = null;
    try {
      error = (await this.#ask()).script?.last_error ?? null;
    } catch { /* no answer, no banner */ }
    if (attempt === this.#attempt) this.#tell(error);
  }
}
