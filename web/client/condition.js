// What a connected viewer knows of its stream: from the frames that come or do not, and from what
// the server says of the stream when it is asked.
//
// What the server said is void once frames come. The first frame of a connection is no such sign:
// it may be a picture that stays. And a source that has ended stays so, whatever is drawn on its
// last picture.

const SILENT_MS = 3000;
const REOPEN_MS = 30_000; // silence after which the connection may be dead without a word
const SETTLED = { finished: 'ended', failed: 'failed' }; // phases in which no frame is expected

export class Condition {
  #openedAt = 0;
  #frameAt = 0;
  #interval = 0;
  #frames = 0; // of this connection
  #silent = false;
  #loss = null; // { reason } while frames are the server's own pictures
  #phase;
  #error;

  // A connection is open. When it follows a silent one, the silence goes on until a frame comes.
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

  // description: the stream in the server's list, undefined if it is not there.
  tell(description) {
    this.#phase = description?.phase;
    this.#error = description?.error ?? null;
  }

  tick(now) {
    if (this.#silence(now) > Math.max(SILENT_MS, 3 * this.#interval)) this.#silent = true;
  }

  // Whether the server should be asked what goes on.
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
