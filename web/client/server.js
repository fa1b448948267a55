// Asks the server over HTTP which streams it has, and why it refuses a viewer.

const ANSWER_MS = 4000;
const KINDS = { 401: 'forbidden', 403: 'forbidden', 404: 'unknown', 503: 'full' };
const ROOM = 426; // the address is for WebSockets only, so it would have accepted one
const NOT_THROUGH = 'The server answers, but WebSocket connections do not get through: a proxy in front has to pass on '
  + 'the headers Upgrade and Connection';

// Why there is no connection: `kind` becomes the status's kind, the message its reason.
export class Refusal extends Error {
  constructor(kind, reason) {
    super(reason);
    this.kind = kind;
  }
}

export class Server {
  #base;
  #token;
  #ticket;

  // base: an http(s) URL that ends in a slash; token: for the server, or null; ticket(path): returns a promise of what
  // stands in the address of a WebSocket instead of the token, or null: there is no such function.
  constructor(base, token, ticket = null) {
    this.#base = base;
    this.#token = token;
    this.#ticket = ticket;
  }

  // Returns the server's streams, or null if the answer has no list. Throws a Refusal if the server
  // does not answer or asks for a token.
  async list() {
    const headers = this.#token ? { Authorization: `Bearer ${this.#token}` } : {};
    const { status, body } = await get(new URL('api/streams', this.#base), headers);
    if (KINDS[status] === 'forbidden') throw new Refusal('forbidden', errorOf(body));
    // The server is starting, stopping or out of descriptors, or a proxy has no server behind it.
    if (status >= 500) throw new Refusal('gone', errorOf(body) ?? answered(status));
    return Array.isArray(body?.streams) ? body.streams : null;
  }

  // Asks why the server refused a WebSocket: a page learns that only from a plain GET of the same
  // address. Returns { kind, reason }.
  async explain(socketUrl) {
    const url = new URL(socketUrl);
    url.protocol = url.protocol === 'wss:' ? 'https:' : 'http:';
    const page = globalThis.location?.origin; // a plain GET of the same server does not say it
    if (page && page !== 'null') url.searchParams.set('origin', page);
    try {
      const { status, body } = await get(url, {});
      if (status === ROOM) return { kind: 'refused', reason: NOT_THROUGH };
      const kind = KINDS[status] ?? (status >= 500 ? 'gone' : 'refused');
      return { kind, reason: errorOf(body) ?? answered(status) };
    } catch (error) {
      return { kind: 'gone', reason: error.message };
    }
  }

  // Returns a promise of the address of a stream's WebSocket.
  async socketUrl(stream, binary) {
    const path = `ws/${encodeURIComponent(stream)}`;
    const url = new URL(path, this.#base);
    if (!binary) url.searchParams.set('format', 'json');
    const ticket = await this.#ticket?.(`/${path}`);
    if (ticket) url.searchParams.set('ticket', ticket);
    else if (this.#token && !this.#ticket) url.searchParams.set('token', this.#token);
    url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
    return url;
  }
}

// Returns { status, body }; body is null if the answer is not JSON.
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

function answered(status) {
  return `the server answered with status ${status}`;
}

function errorOf(body) {
  return typeof body?.error === 'string' ? body.error : null;
}
