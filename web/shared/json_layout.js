// Lays JSON out for reading.

const LINE = 36; // a list or object of up to this many characters stays on one line
const NUMBER = 6; // a number counts as at least this many: changing values keep the layout

const TOKENS = /"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/g;

// Works on the text, not on parsed values, so that numbers stay as they were sent; parsing would round
// 64-bit integers. A text that is not JSON is returned unchanged.
export function layOut(json) {
  try {
    JSON.parse(json);
    return print(read(json.match(TOKENS)), '', false);
  } catch {
    return json;
  }
}

// Returns the text of a scalar, or { open, close, items: [{ key, value }], width }.
function read(tokens) {
  let at = 0;
  const value = () => {
    const open = tokens[at++];
    if (open !== '{' && open !== '[') return open;
    const node = { open, close: open === '{' ? '}' : ']', items: [], width: 2 };
    while (tokens[at] !== node.close) {
      const key = open === '{' ? `${tokens[at]}: ` : '';
      if (key) at += 2;
      const item = { key, value: value() };
      node.items.push(item);
      node.width += key.length + widthOf(item.value) + 2;
      if (tokens[at] === ',') at++;
    }
    at++;
    return node;
  };
  return value();
}

function widthOf(value) {
  if (typeof value !== 'string') return value.width;
  return /^[-\d]/.test(value) ? Math.max(value.length, NUMBER) : value.length;
}

// The items of a list look alike: if one does not fit on a line, each gets several lines.
function print(value, indent, onOneLine) {
  if (typeof value === 'string') return value;
  const { open, close, items } = value;
  if (!items.length) return open + close;
  const inner = `${indent}  `;
  const fits = (item) => inner.length + item.key.length + widthOf(item.value) <= LINE;
  const allFit = items.every(fits);
  const printed = items.map((item) => item.key
    + print(item.value, inner, onOneLine || (open === '[' ? allFit : fits(item))));
  if (!onOneLine) return `${open}\n${inner}${printed.join(`,\n${inner}`)}\n${indent}${close}`;
  return open === '{' ? `{ ${printed.join(', ')} }` : `[${printed.join(', ')}]`;
}
