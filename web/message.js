// The native binary message: header, payload (JSON text), image (JPEG). All little-endian.
//
//   0 "MRF1"   4 u16 header bytes   6 u16 flags   8 u64 seq   16 i64 pts_us   24 i64 captured_us
//   32 u32 payload bytes   36 u32 image bytes
//
// The header may grow: what lies beyond the known fields is skipped.

const MAGIC = 0x3146524d; // "MRF1"
const KNOWN_BYTES = 40;
const text = new TextDecoder();

// Takes an ArrayBuffer, returns the message or null if it is none. Nothing is decoded or copied
// yet: most of the work of a frame that is skipped is never done.
export function parse(buffer) {
  if (buffer.byteLength < KNOWN_BYTES) return null;
  const view = new DataView(buffer);
  const headerBytes = view.getUint16(4, true);
  const payloadBytes = view.getUint32(32, true);
  const imageBytes = view.getUint32(36, true);
  if (view.getUint32(0, true) !== MAGIC || headerBytes < KNOWN_BYTES) return null;
  if (headerBytes + payloadBytes + imageBytes !== buffer.byteLength) return null;

  return {
    seq: Number(view.getBigUint64(8, true)),
    ptsUs: Number(view.getBigInt64(16, true)),
    capturedUs: Number(view.getBigInt64(24, true)),
    bytes: buffer.byteLength,
    payload: () => text.decode(new Uint8Array(buffer, headerBytes, payloadBytes)),
    image: () => new Blob([new Uint8Array(buffer, headerBytes + payloadBytes, imageBytes)],
      { type: 'image/jpeg' }),
  };
}
