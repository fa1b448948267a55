// Guesses what a place in a script refers to, from the text around it. That is enough for help with
// moonreel's own calls; it is not a Lua parser.

import meta from 'moonreel:meta';

const BEFORE = 4000; // characters before a place that are searched for the call around it
const LUA = /--\[\[[\s\S]*?(?:\]\]|$)|--[^\n]*|"(?:[^"\\\n]|\\.)*"?|'(?:[^'\\\n]|\\.)*'?/g;

// Returns the members of a class and of its parents: { name: member }.
export function membersOf(name) {
  const described = meta.classes[name];
  if (!described) return {};
  return { ...membersOf(described.parent), ...described.fields, ...described.methods };
}

export const isCall = (member) => Boolean(member.params);

// Replaces comments and strings by spaces, so that their content is ignored.
const blank = (text) => text.replace(LUA, (match) => ' '.repeat(match.length));

// Whether the text ends inside a comment or a string of its last line.
export function inQuotes(text) {
  const end = text.length;
  for (const match of text.matchAll(LUA)) {
    if (match.index + match[0].length < end) continue;
    const closed = /^["']/.test(match[0]) && match[0].length > 1 && match[0].at(-1) === match[0][0];
    return !closed && !(match[0].startsWith('--[[') && match[0].endsWith(']]'));
  }
  return false;
}

// The type of a call's first result.
const returned = (call) => call?.returns?.[0]?.type.replace(/\?$/, '') ?? null;

// Returns the class of a variable, from what is assigned to it. `frame` is always a Frame.
export function classOf(variable, text, depth = 0) {
  if (depth > 4) return null;
  if (variable === 'frame') return 'Frame';
  const assigned = new RegExp(`(?:^|[^\\w.])${variable}\\s*=\\s*([\\w.:]+)\\s*[({"]`, 'g');
  const [expression] = [...text.matchAll(assigned)].map((match) => match[1]).slice(-1);
  if (expression) return returned(findCall(expression, text, depth + 1));
  const kernel = /kernel\s*\(\s*function\s*\(\s*(\w+)/.exec(text);
  if (kernel?.[1] === variable) return 'KernelPixel';
  const tested = /test\s*\([^,]*,\s*function\s*\(\s*(\w+)/.exec(text);
  return tested?.[1] === variable ? 'Test' : null;
}

// Returns the description of "frame:text", "json.encode", "settings.label", "kernel" or "settings", or
// null for other names.
// settings: the script's own, by name.
export function find(expression, text, settings = [], depth = 0) {
  const [, owner, separator, name] = /^(?:(\w+)([.:]))?(\w+)$/.exec(expression) ?? [];
  if (!name) return null;
  if (!owner) return meta.functions[name] ?? meta.values[name] ?? meta.tables[name] ?? null;
  if (owner === 'settings') return settings.find((setting) => setting.name === name) ?? null;
  const table = meta.tables[owner]?.members[name];
  if (separator === '.' && table) return table;
  return membersOf(classOf(owner, text, depth))[name] ?? null;
}

function findCall(expression, text, depth) {
  const found = find(expression, text, [], depth);
  return found && isCall(found) ? found : null;
}

// If the text ends inside a table where a key may stand, returns the class whose fields are the keys:
// the options of a call, or the declaration of a setting. Otherwise returns null.
export function keysAt(text) {
  const before = blank(text.slice(-BEFORE));
  if (!/[{,]\s*\w*$/.test(before)) return null;
  const [at, ...around] = openBrackets(before);
  if (before[at] !== '{') return null;
  const outer = around.map((index) => before.slice(0, index));
  if (before[around[0]] === '(') {
    const call = /([\w.:]+)\s*$/.exec(outer[0])?.[1];
    const described = call && findCall(call, text, 0);
    const type = described?.params.find((param) => param.name === 'options')?.type;
    return type && meta.classes[type] ? type : null;
  }
  const declared = before[around[0]] === '{' && /(?:^|[^\w.])settings\s*=\s*$/.test(outer[0]);
  return declared ? 'SettingDeclaration' : null;
}

// Returns the positions of the brackets that are open at the end, innermost first.
function openBrackets(text) {
  const open = [];
  for (let at = 0; at < text.length; at++) {
    if ('({['.includes(text[at])) open.unshift(at);
    else if (')}]'.includes(text[at])) open.shift();
  }
  return open;
}
