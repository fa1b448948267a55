// Getting in: what to do without the token, or with one that the server does not take.

import { element, setText } from '../shared/dom.js';
import { keepToken } from '../shared/token.js';

export class Gate {
  #api;
  #entered;

  // entered() is called when a token was given.
  constructor(api, entered) {
    this.#api = api;
    this.#entered = entered;
    element('gate-form').onsubmit = (event) => {
      event.preventDefault();
      this.#take(element('gate-field').value);
    };
  }

  // A whole link may be pasted, too.
  #take(given) {
    const token = tokenOf(given);
    if (!token) return;
    this.#api.token = token;
    keepToken(token);
    element('gate-field').value = '';
    this.close();
    this.#entered();
  }

  // refused: the server does not take the token there is.
  open(refused) {
    setText(
      'gate-title',
      refused ? 'The server does not take this token' : 'Editing takes the token'
    );
    element('gate').dataset.refused = String(refused);
    element('gate').hidden = false;
  }

  close() {
    element('gate').hidden = true;
  }
}

function tokenOf(given) {
  const [, linked] = /[?&#]token=([^&#\s]+)/.exec(given) ?? [];
  try {
    return linked ? decodeURIComponent(linked) : given.trim();
  } catch {
    return linked; // not encoded after all
  }
}
