// The part of the server's HTTP API that the studio needs. Every request carries the token in a header,
// never in the address.

const ANSWER_MS = 8000;
const TRIAL_MS = 30_000; // the trial of a script may take as long as its deadline

// The server did not answer.
export class Gone extends Error {}

export class Api {
  token;
  #base;
  #locked;

  // base: the address of the server's page. Calls locked(status) when the server has refused the token.
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

  // Returns { status, ok, etag, text, json() }; throws Gone. open: the request does not need the token
  // for editing, so a refusal does not call locked().
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
    if (status >= 502 && !text.startsWith('{')) {
      throw new Gone(`a proxy answered with status ${status}`);
    }
    if (!open && isAboutToken(status, text) && sent === this.token) this.#locked(status);
    return { status, ok, text, etag: response.headers.get('etag'), json: () => parse(text) };
  }

  get(path, options) {
    return this.request('GET', path, options);
  }

  put(path, text, headers = {}) {
    return this.request('PUT', path, { body: text, headers, wait: TRIAL_MS });
  }
}

// Other refusals (this page's origin, a file that is not the script's) are no matter of the token.
function isAboutToken(status, text) {
  return status === 401 || (status === 403 && /this is not the (view )?token/.test(text));
}

// Returns the reason of a refusal as text.
export function reasonOf(answer) {
  return answer.json()?.error ?? `the server answered with status ${answer.status}`;
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
