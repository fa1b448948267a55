// Events of the page around a viewer: its tab is hidden or shown, the network comes back. Workers and
// Node have fewer of these events, or none.

const LET_GO_MS = 2000; // a short look at another tab keeps the connection

export class Page {
  #hidden;
  #on;
  #away = false;
  #timer = null;
  #ended = new AbortController();

  // hidden: 'pause' or 'keep'. on: { away(), back(), wake() }. away: a hidden tab must close its
  // connection; back: it may connect again; wake: a new attempt may succeed now.
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
