// What is said about a connection: a word for the bar, a sentence over the picture when there is
// none or an old one (an empty title: nothing to say), and what can be done about it.

// An attempt that is under way says the same as one that is about to be.
function again(retryAt, now) {
  const seconds = Math.ceil(((retryAt ?? now) - now) / 1000);
  return seconds < 1 ? 'Trying again…' : `Trying again in ${seconds} s`;
}

const WORDS = {
  connecting: () => ['Connecting', 'busy', 'Connecting…'],
  waiting: () => ['Waiting', 'busy', 'Waiting for the first frame',
    'It comes as soon as the source has one'],
  live: () => ['Live', 'good'],
  stalled: () => ['No frames', 'busy', 'No new frames',
    'Still connected: the picture goes on when the source does'],
  lost: ({ reason }, _, { hasPicture }) => ['No signal', 'bad', 'The source is gone',
    [hasPicture ? '' : reason, 'The server tries to open it again'].filter(Boolean).join('. ')],
  ended: () => ['Ended', 'rest', 'The stream has ended', 'This is its last picture'],
  failed: ({ reason }) => ['Failed', 'bad', 'The stream has failed',
    reason ?? 'The server’s log says why'],
  unknown: ({ stream, streams }) => ['Unknown', 'bad', `No stream called “${stream}”`,
    streams?.length ? 'This server has:' : 'This server has no streams'],
  full: (_, retry) => ['Full', 'busy', 'Too many viewers',
    `The server lets in no more until one of them leaves. ${retry}`],
  forbidden: (_, retry, { hasToken }) => ['Locked', 'bad',
    hasToken ? 'The server does not take this token'
      : 'This server wants a token from those who watch',
    'Ask whoever runs it, and enter it here'],
  refused: ({ reason }, retry) => ['Refused', 'bad', 'The server refused the connection',
    [reason, retry].filter(Boolean).join('. ')],
  gone: (_, retry) => ['Offline', 'bad', 'No connection to the server', retry],
  paused: () => ['Paused', 'rest', 'Paused', 'Nothing is sent meanwhile'],
  closed: ({ reason }) => ['Closed', 'rest', 'The connection is closed', reason ?? ''],
};

// status: the client library's. extra: { now: performance.now(), hasToken: a token was sent,
// hasPicture: the server's own picture of a lost source, which gives the reason, is seen }. Returns
// { word, title, detail, tone }; tone is good, busy, bad or rest.
export function describe(status, extra = {}) {
  const { now = performance.now() } = extra;
  const say = WORDS[status.kind] ?? WORDS.closed;
  const [word, tone, title = '', detail = ''] = say(status, again(status.retryAt, now), extra);
  return { word, title, detail, tone };
}
