// Finds out that the script fails: frames arrive without a payload, and the server says why. A script
// may return no payload on most frames, so the page asks the server only now and then.

const ASK_MS = 5000;
const MENDED_MS = 1000; // how often it asks while the script fails
const NONE = 'null';

export class ScriptWatch {
  #ask;
  #tell;
  #failing = false;
  #askedAt = -Infinity;
  #attempt = 0; // an answer to an older attempt is ignored

  // ask() returns a promise of the stream's state (GET api/streams/{s}). tell(error) is called with the
  // script's error ("process.lua:12: …", '' if the server does not tell it), or with null if the script does not fail.
  constructor(ask, tell) {
    this.#ask = ask;
    this.#tell = tell;
  }

  // Call it when a frame was drawn.
  frame(payloadText, now) {
    if (document.hidden || (payloadText !== NONE && !this.#failing)) return;
    if (now - this.#askedAt < (this.#failing ? MENDED_MS : ASK_MS)) return;
    this.#askedAt = now;
    this.#look();
  }

  // Call it when another stream was chosen.
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
      error = script?.failing ? script.last_error ?? '' : null;
    } catch { /* without an answer there is no banner */ }
    if (attempt === this.#attempt) this.#show(error);
  }

  #show(error) {
    this.#failing = error !== null;
    this.#tell(error);
  }
}
