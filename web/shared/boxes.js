// The boxes of a payload: { boxes: [{ x, y, w, h, label, score, color }] } in pixels of the frame.

const MOST = 1000; // boxes of one frame
const LABEL = 60; // characters
const ACCENT = '#ffb02e'; // visible on dark and on light pictures

const isNumber = (value) => typeof value === 'number' && Number.isFinite(value);

function isBox(box) {
  return Boolean(box) && isNumber(box.x) && isNumber(box.y) && isNumber(box.w) && isNumber(box.h);
}

// Returns the boxes that can be drawn; malformed ones are skipped.
function boxesOf(payload) {
  return Array.isArray(payload?.boxes) ? payload.boxes.slice(0, MOST).filter(isBox) : [];
}

// Whether a frame may have boxes. A payload may be large, so this searches its text without parsing.
export function hasBoxes(frame) {
  return Boolean(frame?.payloadText.includes('"boxes"'));
}

// "person 87 %"
function labelOf({ label, score }) {
  const text = typeof label === 'string' || isNumber(label) ? String(label).slice(0, LABEL) : '';
  const share = isNumber(score) ? `${Math.round(100 * score)} %` : '';
  return [text, share].filter(Boolean).join(' ');
}

// Returns black or white, whichever is easier to read on the colour. color: as a canvas returns it
// ("#rrggbb" or another form).
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

// Clears the canvas and draws the payload's boxes. width and height are those of the frame, which is
// scaled to the canvas. style: { color, lineWidth, pixel, font }; lines are lineWidth * pixel wide and
// letters 12 * pixel high, in pixels of the canvas. Returns the number of boxes drawn.
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
    if (typeof box.color === 'string') context.strokeStyle = box.color; // invalid: no change
    context.strokeRect(box.x * across, box.y * down, box.w * across, box.h * down);
    const text = labelOf(box);
    const left = box.x * across - context.lineWidth / 2;
    if (text) drawLabel(context, text, left, box.y * down, { pixel, font });
  }
  return boxes.length;
}
