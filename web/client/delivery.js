// Passes frames to the user's onFrame, one at a time. Of the frames that arrive while it works, the
// newest is kept and the others are skipped. So slow work means fewer frames, but never older ones.

import { report } from './callback.js';

export class Delivery {
  skipped = 0;
  #onFrame;
  #busy = false;
  #next = null;

  // onFrame(frame) may return a promise; its work lasts until the promise settles.
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

  // Drops the waiting frame.
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
