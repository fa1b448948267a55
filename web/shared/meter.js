// What the status line shows: rates over a short window, and latency without trusting two clocks.

const WINDOW_MS = 2000;
const BEST_MS = 30_000;
const AGREE_MS = [-20, 2000];

// Something per second, over the last two seconds.
export class Rate {
  #samples = [];
  #begun = false;

  add(now, amount = 1) {
    if (!this.#begun) { // the picture one is greeted with is not in the rhythm of the others
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
// The server stamps frames with its clock, the browser reads its own. If the best frame of the last
// half to whole minute took a believable time the clocks are taken to agree, and the difference is
// the latency. If not they do not agree, and all that can be said is how much longer than the best
// one a frame took: the value is `relative` then.
export class Latency {
  #smooth = null;
  #best = Infinity; // of this half minute
  #bestBefore = Infinity; // of the one before
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
