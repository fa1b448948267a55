// moonreel's client library: watch a stream, talk to its script. The contract is in moonreel.d.ts.

import { readAddress } from './address.js';
import { call } from './callback.js';
import { Connection } from './connection.js';
import { Delivery } from './delivery.js';
import { parseBinary, parseJson } from './message.js';
import { Page } from './page.js';
import { Server } from './server.js';

const LARGEST_MESSAGE_BYTES = 64 * 1024; // the server closes the connection after a larger one

// Starts after the caller's turn, so that no callback runs before the caller has the viewer.
export function connect(url, options = {}) {
  return new Viewer(readAddress(url), options);
}

class Viewer {
  #options;
  #connection;
  #delivery;
  #page;
  #received = 0;
  #missed = 0;
  #last = null; // the newest frame's number on this connection
  #paused = false; // by the user
  #away = false; // by a hidden tab

  constructor(address, options) {
    const { binary = true, reconnect = true, hidden = 'pause' } = options;
    this.#options = { ...options, binary };
    this.#delivery = new Delivery((frame) => options.onFrame?.(frame));
    this.#connection = new Connection(
      new Server(address.base, options.token || address.token, options.ticket),
      options.stream || address.stream,
      { binary, reconnect, loadSocket: () => loadSocket(options.WebSocket) },
      {
        message: (data) => this.#parse(data),
        frame: (frame) => this.#delivery.put(frame),
        status: (status) => this.#tell(status),
      },
    );
    this.#page = new Page(hidden, {
      away: () => this.#setAway(true),
      back: () => this.#setAway(false),
      wake: () => reconnect && this.#connection.wake(),
    });
    queueMicrotask(() => this.#idle || this.#connection.start());
  }

  get status() { return this.#connection.status; }

  get stream() { return this.status.stream; }

  get streams() { return this.status.streams; }

  get received() { return this.#received; }

  get skipped() { return this.#delivery.skipped; }

  get missed() { return this.#missed; }

  get hidden() { return this.#page.hidden; }

  set hidden(value) { this.#page.hidden = value; }

  send(value) {
    const text = JSON.stringify(value);
    if (text === undefined) throw new TypeError('the message is not a JSON value');
    if (new TextEncoder().encode(text).length > LARGEST_MESSAGE_BYTES) {
      throw new RangeError('the message is larger than 64 KiB');
    }
    return this.#connection.send(text);
  }

  pause() {
    if (this.#closed || this.#paused) return;
    this.#paused = true;
    if (!this.#away) this.#letGo();
  }

  resume() {
    if (this.#closed || !this.#paused) return;
    this.#paused = false;
    if (!this.#away) this.#connection.start();
  }

  select(name) {
    if (this.#closed) return;
    this.#delivery.clear();
    this.#connection.select(name);
  }

  wake() {
    this.#connection.wake();
  }

  close() {
    if (!this.#closed) this.#connection.close(null);
  }

  get #closed() { return this.status.kind === 'closed'; }

  get #idle() { return this.#closed || this.#paused || this.#away; }

  #setAway(away) {
    this.#away = away;
    if (this.#paused) return;
    if (away) this.#letGo();
    else this.#connection.start();
  }

  #letGo() {
    this.#delivery.clear();
    this.#connection.pause();
  }

  // Returns the frame, or null if the message is not a frame.
  #parse(data) {
    let frame = null;
    if (typeof data === 'string') {
      let value;
      try {
        value = JSON.parse(data);
      } catch {
        return null;
      }
      if (!this.#options.binary) frame = parseJson(data, value);
      if (!frame) call(this.#options.onText, value);
    } else {
      frame = parseBinary(data);
    }
    if (frame) this.#count(frame.seq);
    return frame;
  }

  #count(seq) {
    this.#received++;
    if (this.#last !== null && seq > this.#last) this.#missed += seq - this.#last - 1;
    this.#last = seq;
  }

  #tell(status) {
    if (!['live', 'stalled', 'lost'].includes(status.kind)) this.#last = null;
    if (status.kind === 'closed') {
      this.#page.end();
      this.#delivery.clear();
    }
    call(this.#options.onStatus, status);
  }
}

// Browsers, and bundlers for browsers, never load node_socket.js (see package.json).
async function loadSocket(given) {
  const WebSocket = given ?? globalThis.WebSocket;
  return WebSocket ?? (await import('./node_socket.js')).NodeSocket;
}
