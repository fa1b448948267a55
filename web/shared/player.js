// Draws frames on a canvas, and the boxes of their payloads on another that lies exactly over it.
// Both are drawn in one animation frame, so that no box is ever seen on another picture than its
// own.
//
// show() suits as the client library's onFrame: it resolves when the frame is drawn, and the
// library gives no other one before that.

import { drawBoxes, hasBoxes } from './boxes.js';

// Nothing is repainted in a hidden tab, but its pictures may still be watched in a small window.
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
  shown = null; // the frame now on the canvas
  #canvas;
  #context;
  #boxes;
  #onDraw;
  #showBoxes = true;
  #displayed = { width: 0, height: 0, cover: false }; // of the boxes' canvas, in CSS pixels
  #clears = 0;

  // canvas: for the picture; boxes: a canvas of the same place and shape, or null. onDraw(frame,
  // width, height) is called right after a frame was drawn, in the same animation frame.
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

  // Draws a frame; one that cannot be decoded is left out.
  async show(frame) {
    const clears = this.#clears;
    let bitmap;
    try {
      bitmap = await createImageBitmap(frame.image);
    } catch (error) {
      console.warn(`frame ${frame.seq} cannot be drawn:`, error);
      return;
    }
    await nextRepaint();
    if (clears === this.#clears) this.#draw(frame, bitmap);
    bitmap.close();
  }

  // Takes the picture away, and what is on its way there: another stream was chosen.
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

  // The boxes have as many pixels as the screen, whatever the picture has: lines and letters stay
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
