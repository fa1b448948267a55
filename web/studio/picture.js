// The live picture, the notice about the connection, the figures below the picture, and the payload.

import { connect } from '../client/moonreel.js';
import { element, recall, remember, setText } from '../shared/dom.js';
import { Latency, Rate } from '../shared/meter.js';
import { Player } from '../shared/player.js';
import { attachPointer } from '../shared/pointer.js';
import { serverClock } from '../shared/server_clock.js';
import { describe, isOld } from '../shared/status.js';
import { askTicket } from '../shared/ticket.js';
import { layOut } from '../shared/json_layout.js';

const PAYLOAD_MS = 200; // between two updates of the payload's text
const LONGEST = 64 * 1024; // characters of a payload that are shown
const NOTICE_MS = 400; // a connection that opens at once needs no notice
const STREAMLESS = { kind: 'connecting', retryAt: null, streams: [] };

export class Picture {
  status = STREAMLESS;
  #viewer = null;
  #player;
  #frames = new Rate();
  #latency = new Latency();
  #size = { width: 0, height: 0 };
  #payloadAt = 0;
  #since = performance.now();
  #changed;

  // Calls changed(status) after each change of the connection's status.
  constructor(changed) {
    this.#changed = changed;
    this.#player = new Player(element('picture'), {
      boxes: element('boxes'),
      onDraw: (frame, width, height) => this.#drawn(frame, width, height),
    });
    attachPointer(element('picture'), {
      size: () => this.#size,
      send: (message) => this.#viewer?.send(message),
    });
    const toggle = element('boxes-toggle');
    toggle.checked = recall('moonreel-studio-boxes') !== 'no';
    this.#player.showBoxes = toggle.checked;
    toggle.onchange = () => {
      this.#player.showBoxes = toggle.checked;
      remember('moonreel-studio-boxes', toggle.checked ? 'yes' : 'no');
    };
    element('notice-again').onclick = () => this.#viewer?.wake();
    setInterval(() => this.#tick(), 250);
  }

  // Watches a stream. token: that for editing, or null; with it there is a place also when the server is full.
  watch(base, stream, token) {
    this.#viewer?.close();
    this.#player.clear();
    this.#size = { width: 0, height: 0 };
    element('picture').hidden = true;
    setText('payload', '');
    this.#frames = new Rate();
    this.#latency = new Latency();
    this.status = STREAMLESS;
    this.#since = performance.now();
    this.#viewer = connect(base, {
      stream,
      ...(token ? { token, ticket: (path) => askTicket(base, token, path) } : {}),
      onFrame: (frame) => this.#player.show(frame),
      onStatus: (status) => this.#show(status),
    });
  }

  wake() {
    if (this.status.kind === 'gone' || this.status.kind === 'failed') this.#viewer?.wake();
  }

  #show(status) {
    if (status.kind !== this.status.kind) this.#since = performance.now();
    this.status = status;
    this.#tell();
    this.#changed(status);
  }

  #tell() {
    const { word, title, detail, tone } = describe(this.status);
    setText('state', word);
    element('state').dataset.tone = tone;
    element('state').dataset.kind = this.status.kind;
    element('picture').classList.toggle('old', isOld(this.status));
    const early = performance.now() - this.#since < NOTICE_MS;
    const covered = this.status.kind === 'lost' && !element('picture').hidden; // the picture says why
    element('notice').hidden = !title || early || covered;
    element('notice').dataset.over = String(!element('picture').hidden);
    setText('notice-title', title);
    setText('notice-detail', detail);
    element('notice-again').hidden =
      this.status.retryAt === null || this.status.retryAt === undefined;
  }

  #drawn(frame, width, height) {
    const now = performance.now();
    this.#size = { width, height };
    this.#frames.add(now);
    this.#latency.add(Date.now() - frame.capturedUs / 1000);
    const picture = element('picture');
    if (picture.hidden) picture.hidden = false;
    setText('figure-size', `${width} × ${height}`);
    setText('figure-seq', `frame ${frame.seq}`);
    if (now - this.#payloadAt < PAYLOAD_MS) return;
    this.#payloadAt = now;
    this.#showPayload(frame.payloadText);
  }

  #showPayload(text) {
    const selection = document.getSelection();
    if (!selection.isCollapsed && element('payload').contains(selection.anchorNode)) return;
    setText('payload', shortened(text));
  }

  #tick() {
    this.#tell();
    const now = performance.now();
    const live = this.status.kind === 'live';
    const delay = live ? this.#latency.get(serverClock.aheadMs) : null;
    setText('figure-fps', live ? `${this.#frames.perSecond(now).toFixed(1)} fps` : '– fps');
    setText('figure-latency', delay === null ? '– ms' : `${Math.round(delay)} ms`);
  }
}

function shortened(text) {
  return text.length > LONGEST
    ? `${text.slice(0, LONGEST)}\n… ${text.length} characters`
    : layOut(text);
}
