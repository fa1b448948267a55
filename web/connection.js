// One viewer's connection to a stream, kept up whatever happens to the server.
//
// Every attempt first asks for the list of streams and only then opens the WebSocket: the list says
// which streams there are, an absent server is not mistaken for an unknown stream (a refused
// WebSocket tells a page nothing), and browsers delay WebSockets, not requests, after failures.

const FIRST_DELAY_MS = 250;
const LONGEST_DELAY_MS = 5000;
const WATCHED_DELAY_MS = 1600; // while somebody looks, for a minute: back within 2 s of a restart
const WATCHED_FOR_MS = 60_000;
const ANSWER_MS = 4000;
const STALLED_MS = 3000;
const ASK_MS = 2000; // how often the server is asked why nothing comes
const REOPEN_MS = 30_000; // silence after which the connection may be dead without a word

class Forbidden extends Error {}

export class Connection {
  // Kinds: connecting (the first attempt), waiting (connected, no frame yet), live, stalled (frames
  // stopped), unknown (no such stream), refused (the server answers but takes no viewer), forbidden
  // (it wants a token, or another one), gone.
  // retryAt: performance.now() of the next attempt, null when none is planned.
  state = { kind: 'connecting', retryAt: null };
  stream; // its name; undefined until known
  streams = []; // what the server has: { name, phase, error, … }
  #base;
  #on;
  #socket = null;
  #attempt = 0; // the current one; answers to older ones are void
  #failures = 0;
  #failingSince = 0;
  #timer = null;
  #openedAt = 0;
  #askedAt = 0;
  #messageAt = 0;
  #interval = 0;
  #token;

  // base: the page's URL; stream: its name, or null for the server's first that has not failed. on:
  // { message(buffer), state() }, the latter called when anything public has changed. token: what the
  // server wants to see of those who watch, or null.
  constructor(base, stream, on, token = null) {
    this.#token = token;
    this.#base = base;
    this.stream = stream ?? undefined;
    this.#on = on;
  }

  // Try now, whatever was planned.
  async connect() {
    const attempt = ++this.#attempt;
    this.#drop();
    this.#change(this.state.kind);
    let streams;
    try {
      streams = await this.#list();
    } catch (error) {
      if (attempt === this.#attempt) this.#retry(error instanceof Forbidden ? 'forbidden' : 'gone');
      return;
    }
    if (attempt !== this.#attempt) return;
    this.streams = streams ?? [];
    const works = this.streams.find((stream) => stream.phase !== 'failed') ?? this.streams[0];
    this.stream ??= works?.name ?? 'live';
    if (streams && !this.description()) this.#retry('unknown');
    else this.#open();
  }

  // What the server last said about the stream, if it did.
  description() {
    return this.streams.find((stream) => stream.name === this.stream);
  }

  // There may be news: the tab is looked at again, or the network is back.
  wake() {
    if (this.#timer || this.state.kind === 'stalled') this.connect();
  }

  // To be called a few times a second: notices silence and looks for its reason.
  tick(now = performance.now()) {
    const { kind } = this.state;
    const silence = now - Math.max(this.#messageAt, this.#openedAt);
    if (kind === 'live' && silence > Math.max(STALLED_MS, 3 * this.#interval)) {
      this.#change('stalled');
    } else if ((kind === 'stalled' || kind === 'waiting') && this.#socket) {
      if (silence > REOPEN_MS) this.connect();
      else if (now - this.#askedAt > ASK_MS) this.#ask();
    }
  }

  async #ask() {
    const attempt = this.#attempt;
    try {
      const streams = await this.#list();
      if (attempt !== this.#attempt) return;
      this.streams = streams ?? [];
      this.#on.state();
    } catch {
      if (attempt === this.#attempt) this.#retry('gone');
    }
  }

  // The server's streams, null if it does not tell; throws when it is not there.
  async #list() {
    this.#askedAt = performance.now();
    const response = await fetch(new URL('api/streams', this.#base),
      {
        cache: 'no-store',
        signal: AbortSignal.timeout(ANSWER_MS),
        headers: this.#token ? { Authorization: `Bearer ${this.#token}` } : {},
      });
    if (response.status === 401 || response.status === 403) throw new Forbidden();
    if (response.status >= 500) throw new Error('it is starting, stopping or behind a proxy');
    try {
      const { streams } = await response.json();
      return Array.isArray(streams) ? streams : null;
    } catch {
      return null;
    }
  }

  #open() {
    const url = new URL(`ws/${encodeURIComponent(this.stream)}`, this.#base);
    if (this.#token) url.searchParams.set('token', this.#token);
    url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
    const socket = new WebSocket(url);
    const mute = setTimeout(() => socket.close(), ANSWER_MS);
    this.#socket = socket;
    this.#openedAt = performance.now();
    let opened = false;
    socket.binaryType = 'arraybuffer';
    socket.onopen = () => {
      clearTimeout(mute);
      opened = true;
      if (socket === this.#socket && this.state.kind !== 'stalled') this.#change('waiting');
    };
    socket.onmessage = ({ data }) => {
      if (socket === this.#socket && typeof data !== 'string') this.#take(data);
    };
    socket.onclose = () => {
      clearTimeout(mute);
      if (socket === this.#socket) this.#retry(opened ? 'gone' : 'refused');
    };
  }

  #take(data) {
    const now = performance.now();
    this.#interval = this.#messageAt > this.#openedAt ? now - this.#messageAt : 0;
    this.#messageAt = now;
    this.#failures = 0;
    if (this.state.kind !== 'live') this.#change('live');
    this.#on.message(data);
  }

  #retry(kind) {
    const now = performance.now();
    this.#drop();
    if (!this.#failures++) this.#failingSince = now;
    const watched = !document.hidden && now - this.#failingSince < WATCHED_FOR_MS;
    const longest = watched ? WATCHED_DELAY_MS : LONGEST_DELAY_MS;
    const delay = Math.min(longest, FIRST_DELAY_MS * 2 ** (this.#failures - 1));
    const spread = delay * (0.75 + 0.25 * Math.random());
    this.#timer = setTimeout(() => this.connect(), spread);
    this.#change(kind, now + spread);
  }

  #drop() {
    clearTimeout(this.#timer);
    this.#timer = null;
    const socket = this.#socket;
    this.#socket = null;
    socket?.close();
  }

  #change(kind, retryAt = null) {
    this.state = { kind, retryAt };
    this.#on.state();
  }
}
