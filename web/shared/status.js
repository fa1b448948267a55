// Texts for each state of a connection: a word for the bar, and a title with a detail for the place
// of the picture. The title is empty if the picture is live.

// The text is the same for an attempt that is running and for one that is about to start.
function again(retryAt, now) {
  const seconds = Math.ceil(((retryAt ?? now) - now) / 1000);
  return seconds < 1 ? 'Trying again…' : `Trying again in ${seconds} s`;
}

const WORDS = {
  connecting: () => ['Connecting', 'busy', 'Connecting…'],
  waiting: () => ['Waiting', 'busy', 'Waiting for the first frame',
    'The picture appears as soon as the source delivers a frame'],
  live: () => ['Live', 'good'],
  stalled: () => ['No frames', 'busy', 'No new frames',
    'The source delivers nothing. The picture continues when it does'],
  lost: ({ reason }, _, { hasPicture }) => ['No signal', 'bad', 'The source is gone',
    [hasPicture ? '' : reason, 'The server keeps trying to open it'].filter(Boolean).join('. ')],
  ended: () => ['Ended', 'rest', 'The stream has ended', 'This is its last picture'],
  failed: ({ reason }) => ['Failed', 'bad', 'The stream has failed',
    reason ?? 'The server’s log says why'],
  unknown: ({ stream, streams }) => ['Unknown', 'bad', `No stream called “${stream}”`,
    streams?.length ? 'Choose one of these streams:' : 'This server has no streams'],
  full: (_, retry) => ['Full', 'busy', 'Too many viewers',
    `The server accepts no more viewers until one leaves. ${retry}`],
  forbidden: (_, retry, { hasToken }) => ['Locked', 'bad',
    hasToken ? 'The server does not accept this token'
      : 'This server asks viewers for a token',
    'Ask the person who runs the server for the token'],
  refused: ({ reason }, retry) => ['Refused', 'bad', 'The server refused the connection',
    [reason, retry].filter(Boolean).join('. ')],
  gone: (_, retry) => ['Offline', 'bad', 'No connection to the server', retry],
  paused: () => ['Paused', 'rest', 'Paused', 'The server sends nothing until you resume'],
  closed: ({ reason }) => ['Closed', 'rest', 'The connection is closed', reason ?? ''],
};

// In these states the picture on the screen is the newest one there is, or somebody has stopped it on purpose.
const CURRENT = ['live', 'paused', 'lost']; // lost: the server sends pictures that say so

// Whether a picture that is on the screen is an old one, so that it must not look live.
export function isOld(status) {
  return !CURRENT.includes(status.kind);
}

// status: from the client library. extra: { now: performance.now(), hasToken: the page sent a token,
// hasPicture: a picture is visible; for a lost source it is the server's notice, which gives the
// reason }. Returns { word, title, detail, tone }; tone is good, busy, bad or rest.
export function describe(status, extra = {}) {
  const { now = performance.now() } = extra;
  const say = WORDS[status.kind] ?? WORDS.closed;
  const [word, tone, title = '', detail = ''] = say(status, again(status.retryAt, now), extra);
  return { word, title, detail, tone };
}
