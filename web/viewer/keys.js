// What single keys do, and the list of them.

import { element, make, recall, remember } from '../shared/dom.js';

const STORED = 'single-keys';
const TYPING = 'input, textarea, select, [contenteditable]';
const OWN_SPACE = 'button, a, summary, [role="listbox"]'; // these do something else with a space

// keys: [{ key, name (how it is called, if not by the key itself), what, run() }], key as in
// KeyboardEvent. "?" opens the list; a page's user can switch all of them off there, since single
// keys get in the way of those who speak to their browser.
export function attachKeys(keys) {
  const dialog = element('keys');
  const list = [...keys, { key: '?', what: 'This list', run: () => dialog.showModal() }];
  element('keys-list').append(...list.map(({ key, name, what }) =>
    make('div', {}, make('dt', {}, make('kbd', {}, name ?? key)), make('dd', {}, what))));

  const on = element('keys-on');
  on.checked = recall(STORED) !== 'no';
  on.addEventListener('change', () => remember(STORED, on.checked ? 'yes' : 'no'));
  element('help').addEventListener('click', () => dialog.showModal());
  element('keys-close').addEventListener('click', () => dialog.close());
  dialog.addEventListener('click', (event) => event.target === dialog && dialog.close());

  document.addEventListener('keydown', (event) => {
    if (!on.checked || dialog.open || event.defaultPrevented || event.isComposing) return;
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
    if (event.target.closest(TYPING)) return;
    if (event.key === ' ' && event.target.closest(OWN_SPACE)) return;
    const found = list.find(({ key }) => key === event.key || key === event.key.toLowerCase());
    if (!found) return;
    event.preventDefault();
    found.run();
  });
}
