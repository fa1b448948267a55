// One viewer's connection to a stream. After a failure it connects again.
//
// Every attempt first asks for the list of streams and then opens the WebSocket. The list tells an
// absent server from an unknown stream; a refused WebSocket tells a page nothing. And after failures
// browsers delay WebSockets, but not requests.

import { Backoff } from './backoff.js';
import { Condition } from './condition.js';

const ANSWER_MS = 4000;
const TICK_MS = 250;
const ASK_MS = 2000; // how often to ask the server why no frames come
const ASK_ENDED_MS = 10_000; // the same for a stream that has ended
const MOST_WAITING_BYTES = 256 * 1024;
const OPEN = 1; // WebSocket.OPEN

export class Connection {
  status; // { kind, stream, streams, retryAt, reason }; a new object after each change
  #server;
  #options;
  #on;
  #stream; // its name, null while it is unknown
  #named; // whether the user named it; then no other stream takes its place
  #streams = []; // as the server last gave them
  #attempt = 0; // the number of this attempt; answers to older ones are ignored
  #socket = null;
  #condition = new Condition();
  #backoff = new Backoff();
  #failed = false; // the last attempt has failed, and no other one runs
  #retryTimer = null;
  #openTimer = null;
  #tickTimer = null;
  #askedAt = 0;

  // server: a Server. stream: its name, or null for the server's first that has not failed.
  // options: { binary, reconnect, loadSocket() }; loadSocket returns a promise of the WebSocket class.
  // on: { message(data), frame(frame), status(status) }; message returns the frame in the message, or
  // null.
  constructor(server, stream, options, on) {
    this.#server = server;
    this.#options = options;
    this.#on = on;
    this.#name(stream);
    this.status = this.#describe('connecting', null, null);
  }

  // Starts again, as with the first attempt.
  start() {
    this.#condition = new Condition();
    this.#backoff.reset();
    this.#connect('connecting', null);
  }

  pause() {
    this.#end('paused', null);
  }

  close(reason) {
    this.#end('closed', reason);
  }

  // Watches another stream, at once or after the pause.
  select(stream) {
    this.#drop();
    this.#name(stream);
    if (this.status.kind === 'paused') this.#change('paused', null);
    else this.start();
  }

