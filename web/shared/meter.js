// Measures what the status line shows: rates over a short window, and latency without relying on two
// clocks that agree.

const WINDOW_MS = 2000;
const BEST_MS = 30_000;
const AGREE_MS = [-20, 2000];

// A rate per second, over the last two seconds.
export class Rate {
  #samples = [];
  #begun = false;

  add(now, amount = 1) {
    if (!this.#begun) { // the first picture of a connection comes at once, not at the stream's rate
      this.#begun = true;
      return;
    }
    this.#samples.push({ now, amount });
    this.#trim(now);
  }

  perSecond(now) {
    this.#trim(now);
    if (this.#samples.length < 2) return 0;
    const [first, ...rest] = this.#samples;
    const sum = rest.reduce((total, sample) => total + sample.amount, 0);
    return (1000 * sum) / (rest.at(-1).now - first.now || 1);
  }

  #trim(now) {
    while (this.#samples.length && now - this.#samples[0].now > WINDOW_MS) this.#samples.shift();
  }
}

// Milliseconds from the decoder to the screen.
//
// The server stamps frames with its clock, the browser reads its own. If the fastest frame of the last
// half minute to minute took a plausible time, this assumes that the clocks agree: the difference is
// the latency. Otherwise the value says how much longer a frame took than the fastest one, and is
// `relative`.
export class Latency {
  #smooth = null;
  #best = Infinity; // the fastest of this half minute
  #bestBefore = Infinity; // the fastest of the previous one
  #since = 0;

  add(now, difference) {
    if (now - this.#since > BEST_MS) {
      this.#bestBefore = this.#since ? this.#best : Infinity;
      this.#best = Infinity;
      this.#since = now;
    }
    this.#best = Math.min(this.#best, difference);
    this.#smooth ??= difference;
    this.#smooth += (difference - this.#smooth) / 5;
  }

  // { ms, relative }, or null before the first frame.
  get() {
    if (this.#smooth === null) return null;
    const best = Math.min(this.#best, this.#bestBefore);
    const relative = best < AGREE_MS[0] || best > AGREE_MS[1];
    return { ms: Math.max(0, relative ? this.#smooth - best : this.#smooth), relative };
  }
}
