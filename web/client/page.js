// What happens around a viewer in a page: its tab is hidden and shown, the network comes back. In
// workers and in Node there is less of that, or nothing.

const LET_GO_MS = 2000; // who only glances at another tab keeps the connection

export class Page {
  #hidden;
  #on;
  #away = false;
  #timer = null;
  #ended = new AbortController();

  // hidden: 'pause' or 'keep'. on: { away(), back() } when a hidden tab is to let go of its
  // connection and when it may have it again, { wake() } when there may be news.
  constructor(hidden, on) {
    this.#hidden = hidden;
    this.#on = on;
    const { signal } = this.#ended;
    globalThis.addEventListener?.('online', () => on.wake(), { signal });
    globalThis.addEventListener?.('pageshow', (event) => event.persisted && on.wake(), { signal });
    globalThis.document?.addEventListener('visibilitychange', () => {
      this.#look();
      if (!document.hidden) on.wake();
    }, { signal });
    this.#look();
  }

  get hidden() {
    return this.#hidden;
  }

  set hidden(value) {
    this.#hidden = value;
    this.#look();
  }

  end() {
    this.#ended.abort();
    clearTimeout(this.#timer);
  }

  #look() {
    if (this.#ended.signal.aborted) return;
    if (globalThis.document?.hidden && this.#hidden === 'pause') {
      if (!this.#away) this.#timer ??= setTimeout(() => this.#leave(), LET_GO_MS);
      return;
    }
    clearTimeout(this.#timer);
    this.#timer = null;
    if (!this.#away) return;
    this.#away = false;
    this.#on.back();
  }

  #leave() {
    this.#timer = null;
    this.#away = true;
    this.#on.away();
  }
}
