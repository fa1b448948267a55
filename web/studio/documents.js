// What is open in the editor, and what of it is not saved yet.
//
// A document: { stream, name, kind, base, disk, state }
//   kind    'script' (the stream's own), 'file' (beside it) or 'example'
//   base    { text, etag }: what it was made from; text null when that is not known any more
//   disk    { text, etag }: what somebody else saved meanwhile, while there is something unsaved
//   state   the editor's
//
// Unsaved text is kept in the browser, per server, stream and file, with the ETag it is based on.

import { recall, remember } from '../shared/dom.js';
import { paths } from './api.js';

const BASE = new URL('./', location).pathname;

export function samePlace(a, b) {
  return a.stream === b.stream && a.kind === b.kind && (a.kind === 'script' || a.name === b.name);
}

export function makeDocument(stream, name, kind) {
  return { stream, name, kind, base: null, disk: null, state: null };
}

// Where the server has it; null: nowhere.
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

// Returns whether it is kept.
export function keepDraft(document, text) {
  if (text === document.base?.text) {
    remember(keyOf(document), null);
    return true;
  }
  const draft = JSON.stringify({ text, etag: document.base?.etag ?? null });
  remember(keyOf(document), draft);
  return recall(keyOf(document)) === draft;
}

// Which file was looked at last, to begin with it again.
const lastKey = (stream) => `moonreel-file:${BASE}:${stream}`;

export function rememberLast({ stream, name, kind }) {
  remember(lastKey(stream), kind === 'file' ? name : null);
}

export function recallLast(stream) {
  return recall(lastKey(stream));
}
