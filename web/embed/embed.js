// The bare picture of a stream for frames in other pages: /embed/NAME, with
//
//   ?boxes=1             the boxes of the payload
//   ?pointer=1           clicks and drags go to the script
//   ?fit=cover           fills the frame and cuts what is too much (contain)
//   ?ground=transparent  what is around the picture (black)

import { connect } from '../client/moonreel.js';
import { element, setText } from '../shared/dom.js';
import { Player } from '../shared/player.js';
import { attachPointer } from '../shared/pointer.js';
import { describe } from '../shared/status.js';
import { takeToken, tokenToWatch } from '../shared/token.js';

const BASE = new URL('../', location);
const query = new URLSearchParams(location.search);
const root = document.documentElement;
const picture = element('picture');
let token = takeToken('view', BASE);
let size = { width: 0, height: 0 };

function drawn(frame, width, height) {
  size = { width, height };
  picture.classList.remove('empty');
  setText('state', '');
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
    onFrame: (frame) => player.show(frame),
    onStatus: (status) => opened === viewer && showStatus(status),
  });
  return opened;
}

function showStatus(status) {
  const { word } = describe(status);
  document.title = status.stream ?? 'moonreel';
  element('state').dataset.state = status.kind;
  setText('state', player.shown || status.kind === 'live' ? '' : word);
  if (status.kind === 'forbidden' && token === null) tryOther();
}

// The server wants a token; perhaps this browser has the one for editing.
async function tryOther() {
  const other = await tokenToWatch(BASE);
  if (!other || token !== null) return;
  token = other;
  const refused = viewer;
  viewer = watch();
  refused.close();
}

if (query.get('pointer') === '1') {
  root.classList.add('pointer');
  attachPointer(picture, { size: () => size, send: (message) => viewer.send(message) });
}
