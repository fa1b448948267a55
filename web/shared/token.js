// The secret a page is opened with, as ?token=… or #token=…: taken out of the address bar at once, so
// that it is in no bookmark, history or picture of the screen, and kept in the browser for the next
// time. Behind the # it is not sent to any server or proxy either.
//
// Kept per server and base path, and per kind: 'token' is good for everything, 'view' for watching
// only. Pages that change things never take the one for watching.

import { recall, remember } from './dom.js';

const ANSWER_MS = 4000;

const keyOf = (kind, base) => `moonreel-${kind}:${new URL(base).pathname}`;

// base: the server's page, with the slash. Returns the token, or null when there is none.
export function takeToken(kind = 'token', base = new URL('./', location)) {
  const given = takeFromAddress();
  if (given) keepToken(given, kind, base);
  return given || recall(keyOf(kind, base));
}

// Returns the token that stands in the address, '' or null when there is none.
function takeFromAddress() {
  const address = new URL(location);
  const behind = new URLSearchParams(address.hash.slice(1));
  const given = behind.get('token') || address.searchParams.get('token');
  if (!behind.has('token') && !address.searchParams.has('token')) return null;
  address.searchParams.delete('token');
  if (behind.has('token')) address.hash = '';
  history.replaceState(history.state, '', address.href.replace(/#$/, ''));
  return given;
}

// For a page that was refused as a viewer: the token for editing, if this browser has it and the server
// says that it wants a token (401). A server that lets everybody watch is never sent it. Returns null
// otherwise, and when the server does not answer.
export async function tokenToWatch(base = new URL('./', location)) {
  const kept = recall(keyOf('token', base));
  if (!kept) return null;
  try {
    const signal = AbortSignal.timeout(ANSWER_MS);
    const { status } = await fetch(new URL('api/streams', base), { cache: 'no-store', signal });
    return status === 401 ? kept : null;
  } catch {
    return null;
  }
}

export function keepToken(token, kind = 'token', base = new URL('./', location)) {
  remember(keyOf(kind, base), token);
}

export function forgetToken(kind = 'token', base = new URL('./', location)) {
  remember(keyOf(kind, base), null);
}
