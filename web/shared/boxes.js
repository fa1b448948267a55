// The boxes of a payload: { boxes: [{ x, y, w, h, label, score, color }] } in pixels of the frame.

const MOST = 1000; // of one frame
const LABEL = 60; // characters
const ACCENT = '#ffb02e'; // seen on dark and on light pictures

const isNumber = (value) => typeof value === 'number' && Number.isFinite(value);

function isBox(box) {
  return Boolean(box) && isNumber(box.x) && isNumber(box.y) && isNumber(box.w) && isNumber(box.h);
}

// Those that can be drawn; what is malformed is skipped.
function boxesOf(payload) {
  return Array.isArray(payload?.boxes) ? payload.boxes.slice(0, MOST).filter(isBox) : [];
}

// Whether a frame may have boxes. Its payload may be large and is parsed only if it looks like it.
export function hasBoxes(frame) {
  return Boolean(frame?.payloadText.includes('"boxes"'));
}

// "person 87 %"
function labelOf({ label, score }) {
  const text = typeof label === 'string' || isNumber(label) ? String(label).slice(0, LABEL) : '';
  const share = isNumber(score) ? `${Math.round(100 * score)} %` : '';
  return [text, share].filter(Boolean).join(' ');
}

// Black or white, whichever is read better on the colour, as a canvas tells it ("#rrggbb" or
// other).
function inkOn(color) {
  const parts = /^#(..)(..)(..)$/.exec(color) ?? [];
  const [r, g, b] = parts.slice(1).map((part) => parseInt(part, 16));
  return 0.299 * r + 0.587 * g + 0.114 * b < 128 ? '#fff' : '#000';
}

function drawLabel(context, text, left, top, { pixel, font }) {
  const height = 17 * pixel;
  context.font = `600 ${12 * pixel}px ${font}`;
  const width = context.measureText(text).width + 8 * pixel;
  const x = Math.max(0, Math.min(left, context.canvas.width - width));
  const y = top >= height ? top - height : Math.max(0, top);
  context.fillStyle = context.strokeStyle;
  context.fillRect(x, y, width, height);
  context.fillStyle = inkOn(context.strokeStyle);
  context.fillText(text, x + 4 * pixel, y + height / 2 + 0.5 * pixel);
}

// Clears the canvas and draws the payload's boxes. The canvas may have any size: width and height
// are the frame's, and fill it. style: { color, lineWidth, pixel, font }; a line is lineWidth *
// pixel of the canvas's own pixels, a letter 12 * pixel. Returns how many were drawn.
export function drawBoxes(context, payload, width, height, style = {}) {
  const { color = ACCENT, lineWidth = 2, pixel = 1, font = 'system-ui, sans-serif' } = style;
  const { canvas } = context;
  const [across, down] = [canvas.width / width, canvas.height / height];
  const boxes = boxesOf(payload);
  context.clearRect(0, 0, canvas.width, canvas.height);
  context.lineWidth = lineWidth * pixel;
  context.textBaseline = 'middle';
  for (const box of boxes) {
    context.strokeStyle = color;
    if (typeof box.color === 'string') context.strokeStyle = box.color; // stays if it is none
    context.strokeRect(box.x * across, box.y * down, box.w * across, box.h * down);
    const text = labelOf(box);
    const left = box.x * across - context.lineWidth / 2;
    if (text) drawLabel(context, text, left, box.y * down, { pixel, font });
  }
  return boxes.length;
}
