// The payload beside the picture, always as text, never as markup: the newest payload laid out, and
// below it one line for each older payload. "Freeze" stops all updates; so does choosing a line.

import { copyText } from '../shared/clipboard.js';
import { element, make, setText } from '../shared/dom.js';
import { History } from './history.js';
import { layOut } from '../shared/json_layout.js';

const SMALL = 16 * 1024; // characters: a payload up to this size is shown with every picture,
const PAUSE_MS = 500; // a larger one only this often,
const LARGEST = 256 * 1024; // and it is cut off here
const LINE = 160; // characters of a payload in the list
const SAME = 16; // a payload that shares fewer characters with the previous one is shown from its start
const SAID_MS = 1500; // how long a button shows its result

export class PayloadPanel {
  #history = new History();
  #frozen = false;
  #chosen = null; // an entry of the list
  #shown = null; // the entry that is laid out
  #shownJson = null;
  #shownAt = -Infinity;
  #picture = null; // the number of the frame whose picture is shown
  #filter = '';

  constructor() {
    element('freeze').addEventListener('click', () => this.freeze(!this.#frozen));
    element('copy').addEventListener('click', () => this.#copy());
    element('filter').addEventListener('input', () => {
      this.#filter = element('filter').value.trim();
      this.#chosen = null;
      this.#layOut();
      this.tick();
    });
    element('history').addEventListener('click', (event) => {
      const row = event.target.closest('li');
      if (row) this.#choose([...element('history').children].indexOf(row));
    });
    element('history').addEventListener('keydown', (event) => this.#onKey(event));
  }

  // A frame was drawn.
  show(frame, now) {
    this.#picture = frame.seq;
    if (this.#frozen) return;
    this.#history.add(frame.seq, frame.payloadText);
    if (this.#selecting()) return;
    if (this.#shownJson?.length > SMALL && now - this.#shownAt < PAUSE_MS) return;
    this.#layOut(now);
  }

  // Call it when another stream was chosen.
  clear() {
    this.#history.clear();
    this.#picture = null;
    this.freeze(false);
    this.#layOut();
    this.tick();
  }

  freeze(frozen) {
    this.#frozen = frozen;
    element('freeze').setAttribute('aria-pressed', String(frozen));
    if (!frozen) this.#chosen = null;
    if (!frozen) this.#layOut();
    this.tick();
  }

  // Call it a few times a second: faster updates of the list could not be read.
  tick() {
    if (element('panel').hidden) return;
    const entries = this.#history.matching(this.#filter);
    const list = element('history');
    while (list.children.length > entries.length) list.lastChild.remove();
    while (list.children.length < entries.length) list.append(makeRow(list.children.length));
    entries.forEach((entry, i) => fillRow(list.children[i], entry, entry === this.#chosen));
    const active = entries.indexOf(this.#chosen);
    if (active < 0) list.removeAttribute('aria-activedescendant');
    else list.setAttribute('aria-activedescendant', `entry-${active}`);
    list.hidden = entries.length < 2;
    setText('payload-of', this.#describeAge());
    setText('found', this.#filter ? `${entries.length} of ${this.#history.length}` : '');
    element('payload').dataset.empty = this.#filter && this.#history.length
      ? 'No payload contains this text' : 'No payload yet';
  }

  // While the payload that is laid out stays, the picture may be another frame's.
  #describeAge() {
    const seq = this.#shown?.seq;
    if (!this.#frozen || seq === undefined || this.#picture === null || seq >= this.#picture) return '';
    const before = this.#picture - seq;
    return `Of frame ${seq}, ${before} frame${before === 1 ? '' : 's'} before the picture`;
  }

  #layOut(now = performance.now()) {
    const entry = this.#chosen ?? this.#history.newest(this.#filter);
    const json = entry?.json ?? '';
    this.#shown = entry;
    if (json === this.#shownJson) return;
    this.#shownJson = json;
    this.#shownAt = now;
    element('payload').textContent = json.length <= LARGEST ? layOut(json)
      : `${json.slice(0, LARGEST)}\n… ${json.length} characters`;
  }

  #choose(index) {
    const entry = this.#history.matching(this.#filter)[index];
    if (!entry) return;
    this.#frozen = true;
    this.#chosen = entry;
    this.#layOut();
    this.freeze(true);
    element('history').children[index].scrollIntoView({ block: 'nearest' });
  }

  #onKey(event) {
    const last = element('history').children.length - 1;
    const at = this.#history.matching(this.#filter).indexOf(this.#chosen);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: last }[event.key];
    if (to === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    this.#choose(Math.max(0, Math.min(to, last)));
  }

  async #copy() {
    const done = this.#shown && await copyText(this.#shown.json);
    setText('copy', done ? 'Copied' : 'Copy failed');
    setTimeout(() => setText('copy', 'Copy'), SAID_MS);
  }

  // Selected text must stay until it is copied.
  #selecting() {
    const selection = document.getSelection();
    return selection && !selection.isCollapsed && element('payload').contains(selection.anchorNode);
  }
}

function makeRow(index) {
  return make('li', { id: `entry-${index}`, role: 'option' }, make('b'), make('span'));
}

function fillRow(row, entry, chosen) {
  row.setAttribute('aria-selected', String(chosen));
  setText(row.firstChild, entry.times > 1 ? `${entry.seq} ×${entry.times}` : String(entry.seq));
  setText(row.lastChild, lineOf(entry));
}

// A line is short, so it begins where the payload differs from the previous one.
function lineOf({ json, same }) {
  const from = Math.max(json.lastIndexOf(',', same), json.lastIndexOf('{', same)) + 1;
  return same < SAME ? json.slice(0, LINE) : `… ${json.slice(from, from + LINE)}`;
}
