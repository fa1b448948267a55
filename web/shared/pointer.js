// Clicks and drags on the picture, for the stream's script: { type: 'pointer', event, x, y, button,
// id }.
//
// event: down; move (only while a button is down; at most MOVES_PER_SECOND, always the newest
// position); up; click (after an up without a drag). x and y are pixels of the frame, clipped to it.
// id tells fingers apart. If the browser uses a press to scroll or zoom, the press ends with an up
// and no click. The right button belongs to the browser: it opens the menu with "Save image".

const MOVES_PER_SECOND = 30;
const DRAG = 4; // pixels of the screen: a longer movement is a drag
const RIGHT = 2;

// Returns the position in the frame of a pointer event, not clipped. The element shows the frame with
// object-fit.
function locate(event, element, { width, height }) {
  const box = element.getBoundingClientRect();
  const fit = getComputedStyle(element).objectFit;
  let across = box.width / width;
  let down = box.height / height;
  if (fit === 'contain') across = down = Math.min(across, down);
  if (fit === 'cover') across = down = Math.max(across, down);
  return {
    x: (event.clientX - box.left - (box.width - width * across) / 2) / across,
    y: (event.clientY - box.top - (box.height - height * down) / 2) / down,
  };
}

const distance = (a, b) => Math.hypot(a.clientX - b.clientX, a.clientY - b.clientY);
const clip = (value, most) => Math.round(10 * Math.max(0, Math.min(value, most))) / 10;

// element: the canvas; size() returns the frame's { width, height }; send(message) sends a message.
// Returns a function that detaches everything.
export function attachPointer(element, { size, send }) {
  // By pointerId: { button, first, last (events), dragged, waiting, timer }.
  const presses = new Map();

  // Sends the last known position: a pointercancel event has no useful one.
  function tell(name, press) {
    const frame = size();
    const { x, y } = locate(press.last, element, frame);
    send({
      type: 'pointer', event: name, x: clip(x, frame.width), y: clip(y, frame.height),
      button: press.button, id: press.last.pointerId,
    });
  }

  function flush(press) {
    if (press.waiting) tell('move', press);
    press.waiting = false;
  }

  // Sends the waiting move, and later the newest of those that came meanwhile.
  function pace(press) {
    press.timer = press.waiting ? setTimeout(pace, 1000 / MOVES_PER_SECOND, press) : null;
    flush(press);
  }

  function down(event) {
    const frame = size();
    if (event.button === RIGHT || !frame.width || !frame.height) return;
    const { x, y } = locate(event, element, frame);
    if (x < 0 || y < 0 || x > frame.width || y > frame.height) return; // beside the picture
    const press = {
      button: event.button, first: event, last: event, dragged: false, waiting: false, timer: null,
    };
    presses.set(event.pointerId, press);
    element.setPointerCapture(event.pointerId);
    tell('down', press);
  }

  function move(event) {
    const press = presses.get(event.pointerId);
    if (!press) return;
    press.dragged ||= distance(press.first, event) > DRAG;
    press.last = event;
    press.waiting = true;
    if (!press.timer) pace(press);
  }

  function end(event) {
    const press = presses.get(event.pointerId);
    if (!press) return;
    presses.delete(event.pointerId);
    clearTimeout(press.timer);
    flush(press);
    if (event.type === 'pointerup') press.last = event;
    tell('up', press);
    if (event.type === 'pointerup' && !press.dragged) tell('click', press);
  }

  const attached = new AbortController();
  const listeners = { pointerdown: down, pointermove: move, pointerup: end, pointercancel: end };
  for (const [type, listener] of Object.entries(listeners)) {
    element.addEventListener(type, listener, { signal: attached.signal });
  }
  return () => {
    attached.abort();
    for (const press of presses.values()) clearTimeout(press.timer);
    presses.clear();
  };
}
