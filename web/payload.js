// The payload beside the picture: JSON laid out for reading, always as text, never as markup.

const SMALL = 16 * 1024; // characters: up to here the text follows every picture,
const PAUSE_MS = 500; // above it is shown so often only,
const LARGEST = 256 * 1024; // and cut here
const LINE = 44; // lists and objects that fit into so many characters stay on one line

const TOKENS = /"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/g;

// Works on the text, not on parsed values, so that numbers stay as they were sent: a 64-bit integer
// would be rounded otherwise. What is not JSON is returned as it is.
export function layOut(json) {
  try {
    JSON.parse(json);
    const tokens = json.match(TOKENS);
    let at = 0;
    const value = (indent) => {
      const open = tokens[at++];
      if (open !== '{' && open !== '[') return open;
      const close = open === '{' ? '}' : ']';
      const items = [];
      while (tokens[at] !== close) {
        const key = open === '{' ? `${tokens[at]}: ` : '';
        if (key) at += 2;
        items.push(key + value(`${indent}  `));
        if (tokens[at] === ',') at++;
      }
      at++;
      return group(open, close, items, indent);
    };
    return value('');
  } catch {
    return json;
  }
}

function group(open, close, items, indent) {
  const flat = open === '{' && items.length ? `{ ${items.join(', ')} }`
    : open + items.join(', ') + close;
  const fits = indent.length + flat.length <= LINE && !flat.includes('\n');
  if (!items.length || (indent && fits)) return flat;
  return `${open}\n${items.map((item) => `${indent}  ${item}`).join(',\n')}\n${indent}${close}`;
}

export class PayloadPanel {
  #element;
  #json = null;
  #shownAt = -Infinity;

  constructor(element) {
    this.#element = element;
  }

  show(message, now) {
    if (this.#selecting()) return;
    if (this.#json?.length > SMALL && now - this.#shownAt < PAUSE_MS) return;
    const json = message.payload();
    if (json === this.#json) return;
    this.#json = json;
    this.#shownAt = now;
    this.#element.textContent = json.length <= LARGEST ? layOut(json)
      : `${json.slice(0, LARGEST)}\n… ${json.length} characters`;
  }

  // Whoever marks text to copy it wants it to stay.
  #selecting() {
    const selection = document.getSelection();
    return selection && !selection.isCollapsed && this.#element.contains(selection.anchorNode);
  }
}
