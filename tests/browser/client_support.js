// Shared by the tests of the client library: a viewer that records its callbacks and can wait for
// them, and a server that does what a test tells it.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import http from 'node:http';
import { fileURLToPath } from 'node:url';

import { WebSocketServer } from 'ws';

import { connect } from '../../web/client/moonreel.js';
import { DEADLINE_MS } from './support.js';

const POLL_MS = 10; // for what tells nobody that it has changed

export const CLIENT = fileURLToPath(new URL('../../web/client/', import.meta.url));

// Waits until `happened()` is true.
export async function until(happened, what, deadline = DEADLINE_MS) {
  for (const end = performance.now() + deadline; !happened();) {
    assert.ok(performance.now() < end, `${what}: not within ${deadline} ms`);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

// A viewer that is closed when the test `t` ends, and what it was told.
export class Watcher {
  frames = [];
  texts = [];
  statuses = [];

  constructor(t, url, options = {}) {
    this.viewer = connect(url, {
      onText: (value) => this.texts.push(value),
      onStatus: (status) => this.statuses.push(status),
      ...options,
      onFrame: (frame) => {
        this.frames.push(frame);
        return options.onFrame?.(frame);
      },
    });
    t.after(() => this.viewer.close());
  }

  get kinds() {
    return this.statuses.map(({ kind }) => kind).filter((kind, i, kinds) => kind !== kinds[i - 1]);
  }

  // Waits for a status of that kind; returns it.
  async untilKind(kind, deadline) {
    const { viewer } = this;
    try {
      await until(() => viewer.status.kind === kind, kind, deadline);
    } catch (error) {
      error.message += `, after ${this.kinds.join(', ')} (${viewer.status.reason})`;
      throw error;
    }
    return viewer.status;
  }

  // Waits for so many more frames.
  async untilFrames(count, deadline) {
    const enough = this.frames.length + count;
    await until(() => this.frames.length >= enough, `${count} frames`, deadline);
  }
}

// Keeps console.error quiet while the test `t` runs; returns the errors that it is told of.
export function catchErrors(t) {
  const errors = [];
  t.mock.method(console, 'error', (_, error) => errors.push(error));
  return errors;
}

// A server that is none: it lists what `streams` holds, and does with each viewer, a socket of the
// package `ws`, what `talk(socket, request)` does. While `refusal` is a status, WebSockets are
// refused, and a plain GET of their address is answered with it.
export class FakeServer {
  url;
  refusal = null;
  listed = 0; // how often it was asked
  #http = http.createServer((request, response) => this.#answer(request, response));
  #sockets = new WebSocketServer({ noServer: true });

  constructor(streams, talk) {
    this.streams = streams;
    this.#http.on('upgrade', (request, socket, head) => {
      if (this.refusal) socket.end(`HTTP/1.1 ${this.refusal} No\r\n\r\n`);
      else this.#sockets.handleUpgrade(request, socket, head, (peer) => talk(peer, request));
    });
  }

  async start(t) {
    t.after(() => {
      for (const peer of this.#sockets.clients) peer.terminate();
      this.#http.close();
    });
    await once(this.#http.listen(0, '127.0.0.1'), 'listening');
    this.url = `http://127.0.0.1:${this.#http.address().port}/`;
    return this;
  }

  #answer(request, response) {
    if (request.url === '/api/streams') {
      this.listed++;
      response.end(JSON.stringify({ streams: this.streams }));
    } else {
      response.writeHead(this.refusal ?? 426, { Connection: 'close' });
      response.end(JSON.stringify({ error: `refused with ${this.refusal}` }));
    }
  }
}

// A binary message; `header` bytes of header, and the last fields may be falsified.
export function message(seq, payload, image = Buffer.from([255, 216, 255]), changes = {}) {
  const text = Buffer.from(payload);
  const { header = 40, magic = 'MRF1', payloadBytes = text.length } = changes;
  const head = Buffer.alloc(header);
  head.write(magic);
  head.writeUInt16LE(header, 4);
  head.writeBigUInt64LE(BigInt(seq), 8);
  head.writeBigInt64LE(40_000n * BigInt(seq), 16);
  head.writeBigInt64LE(BigInt(Date.now()) * 1000n, 24);
  head.writeUInt32LE(payloadBytes, 32);
  head.writeUInt32LE(image.length, 36);
  return Buffer.concat([head, text, image]);
}
