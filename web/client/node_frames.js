// Writes and reads WebSocket frames (RFC 6455, section 5) as a client.

import { randomFillSync } from 'node:crypto';

export const OPCODES = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 };

const FIN = 0x80;
const RESERVED = 0x70;
const MASKED = 0x80;
const CONTROL = 0x08;
const LARGEST_CONTROL_BYTES = 125;
const HEAD_BYTES = 10; // of an unmasked frame, at most

// The peer broke the protocol or a limit; `code` is the close code for the connection.
export class Violation extends Error {
  constructor(code, message) {
    super(message);
    this.code = code;
  }
}

// Returns a whole frame, masked as a client's frames must be.
export function encodeFrame(opcode, payload) {
  const { length } = payload;
  const extended = length < 126 ? 0 : length < 65_536 ? 2 : 8;
  const frame = Buffer.allocUnsafe(2 + extended + 4 + length);
  frame[0] = FIN | opcode;
  frame[1] = MASKED | (extended === 0 ? length : extended === 2 ? 126 : 127);
  if (extended === 2) frame.writeUInt16BE(length, 2);
  if (extended === 8) frame.writeBigUInt64BE(BigInt(length), 2);
  const mask = randomFillSync(frame.subarray(2 + extended, 6 + extended));
  for (let i = 0, to = 6 + extended; i < length; i++) frame[to + i] = payload[i] ^ mask[i & 3];
  return frame;
}

// Makes messages from chunks that may be split anywhere. The bytes of an unfragmented message are
// copied once. The array for a fragmented message grows, because its size is unknown.
export class FrameReader {
  #limit;
  #chunks = [];
  #waiting = 0; // bytes in the chunks
  #head = Buffer.alloc(HEAD_BYTES);
  #headBytes = 0;
  #frame = null; // { opcode, last, target, at, end }: where in `target` its payload goes
  #opcode = 0; // of the message whose fragments are coming, 0 between messages
  #message = new Uint8Array(0);
  #messageBytes = 0;

  // limit: a larger message is a violation, detected when its frame begins.
  constructor(limit) {
    this.#limit = limit;
  }

  // Bytes that next() has not read yet.
  get waiting() {
    return this.#waiting;
  }

  push(chunk) {
    if (!chunk.length) return;
    this.#chunks.push(chunk);
    this.#waiting += chunk.length;
  }

  // Returns the next message or control frame as { opcode, data }, or null if more bytes are needed.
  // After it has thrown a Violation, the reader cannot be used.
  next() {
    for (;;) {
      if (!this.#frame && !this.#readHead()) return null;
      const frame = this.#frame;
      frame.at += this.#take(frame.target, frame.at, frame.end);
      if (frame.at < frame.end) {
        if (!this.#waiting) return null;
        continue;
      }
      this.#frame = null;
      if (frame.opcode & CONTROL) return { opcode: frame.opcode, data: frame.target };
      this.#messageBytes = frame.end;
      if (frame.last) return this.#finish();
    }
  }

  #finish() {
    const message = this.#message;
    const data = message.length === this.#messageBytes ? message
      : message.slice(0, this.#messageBytes);
    const opcode = this.#opcode;
    this.#message = new Uint8Array(0);
    this.#messageBytes = 0;
    this.#opcode = 0;
    return { opcode, data };
  }

  // Copies bytes of the first chunk to target, from index `at` up to `end`. Returns how many.
  #take(target, at, end) {
    const [chunk] = this.#chunks;
    if (!chunk || at === end) return 0;
    const part = chunk.subarray(0, end - at);
    target.set(part, at);
    if (part.length === chunk.length) this.#chunks.shift();
    else this.#chunks[0] = chunk.subarray(part.length);
    this.#waiting -= part.length;
    return part.length;
  }

  #readHead() {
    const needed = () => (this.#headBytes < 2 ? 2 : 2 + extendedBytes(this.#head));
    while (this.#headBytes < needed()) {
      if (!this.#waiting) return false;
      this.#headBytes += this.#take(this.#head, this.#headBytes, needed());
    }
    this.#headBytes = 0;
    const bytes = payloadBytes(this.#head);
    const opcode = this.#head[0] & 0x0f;
    const last = Boolean(this.#head[0] & FIN);
    this.#check(opcode, last, bytes);
    if (opcode & CONTROL) {
      this.#frame = { opcode, last, target: new Uint8Array(bytes), at: 0, end: bytes };
    } else {
      if (opcode) this.#opcode = opcode;
      const end = this.#messageBytes + bytes;
      this.#reserve(end, last);
      this.#frame = { opcode, last, target: this.#message, at: this.#messageBytes, end };
    }
    return true;
  }

  #check(opcode, last, bytes) {
    const wrong = this.#fault(opcode, last, bytes);
    if (wrong) throw new Violation(1002, wrong);
    if (!(opcode & CONTROL) && this.#messageBytes + bytes > this.#limit) {
      throw new Violation(1009, 'the message is too large');
    }
  }

  #fault(opcode, last, bytes) {
    if (this.#head[0] & RESERVED) return 'reserved bits are set';
    if (this.#head[1] & MASKED) return 'the server masked a frame';
    if (!Object.values(OPCODES).includes(opcode)) return `opcode ${opcode} is unknown`;
    if (opcode & CONTROL) {
      if (!last) return 'a control frame is fragmented';
      return bytes > LARGEST_CONTROL_BYTES ? 'a control frame is too large' : null;
    }
    if (opcode === OPCODES.continuation) return this.#opcode ? null : 'no message to continue';
    return this.#opcode ? 'a message is not finished' : null;
  }

  // Makes room for `bytes` bytes of the message, and for more if this is not its last frame.
  #reserve(bytes, last) {
    if (bytes <= this.#message.length) return;
    const room = last ? bytes : Math.min(this.#limit, Math.max(bytes, 2 * this.#message.length));
    const message = new Uint8Array(room);
    message.set(this.#message.subarray(0, this.#messageBytes));
    this.#message = message;
  }
}

function extendedBytes(head) {
  const length = head[1] & 0x7f;
  return length === 127 ? 8 : length === 126 ? 2 : 0;
}

function payloadBytes(head) {
  const length = head[1] & 0x7f;
  if (length < 126) return length;
  return length === 126 ? head.readUInt16BE(2) : Number(head.readBigUInt64BE(2));
}
