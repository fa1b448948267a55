// Makes a frame of a message of the server. Only the header is read at once; payload and image are
// read when they are needed. So a skipped frame costs little.
//
//   0 "MRF1"   4 u16 header bytes   6 u16 flags   8 u64 seq   16 i64 pts_us   24 i64 captured_us
//   32 u32 payload bytes   36 u32 image bytes
//
// All numbers are little-endian. Later versions may have a longer header; the new fields are skipped.

const MAGIC = 0x3146524d; // "MRF1"
const KNOWN_BYTES = 40;
const IMAGE_TYPE = 'image/jpeg';
const DATA_URL = `data:${IMAGE_TYPE};base64,`;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

// The start of the payload of the server's "No signal" notice.
const NO_SIGNAL = encoder.encode('{"signal":false,');

// A frame: its numbers, and a payload and an image that are made when they are first read.
class Frame {
  #make;
  #payloadText;
  #payload;
  #image;

  // numbers: { seq, ptsUs, capturedUs, bytes, signal }; make: { payloadText(), image() }.
  constructor(numbers, make) {
    Object.assign(this, numbers);
    this.#make = make;
  }

  get payloadText() {
    return (this.#payloadText ??= this.#make.payloadText());
  }

  get payload() {
    if (this.#payload === undefined) this.#payload = JSON.parse(this.payloadText || 'null');
    return this.#payload;
  }

  get image() {
    return (this.#image ??= new Blob([this.#make.image()], { type: IMAGE_TYPE }));
  }
}

// Takes an ArrayBuffer. Returns the frame, or null if it is not one.
export function parseBinary(buffer) {
  if (!(buffer instanceof ArrayBuffer) || buffer.byteLength < KNOWN_BYTES) return null;
  const view = new DataView(buffer);
  const headerBytes = view.getUint16(4, true);
  const payloadBytes = view.getUint32(32, true);
  const imageBytes = view.getUint32(36, true);
  if (view.getUint32(0, true) !== MAGIC || headerBytes < KNOWN_BYTES) return null;
  if (headerBytes + payloadBytes + imageBytes !== buffer.byteLength) return null;

  const payload = new Uint8Array(buffer, headerBytes, payloadBytes);
  return new Frame({
    seq: Number(view.getBigUint64(8, true)),
    ptsUs: Number(view.getBigInt64(16, true)),
    capturedUs: Number(view.getBigInt64(24, true)),
    bytes: buffer.byteLength,
    signal: !NO_SIGNAL.every((byte, i) => payload[i] === byte),
  }, {
    payloadText: () => decoder.decode(payload),
    image: () => new Uint8Array(buffer, headerBytes + payloadBytes, imageBytes),
  });
}

// Takes the text of a message and its parsed value. Returns the frame, or null if it is not one.
export function parseJson(text, value) {
  if (typeof value?.image !== 'string' || !value.image.startsWith(DATA_URL)) return null;
  const { data = null, image } = value;
  return new Frame({
    seq: value.seq,
    ptsUs: value.pts_us,
    capturedUs: value.captured_us,
    bytes: text.length, // roughly: letters outside of ASCII have more bytes
    signal: data?.signal !== false || !('reason' in data),
  }, {
    payloadText: () => payloadIn(text) ?? JSON.stringify(data),
    image: () => Uint8Array.from(atob(image.slice(DATA_URL.length)), (c) => c.charCodeAt(0)),
  });
}

// Returns the payload's text in the message. (Serialising the parsed payload would round large
// integers.) The last "image" is the frame's: nothing after it belongs to the payload.
function payloadIn(text) {
  const start = '{"data":';
  const end = text.lastIndexOf(`,"image":"${DATA_URL}`);
  return text.startsWith(start) && end > 0 ? text.slice(start.length, end) : null;
}
