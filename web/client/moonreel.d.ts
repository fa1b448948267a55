/**
 * Watch a stream of a moonreel server, and talk to its script.
 *
 * After a failure it connects again by itself. No callback is called before this function has
 * returned.
 *
 * @param url The server's page (`http://host:8080/`, with a base path `http://host/cam/`) or a
 *   stream's WebSocket (`ws://host:8080/ws/yard`); http and ws may stand for each other. `?stream=`
 *   and `?token=` in it set the options with these names. In a page it may be relative.
 * @throws TypeError if the address is invalid.
 */
export function connect(url: string | URL, options?: Options): Viewer;

/** If a callback throws, or returns a promise that fails, the error is shown on the console and changes
 * nothing else. */
export interface Options {
  /**
   * Called with a frame. It may return a promise: the next call waits until that settles. Of the frames
   * that arrive meanwhile, the newest is kept; the others are counted in `viewer.skipped`.
   */
  onFrame?: (frame: Frame) => unknown;
  /** Called with a JSON value that the script broadcast, or with `{ error }` if the script did not get
   * all messages of this viewer. */
  onText?: (value: any) => unknown;
  /** Called after each change of the status. */
  onStatus?: (status: Status) => unknown;
  /** The stream's name. Default: the server's first that has not failed. */
  stream?: string | null;
  /** The token for a server with `--view-token`. */
  token?: string | null;
  /**
   * Returns a promise of a ticket (`POST /api/tickets`) for the path of the WebSocket, which then stands in its address
   * instead of the token; null: the address holds neither.
   */
  ticket?: (path: string) => Promise<string | null>;
  /**
   * true (default): connect again after every failure. false: make one attempt. If it fails, the status
   * says why and stays; when the connection ends, the status is `closed`.
   */
  reconnect?: boolean;
  /** true (default): binary messages. false: JSON messages, a third larger. */
  binary?: boolean;
  /** How a hidden tab behaves, see `Viewer.hidden`. Default: `'pause'`. */
  hidden?: 'pause' | 'keep';
  /**
   * A constructor to use instead of the global WebSocket, such as that of the package `ws`. Where
   * there is no global one (Node before 22) the library brings its own.
   */
  WebSocket?: new (url: string) => any;
}

export interface Frame {
  /** The frame's number in its stream. It only grows; gaps are skipped frames. */
  readonly seq: number;
  /** Media time in µs. */
  readonly ptsUs: number;
  /** Wall clock (UNIX) in µs when the frame left the decoder. */
  readonly capturedUs: number;
  /** Size of the message. */
  readonly bytes: number;
  /** The value that the script returned, null if none. Parsed when it is first read. */
  readonly payload: any;
  /** The payload's JSON as it was sent. (Parsing rounds integers beyond 2^53.) */
  readonly payloadText: string;
  /** The picture, of type `image/jpeg`; the same object each time. */
  readonly image: Blob;
  /**
   * false for the server's "No signal" picture: the source is lost, and the payload is
   * `{ signal: false, reason }`.
   */
  readonly signal: boolean;
}

export interface Viewer {
  readonly status: Status;
  /** Number of frames that arrived faster than `onFrame` took them. */
  readonly skipped: number;
  /** Number of frames between those that arrived: left out by the server for a slow connection, or by the script. */
  readonly missed: number;
  /** Number of frames that arrived, skipped ones included. */
  readonly received: number;
  /** The stream's name, null until it is known. As in the status. */
  readonly stream: string | null;
  /** The server's streams. As in the status. */
  readonly streams: StreamState[];
  /**
   * `'pause'`: a tab closes its connection 2 s after it was hidden, and connects again when it is
   * shown. `'keep'`: a hidden tab stays connected. Can be changed at any time.
   */
  hidden: 'pause' | 'keep';
  /**
   * Gives a JSON value to the script's `on_message`. Returns false, and sends nothing, when there
   * is no open connection or more than 256 KiB wait to be sent.
   *
   * @throws TypeError if it is not a JSON value; RangeError if it has more than 64 KiB, after which the
   *   server would close the connection.
   */
  send(value: unknown): boolean;
  /** Close the connection until `resume()`. */
  pause(): void;
  resume(): void;
  /** Watch another stream with the same callbacks; null: the server's first that has not failed. */
  select(name: string | null): void;
  /** Connect now, if an attempt has failed or frames have stopped. */
  wake(): void;
  /** Close the viewer for good: `onStatus` gets `closed`, after that no callback is called. */
  close(): void;
}

/** A new object after each change. */
export interface Status {
  readonly kind: StatusKind;
  readonly stream: string | null;
  /** As `GET api/streams` last gave them. */
  readonly streams: StreamState[];
  /** Time of the next attempt, in ms of `performance.now()`; null if none is planned. */
  readonly retryAt: number | null;
  /** The reason as the server or the system gave it, null if there is none. */
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
  /** Connected; the server's source is gone (`reason`). The server keeps trying to open it. */
  | 'lost'
  /** Connected; the source has ended, its last picture stays. */
  | 'ended'
  /** Connected; the source cannot be played: `reason`. */
  | 'failed'
  /** The server has no such stream. */
  | 'unknown'
  /** The server accepts no more viewers: `reason`. */
  | 'full'
  /** A token is missing or wrong: `reason`. */
  | 'forbidden'
  /** The server refuses the viewer for another reason. */
  | 'refused'
  /** No connection to the server. A page whose origin may not watch gets this status as well, because
   * browsers tell it no more. */
  | 'gone'
  /** By `pause()` or a hidden tab. */
  | 'paused'
  /** By `close()`, or by the end of the only connection with `reconnect: false`. */
  | 'closed';

/** The state of a stream; docs/PROTOCOL.md, "State", lists all fields. */
export interface StreamState {
  name: string;
  phase: 'opening' | 'running' | 'idle' | 'lost' | 'finished' | 'failed';
  error: string | null;
  [key: string]: any;
}
