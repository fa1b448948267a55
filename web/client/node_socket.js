// A WebSocket client (RFC 6455) over node:http and node:https, for Node versions without one. It has
// the part of the browser's interface that the library uses, without extensions and subprotocols.

import { createHash, randomBytes } from 'node:crypto';
import http from 'node:http';
import https from 'node:https';

import { encodeFrame, FrameReader, OPCODES, Violation } from './node_frames.js';

const LARGEST_MESSAGE_BYTES = 64 * 1024 * 1024;
const MOST_PONG_BYTES = 64 * 1024; // waiting to be sent; beyond that, pings are not answered
const CLOSING_MS = 2000; // time for the peer to answer a close frame and to close the connection
const ACCEPT_GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
const NO_CODE = 1005;
const ABNORMAL = 1006;
const [CONNECTING, OPEN, CLOSING, CLOSED] = [0, 1, 2, 3];

const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

export class NodeSocket {
  binaryType = 'arraybuffer'; // no other value is supported
  readyState = CONNECTING;
  onopen = null;
  onmessage = null;
  onerror = null;
  onclose = null;
  #request;
  #socket = null;
  #reader = new FrameReader(LARGEST_MESSAGE_BYTES);
  #pumping = false;
  #ended = false; // ignore everything that still comes
  #timer = null;
  #closing = { code: ABNORMAL, reason: '', wasClean: false }; // the event for onclose

