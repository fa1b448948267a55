// The buttons that change how the picture is shown: fit, boxes, panel, full window, picture in
// picture. The browser keeps the choices.

import { element, recall, remember } from '../shared/dom.js';

// Makes a toggle of a button. Calls apply(on) at once and after each change. Returns toggle(); toggle.suggest(on) sets it
// for somebody who has never chosen.
export function makeToggle(id, { stored, initial = false, attribute = 'aria-pressed', apply }) {
  const button = element(id);
  let on = initial;
  if (stored && recall(stored)) on = recall(stored) === 'yes';
  const set = (value) => {
    on = value;
    button.setAttribute(attribute, String(on));
    apply(on);
  };
  const toggle = () => {
    set(!on);
    if (stored) remember(stored, on ? 'yes' : 'no');
  };
  toggle.suggest = (value) => {
    if (value !== on && !recall(stored)) set(value);
  };
  button.addEventListener('click', toggle);
  set(on);
  return toggle;
}

// Shows only the picture, on the whole screen; in the window if the browser does not allow that.
export class FullWindow {
  #on = false; // what the user wants; the browser's own full screen follows
  #following = false;
  #focused = null; // the element that had the focus before

  constructor() {
    element('full').addEventListener('click', () => this.toggle());
    element('leave').addEventListener('click', () => this.toggle());
    document.addEventListener('fullscreenchange', () => {
      if (!document.fullscreenElement && !this.#following) this.#show(false);
    });
    document.addEventListener('keydown', (event) => {
      if (event.key !== 'Escape' || element('keys').open) return;
      this.#show(false);
      this.#follow();
    });
  }

  toggle() {
    this.#show(!this.#on);
    this.#follow();
  }

  // The browser takes its time to enter and leave full screen. Somebody who presses the key again meanwhile gets
  // what was asked for last.
  async #follow() {
    if (this.#following) return;
    this.#following = true;
    try {
      while (this.#on !== Boolean(document.fullscreenElement)) {
        if (this.#on) await element('stage').requestFullscreen({ navigationUI: 'hide' });
        else await document.exitFullscreen();
      }
    } catch { /* the picture fills the window instead */ }
    this.#following = false;
  }

  #show(on) {
    if (on === this.#on) return;
    this.#on = on;
    document.body.classList.toggle('full', on);
    element('full').setAttribute('aria-pressed', String(on));
    element('leave').hidden = !on;
    if (on) this.#focused = document.activeElement;
    (on ? element('stage') : this.#focused)?.focus({ preventScroll: true });
  }
}

// The picture in a small window that stays above all others, even when the tab is hidden.
export class SmallWindow {
  #video = element('pip-video');
  #onChange;
  #opening = false;

  // onChange(open) is called after each change.
  constructor(onChange) {
    this.#onChange = onChange;
    element('pip').hidden = !document.pictureInPictureEnabled;
    element('pip').addEventListener('click', () => this.toggle());
    this.#video.addEventListener('leavepictureinpicture', () => this.#end());
  }

  async toggle() {
    if (!document.pictureInPictureEnabled || this.#opening) return;
    if (document.pictureInPictureElement) {
      await document.exitPictureInPicture();
      return;
    }
    this.#opening = true;
    try {
      this.#video.srcObject = element('picture').captureStream();
      await this.#video.play();
      await this.#video.requestPictureInPicture();
      this.#tell(true);
    } catch (error) {
      console.warn('cannot open picture in picture:', error);
      this.#end();
    }
    this.#opening = false;
  }

  #end() {
    this.#video.srcObject?.getTracks().forEach((track) => track.stop());
    this.#video.srcObject = null;
    this.#tell(false);
  }

  #tell(open) {
    element('pip').setAttribute('aria-pressed', String(open));
    this.#onChange(open);
  }
}
