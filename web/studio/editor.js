// The editor: CodeMirror, with one state for each open document. It lives in a shadow root, where it
// uses constructed style sheets: the page's content security policy forbids <style> elements.

import {
  autocompletion,
  closeBrackets,
  closeBracketsKeymap,
  completionKeymap,
} from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap, indentWithTab } from '@codemirror/commands';
import { bracketMatching, indentOnInput } from '@codemirror/language';
import { lintGutter, lintKeymap, setDiagnostics } from '@codemirror/lint';
import { highlightSelectionMatches, searchKeymap } from '@codemirror/search';
import { EditorState } from '@codemirror/state';
import {
  drawSelection,
  EditorView,
  highlightActiveLine,
  highlightActiveLineGutter,
  highlightSpecialChars,
  keymap,
  lineNumbers,
} from '@codemirror/view';

import { completionSource, hoverHelp } from './completion.js';
import { luaText } from './language.js';

// Returns the one change that turns `from` into `to`. It does not touch their common start and end, so
// cursors there stay.
function changeBetween(from, to) {
  const most = Math.min(from.length, to.length);
  let start = 0;
  while (start < most && from[start] === to[start]) start++;
  let end = 0;
  while (end < most - start && from.at(-1 - end) === to.at(-1 - end)) end++;
  return { from: start, to: from.length - end, insert: to.slice(start, to.length - end) };
}

// A line number beyond the end means the last line.
function clampLine(doc, number) {
  return doc.line(Math.max(1, Math.min(number, doc.lines)));
}

function diagnosticAt(doc, { line: number, message }) {
  let line = clampLine(doc, number);
  // An empty line cannot be underlined: the nearest line above that has text is.
  while (!line.text.trim() && line.number > 1) line = doc.line(line.number - 1);
  const indent = line.text.length - line.text.trimStart().length;
  return { from: line.from + indent, to: line.to, severity: 'error', message };
}

export class Editor {
  #view;
  #extensions;
  #quiet = false;

  // on: { change(), save(), run(), settings() }; settings() returns the script's settings.
  constructor(host, { change, save, run, settings }) {
    const root = host.attachShadow({ mode: 'open' });
    const act = (action) => () => {
      action();
      return true;
    };
    this.#extensions = [
      keymap.of([
        { key: 'Mod-s', run: act(save), preventDefault: true },
        { key: 'Mod-Enter', run: act(run), preventDefault: true },
      ]),
      lineNumbers(),
      lintGutter(),
      highlightActiveLineGutter(),
      highlightActiveLine(),
      highlightSpecialChars(),
      history(),
      drawSelection(),
      indentOnInput(),
      bracketMatching(),
      closeBrackets(),
      highlightSelectionMatches({ minSelectionLength: 2 }),
      EditorView.lineWrapping,
      autocompletion({ override: [completionSource(settings)], activateOnTypingDelay: 60 }),
      hoverHelp(settings),
      luaText,
      keymap.of([
        ...closeBracketsKeymap,
        ...completionKeymap,
        ...searchKeymap,
        ...lintKeymap,
        ...historyKeymap,
        ...defaultKeymap,
        indentWithTab,
      ]),
      EditorView.updateListener.of((update) => {
        if (update.docChanged && !this.#quiet) change();
      }),
    ];
    this.#view = new EditorView({ root, parent: root });
    this.#passTabs();
  }

  // Whoever goes through the page by Tab leaves the editor by Tab, too, without changing the text. Tab indents once
  // the text was clicked or any other key was pressed.
  #passTabs() {
    const { contentDOM } = this.#view;
    let pointed = false;
    contentDOM.addEventListener('pointerdown', () => {
      pointed = true;
      this.#view.setTabFocusMode(false);
    });
    contentDOM.addEventListener('focus', () => {
      this.#view.setTabFocusMode(!pointed);
      pointed = false;
    });
    contentDOM.addEventListener('keydown', ({ key }) => {
      if (key !== 'Tab' && key !== 'Shift' && key !== 'Escape') this.#view.setTabFocusMode(false);
    }, { capture: true });
  }

  // Makes a state of a document for show(). label: for screen readers.
  makeState(text, label) {
    return EditorState.create({
      doc: text,
      extensions: [
        ...this.#extensions,
        EditorView.contentAttributes.of({ 'aria-label': label, tabindex: '0' }),
      ],
    });
  }

  get state() {
    return this.#view.state;
  }

  get text() {
    return this.#view.state.doc.toString();
  }

  show(state) {
    this.#view.setState(state);
  }

  // Replaces the text and keeps the cursor. Can be undone. quiet: do not call change().
  replace(text, { quiet = false } = {}) {
    this.#quiet = quiet;
    this.#view.dispatch({ changes: changeBetween(this.text, text) });
    this.#quiet = false;
  }

  // Underlines the line of an error; null removes the underline.
  mark(fault) {
    const { state } = this.#view;
    this.#view.dispatch(setDiagnostics(state, fault ? [diagnosticAt(state.doc, fault)] : []));
  }

  goTo(number) {
    const line = clampLine(this.#view.state.doc, number);
    const indent = line.text.length - line.text.trimStart().length;
    this.#view.dispatch({
      selection: { anchor: line.from + indent },
      effects: EditorView.scrollIntoView(line.from, { y: 'center' }),
    });
    this.focus();
  }

  focus() {
    this.#view.focus();
    this.#view.setTabFocusMode(false); // the page has put the cursor here, to edit
  }
}
