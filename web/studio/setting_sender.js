// Sends changed settings in order: one request at a time, at most ten a second. If several values of a
// setting wait, only the newest is sent. A button that is pressed twice is sent twice.

const PERIOD_MS = 100;

export class SettingSender {
  #send;
  #waiting = []; // objects { name: value }, one for each request
  #sending = null;
  #sentAt = -Infinity;
  #timer = null;

  // send(changes) returns a promise that resolves when the server has answered.
  constructor(send) {
    this.#send = send;
  }

  // Whether a value of the setting waits or is being sent.
  has(name) {
    return [...this.#waiting, this.#sending ?? {}].some((changes) => Object.hasOwn(changes, name));
  }

  put(name, value, isButton = false) {
    const last = this.#waiting.at(-1);
    if (last && !(isButton && Object.hasOwn(last, name))) {
      delete last[name]; // keeps the order of the newest values
      last[name] = value;
    } else this.#waiting.push({ [name]: value });
    this.#schedule();
  }

  clear() {
    this.#waiting = [];
  }

  #schedule() {
    if (this.#sending || this.#timer || !this.#waiting.length) return;
    const wait = Math.max(0, this.#sentAt + PERIOD_MS - performance.now());
    this.#timer = setTimeout(() => this.#flush(), wait);
  }

  async #flush() {
    this.#timer = null;
    this.#sending = this.#waiting.shift() ?? null;
    if (!this.#sending) return;
    this.#sentAt = performance.now();
    try {
      await this.#send(this.#sending);
    } finally {
      this.#sending = null;
      this.#schedule();
    }
  }
}
