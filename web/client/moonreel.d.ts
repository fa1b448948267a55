/**
 * Watch a stream of a moonreel server, and talk to its script.
 *
 * The connection is kept up whatever happens to the server. No callback is called before this
 * function has returned.
 *
 * @param url The server's page (`http://host:8080/`, with a base path `http://host/cam/`) or a
 *   stream's WebSocket (`ws://host:8080/ws/yard`); http and ws may stand for each other. `?stream=`
 *   and `?token=` in it are taken as the options of these names. In a page it may be relative.
 * @throws TypeError if the address is none.
 */
export function connect(url: string | URL, options?: Options): Viewer;

/** An exception in a callback, or a promise that it returns and that fails, is told on the console
 * and changes nothing else. */
export interface Options {
  /**
   * A frame has come. It may return a promise: until that settles no other frame is given; of those
   * that arrive meanwhile the newest is kept, the others are counted in `viewer.skipped`.
   */
  onFrame?: (frame: Frame) => unknown;
  /** A JSON value that the script broadcast; or `{ error }`: the script did not get all of ours. */
  onText?: (value: any) => unknown;
  /** Something in the status has changed. */
  onStatus?: (status: Status) => unknown;
  /** The stream's name. Default: the server's first that has not failed. */
  stream?: string | null;
  /** What a server with `--view-token` wants to see. */
  token?: string | null;
  /**
   * true (default): for ever. false: one attempt; the status stays what it was if it failed, and is
   * `closed` when its connection has ended.
   */
  reconnect?: boolean;
  /** true (default): binary messages. false: JSON messages, a third larger. */
  binary?: boolean;
  /** What a hidden tab does, see `Viewer.hidden`. Default: `'pause'`. */
  hidden?: 'pause' | 'keep';
  /**
   * A constructor to use instead of the global WebSocket, such as that of the package `ws`. Where
   * there is no global one (Node before 22) the library brings its own.
   */
  WebSocket?: new (url: string) => any;
}

export interface Frame {
  /** The frame's number in its stream. It only grows; gaps are frames that were skipped. */
  readonly seq: number;
  /** Media time in µs. */
  readonly ptsUs: number;
  /** Wall clock (UNIX) in µs when the frame left the decoder. */
  readonly capturedUs: number;
  /** Size of the message. */
  readonly bytes: number;
  /** What the script returned, null if nothing. Parsed when it is first looked at. */
  readonly payload: any;
  /** The payload's JSON as it was sent: parsing rounds integers beyond 2^53. */
  readonly payloadText: string;
  /** The picture, of type `image/jpeg`; the same object each time. */
  readonly image: Blob;
  /**
   * false for a picture of the server's own that says "No signal": the source is lost, and the
   * payload is `{ signal: false, reason }`.
   */
  readonly signal: boolean;
}

export interface Viewer {
  readonly status: Status;
  /** Frames that came faster than `onFrame` took them. */
  readonly skipped: number;
  /** Frames that came, skipped ones included. */
  readonly received: number;
  /** The stream's name, null until it is known. As in the status. */
  readonly stream: string | null;
  /** The server's streams. As in the status. */
  readonly streams: StreamState[];
  /**
   * `'pause'`: a tab lets go of its connection 2 s after it was hidden, and is back at once when it
   * is shown. `'keep'`: a hidden tab goes on. Can be changed at any time.
   */
  hidden: 'pause' | 'keep';
  /**
   * Gives a JSON value to the script's `on_message`. Returns false, and sends nothing, when there
   * is no open connection or more than 256 KiB wait to be sent.
   *
   * @throws TypeError if it is no JSON value; RangeError if it is more than 64 KiB, for which the
   *   server would end the connection.
   */
  send(value: unknown): boolean;
  /** Let go of the connection until `resume()`. */
  pause(): void;
  resume(): void;
  /** Watch another stream with the same callbacks; null: the server's first that has not failed. */
  select(name: string | null): void;
  /** Try now, if an attempt has failed or frames have stopped. */
  wake(): void;
  /** The end: `onStatus` is told `closed`, then nothing is called any more. */
  close(): void;
}

/** A fresh object after each change. */
export interface Status {
  readonly kind: StatusKind;
  readonly stream: string | null;
  /** As `GET api/streams` last gave them. */
  readonly streams: StreamState[];
  /** When the next attempt is made, in ms of `performance.now()`; null when none is planned. */
  readonly retryAt: number | null;
  /** The server's or the system's words, null if there are none. */
  readonly reason: string | null;
}

export type StatusKind =
  /** The first attempt. */
  | 'connecting'
  /** Connected, no frame yet. */
  | 'waiting'
  /** Frames come. */
  | 'live'
  /** Connected; frames have stopped, or none came for 3 s. */
  | 'stalled'
  /** Connected; the server's source is gone: `reason`. It tries to get it back. */
  | 'lost'
  /** Connected; the source has ended, its last picture stays. */
  | 'ended'
  /** Connected; the source cannot be played: `reason`. */
  | 'failed'
  /** The server has no such stream. */
  | 'unknown'
  /** As many viewers as may watch are watching: `reason`. */
  | 'full'
  /** The server wants a token, or another one: `reason`. */
  | 'forbidden'
  /** The server answers but takes no viewer, for another reason. */
  | 'refused'
  /** No connection to the server. That is also all that a page hears whose origin may not watch. */
  | 'gone'
  /** By `pause()` or a hidden tab. */
  | 'paused'
  /** By `close()`, or by the end of the only connection with `reconnect: false`. */
  | 'closed';

/** What the server says of a stream; docs/PROTOCOL.md, "State", has all of it. */
export interface StreamState {
  name: string;
  phase: 'opening' | 'running' | 'idle' | 'lost' | 'finished' | 'failed';
  error: string | null;
  [key: string]: any;
}
