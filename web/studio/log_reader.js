// Follows the log of a stream. After a lost connection it continues with the next line. A reader counts
// as a client; if the server has no room for one, the reader polls the log instead.

import { Gone, paths } from './api.js';
import { readEvents } from './event_stream.js';

const AGAIN_MS = [500, 1000, 2000, 4000];
const ASK_MS = 1000;

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

export class LogReader {
  #api;
  #on;
  #stream = null;
  #last = null; // the newest line that was read
  #abort = null;

  // on: { line(line), dropped(count), restarted(), state('open', 'locked' or 'gone') }.
  constructor(api, on) {
    this.#api = api;
    this.#on = on;
  }

  // Follows a stream. Also call it when the token has changed.
  follow(stream) {
    if (stream !== this.#stream) this.#last = null;
    this.#stream = stream;
    this.#abort?.abort();
    this.#abort = new AbortController();
    this.#run(this.#abort.signal);
  }

  async #run(signal) {
    for (let failures = 0; !signal.aborted; failures++) {
      if (!this.#api.token) {
        this.#on.state('locked');
        return;
      }
      try {
        if (this.#last && failures) await this.#checkRestart();
        const status = await this.#read(signal, () => {
          failures = 0;
        });
        if (signal.aborted) return;
        if (status === 401 || status === 403) {
          this.#on.state('locked');
          return;
        }
        if (status === 503 && (await this.#ask())) {
          this.#on.state('open');
          failures = 1;
          await pause(ASK_MS);
          continue;
        }
      } catch {
        if (signal.aborted) return;
      }
      this.#on.state('gone');
      const wait = AGAIN_MS[Math.min(failures, AGAIN_MS.length - 1)];
      await pause(wait);
    }
  }

  // Polls the log once. Returns whether the server answered.
  async #ask() {
    const answer = await this.#api.get(`${paths.log(this.#stream)}?after=${this.#last?.id ?? 0}`);
    if (!answer.ok) return false;
    const { lines, dropped } = answer.json();
    if (dropped && this.#last) this.#on.dropped(dropped);
    for (const line of lines) this.#take(line);
    return true;
  }

  #take(line) {
    this.#last = line;
    this.#on.line(line);
  }

  #read(signal, opened) {
    const since = this.#last ? { 'Last-Event-ID': String(this.#last.id) } : {};
    return readEvents(this.#api.url(paths.log(this.#stream)), {
      signal,
      headers: { ...this.#api.headers, ...since },
      opened: () => {
        opened();
        this.#on.state('open');
      },
      event: ({ type, data }) => {
        const value = JSON.parse(data);
        if (type === 'dropped') this.#on.dropped(value.dropped);
        else this.#take(value);
      },
    });
  }

  // A restarted server counts its lines from 1, so the reader must begin again.
  async #checkRestart() {
    const answer = await this.#api.get(paths.log(this.#stream));
    if (!answer.ok) throw new Gone();
    const { lines } = answer.json();
    const same = lines.find(({ id }) => id === this.#last.id);
    const newest = lines.at(-1)?.id ?? 0;
    if (same ? same.time_us === this.#last.time_us : newest > this.#last.id) return;
    this.#last = null;
    this.#on.restarted();
  }
}
