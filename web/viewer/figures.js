// The line of figures: rates, latency, size, skipped frames.

import { setText } from '../shared/dom.js';
import { Latency, Rate } from '../shared/meter.js';
import { serverClock } from '../shared/server_clock.js';

function bitrate(bitsPerSecond) {
  const units = ['kbit/s', 'Mbit/s', 'Gbit/s'];
  let value = bitsPerSecond / 1000;
  while (value >= 1000 && units.length > 1) {
    value /= 1000;
    units.shift();
  }
  return `${value.toFixed(value < 10 ? 1 : 0)} ${units[0]}`;
}

export class Figures {
  #frames = new Rate();
  #bytes = new Rate();
  #latency = new Latency();
  #received = 0;

  // Call it when a frame was drawn; `received` is the number of frames that have arrived. Frames
  // that were skipped since the last call count as large as this one.
  add(frame, width, height, received, now) {
    this.#frames.add(now);
    this.#bytes.add(now, frame.bytes * Math.max(1, received - this.#received));
    this.#received = received;
    this.#latency.add(Date.now() - frame.capturedUs / 1000);
    setText('seq', String(frame.seq));
    setText('size', `${width} × ${height}`);
  }

  // Call it when a connection begins or ends: the old figures say nothing about the next one.
  restart() {
    this.#frames = new Rate();
    this.#bytes = new Rate();
    this.#latency = new Latency();
  }

  show(live, skipped) {
    const now = performance.now();
    const delay = live ? this.#latency.get(serverClock.aheadMs) : null;
    setText('fps', live ? `${this.#frames.perSecond(now).toFixed(1)} fps` : '–');
    setText('bandwidth', live ? bitrate(8 * this.#bytes.perSecond(now)) : '–');
    setText('latency', delay === null ? '–' : `${Math.round(delay)} ms`);
    setText('skipped', String(skipped));
  }
}
