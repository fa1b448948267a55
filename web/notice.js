// What is said about the connection: a word in the bar, with links to the server's other streams, and
// over the picture a sentence when there is no picture or it is an old one.

const AFTER_MS = 400; // a connection that comes up at once needs no sentence

const element = (id) => document.getElementById(id);

// Text that stays the same is not set again: screen readers would repeat it.
export function setText(id, text) {
  if (element(id).textContent !== text) element(id).textContent = text;
}

export class Notice {
  noSignal = false; // the newest picture is the server's own: its source is gone
  #kind;
  #since = 0;

  show(connection) {
    const kind = this.noSignal && connection.state.kind === 'live' ? 'lost' : connection.state.kind;
    const now = performance.now();
    if (kind !== this.#kind) {
      this.#kind = kind;
      this.#since = now;
      element('state').dataset.state = kind;
    }
    const [word, title, detail] = describe(kind, connection, now);
    setText('state', word);
    setText('notice-title', title);
    setText('notice-detail', detail);
    const names = connection.streams.map((stream) => stream.name);
    showStreams('streams', kind === 'unknown' ? names : []);
    showStreams('others',
      kind === 'unknown' ? [] : names.filter((name) => name !== connection.stream));
    element('notice').hidden = !title || now - this.#since < AFTER_MS;
  }
}

// The word, the sentence and what goes with it.
function describe(kind, connection, now) {
  const { retryAt } = connection.state;
  const seconds = Math.ceil((retryAt - now) / 1000);
  const again = seconds < 1 ? 'Trying again…' : `Trying again in ${seconds} s`;
  switch (kind) {
    case 'live': return ['Live', '', ''];
    case 'lost': return ['No signal', '', '']; // the picture says why
    case 'connecting': return ['Connecting', 'Connecting…', ''];
    case 'waiting': return explain(connection) ?? ['Waiting', 'Waiting for the first frame', ''];
    case 'stalled': return explain(connection) ?? ['No frames', 'No new frames', 'Still connected'];
    case 'unknown': return ['Unknown', `No stream called “${connection.stream}”`,
      connection.streams.length ? 'This server has:' : 'This server has no streams'];
    case 'forbidden': return ['Locked', 'This server wants a token from those who watch',
      'Open this page with ?token=TOKEN'];
    case 'refused': return ['Refused', 'The server refused the connection', again];
    default: return ['Offline', 'No connection to the server', again];
  }
}

// Why nothing comes, if the server knows.
function explain(connection) {
  const { phase, error } = connection.description() ?? {};
  if (phase === 'finished') return ['Ended', 'The stream has ended', ''];
  if (phase === 'lost') return ['No signal', 'The source is gone', error ?? ''];
  if (phase === 'failed') return ['Failed', 'The stream has failed', error ?? ''];
  return null;
}

function showStreams(id, names) {
  const list = element(id);
  const shown = [...list.children].map((item) => item.textContent);
  if (shown.join() === names.join()) return;
  list.replaceChildren(...names.map((name) => {
    const link = document.createElement('a');
    const query = new URLSearchParams(location.search);
    query.set('stream', name);
    link.href = `?${query}`;
    link.textContent = name;
    const item = document.createElement('li');
    item.append(link);
    return item;
  }));
}
