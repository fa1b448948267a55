// The secret a page is opened with, as ?token=…: taken out of the address bar at once, so that it
// is in no bookmark, history or picture of the screen, and kept in the browser for the next time.
//
// Kept per server and base path, and per kind: 'token' is good for everything, 'view' for watching
// only. Whoever watches takes the one for watching first; whoever changes things never takes it.

import { recall, remember } from './dom.js';

const keyOf = (kind, base) => `moonreel-${kind}:${new URL(base).pathname}`;

// base: the server's page, with the slash. Returns the token, or null when there is none.
export function takeToken(kind = 'token', base = new URL('./', location)) {
  const address = new URL(location);
  const given = address.searchParams.get('token');
  if (address.searchParams.has('token')) {
    address.searchParams.delete('token');
    history.replaceState(history.state, '', address);
  }
  if (given) {
    keepToken(given, kind, base);
    return given;
  }
  const kept = recall(keyOf(kind, base));
  return kept ?? (kind === 'view' ? recall(keyOf('token', base)) : null);
}

export function keepToken(token, kind = 'token', base = new URL('./', location)) {
  remember(keyOf(kind, base), token);
}

export function forgetToken(kind = 'token', base = new URL('./', location)) {
  remember(keyOf(kind, base), null);
}
