// Draws messages on a canvas. One picture is on its way at a time; of those that arrive meanwhile
// the newest is kept and the others are skipped: a slow tab shows fewer frames, never older ones.
// A hidden tab decodes nothing.

const nextRepaint = () => new Promise((resolve) => requestAnimationFrame(resolve));

export class Player {
  skipped = 0; // frames that came faster than they could be drawn
  #canvas;
  #context;
  #onDraw;
  #busy = false;
  #next = null;
  #hides = 0; // how often the tab was hidden: a picture begun before that is out of date after it

  // onDraw(message, width, height) is called right after a picture was drawn.
  constructor(canvas, onDraw) {
    this.#canvas = canvas;
    this.#context = canvas.getContext('2d', { alpha: false });
    this.#onDraw = onDraw;
    document.addEventListener('visibilitychange', () => {
      if (!document.hidden) return;
      this.#hides++;
      this.#next = null;
    });
  }

  show(message) {
    if (document.hidden) return;
    if (this.#next) this.skipped++;
    this.#next = message;
    if (!this.#busy) this.#run();
  }

  async #run() {
    this.#busy = true;
    while (this.#next) {
      const message = this.#next;
      this.#next = null;
      try {
        await this.#draw(message);
      } catch (error) {
        console.warn(`frame ${message.seq} cannot be drawn:`, error);
      }
    }
    this.#busy = false;
  }

  async #draw(message) {
    const hides = this.#hides;
    const bitmap = await createImageBitmap(message.image());
    await nextRepaint();
    if (hides === this.#hides) {
      this.#resize(bitmap.width, bitmap.height);
      this.#context.drawImage(bitmap, 0, 0);
      this.#onDraw(message, bitmap.width, bitmap.height);
    }
    bitmap.close();
  }

  #resize(width, height) {
    if (this.#canvas.width !== width) this.#canvas.width = width;
    if (this.#canvas.height !== height) this.#canvas.height = height;
  }
}
