// What the build makes of the Lua files of this project, as modules that the studio imports:
// 'moonreel:meta', the calls that scripts have (meta_parser.mjs), and 'moonreel:examples'.

import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import { parseMeta } from './meta_parser.mjs';

const LUA = fileURLToPath(new URL('../../lua/', import.meta.url));
const META = path.join(LUA, 'meta', 'moonreel.lua');
const EXAMPLES = path.join(LUA, 'examples');

// The comment that a file begins with, as one paragraph.
function firstComment(text) {
  const lines = [];
  for (const line of text.split('\n')) {
    if (!line.startsWith('--')) break;
    lines.push(line.replace(/^-+ ?/, '').trim());
  }
  return lines.join(' ');
}

export function readExamples() {
  return fs
    .readdirSync(EXAMPLES)
    .filter((name) => name.endsWith('.lua'))
    .sort()
    .map((name) => {
      const text = fs.readFileSync(path.join(EXAMPLES, name), 'utf8');
      return { name, description: firstComment(text), text };
    });
}

export function readMeta() {
  return parseMeta(fs.readFileSync(META, 'utf8'));
}

const MODULES = {
  meta: () => ({ value: readMeta(), watchFiles: [META] }),
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
