// Draws frames on a canvas, and the boxes of their payloads on a second canvas exactly over it. Both
// are drawn in one animation frame, so that a box is never shown on another frame's picture.
//
// show() can be the client library's onFrame: its promise resolves when the frame is drawn, and the
// library waits for that before it passes the next frame.

import { drawBoxes, hasBoxes } from './boxes.js';

// Browsers do not repaint hidden tabs, but their picture may be visible in a small window.
function nextRepaint() {
  if (document.hidden) return Promise.resolve();
  return new Promise((resolve) => {
    const finish = () => {
      cancelAnimationFrame(request);
      document.removeEventListener('visibilitychange', finish);
      resolve();
    };
    const request = requestAnimationFrame(finish);
    document.addEventListener('visibilitychange', finish);
  });
}

function resize(canvas, width, height) {
  if (canvas.width !== width) canvas.width = Math.max(1, width);
  if (canvas.height !== height) canvas.height = Math.max(1, height);
}

export class Player {
  shown = null; // the frame that is on the canvas
  #canvas;
  #context;
  #boxes;
  #onDraw;
  #showBoxes = true;
  #displayed = { width: 0, height: 0, cover: false }; // the boxes' canvas on the page, in CSS pixels
  #clears = 0;

  // canvas: for the picture; boxes: a canvas of the same place and shape, or null. Calls onDraw(frame,
  // width, height) right after a frame was drawn, in the same animation frame.
  constructor(canvas, { boxes = null, onDraw = () => {} } = {}) {
    this.#canvas = canvas;
    this.#context = canvas.getContext('2d', { alpha: false });
    this.#boxes = boxes?.getContext('2d') ?? null;
    this.#onDraw = onDraw;
    if (boxes) new ResizeObserver(() => this.#measure()).observe(boxes);
  }

  get showBoxes() {
    return this.#showBoxes;
  }

  set showBoxes(value) {
    this.#showBoxes = value;
    this.#drawBoxes();
  }

  // Draws a frame. A frame that cannot be decoded is skipped.
  async show(frame) {
    const clears = this.#clears;
    let bitmap;
    try {
      bitmap = await createImageBitmap(frame.image);
    } catch (error) {
      console.warn(`cannot draw frame ${frame.seq}:`, error);
      return;
    }
    await nextRepaint();
    if (clears === this.#clears) this.#draw(frame, bitmap);
    bitmap.close();
  }

  // Removes the picture, and drops a frame that is being decoded. For a change of the stream.
  clear() {
    this.#clears++;
    this.shown = null;
    this.#context.clearRect(0, 0, this.#canvas.width, this.#canvas.height);
    this.#drawBoxes();
  }

  #draw(frame, bitmap) {
    const { width, height } = bitmap;
    resize(this.#canvas, width, height);
    this.#context.drawImage(bitmap, 0, 0);
    this.shown = frame;
    this.#drawBoxes();
    this.#onDraw(frame, width, height);
  }

  #measure() {
    const { canvas } = this.#boxes;
    this.#displayed = {
      width: canvas.clientWidth,
      height: canvas.clientHeight,
      cover: getComputedStyle(canvas).objectFit === 'cover',
    };
    this.#drawBoxes();
  }

  // The boxes' canvas has the screen's resolution, not the picture's, so that lines and letters are
  // sharp.
  #drawBoxes() {
    if (!this.#boxes) return;
    const { canvas } = this.#boxes;
    const { width, height } = this.#canvas;
    const pixel = devicePixelRatio || 1;
    const scales = [this.#displayed.width / width, this.#displayed.height / height];
    const scale = pixel * Math[this.#displayed.cover ? 'max' : 'min'](...scales) || 1;
    resize(canvas, Math.round(width * scale), Math.round(height * scale));
    const payload = this.#showBoxes && hasBoxes(this.shown) ? this.shown.payload : null;
    drawBoxes(this.#boxes, payload, width, height, { pixel });
  }
}
