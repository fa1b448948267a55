// The server's HTTP interface, as the studio needs it. The token goes with every request in its
// header, never in an address.

const ANSWER_MS = 8000;
const TRIAL_MS = 30_000; // a script's first run may take as long as the server lets it

// There was no answer.
export class Gone extends Error {}

export class Api {
  token;
  #base;
  #locked;

  // base: the server's page; locked(status): called when something that needs the token was
  // refused.
  constructor(base, token, locked) {
    this.#base = base;
    this.token = token;
    this.#locked = locked;
  }

  url(path) {
    return new URL(path, this.#base);
  }

  get headers() {
    return this.token ? { Authorization: `Bearer ${this.token}` } : {};
  }

  // Returns { status, ok, etag, text, json() }; throws Gone. `open`: it is not the token's fault if
  // it is refused.
  async request(method, path, { headers = {}, body, open = false, wait = ANSWER_MS } = {}) {
    const sent = this.token;
    let response;
    let text;
    try {
      response = await fetch(this.url(path), {
        method,
        body,
        cache: 'no-store',
        signal: AbortSignal.timeout(wait),
        headers: { ...this.headers, ...headers },
      });
      text = await response.text();
    } catch (error) {
      throw new Gone(error.message);
    }
    const { status, ok } = response;
    if (status >= 502 && !text.startsWith('{')) throw new Gone(`a proxy answers ${status}`);
    if (!open && (status === 401 || status === 403) && sent === this.token) this.#locked(status);
    return { status, ok, text, etag: response.headers.get('etag'), json: () => parse(text) };
  }

  get(path, options) {
    return this.request('GET', path, options);
  }

  put(path, text, headers = {}) {
    return this.request('PUT', path, { body: text, headers, wait: TRIAL_MS });
  }

  // Whether the server lets nobody watch without a token. Throws Gone.
  async isPrivate() {
    try {
      const { status } = await fetch(this.url('api/streams'), {
        cache: 'no-store',
        signal: AbortSignal.timeout(ANSWER_MS),
      });
      return status === 401 || status === 403;
    } catch (error) {
      throw new Gone(error.message);
    }
  }
}

// What a refusal says, in words for people.
export function reasonOf(answer) {
  return answer.json()?.error ?? `the server answers ${answer.status}`;
}

function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

export const paths = {
  stream: (stream) => `api/streams/${encodeURIComponent(stream)}`,
  script: (stream) => `${paths.stream(stream)}/script`,
  files: (stream) => `${paths.stream(stream)}/files`,
  file: (stream, name) => `${paths.files(stream)}/${encodeURIComponent(name)}`,
  settings: (stream) => `${paths.stream(stream)}/settings`,
  log: (stream) => `${paths.stream(stream)}/log`,
};
