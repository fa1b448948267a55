// The newest payloads, bounded in number and in size.

const ENTRIES = 200;
const CHARACTERS = 2 * 1024 * 1024; // of all; the newest payload is kept whatever its size
const COMPARED = 4096; // characters of a payload with those of the one before

export class History {
  // Oldest first: { seq, json, times, same }; so many characters are the same as in the one before.
  #entries = [];
  #characters = 0;

  // A payload that says the same as the one before is counted there.
  add(seq, json) {
    const last = this.#entries.at(-1);
    if (last?.json === json) {
      last.seq = seq;
      last.times++;
      return;
    }
    this.#entries.push({ seq, json, times: 1, same: last ? commonStart(last.json, json) : 0 });
    this.#characters += json.length;
    while (this.#entries.length > ENTRIES
      || (this.#characters > CHARACTERS && this.#entries.length > 1)) {
      this.#characters -= this.#entries.shift().json.length;
    }
  }

  clear() {
    this.#entries = [];
    this.#characters = 0;
  }

  get length() {
    return this.#entries.length;
  }

  // The newest one that has the text in it, in small or capital letters; undefined if none has.
  newest(text = '') {
    if (!text) return this.#entries.at(-1);
    return this.#entries.findLast((entry) => has(entry, text));
  }

  // All that have it, newest first.
  matching(text = '') {
    const found = text ? this.#entries.filter((entry) => has(entry, text)) : [...this.#entries];
    return found.reverse();
  }
}

function commonStart(a, b) {
  const most = Math.min(a.length, b.length, COMPARED);
  let i = 0;
  while (i < most && a[i] === b[i]) i++;
  return i;
}

function has(entry, text) {
  return entry.json.toLowerCase().includes(text.toLowerCase());
}
