// The console: the newest lines of the script's log, the newest at the bottom. They can be filtered by
// level and text.

import { element, make, setText } from '../shared/dom.js';

const MOST = 2000; // lines
const LEVELS = ['error', 'warn', 'info', 'debug', 'trace'];
const PLACE = /([\w./-]+\.lua):(\d+)/g;

const clock = new Intl.DateTimeFormat('en-GB', {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  fractionalSecondDigits: 3,
});

export class Console {
  #lines = []; // { level, text, row }
  #fresh = [];
  #list = element('log');
  #scroller = element('log-scroller');
  #goTo;
  #scheduled = false;

  // Calls goTo(file, line) when a place in a log line is clicked.
  constructor(goTo) {
    this.#goTo = goTo;
    for (const id of ['log-level', 'log-filter']) element(id).oninput = () => this.#filter();
    element('log-clear').onclick = () => this.clear();
    element('log-follow').onchange = () => this.#follow();
    this.#scroller.onscroll = () => this.#noticeScrolling();
    this.#count();
  }

  add(line) {
    this.#put(line.level, line.text, this.#row(line));
  }

  // A note between the lines, for example that lines were lost or the server was restarted.
  note(text) {
    const row = make('li', { className: 'log-note' }, text);
    this.#put('error', text, row);
  }

  clear() {
    this.#lines = [];
    this.#fresh = [];
    this.#list.replaceChildren();
    this.#count();
  }

  #put(level, text, row) {
    const entry = { level, text: text.toLowerCase(), row };
    row.hidden = !this.#passes(entry);
    this.#lines.push(entry);
    this.#fresh.push(row);
    if (this.#scheduled) return;
    this.#scheduled = true;
    setTimeout(() => this.#flush(), 50);
  }

  #flush() {
    this.#scheduled = false;
    this.#list.append(...this.#fresh.splice(0));
    for (const { row } of this.#lines.splice(0, Math.max(0, this.#lines.length - MOST)))
      row.remove();
    this.#count();
    this.#follow();
  }

  #row({ level, text, time_us: time, traceback }) {
    const at = new Date(time / 1000);
    const body = make('div', { className: 'log-text' }, ...this.#linked(text));
    if (traceback) {
      body.append(
        make(
          'details',
          {},
          make('summary', {}, 'Traceback'),
          make('pre', {}, ...this.#linked(traceback))
        )
      );
    }
    return make(
      'li',
      { dataset: { level } },
      make('time', { dateTime: at.toISOString() }, clock.format(at)),
      make('span', { className: 'log-level' }, level),
      body
    );
  }

  // Returns the text with its places (file:line) as buttons. The text is never used as markup.
  #linked(text) {
    const parts = [];
    let end = 0;
    for (const match of text.matchAll(PLACE)) {
      const [place, file, line] = match;
      parts.push(
        text.slice(end, match.index),
        make(
          'button',
          {
            type: 'button',
            className: 'place',
            onclick: () => this.#goTo(file, Number(line)),
          },
          place
        )
      );
      end = match.index + place.length;
    }
    return [...parts, text.slice(end)];
  }

  #passes({ level, text }) {
    const most = LEVELS.indexOf(element('log-level').value);
    const wanted = element('log-filter').value.trim().toLowerCase();
    return LEVELS.indexOf(level) <= most && text.includes(wanted);
  }

  #filter() {
    for (const line of this.#lines) line.row.hidden = !this.#passes(line);
    this.#count();
    this.#follow();
  }

  #count() {
    const shown = this.#lines.filter(({ row }) => !row.hidden).length;
    const all = this.#lines.length;
    setText(
      'log-count',
      shown === all ? `${all} line${all === 1 ? '' : 's'}` : `${shown} of ${all} lines`
    );
    element('log-empty').hidden = shown > 0;
    setText(
      'log-empty',
      all ? 'No line matches the filter' : 'No lines yet. What the script prints appears here'
    );
  }

  #follow() {
    if (element('log-follow').checked) this.#scroller.scrollTop = this.#scroller.scrollHeight;
  }

  // Scrolling up stops following, so that lines can be read. Scrolling to the end follows again.
  #noticeScrolling() {
    const { scrollTop, scrollHeight, clientHeight } = this.#scroller;
    if (!clientHeight) return;
    element('log-follow').checked = scrollHeight - scrollTop - clientHeight < 24;
  }
}
