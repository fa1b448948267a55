// Measures what the status line shows: rates over a short window, and latency.

const WINDOW_MS = 2000;

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
export class Latency {
  #smooth = null;

  // difference: the browser's clock when the frame was drawn, less the server's when it was decoded.
  add(difference) {
    this.#smooth ??= difference;
    this.#smooth += (difference - this.#smooth) / 5;
  }

  // aheadMs: of server_clock.js. null: before the first frame, or while the clocks' difference is not known.
  get(aheadMs) {
    return this.#smooth === null || aheadMs === null ? null : Math.max(0, this.#smooth + aheadMs);
  }
}
