// Small helpers for pages made of plain elements.

export const element = (id) => document.getElementById(id);

// Sets a text only if it differs. Otherwise screen readers would repeat it, and selections would be
// lost.
export function setText(target, text) {
  const node = typeof target === 'string' ? element(target) : target;
  if (node.textContent !== text) node.textContent = text;
}

// make('a', { href, className, dataset: {…} }, 'text or nodes'): strings become text, never markup.
export function make(tag, properties = {}, ...children) {
  const { dataset, ...rest } = properties;
  const node = Object.assign(document.createElement(tag), rest);
  Object.assign(node.dataset, dataset);
  node.append(...children);
  return node;
}

// Choices that the browser keeps. If storage is forbidden or full, they last as long as the page.
export function recall(key) {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

export function remember(key, value) {
  try {
    if (value === null) localStorage.removeItem(key);
    else localStorage.setItem(key, value);
  } catch { /* see above */ }
}

// Lets the browser save a file.
export function download(blob, name) {
  const url = URL.createObjectURL(blob);
  make('a', { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000); // the download has begun by then
}
