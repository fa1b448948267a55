// Shows two texts beside each other, or as one text with changes in a narrow window. Loaded on demand.

import { EditorState } from '@codemirror/state';
import { EditorView, lineNumbers } from '@codemirror/view';
import { MergeView, unifiedMergeView } from '@codemirror/merge';

import { luaText } from './language.js';

const NARROW = 800; // pixels

function fixed(label) {
  return [
    EditorState.readOnly.of(true),
    lineNumbers(),
    luaText,
    EditorView.contentAttributes.of({ 'aria-label': label, tabindex: '0' }),
    EditorView.editable.of(false),
  ];
}

// left, right: { label, text }. Returns a function that removes the comparison.
export function showComparison(host, left, right) {
  const root = host.shadowRoot ?? host.attachShadow({ mode: 'open' });
  if (innerWidth < NARROW) {
    const view = new EditorView({
      root,
      parent: root,
      doc: right.text,
      extensions: [
        fixed(`${right.label}, changes from ${left.label}`),
        unifiedMergeView({ original: left.text, mergeControls: false }),
      ],
    });
    return () => view.destroy();
  }
  const view = new MergeView({
    root,
    parent: root,
    collapseUnchanged: { margin: 3, minSize: 6 },
    a: { doc: left.text, extensions: fixed(left.label) },
    b: { doc: right.text, extensions: fixed(right.label) },
  });
  return () => view.destroy();
}
