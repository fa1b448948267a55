// Shows the state of the connection: a word in the bar, and a notice with the buttons that help. The
// notice takes the place of the picture, or stands below it if there is one.

import { element, setText } from '../shared/dom.js';
import { describe } from '../shared/status.js';
import { showStreams } from './streams.js';

const RETRIED = ['full', 'gone', 'refused', 'unknown'];
const AFTER_MS = 400; // a connection that opens at once needs no notice

export class Notice {
  #kind;
  #since = 0;
  #act = null;

  // on: { retry(), resume(), unlock(token) }
  constructor(on) {
    element('act').addEventListener('click', () => on[this.#act]());
    const enter = () => {
      const token = element('token').value.trim();
      if (token) on.unlock(token);
    };
    element('enter').addEventListener('click', enter);
    element('token').addEventListener('keydown', (event) => event.key === 'Enter' && enter());
  }

  // status: from the client library; hasToken: whether the page sent a token; hasPicture: whether a
  // picture is visible.
  show(status, { hasToken, hasPicture }) {
    const now = performance.now();
    const { kind } = status;
    if (kind !== this.#kind) this.#begin(kind, now);
    const { word, title, detail, tone } = describe(status, { now, hasToken, hasPicture });
    element('state').dataset.tone = tone;
    setText('state', word);
    setText('notice-title', title);
    setText('notice-detail', detail);
    this.#offer(kind);
    const names = status.streams.map(({ name }) => name);
    showStreams('streams', kind === 'unknown' ? names : []);
    showStreams('others', names.length > 1 || kind === 'unknown' ? names : [], status.stream);
    element('notice').hidden = !title || now - this.#since < AFTER_MS;
  }

  #begin(kind, now) {
    this.#kind = kind;
    this.#since = now;
    element('state').dataset.state = kind;
    element('unlock').hidden = kind !== 'forbidden';
    if (kind !== 'forbidden') element('token').value = '';
  }

  #offer(kind) {
    this.#act = kind === 'paused' ? 'resume' : 'retry';
    setText('act', kind === 'paused' ? 'Resume' : 'Try now');
    element('act').hidden = kind !== 'paused' && !RETRIED.includes(kind);
  }
}
