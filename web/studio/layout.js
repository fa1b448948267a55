// Which panes are visible, and how large they are. On a large screen all of them are visible, and the
// splitters between them can be moved by pointer and keys. On a phone, one pane is visible at a time.

import { element, recall, remember } from '../shared/dom.js';

const KEY = 'moonreel-studio-layout';
const STEP = 2; // percent that an arrow key moves a splitter

// Makes the arrow keys, Home and End move through a list of tabs.
export function wireTabs(list, select) {
  const tabs = [...list.querySelectorAll('[role="tab"]')];
  const choose = (tab, focus) => {
    select(tab.dataset.tab);
    if (focus) tab.focus();
  };
  for (const tab of tabs) tab.onclick = () => choose(tab, false);
  list.onkeydown = (event) => {
    const at = tabs.indexOf(event.target);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: tabs.length - 1 }[event.key];
    if (at < 0 || to === undefined) return;
    event.preventDefault();
    choose(tabs.at(to % tabs.length), true);
  };
  return (name) => {
    for (const tab of tabs) {
      const chosen = tab.dataset.tab === name;
      tab.setAttribute('aria-selected', String(chosen));
      tab.tabIndex = chosen ? 0 : -1;
    }
  };
}

export class Layout {
  #sizes = { right: 42, bottom: 28, picture: 52 }; // percent
  #mark = {};
  #shown;

  // Calls shown(name) when the tab "graphs", "console", … becomes visible.
  constructor(shown) {
    this.#shown = shown;
    this.#recall();
    for (const id of ['panes', 'bottom', 'side']) {
      this.#mark[id] = wireTabs(element(`tabs-${id}`), (name) => this.select(id, name));
    }
    this.select('side', 'settings');
    this.select('bottom', 'console');
    this.select('panes', 'script');
    for (const splitter of document.querySelectorAll('[role="separator"]')) this.#wire(splitter);
  }

  // list: "panes" on a phone; "bottom" and "side" on a large screen.
  select(list, name) {
    document.body.dataset[list] = name;
    this.#mark[list](name);
    const below = list === 'panes' && (name === 'console' || name === 'graphs');
    if (below) this.select('bottom', name);
    this.#shown(name);
  }

  // Makes the pane with a part of the page visible.
  reveal(name) {
    this.select('panes', name);
  }

  #recall() {
    try {
      Object.assign(this.#sizes, JSON.parse(recall(KEY)));
    } catch {
      /* the kept sizes cannot be used; the default ones stay */
    }
    for (const name of Object.keys(this.#sizes)) this.#apply(name);
  }

  #apply(name) {
    const value = Number(this.#sizes[name]) || 40;
    this.#sizes[name] = value;
    document.body.style.setProperty(`--${name}`, `${value}%`);
  }

  #resize(splitter, name, value) {
    const { ariaValueMin: least, ariaValueMax: most } = splitter;
    this.#sizes[name] =
      Math.round(10 * Math.max(Number(least), Math.min(value, Number(most)))) / 10;
    this.#apply(name);
    splitter.setAttribute('aria-valuenow', String(Math.round(this.#sizes[name])));
    remember(KEY, JSON.stringify(this.#sizes));
  }

  // A splitter's value is the share of the pane after it (right, bottom) or before it (picture).
  #wire(splitter) {
    const { size: name } = splitter.dataset;
    const upright = splitter.getAttribute('aria-orientation') === 'vertical';
    const after = name !== 'picture';
    splitter.setAttribute('aria-valuenow', String(Math.round(this.#sizes[name])));
    splitter.onpointerdown = (event) => {
      splitter.setPointerCapture(event.pointerId);
      event.preventDefault();
    };
    splitter.onpointermove = (event) => {
      if (!splitter.hasPointerCapture(event.pointerId)) return;
      const box = this.#area(name);
      const share = upright
        ? (event.clientX - box.left) / box.width
        : (event.clientY - box.top) / box.height;
      this.#resize(splitter, name, 100 * (after ? 1 - share : share));
    };
    splitter.onkeydown = (event) => {
      const steps = upright
        ? { ArrowLeft: -STEP, ArrowRight: STEP }
        : { ArrowUp: -STEP, ArrowDown: STEP };
      const step = steps[event.key];
      if (!step) return;
      event.preventDefault();
      this.#resize(splitter, name, this.#sizes[name] + (after ? -step : step));
    };
  }

  // The area that a share refers to.
  #area(name) {
    return (name === 'picture' ? element('side') : element('desk')).getBoundingClientRect();
  }
}
