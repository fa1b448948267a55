// The server's HTTP side: which streams there are, and why it takes no viewer.

const ANSWER_MS = 4000;
const KINDS = { 401: 'forbidden', 403: 'forbidden', 404: 'unknown', 503: 'full' };
const ROOM = 426; // "this is for WebSockets": it would have taken one

// Why there is no connection: `kind` is that of the status, the message its reason.
export class Refusal extends Error {
  constructor(kind, reason) {
    super(reason);
    this.kind = kind;
  }
}

export class Server {
  #base;
  #token;

  // base: an http(s) URL that ends in a slash; token: what the server wants to see, or null.
  constructor(base, token) {
    this.#base = base;
    this.#token = token;
  }

  // The server's streams, null if it does not tell; throws a Refusal when it is not there or wants
  // a token.
  async list() {
    const headers = this.#token ? { Authorization: `Bearer ${this.#token}` } : {};
    const { status, body } = await get(new URL('api/streams', this.#base), headers);
    if (KINDS[status] === 'forbidden') throw new Refusal('forbidden', errorOf(body));
    // It is starting, stopping, out of descriptors, or a proxy stands before nothing.
    if (status >= 500) throw new Refusal('gone', errorOf(body) ?? `the server answers ${status}`);
    return Array.isArray(body?.streams) ? body.streams : null;
  }

  // Why it refused a WebSocket, which tells a page nothing: a plain GET of its address does.
  // Returns { kind, reason }.
  async explain(socketUrl) {
    const url = new URL(socketUrl);
    url.protocol = url.protocol === 'wss:' ? 'https:' : 'http:';
    try {
      const { status, body } = await get(url, {});
      if (status === ROOM) return { kind: 'refused', reason: null };
      const kind = KINDS[status] ?? (status >= 500 ? 'gone' : 'refused');
      return { kind, reason: errorOf(body) ?? `the server answers ${status}` };
    } catch (error) {
      return { kind: 'gone', reason: error.message };
    }
  }

  socketUrl(stream, binary) {
    const url = new URL(`ws/${encodeURIComponent(stream)}`, this.#base);
    if (!binary) url.searchParams.set('format', 'json');
    if (this.#token) url.searchParams.set('token', this.#token);
    url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
    return url;
  }
}

// Returns { status, body }, body null unless it is JSON.
async function get(url, headers) {
  const signal = AbortSignal.timeout(ANSWER_MS);
  try {
    const response = await fetch(url, { cache: 'no-store', headers, signal });
    const text = await response.text();
    return { status: response.status, body: parseJson(text) };
  } catch (error) {
    throw new Refusal('gone', error.cause?.message || error.message);
  }
}

function parseJson(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function errorOf(body) {
  return typeof body?.error === 'string' ? body.error : null;
}
