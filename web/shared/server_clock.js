// By how much the server's clock is ahead of the browser's.
//
// An answer's Date says in which second of the server's clock it was made; the browser knows when it asked and when the
// answer came. That bounds the difference, first to about a second. Each further question is asked when the server's
// second should just be ending, so that its answer halves what is left, down to the time that a question takes.

const QUESTIONS = 12; // of one measurement
const GOOD_MS = 40; // known well enough to ask no more
const USABLE_MS = 200; // known well enough to be used
const AGAIN_MS = 300_000; // clocks drift, and are set
const RETRY_MS = 10_000; // the server did not answer

export class ServerClock {
  #ask;
  #sleep;
  #known = null;

  // For tests: ask() resolves to the Date of an answer in milliseconds, or NaN; sleep(ms) waits.
  constructor(ask, sleep = (ms) => new Promise((resolve) => { setTimeout(resolve, ms); })) {
    this.#ask = ask;
    this.#sleep = sleep;
  }

  // Milliseconds to be added to Date.now(); null while they are not known.
  get aheadMs() {
    return this.#known;
  }

  // Measures now and every few minutes, as long as the page lives.
  async run() {
    for (;;) {
      const measured = await this.measure().catch(() => false);
      await this.#sleep(measured ? AGAIN_MS : RETRY_MS);
    }
  }

  // Resolves to whether the difference is known.
  async measure() {
    let low = -Infinity;
    let high = Infinity;
    for (let i = 0; i < QUESTIONS && high - low > GOOD_MS; i++) {
      const before = Date.now();
      const second = await this.#ask();
      const after = Date.now();
      if (!Number.isFinite(second)) return false;
      low = Math.max(low, second - after);
      high = Math.min(high, second + 1000 - before);
      if (low > high) return false; // a clock was set meanwhile
      if (high - low <= USABLE_MS) this.#known = (low + high) / 2;
      const middle = Date.now() + (low + high) / 2 + (after - before) / 2;
      await this.#sleep(1000 - (((middle % 1000) + 1000) % 1000));
    }
    return high - low <= USABLE_MS;
  }
}

async function askServer() {
  const { headers } = await fetch(new URL('healthz', new URL('./', location)), {
    method: 'HEAD', cache: 'no-store',
  });
  return Date.parse(headers.get('Date'));
}

// The page's own. The page calls run() once.
export const serverClock = new ServerClock(askServer);