  // Tries to connect now instead of later. Does nothing if frames arrive or an attempt is running.
  wake() {
    const { kind, reason } = this.status;
    if (this.#failed || kind === 'stalled') this.#connect(kind, reason);
  }

  // Returns false if the text cannot be sent now.
  send(text) {
    const socket = this.#socket;
    if (socket?.readyState !== OPEN || socket.bufferedAmount > MOST_WAITING_BYTES) return false;
    socket.send(text);
    return true;
  }

  async #connect(kind, reason) {
    this.#drop();
    const attempt = this.#attempt;
    this.#change(kind, reason);
    try {
      if (attempt !== this.#attempt) return;
      const streams = await this.#server.list();
      if (attempt !== this.#attempt) return;
      const description = this.#choose(streams);
      if (streams && !description) {
        this.#fail('unknown', null);
        return;
      }
      this.#condition.tell(description);
      this.#change(kind, reason);
      const WebSocket = await this.#options.loadSocket();
      const url = await this.#server.socketUrl(this.#stream, this.#options.binary);
      if (attempt === this.#attempt) this.#open(WebSocket, url);
    } catch (error) {
      if (attempt === this.#attempt) this.#fail(error.kind ?? 'refused', error.message);
    }
  }

  // Stores the list, and chooses a stream if the user named none. Returns the stream's description.
  #choose(streams) {
    this.#streams = streams ?? [];
    const described = this.#description();
    if (described || this.#named) return described;
    const works = this.#streams.find(({ phase }) => phase !== 'failed') ?? this.#streams[0];
    this.#stream = works?.name ?? this.#stream ?? 'live';
    return works;
  }

  #description() {
    return this.#streams.find(({ name }) => name === this.#stream);
  }

  #open(WebSocket, url) {
    const socket = new WebSocket(url.href);
    let opened = false;
    this.#socket = socket;
    this.#openTimer = setTimeout(() => socket.close(), ANSWER_MS);
    socket.binaryType = 'arraybuffer';
    socket.onopen = () => {
      if (socket !== this.#socket) return;
      opened = true;
      clearTimeout(this.#openTimer);
      this.#condition.open(performance.now());
      this.#askedAt = performance.now();
      this.#tickTimer = setInterval(() => this.#tick(), TICK_MS);
      this.#showCondition();
    };
    socket.onmessage = ({ data }) => {
      const frame = socket === this.#socket ? this.#on.message(data) : null;
      if (!frame || socket !== this.#socket) return;
      this.#condition.frame(performance.now(), frame);
      this.#backoff.reset();
      this.#showCondition();
      if (socket === this.#socket) this.#on.frame(frame);
    };
    socket.onclose = ({ reason }) => {
      if (socket !== this.#socket) return;
      if (opened) this.#lose(reason || null);
      else this.#explain(url);
    };
  }

  // Detects silence and asks for its reason.
  #tick() {
    const now = performance.now();
    this.#condition.tick(now);
    if (this.#options.reconnect && this.#condition.mayBeDead(now)) {
      this.#connect(this.status.kind, this.status.reason);
      return;
    }
    const pause = this.#condition.kind === 'ended' ? ASK_ENDED_MS : ASK_MS;
    if (this.#condition.unclear && now - this.#askedAt > pause) this.#ask(now);
    this.#showCondition();
  }

  async #ask(now) {
    const attempt = this.#attempt;
    this.#askedAt = now;
    try {
      const streams = await this.#server.list();
      if (attempt !== this.#attempt) return;
      this.#streams = streams ?? [];
      this.#condition.tell(this.#description());
      this.#change(this.#condition.kind, this.#condition.reason);
    } catch (error) {
      if (attempt === this.#attempt) this.#lose(error.message, error.kind);
    }
  }

  async #explain(url) {
    const attempt = this.#attempt;
    const { kind, reason } = await this.#server.explain(url);
    if (attempt === this.#attempt) this.#fail(kind, reason);
  }

  // An open connection was lost.
  #lose(reason, kind = 'gone') {
    if (this.#options.reconnect) this.#fail(kind, reason);
    else this.close(reason);
  }

  #fail(kind, reason) {
    this.#drop();
    this.#condition = new Condition();
    this.#failed = true;
    if (!this.#options.reconnect) {
      this.#change(kind, reason);
      return;
    }
    const now = performance.now();
    const delay = this.#backoff.next(now);
    this.#retryTimer = setTimeout(() => this.#connect(kind, reason), delay);
    this.#change(kind, reason, now + delay);
  }

  #end(kind, reason) {
    this.#drop();
    this.#change(kind, reason);
  }

  // Closes the socket and cancels all timers.
  #drop() {
    this.#attempt++;
    clearTimeout(this.#retryTimer);
    clearTimeout(this.#openTimer);
    clearInterval(this.#tickTimer);
    this.#failed = false;
    const socket = this.#socket;
    this.#socket = null;
    socket?.close();
  }

  #name(stream) {
    this.#stream = stream || null;
    this.#named = Boolean(stream);
  }

  #showCondition() {
    const { kind, reason } = this.#condition;
    if (kind !== this.status.kind || reason !== this.status.reason) this.#change(kind, reason);
  }

  // The user's callback may close, pause or select. Code that runs after this must check for that.
  #change(kind, reason, retryAt = null) {
    this.status = this.#describe(kind, reason, retryAt);
    this.#on.status(this.status);
  }

  #describe(kind, reason, retryAt) {
    return { kind, stream: this.#stream, streams: this.#streams, retryAt, reason };
  }
}
