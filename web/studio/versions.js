// The versions of this session: each text that was saved, tried or loaded, and its result.

import { make } from '../shared/dom.js';

const MOST = 100;

const clock = new Intl.DateTimeFormat(undefined, {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
});

export class Versions {
  #all = [];
  #list;
  #count;
  #shown = () => true;
  #choose;

  // list: an <ol>; count: the element that shows their number; choose: { compare(version),
  // restore(version) }.
  constructor(list, count, choose) {
    this.#list = list;
    this.#count = count;
    this.#choose = choose;
    this.#show();
  }

  // tone: good, bad or rest.
  add({ stream, name, kind }, text, what, tone = 'rest') {
    this.#all.unshift({ stream, name, kind, text, what, tone, time: new Date() });
    this.#all.length = Math.min(this.#all.length, MOST);
    this.#show();
  }

  // Lists the versions of one stream.
  select(stream) {
    this.#shown = (version) => version.stream === stream;
    this.#show();
  }

  #show() {
    const shown = this.#all.filter(this.#shown);
    this.#list.replaceChildren(...shown.map((version) => this.#row(version)));
    this.#list.nextElementSibling.hidden = shown.length > 0;
    this.#count.textContent = shown.length ? String(shown.length) : '';
  }

  #row(version) {
    const when = clock.format(version.time);
    const button = (text, action) =>
      make(
        'button',
        {
          type: 'button',
          className: 'small',
          ariaLabel: `${text}: ${version.name} of ${when}`,
          onclick: () => action(version),
        },
        text
      );
    return make(
      'li',
      {},
      make('time', { dateTime: version.time.toISOString() }, when),
      make('span', { className: 'name' }, version.name),
      make('span', { className: 'what', dataset: { tone: version.tone } }, version.what),
      make(
        'span',
        { className: 'actions' },
        button('Compare', this.#choose.compare),
        button('Restore', this.#choose.restore)
      )
    );
  }
}
