// Gives frames to whoever wants them, one at a time: while it is at work, the newest of those that
// arrive is kept and the others are skipped. Slow work means fewer frames, never older ones.

import { report } from './callback.js';

export class Delivery {
  skipped = 0;
  #onFrame;
  #busy = false;
  #next = null;

  // onFrame(frame): work that may take until the promise settles that it returns.
  constructor(onFrame) {
    this.#onFrame = onFrame;
  }

  put(frame) {
    if (!this.#busy) {
      this.#give(frame);
    } else {
      if (this.#next) this.skipped++;
      this.#next = frame;
    }
  }

  // Forget the frame that waits.
  clear() {
    this.#next = null;
  }

  #give(frame) {
    let work;
    try {
      work = this.#onFrame(frame);
    } catch (error) {
      report(error);
    }
    if (typeof work?.then !== 'function') return;
    this.#busy = true;
    Promise.resolve(work).catch(report).then(() => this.#done());
  }

  #done() {
    const frame = this.#next;
    this.#busy = false;
    this.#next = null;
    if (frame) this.#give(frame);
  }
}
