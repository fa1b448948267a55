// Single-key shortcuts, and the dialog that lists them.

import { element, make, recall, remember } from '../shared/dom.js';

const STORED = 'single-keys';
const TYPING = 'input, textarea, select, [contenteditable]';
const OWN_SPACE = 'button, a, summary, [role="listbox"]'; // the space key operates these elements

// keys: [{ key, name, what, run() }]. key: as in KeyboardEvent; name: the key's name in the list, if it
// differs. "?" opens the list. There the user can switch all shortcuts off, because single keys
// disturb people who use speech input.
export function attachKeys(keys) {
  const dialog = element('keys');
  const list = [...keys, { key: '?', what: 'Show this list', run: () => dialog.showModal() }];
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
