// Reads the address given to connect(): the server's base, and perhaps stream and token.

const STREAM = /\/ws\/([a-z0-9_-]{1,64})$/;
const PROTOCOLS = { 'http:': 'http:', 'https:': 'https:', 'ws:': 'http:', 'wss:': 'https:' };

// url: the server's page or a stream's WebSocket, with http(s) or ws(s); in a page it may be relative.
// Returns { base, stream, token }: base is an http(s) URL that ends in a slash; stream and token are
// null if the address does not contain them. Throws a TypeError for other addresses.
export function readAddress(url) {
  const given = new URL(url, globalThis.document?.baseURI ?? globalThis.location?.href);
  const protocol = PROTOCOLS[given.protocol];
  if (!protocol) {
    throw new TypeError(`the address begins with ${given.protocol}; use http:, https:, ws: or wss:`);
  }
  const [, stream] = STREAM.exec(given.pathname) ?? [];
  const path = stream ? given.pathname.replace(STREAM, '/') : folder(given.pathname);
  return {
    base: new URL(`${protocol}//${given.host}${path}`),
    stream: stream ?? (given.searchParams.get('stream') || null),
    token: given.searchParams.get('token') || null,
  };
}

// Returns the folder of a path. "/cam" means "/cam/"; a last part with a dot is a page in its folder.
function folder(path) {
  const last = path.slice(path.lastIndexOf('/') + 1);
  if (last.includes('.')) return path.slice(0, -last.length);
  return path.endsWith('/') ? path : `${path}/`;
}
