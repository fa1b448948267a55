// The secret that opens a page comes in its link, as ?token=… or #token=…. The page takes it out of
// the address bar at once, so that no bookmark, history or screenshot holds it, and keeps it in the
// browser for the next visit. Browsers do not send what stands behind the # to any server.
//
// A token is kept for one server and base path, and for one purpose: 'token' allows everything,
// 'view' only watching. Pages that change something never use the one for watching.

import { recall, remember } from './dom.js';

const ANSWER_MS = 4000;

const keyOf = (kind, base) => `moonreel-${kind}:${new URL(base).pathname}`;

const isToken = (part) => part.startsWith('token=');

// base: the address of the server's page, with the slash. Returns the token of the link, else the
// kept one, else null.
export function takeToken(kind = 'token', base = new URL('./', location)) {
  const given = takeFromAddress();
  if (given) keepToken(given, kind, base);
  return given || recall(keyOf(kind, base));
}

// A link with a token may be opened in the tab that shows the page already. Then only the part
// behind the # changes, and the browser does not load the page again. taken(token) is called.
export function onTokenLink(taken, kind = 'token', base = new URL('./', location)) {
  addEventListener('hashchange', () => {
    const given = takeFromAddress();
    if (!given) return;
    keepToken(given, kind, base);
    taken(given);
  });
}

// Removes the token from the address and returns it: '' if it is empty, null if there is none. All
// other parts of the address stay as they are.
function takeFromAddress() {
  const address = new URL(location);
  const hash = splitToken(address.hash);
  const search = splitToken(address.search);
  if (hash.token === null && search.token === null) return null;
  if (hash.token !== null) address.hash = hash.rest;
  if (search.token !== null) address.search = search.rest;
  history.replaceState(history.state, '', address.href);
  return hash.token || search.token;
}

// text: "?a=1&token=x" or "#a&token=x". Returns { token, rest }, rest without the first letter.
function splitToken(text) {
  const parts = text.slice(1).split('&');
  const found = parts.find(isToken);
  const rest = parts.filter((part) => !isToken(part)).join('&');
  return { token: found ? new URLSearchParams(found).get('token') : null, rest };
}

// For a page that the server refused as a viewer. Returns the token for editing if this browser has it
// and the server asks for a token (status 401), else null. So a server that lets everybody watch never
// gets that token.
export async function tokenToWatch(base = new URL('./', location)) {
  const kept = keptToken('token', base);
  if (!kept) return null;
  try {
    const signal = AbortSignal.timeout(ANSWER_MS);
    const { status } = await fetch(new URL('api/streams', base), { cache: 'no-store', signal });
    return status === 401 ? kept : null;
  } catch {
    return null;
  }
}

// The token that this browser keeps, or null.
export function keptToken(kind = 'token', base = new URL('./', location)) {
  return recall(keyOf(kind, base));
}

export function keepToken(token, kind = 'token', base = new URL('./', location)) {
  remember(keyOf(kind, base), token);
}

export function forgetToken(kind = 'token', base = new URL('./', location)) {
  remember(keyOf(kind, base), null);
}
