// Links to the server's streams. A click changes the stream without loading the page again.

import { element, make } from '../shared/dom.js';

export function addressOf(name) {
  const query = new URLSearchParams(location.search);
  query.set('stream', name);
  return `?${query}`;
}

const natural = new Intl.Collator('en', { numeric: true }); // cam2 before cam10

// id: of the list element; all: the names of the streams; current: the name of the stream that is shown.
export function showStreams(id, all, current) {
  const list = element(id);
  const names = [...all].sort(natural.compare);
  const shown = [...list.children].map((item) => item.textContent);
  if (shown.join() !== names.join()) {
    list.replaceChildren(...names.map((name) =>
      make('li', {}, make('a', { href: addressOf(name), dataset: { stream: name } }, name))));
  }
  for (const link of list.querySelectorAll('a')) {
    const isCurrent = link.dataset.stream === current;
    if (isCurrent === link.hasAttribute('aria-current')) continue;
    link.toggleAttribute('aria-current', isCurrent);
    if (isCurrent) link.setAttribute('aria-current', 'page');
    if (isCurrent) link.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  }
}

const TROUBLES = { opening: 'is being opened', lost: 'no signal', failed: 'failed', finished: 'ended' };

// Marks the links of streams that have no picture, or an old one. streams: of GET api/streams.
export function showPhases(id, streams) {
  for (const link of element(id).querySelectorAll('a')) {
    const phase = streams.find(({ name }) => name === link.dataset.stream)?.phase;
    const trouble = TROUBLES[phase] ?? '';
    link.dataset.phase = trouble ? phase : '';
    link.title = trouble;
    if (trouble) link.setAttribute('aria-label', `${link.dataset.stream}: ${trouble}`);
    else link.removeAttribute('aria-label');
  }
}

// Calls choose(name) for a plain click on a link of the list. A click with Ctrl or another such key
// opens the link as usual.
export function attachStreams(id, choose) {
  element(id).addEventListener('click', (event) => {
    const link = event.target.closest('a');
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    choose(link.dataset.stream);
  });
}
