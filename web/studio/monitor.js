// Asks for the state of the stream once a second while the page is visible.

import { Gone, paths } from './api.js';

const PERIOD_MS = 1000;

export class Monitor {
  stream = null;
  state = null; // the last answer, null if there is none
  #api;
  #on;
  #asking = false;

  // on: { state(state, at), gone(), missing() }.
  constructor(api, on) {
    this.#api = api;
    this.#on = on;
    setInterval(() => this.poke(), PERIOD_MS);
    document.addEventListener('visibilitychange', () => this.poke());
  }

  select(stream) {
    this.stream = stream;
    this.state = null;
    this.poke();
  }

  async poke() {
    const { stream } = this;
    if (!stream || document.hidden || this.#asking) return;
    this.#asking = true;
    try {
      const answer = await this.#api.get(paths.stream(stream), { open: true });
      if (stream !== this.stream) return;
      this.state = answer.ok ? answer.json() : null;
      if (this.state) this.#on.state(this.state, Date.now());
      else this.#on.missing(answer.status);
    } catch (error) {
      if (!(error instanceof Gone)) throw error;
      if (stream === this.stream) this.#on.gone();
    } finally {
      this.#asking = false;
    }
  }
}
