// What a place in a script is about, as far as can be told from the text around it: enough for help
// with moonreel's own calls, no Lua parser.

import meta from 'moonreel:meta';

const BEFORE = 4000; // characters that are looked at for the call around a place
const LUA = /--\[\[[\s\S]*?(?:\]\]|$)|--[^\n]*|"(?:[^"\\\n]|\\.)*"?|'(?:[^'\\\n]|\\.)*'?/g;

// Members of a class with those of what it is made from: { name: member }.
export function membersOf(name) {
  const described = meta.classes[name];
  if (!described) return {};
  return { ...membersOf(described.parent), ...described.fields, ...described.methods };
}

export const isCall = (member) => Boolean(member.params);

// Comments and strings as blanks, so that what is in them counts for nothing.
const blank = (text) => text.replace(LUA, (match) => ' '.repeat(match.length));

// Whether the text ends within a comment or a string of its last line.
export function inQuotes(text) {
  const end = text.length;
  for (const match of text.matchAll(LUA)) {
    if (match.index + match[0].length < end) continue;
    const closed = /^["']/.test(match[0]) && match[0].length > 1 && match[0].at(-1) === match[0][0];
    return !closed && !(match[0].startsWith('--[[') && match[0].endsWith(']]'));
  }
  return false;
}

// The first type that a call gives.
const returned = (call) => call?.returns?.[0]?.type.replace(/\?$/, '') ?? null;

// The class of a variable: of the parameters that moonreel gives, and of what was assigned to it.
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

// The description of "frame:text", "json.encode", "settings.label", "kernel", "settings", or null.
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

// The class whose fields are the keys of the table that the text ends in, where a key may stand:
// the options of a call, or the declaration of a setting. Null elsewhere.
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

// Where the brackets are that are still open at the end, innermost first.
function openBrackets(text) {
  const open = [];
  for (let at = 0; at < text.length; at++) {
    if ('({['.includes(text[at])) open.unshift(at);
    else if (')}]'.includes(text[at])) open.shift();
  }
  return open;
}
