// The console: the script's log, newest at the bottom, bounded; lines can be filtered by level and
// text.

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

  // goTo(file, line) is called for places that are named in a line.
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

  // Something between the lines: others were lost, the server was started again.
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

  // The text with its places as buttons; never markup.
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
      all ? 'No line passes the filter' : 'No lines yet: what the script prints comes here'
    );
  }

  #follow() {
    if (element('log-follow').checked) this.#scroller.scrollTop = this.#scroller.scrollHeight;
  }

  // Who scrolls up wants to read; who is at the end again wants to see what comes.
  #noticeScrolling() {
    const { scrollTop, scrollHeight, clientHeight } = this.#scroller;
    if (!clientHeight) return;
    element('log-follow').checked = scrollHeight - scrollTop - clientHeight < 24;
  }
}
