// Reads the files that describe moonreel's calls for the Lua language server (lua/meta/).
// Their texts may be joined to one.
//
// parseMeta(text) → { functions, tables, classes, values }:
//   functions  { process: Call, … }                      globals
//   tables     { json: { doc, members: { encode: Call, null: Field } }, … }
//   classes    { Frame: { doc, parent, fields: { width: Field }, methods: { skip: Call } }, … }
//   values     { settings: Field, … }                     globals that are not functions
// Call: { doc, params: [{ name, type, optional, doc }], returns: [{ type, name, doc }], method, hook }.
//   method: scripts call it with a colon; hook: moonreel calls it. Field: { doc, type, optional }.

const BRACKETS = { '(': ')', '{': '}', '[': ']', '<': '>' };

// Splits a text into the type at its start and the rest. A type contains spaces only inside brackets,
// after "fun(…):" and after commas.
function splitType(text) {
  const open = [];
  let at = 0;
  for (; at < text.length; at++) {
    const char = text[at];
    if (BRACKETS[char] && text[at - 1] !== '-') open.push(BRACKETS[char]);
    else if (char === open.at(-1)) open.pop();
    else if (char === '"') at = text.indexOf('"', at + 1);
    else if (char === ' ' && !open.length && !/[:,]$/.test(text.slice(0, at))) break;
  }
  return [text.slice(0, at), text.slice(at).trim()];
}

function readParam(text) {
  const [, name, optional, rest] = /^([\w.]+)(\??)\s+(.*)$/.exec(text);
  const [type, doc] = splitType(rest);
  return { name, type, optional: Boolean(optional) || name === '...', doc };
}

function readField(text) {
  const [, name, optional, rest] = /^(\[?\w+\]?)(\??)\s+(.*)$/.exec(text);
  const [type, doc] = splitType(rest);
  return { name, type, optional: Boolean(optional), doc };
}

// "integer w width of the box": the name is one word, the rest describes it.
function readReturn(text) {
  const [type, rest] = splitType(text);
  const [, name, doc] = /^(\w*)\s*(.*)$/.exec(rest);
  return { type, name, doc };
}

// Reads the comment lines before a declaration.
function readNotes(lines) {
  const notes = {
    doc: '',
    params: [],
    returns: [],
    fields: [],
    class: null,
    parent: null,
    type: null,
  };
  const doc = [];
  for (const line of lines) {
    const [, tag, rest = ''] = /^@(\w+)\s*(.*)$/.exec(line) ?? [];
    if (!tag) doc.push(line);
    else if (tag === 'param') notes.params.push(readParam(rest));
    else if (tag === 'return') notes.returns.push(readReturn(rest));
    else if (tag === 'field') notes.fields.push(readField(rest));
    else if (tag === 'type') notes.type = rest;
    else if (tag === 'class') [notes.class, notes.parent = null] = rest.split(/\s*:\s*/);
  }
  notes.doc = doc.join(' ').trim();
  return notes;
}

function makeCall({ doc, params, returns }, more) {
  return { doc, params, returns, ...more };
}

class Parser {
  meta = { functions: {}, tables: {}, classes: {}, values: {} };
  #locals = {}; // the class that a local variable describes
  #hooks = false; // whether this is the section of functions that moonreel calls

  section(title) {
    this.#hooks = /^Functions that moonreel calls/.test(title);
  }

  addClass(notes) {
    const { doc, parent, fields } = notes;
    this.meta.classes[notes.class] = {
      doc,
      parent,
      methods: {},
      fields: Object.fromEntries(fields.map(({ name, ...field }) => [name, field])),
    };
  }

  addName(name, local, notes) {
    if (notes.class) this.#locals[name] = notes.class;
    if (local) return;
    if (notes.type) this.meta.values[name] = { doc: notes.doc, type: notes.type };
    else this.meta.tables[name] = { doc: notes.doc, members: {} };
  }

  addMember(table, name, notes) {
    this.meta.tables[table].members[name] = { doc: notes.doc, type: notes.type };
  }

  addFunction(owner, separator, name, notes) {
    if (!owner) {
      this.meta.functions[name] = makeCall(notes, this.#hooks ? { hook: true } : {});
    } else if (this.meta.tables[owner]) {
      this.meta.tables[owner].members[name] = makeCall(notes);
    } else {
      const call = makeCall(notes, separator === ':' ? { method: true } : {});
      this.meta.classes[this.#locals[owner]].methods[name] = call;
    }
  }
}

export function parseMeta(text) {
  const parser = new Parser();
  let comments = [];
  for (const line of text.split('\n')) {
    if (line.startsWith('---')) {
      comments.push(line.slice(3).trim());
      continue;
    }
    const notes = readNotes(comments);
    comments = [];
    if (notes.class) parser.addClass(notes);
    let found;
    if ((found = /^-- (.+?) -{3,}$/.exec(line))) parser.section(found[1]);
    else if ((found = /^function (?:(\w+)([.:]))?(\w+)\(/.exec(line))) {
      parser.addFunction(found[1], found[2], found[3], notes);
    } else if ((found = /^(\w+)\.(\w+) =/.exec(line))) parser.addMember(found[1], found[2], notes);
    else if ((found = /^(local )?(\w+) = \{\}/.exec(line)))
      parser.addName(found[2], found[1], notes);
  }
  return parser.meta;
}
