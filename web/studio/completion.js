// Completion and help for moonreel's calls (lua/meta/), for the settings of the running script, and for
// words of the text itself.

import { completeAnyWord, snippetCompletion } from '@codemirror/autocomplete';
import { hoverTooltip } from '@codemirror/view';
import meta from 'moonreel:meta';

import { helpFor, signature } from './help_text.js';
import { classOf, find, inQuotes, isCall, keysAt, membersOf } from './lua_context.js';

const KEYWORDS = (
  'and break do else elseif end false for function goto if in local nil not or repeat '
  + 'return then true until while'
).split(' ');
const WORD = /^\w*$/;

// The fields of a class of options, such as TextOptions, for the help of a call that takes them.
const optionsOf = (type) => (/Options$/.test(type) ? membersOf(type) : {});

// Required parameters become fields to fill in.
function template(name, { params }) {
  const needed = params.filter((param) => !param.optional);
  return `${name}(${needed.map((param) => `\${${param.name}}`).join(', ')})\${}`;
}

function hook(name, { params }) {
  return `function ${name}(${params.map((param) => param.name).join(', ')})\n\t\${}\nend`;
}

function option(name, described, full = name) {
  const basics = {
    label: name,
    type: isCall(described) ? 'function' : 'property',
    detail: isCall(described) ? signature('', described) : described.type,
    info: () => helpFor(full, described, optionsOf),
  };
  if (!isCall(described)) return basics;
  return snippetCompletion(
    described.hook ? hook(name, described) : template(name, described),
    basics
  );
}

const options = (described, prefix = '') =>
  Object.entries(described).map(([name, member]) => option(name, member, prefix + name));

const GLOBALS = [
  ...options(meta.functions),
  ...options(meta.values),
  ...options(meta.tables).map((each) => ({ ...each, type: 'namespace' })),
  ...KEYWORDS.map((label) => ({ label, type: 'keyword', boost: -1 })),
];

function afterOwner(owner, separator, text, settings) {
  if (owner === 'settings' && separator === '.') {
    return settings.map((setting) => option(setting.name, setting, `settings.${setting.name}`));
  }
  const prefix = owner + separator;
  const members = Object.entries(membersOf(classOf(owner, text)));
  const fitting = members.filter(([, member]) =>
    separator === ':' ? member.method : !member.method
  );
  const found = separator === '.' ? { ...meta.tables[owner]?.members } : {};
  return options({ ...found, ...Object.fromEntries(fitting) }, prefix);
}

function keyOptions(name) {
  return Object.entries(membersOf(name))
    .filter(([key]) => WORD.test(key))
    .map(([key, member]) => ({ ...option(key, member), apply: `${key} = ` }));
}

// settings() returns the script's settings, as the server lists them.
export function completionSource(settings) {
  return (context) => {
    const text = context.state.doc.toString();
    const before = text.slice(0, context.pos);
    const line = context.state.doc.lineAt(context.pos);
    if (inQuotes(before.slice(line.from))) return null;
    const member = context.matchBefore(/\w+[.:]\w*/);
    if (member) {
      const [owner, separator] = member.text.split(/([.:])/);
      const found = afterOwner(owner, separator, text, settings());
      const from = member.from + owner.length + 1;
      return found.length ? { from, options: found, validFor: WORD } : null;
    }
    const word = context.matchBefore(/\w*/);
    const keys = keysAt(before);
    if (keys) return { from: word.from, options: keyOptions(keys), validFor: WORD };
    if (!context.explicit && !word.text) return null;
    const words = completeAnyWord(context)?.options ?? [];
    const known = new Set(GLOBALS.map(({ label }) => label));
    return {
      from: word.from,
      options: [
        ...GLOBALS,
        ...words.filter(({ label }) => !known.has(label) && !/^\d/.test(label)),
      ],
      validFor: WORD,
    };
  };
}

// Returns the name at a place with its owner, for example "frame:text": { from, to, text }.
function nameAt(state, pos) {
  const line = state.doc.lineAt(pos);
  const offset = pos - line.from;
  for (const match of line.text.matchAll(/[A-Za-z_]\w*(?:[.:][A-Za-z_]\w*)?/g)) {
    const [from, to] = [match.index, match.index + match[0].length];
    if (offset < from || offset > to) continue;
    const owner = /^\w+[.:]/.exec(match[0])?.[0] ?? '';
    const end = from + owner.length - 1;
    if (offset <= end) return { from, to: end, text: owner.slice(0, -1), line };
    return { from, to, text: match[0], line };
  }
  return null;
}

export function hoverHelp(settings) {
  return hoverTooltip(
    (view, pos) => {
      const name = nameAt(view.state, pos);
      if (!name || inQuotes(name.line.text.slice(0, name.from))) return null;
      const text = view.state.doc.toString();
      const key = keysAt(text.slice(0, name.line.from + name.to));
      const described = (key && membersOf(key)[name.text]) ?? find(name.text, text, settings());
      if (!described) return null;
      return {
        pos: name.line.from + name.from,
        end: name.line.from + name.to,
        above: true,
        create: () => ({ dom: helpFor(name.text, described, optionsOf) }),
      };
    },
    { hoverTime: 250 }
  );
}
