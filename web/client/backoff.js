// How long to wait before the next attempt: longer after each failure, shorter while the page is
// visible.

const FIRST_DELAY_MS = 250;
const LONGEST_DELAY_MS = 5000;
const WATCHED_DELAY_MS = 1600; // while the page is visible: connected again within 2 s of a restart
const WATCHED_FOR_MS = 60_000; // after that, visible pages wait as long as hidden ones

export class Backoff {
  #failures = 0;
  #failingSince = 0;

  // Returns the wait after one more failure. The jitter keeps many viewers from connecting at once.
  next(now) {
    if (!this.#failures++) this.#failingSince = now;
    const looking = !globalThis.document?.hidden && now - this.#failingSince < WATCHED_FOR_MS;
    const longest = looking ? WATCHED_DELAY_MS : LONGEST_DELAY_MS;
    const delay = Math.min(longest, FIRST_DELAY_MS * 2 ** (this.#failures - 1));
    return delay * (0.75 + 0.25 * Math.random());
  }

  reset() {
    this.#failures = 0;
  }
}
