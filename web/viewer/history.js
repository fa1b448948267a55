// The newest payloads, bounded in number and in size.

const ENTRIES = 200;
const CHARACTERS = 2 * 1024 * 1024; // of all payloads; the newest is kept, however large
const COMPARED = 4096; // characters of a payload that are compared with the previous one

export class History {
  // Oldest first: { seq, json, times, same }. same: how many characters at the start are the same as
  // in the previous payload.
  #entries = [];
  #characters = 0;

  // A payload that equals the previous one only increases its count.
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

  // Returns the newest payload that contains the text (case does not matter), or undefined.
  newest(text = '') {
    if (!text) return this.#entries.at(-1);
    return this.#entries.findLast((entry) => has(entry, text));
  }

  // Returns all payloads that contain the text, newest first.
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
