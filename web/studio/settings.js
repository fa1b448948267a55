// The form for the settings that the script declares. Changes take effect at once, and changes by
// others are shown.

import { element, make, setText } from '../shared/dom.js';
import { Gone, paths, reasonOf } from './api.js';
import { makeControl } from './controls.js';
import { SettingSender } from './setting_sender.js';

const PERIOD_MS = 2000;

export class Settings {
  list = []; // as the server sent them
  #api;
  #stream = null;
  #rows = new Map(); // by name: { control, error, reset, fields, value }
  #declared = null;
  #sender = new SettingSender((changes) => this.#send(changes));

  constructor(api) {
    this.#api = api;
    setInterval(() => {
      if (this.#stream && !document.hidden) this.read();
    }, PERIOD_MS);
  }

  select(stream) {
    this.#stream = stream;
    this.#sender.clear();
    this.#show([]);
    this.#declared = null; // the empty list is not a declaration
    setText('settings-empty', '');
    this.read();
  }

  // Also call it when another version runs.
  async read() {
    const stream = this.#stream;
    try {
      const answer = await this.#api.get(paths.settings(stream), { open: true });
      if (stream !== this.#stream) return;
      if (answer.ok) this.#show(answer.json().settings);
      else if (!this.list.length) {
        setText('settings-empty', `Cannot read the settings: ${reasonOf(answer)}`);
      }
    } catch (error) {
      if (!(error instanceof Gone)) throw error;
    }
  }

  // Enables the controls; without the token they are read-only.
  show() {
    const locked = !this.#api.token;
    for (const { fields } of this.#rows.values()) {
      for (const field of fields) field.disabled = locked;
    }
    element('settings-locked').hidden = !locked || !this.list.length;
  }

  #show(list) {
    this.list = list;
    const declared = JSON.stringify(list.map(({ value, ...declaration }) => declaration));
    if (declared !== this.#declared) {
      this.#declared = declared;
      this.#rows.clear();
      element('settings-form').replaceChildren(...list.map((setting) => this.#row(setting)));
      setText('settings-empty', list.length ? '' : 'The script declares no settings');
    }
    for (const setting of list) this.#update(setting);
    this.show();
  }

  // A field that is being edited stays as it is, unless its value was changed elsewhere.
  #update({ name, value, default: start, type }) {
    const row = this.#rows.get(name);
    const typing = row.fields.includes(document.activeElement) && row.value === value;
    if (!this.#sender.has(name) && !typing) row.control.set(value);
    row.value = value;
    row.reset.hidden = type === 'button' || value === start || !this.#api.token;
  }

  #row(setting) {
    const { name, type, help } = setting;
    const id = `setting-${name}`;
    const control = makeControl(setting, id, (value) =>
      this.#change(name, value, type === 'button')
    );
    const error = make('p', {
      className: 'setting-error',
      id: `${id}-error`,
      hidden: true,
      role: 'alert',
    });
    const reset = make(
      'button',
      {
        type: 'button',
        className: 'reset',
        title: `Reset to ${JSON.stringify(setting.default)}`,
        ariaLabel: `Reset ${name} to ${setting.default}`,
        hidden: true,
        onclick: () => {
          control.set(setting.default);
          this.#change(name, setting.default, false);
        },
      },
      'Reset'
    );
    const about = make('p', { className: 'setting-help', id: `${id}-help` }, help ?? '');
    const grouped = control.kind === 'segments' || control.kind === 'button';
    const label = make(
      grouped ? 'span' : 'label',
      { className: 'setting-name' },
      type === 'button' ? '' : name
    );
    if (!grouped) label.htmlFor = id;
    const fields = control.nodes.flatMap((node) =>
      node.matches('input, select, button') ? [node] : [...node.querySelectorAll('input')]
    );
    for (const field of fields) field.setAttribute('aria-describedby', `${id}-help ${id}-error`);
    this.#rows.set(name, { control, error, reset, fields });
    return make(
      'div',
      { className: 'setting', dataset: { kind: control.kind, name } },
      make('div', { className: 'setting-head' }, label, reset),
      make('div', { className: 'setting-control' }, ...control.nodes),
      about,
      error
    );
  }

  #change(name, value, isButton) {
    this.#fail(name, '');
    this.#sender.put(name, value, isButton);
  }

  #fail(name, text) {
    const row = this.#rows.get(name);
    if (!row) return;
    row.error.hidden = !text;
    setText(row.error, text);
    for (const field of row.fields) field.setAttribute('aria-invalid', String(Boolean(text)));
  }

  async #send(changes) {
    const stream = this.#stream;
    const names = Object.keys(changes);
    try {
      const answer = await this.#api.request('PATCH', paths.settings(stream), {
        body: JSON.stringify(changes),
      });
      if (stream !== this.#stream) return;
      if (answer.ok) {
        for (const name of names) this.#fail(name, '');
        this.#show(answer.json().settings);
      } else if (answer.status === 422 && names.length > 1) {
        for (const name of names) await this.#send({ [name]: changes[name] }); // to find the wrong one
      } else {
        for (const name of names)
          this.#fail(name, reasonOf(answer).replace(/^settings\.\w+: /, ''));
      }
    } catch (error) {
      if (!(error instanceof Gone)) throw error;
      for (const name of names) this.#fail(name, 'Not changed: no connection to the server');
    }
  }
}