  constructor(url) {
    const address = new URL(url);
    const secure = ['wss:', 'https:'].includes(address.protocol);
    const key = randomBytes(16).toString('base64');
    address.protocol = secure ? 'https:' : 'http:';
    this.#request = (secure ? https : http).request(address, {
      agent: false,
      headers: {
        Connection: 'Upgrade',
        Upgrade: 'websocket',
        'Sec-WebSocket-Version': 13,
        'Sec-WebSocket-Key': key,
      },
    });
    this.#request.on('response', ({ statusCode }) => {
      this.#refuse(`the server answers ${statusCode}`);
    });
    this.#request.on('error', (error) => this.#refuse(error.message));
    this.#request.on('upgrade', (response, socket, rest) => {
      socket.on('error', () => {}); // 'close' follows
      const wrong = faultOf(response.headers, key);
      if (!wrong && this.readyState === CONNECTING) {
        this.#open(socket, rest);
      } else {
        socket.destroy();
        this.#refuse(wrong ?? 'closed before it was open');
      }
    });
    this.#request.end();
  }

  // Bytes that send() has accepted and the network has not taken yet.
  get bufferedAmount() {
    return this.#socket?.writableLength ?? 0;
  }

  send(message) {
    if (this.readyState === CONNECTING) throw new Error('the connection is not open yet');
    if (this.readyState === OPEN) this.#write(OPCODES.text, Buffer.from(message));
  }

  close(code, reason = '') {
    if (code !== undefined && code !== 1000 && !(code >= 3000 && code <= 4999)) {
      throw new RangeError(`${code} is no close code for clients`);
    }
    if (this.readyState === CONNECTING) {
      this.readyState = CLOSING;
      this.#request.destroy(new Error('closed before it was open'));
    } else if (this.readyState === OPEN) {
      this.#sendClose(code === undefined ? Buffer.alloc(0) : closePayload(code, reason));
    }
  }

  #open(socket, rest) {
    this.#socket = socket;
    socket.setNoDelay(true);
    socket.setTimeout(0);
    socket.on('data', (chunk) => {
      this.#reader.push(chunk);
      this.#pump();
    });
    socket.on('close', () => this.#closed());
    this.readyState = OPEN;
    this.onopen?.({ type: 'open' });
    this.#reader.push(rest);
    this.#pump();
  }

  // Each message gets a turn of the event loop, as in browsers: promises of its handler are settled
  // before the next message. Nothing is read meanwhile.
  #pump() {
    if (this.#pumping || this.#ended) return;
    let item = null;
    try {
      item = this.#reader.next();
      if (item) this.#handle(item);
    } catch (error) {
      if (!(error instanceof Violation)) throw error;
      this.#fail(error);
    } finally {
      if (item && this.#reader.waiting && !this.#ended) {
        this.#pumping = true;
        this.#socket.pause();
        setImmediate(() => {
          this.#pumping = false;
          this.#socket.resume();
          this.#pump();
        });
      }
    }
  }

  #handle({ opcode, data }) {
    switch (opcode) {
      case OPCODES.ping:
        if (this.readyState === OPEN && this.bufferedAmount < MOST_PONG_BYTES) {
          this.#write(OPCODES.pong, data);
        }
        break;
      case OPCODES.pong:
        break;
      case OPCODES.close:
        this.#takeClose(data);
        break;
      default: {
        const message = opcode === OPCODES.text ? decode(data) : data.buffer;
        if (this.readyState === OPEN) this.onmessage?.({ type: 'message', data: message });
      }
    }
  }

  #takeClose(data) {
    if (data.length === 1) throw new Violation(1002, 'a close code of one byte');
    const code = data.length ? (data[0] << 8) | data[1] : NO_CODE;
    if (data.length && !mayBeSent(code)) throw new Violation(1002, `close code ${code}`);
    this.#closing = { code, reason: decode(data.subarray(2)), wasClean: true };
    if (this.readyState === OPEN) this.#sendClose(data.subarray(0, 2));
    this.#hangUp();
  }

  #sendClose(payload) {
    this.readyState = CLOSING;
    this.#write(OPCODES.close, payload);
    this.#timer = setTimeout(() => this.#socket.destroy(), CLOSING_MS);
  }

  #fail(violation) {
    if (this.readyState === OPEN) this.#sendClose(closePayload(violation.code, ''));
    this.#hangUp();
    this.#report(violation.message);
  }

  // Stops reading. What was written is still sent.
  #hangUp() {
    this.#ended = true;
    this.#socket.removeAllListeners('data');
    this.#socket.resume();
    this.#socket.end();
  }

  #write(opcode, payload) {
    if (this.#socket.writable) this.#socket.write(encodeFrame(opcode, payload));
  }

  // The connection failed before it was open.
  #refuse(reason) {
    if (this.readyState === CLOSED) return;
    this.#request.destroy();
    this.#report(reason);
    this.#closed();
  }

  #report(message) {
    this.onerror?.({ type: 'error', message });
  }

  #closed() {
    if (this.readyState === CLOSED) return;
    clearTimeout(this.#timer);
    this.readyState = CLOSED;
    this.onclose?.({ type: 'close', ...this.#closing });
  }
}

// Returns what is wrong with the answer to the handshake, or null.
function faultOf(headers, key) {
  const accept = createHash('sha1').update(key + ACCEPT_GUID).digest('base64');
  if (headers.upgrade?.toLowerCase() !== 'websocket') return 'no upgrade to WebSocket';
  if (headers['sec-websocket-accept'] !== accept) return 'the answer is not to our handshake';
  if (headers['sec-websocket-extensions'] || headers['sec-websocket-protocol']) {
    return 'an extension or protocol that was not asked for';
  }
  return null;
}

function decode(data) {
  try {
    return text.decode(data);
  } catch {
    throw new Violation(1007, 'text that is not UTF-8');
  }
}

function closePayload(code, reason) {
  const payload = Buffer.alloc(2 + Buffer.byteLength(reason));
  payload.writeUInt16BE(code, 0);
  payload.write(reason, 2);
  return payload;
}

// Codes that may stand in a close frame (RFC 6455, section 7.4).
function mayBeSent(code) {
  return (code >= 1000 && code <= 1014 && ![1004, NO_CODE, ABNORMAL].includes(code))
    || (code >= 3000 && code <= 4999);
}
