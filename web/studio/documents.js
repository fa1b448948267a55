// The documents that are open in the editor, and their unsaved text.
//
// A document: { stream, name, kind, base, disk, state }
//   kind    'script' (the stream's own), 'file' (beside it) or 'example'
//   base    { text, etag }: the saved text that was edited; text is null if it is not known any more
//   disk    { text, etag }: a text that somebody else has saved while this one has unsaved changes
//   state   of the editor
//
// The browser keeps unsaved text for each server, stream and file, with the ETag of its base.

import { recall, remember } from '../shared/dom.js';
import { paths } from './api.js';

const BASE = new URL('./', location).pathname;

export function samePlace(a, b) {
  return a.stream === b.stream && a.kind === b.kind && (a.kind === 'script' || a.name === b.name);
}

export function makeDocument(stream, name, kind) {
  return { stream, name, kind, base: null, disk: null, state: null };
}

// The document's path on the server; null if it has none.
export function pathOf({ stream, name, kind }) {
  if (kind === 'example') return null;
  return kind === 'script' ? paths.script(stream) : paths.file(stream, name);
}

const keyOf = ({ stream, name, kind }) =>
  `moonreel-draft:${BASE}:${stream}:${kind === 'script' ? kind : `${kind}/${name}`}`;

// { text, etag } or null.
export function recallDraft(document) {
  try {
    const draft = JSON.parse(recall(keyOf(document)));
    return typeof draft?.text === 'string' ? draft : null;
  } catch {
    return null;
  }
}

// Returns whether the browser keeps the text.
export function keepDraft(document, text) {
  if (text === document.base?.text) {
    remember(keyOf(document), null);
    return true;
  }
  const draft = JSON.stringify({ text, etag: document.base?.etag ?? null });
  remember(keyOf(document), draft);
  return recall(keyOf(document)) === draft;
}

// The file that was open last is opened first the next time.
const lastKey = (stream) => `moonreel-file:${BASE}:${stream}`;

export function rememberLast({ stream, name, kind }) {
  remember(lastKey(stream), kind === 'file' ? name : null);
}

export function recallLast(stream) {
  return recall(lastKey(stream));
}
