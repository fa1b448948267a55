// Modules that the studio imports and that the build makes from Lua files of this project:
// 'moonreel:meta', the description of moonreel's calls (meta_parser.mjs), and 'moonreel:examples'.

import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import { parseMeta } from './meta_parser.mjs';

const LUA = fileURLToPath(new URL('../../lua/', import.meta.url));
const META = path.join(LUA, 'meta');
const EXAMPLES = path.join(LUA, 'examples');

// Returns the comment at the top of a file as one paragraph.
function firstComment(text) {
  const lines = [];
  for (const line of text.split('\n')) {
    if (!line.startsWith('--')) break;
    lines.push(line.replace(/^-+ ?/, '').trim());
  }
  return lines.join(' ');
}

// Returns { name, text } of each Lua file of a folder, sorted by name.
function readFolder(folder) {
  const names = fs.readdirSync(folder).filter((name) => name.endsWith('.lua'));
  return names
    .sort()
    .map((name) => ({ name, text: fs.readFileSync(path.join(folder, name), 'utf8') }));
}

export function readExamples() {
  return readFolder(EXAMPLES).map(({ name, text }) => ({
    name,
    description: firstComment(text),
    text,
  }));
}

export function readMeta() {
  return parseMeta(
    readFolder(META)
      .map(({ text }) => text)
      .join('\n')
  );
}

const MODULES = {
  meta: () => ({ value: readMeta(), watchDirs: [META] }),
  examples: () => ({ value: readExamples(), watchDirs: [EXAMPLES] }),
};

export const plugins = [
  {
    name: 'moonreel',
    setup(build) {
      build.onResolve({ filter: /^moonreel:(meta|examples)$/ }, ({ path: name }) => ({
        path: name.slice('moonreel:'.length),
        namespace: 'moonreel',
      }));
      build.onLoad({ filter: /.*/, namespace: 'moonreel' }, ({ path: name }) => {
        const { value, ...watched } = MODULES[name]();
        return { contents: JSON.stringify(value), loader: 'json', ...watched };
      });
    },
  },
];
