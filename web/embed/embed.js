// /embed/NAME: the picture of a stream and nothing else, for frames in other pages. Its options:
//
//   ?boxes=1             draw the boxes of the payload
//   ?pointer=1           send clicks and drags to the script
//   ?fit=cover           fill the frame and cut off what does not fit (default: contain)
//   ?ground=transparent  the colour around the picture (default: black)
//   #token=TOKEN         for servers that ask viewers for a token; ?token=TOKEN works as well

import { connect } from '../client/moonreel.js';
import { element, setText } from '../shared/dom.js';
import { Player } from '../shared/player.js';
import { attachPointer } from '../shared/pointer.js';
import { describe, isOld } from '../shared/status.js';
import { askTicket } from '../shared/ticket.js';
import { onTokenLink, takeToken, tokenToWatch } from '../shared/token.js';

const EXPLAINED = ['failed', 'unknown', 'full', 'forbidden', 'refused', 'gone'];
const BASE = new URL('../', location);
const query = new URLSearchParams(location.search);
const root = document.documentElement;
const picture = element('picture');
let token = takeToken('view', BASE);
let edits = false; // the token is that for editing, which must not stand in an address
let size = { width: 0, height: 0 };

function drawn(frame, width, height) {
  size = { width, height };
  picture.classList.remove('empty');
  setText('state', '');
  setText('reason', '');
}

root.classList.toggle('cover', query.get('fit') === 'cover');
root.classList.toggle('transparent', query.get('ground') === 'transparent');
picture.classList.add('empty');
const boxes = query.get('boxes') === '1' ? element('boxes') : null;
const player = new Player(picture, { boxes, onDraw: drawn });
let viewer = watch();

function watch() {
  const opened = connect(BASE, {
    stream: decodeURIComponent(location.pathname.split('/').at(-1)),
    token: token ?? undefined,
    ...(edits ? { ticket: (path) => askTicket(BASE, token, path) } : {}),
    onFrame: (frame) => player.show(frame),
    onStatus: (status) => opened === viewer && showStatus(status),
  });
  return opened;
}

// An old picture is dimmed, with the word over it; where there is none, the reason stands there as well.
function showStatus(status) {
  const { word, title, detail } = describe(status, { hasToken: token !== null });
  const old = isOld(status);
  document.title = status.stream ?? 'moonreel';
  root.classList.toggle('old', old && player.shown !== null);
  element('state').dataset.state = status.kind;
  setText('state', old || !player.shown ? word : '');
  const reason = status.kind === 'unknown' ? title : `${title}. ${detail}`; // there is no list to choose from
  setText('reason', !player.shown && EXPLAINED.includes(status.kind) ? reason : '');
  if (status.kind === 'forbidden' && token === null) tryOther();
}

// The server asks for a token. This browser may have the token for editing.
async function tryOther() {
  const other = await tokenToWatch(BASE);
  if (other && token === null) use(other, true);
}

function use(newToken, forEditing = false) {
  const before = viewer;
  token = newToken;
  edits = forEditing;
  viewer = watch();
  before.close();
}

onTokenLink((given) => use(given), 'view', BASE);

if (query.get('pointer') === '1') {
  root.classList.add('pointer');
  attachPointer(picture, { size: () => size, send: (message) => viewer.send(message) });
}
