// The gate: asks for the token if there is none or the server does not accept it.

import { element, setText } from '../shared/dom.js';
import { keepToken } from '../shared/token.js';

export class Gate {
  #api;
  #entered;

  // Calls entered() when a token was given.
  constructor(api, entered) {
    this.#api = api;
    this.#entered = entered;
    element('gate-form').onsubmit = (event) => {
      event.preventDefault();
      this.#take(element('gate-field').value);
    };
  }

  // given: a token, or a whole link with one.
  #take(given) {
    const token = tokenOf(given);
    if (!token) return;
    this.#api.token = token;
    keepToken(token);
    element('gate-field').value = '';
    this.close();
    this.#entered();
  }

  // refused: the server does not accept the token that this browser has.
  open(refused) {
    setText(
      'gate-title',
      refused ? 'The server does not accept this token' : 'Editing needs the token'
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
    return linked; // it was not percent-encoded
  }
}
