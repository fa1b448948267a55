// What a connected viewer knows about its stream: from arriving frames, and from the server's answers
// about the stream's state.
//
// Arriving frames count more than an older answer of the server. There are two exceptions: the first
// frame of a connection may be an old picture, and a source that has ended stays ended, even if the
// script still draws on its last picture.

const SILENT_MS = 3000;
const REOPEN_MS = 30_000; // after this silence the connection may be dead
const SETTLED = { finished: 'ended', failed: 'failed' }; // in these phases no frame is expected

export class Condition {
  #openedAt = 0;
  #frameAt = 0;
  #interval = 0;
  #frames = 0; // that arrived on this connection
  #silent = false;
  #loss = null; // { reason } while the frames are the server's notices
  #phase;
  #error;

  // A connection has opened. If it follows a silent one, the silence lasts until a frame comes.
  open(now) {
    this.#openedAt = now;
    this.#frames = 0;
  }

  frame(now, frame) {
    this.#interval = this.#frames ? now - this.#frameAt : 0;
    this.#frameAt = now;
    this.#silent = false;
    if (this.#frames++ && this.#phase !== 'finished') this.#phase = undefined;
    this.#loss = frame.signal ? null : { reason: reasonOf(frame) };
  }

  // description: the stream in the server's list, undefined if the list does not have it.
  tell(description) {
    this.#phase = description?.phase;
    this.#error = description?.error ?? null;
  }

  tick(now) {
    if (this.#silence(now) > Math.max(SILENT_MS, 3 * this.#interval)) this.#silent = true;
  }

  // Whether to ask the server for the stream's state.
  get unclear() {
    return this.#silent || !this.#frames || this.#phase === 'finished';
  }

  mayBeDead(now) {
    return this.#silence(now) > REOPEN_MS && !SETTLED[this.#phase];
  }

  get kind() {
    if (SETTLED[this.#phase]) return SETTLED[this.#phase];
    if (this.#phase === 'lost' || (this.#loss && !this.#silent)) return 'lost';
    if (this.#silent) return 'stalled';
    return this.#frames ? 'live' : 'waiting';
  }

  get reason() {
    switch (this.kind) {
      case 'failed': return this.#error;
      case 'lost': return this.#phase === 'lost' ? this.#error : this.#loss.reason;
      default: return null;
    }
  }

  #silence(now) {
    return now - Math.max(this.#frameAt, this.#openedAt);
  }
}

function reasonOf(frame) {
  try {
    return frame.payload.reason ?? null;
  } catch {
    return null;
  }
}
