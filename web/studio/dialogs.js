// The dialogs: a name for a new file, the comparison of two texts, and help.

import { element, setText } from '../shared/dom.js';

const NAME = /^[A-Za-z0-9_-]{1,64}\.lua$/;

export function wireHelp() {
  element('help-open').onclick = () => element('help').showModal();
  for (const button of document.querySelectorAll('dialog [data-close]')) {
    button.onclick = () => button.closest('dialog').close();
  }
}

// Asks for a file's name. Calls attempt(name), which returns { error } or a result, until there is a
// result. Resolves to that result, or to null if the dialog was closed.
export function askName({ title, name, attempt }) {
  const dialog = element('name-dialog');
  const field = element('name-field');
  setText('name-title', title);
  setText('name-error', '');
  field.value = name;
  dialog.showModal();
  field.setSelectionRange(0, name.replace(/\.lua$/, '').length);
  return new Promise((resolve) => {
    let made = null;
    dialog.onclose = () => resolve(made);
    element('name-form').onsubmit = async (event) => {
      event.preventDefault();
      const wanted = /\.lua$/.test(field.value.trim())
        ? field.value.trim()
        : `${field.value.trim()}.lua`;
      if (!NAME.test(wanted)) {
        setText('name-error', 'Use 1 to 64 letters, digits, _ or -');
        return;
      }
      const result = await attempt(wanted);
      if (result.error) {
        setText('name-error', result.error);
        field.focus();
        return;
      }
      made = result;
      dialog.close();
    };
  });
}

// Shows two texts. actions: [{ text, act }], buttons beside "Close".
export async function compare(title, left, right, actions) {
  const { showComparison } = await import('./compare.js');
  const dialog = element('compare');
  setText('compare-title', title);
  setText('compare-left', left.label);
  setText('compare-right', right.label);
  element('compare-same').hidden = left.text !== right.text;
  element('compare-actions').replaceChildren(
    ...actions.map(({ text, act }) => {
      const button = document.createElement('button');
      button.type = 'button';
      button.textContent = text;
      button.onclick = () => {
        dialog.close();
        act();
      };
      return button;
    })
  );
  dialog.showModal();
  const takeAway = showComparison(element('comparison'), left, right);
  dialog.onclose = takeAway;
}
