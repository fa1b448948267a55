// Makes what the binary serves of what lies here: node build.mjs --out FOLDER [--table FILE.c] [--watch]
//
// FOLDER gets the pages as they are served; with --watch it is kept up to date, for
// `moonreel --web-dir FOLDER` while working on a page. Scripts and styles are bundled by esbuild under
// names that hold a hash of their content (assets/NAME-HASH.js), so that browsers may keep them for ever;
// what others name by its path (the client library, Socket.IO's client) keeps its name. --table writes a
// C file with all of it, and what gzip makes smaller also compressed (http/pages/assets_files.h).

import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const WEB = path.dirname(fileURLToPath(import.meta.url));
const PAGES = { 'index.html': 'viewer', 'embed.html': 'embed', 'studio.html': 'studio' }; // name: folder
const CLIENT = ['moonreel.js', 'moonreel.d.ts'];
const SOCKETIO = ['socket.io.min.js', 'socket.io.min.js.map', 'socket.io.esm.min.js',
  'socket.io.esm.min.js.map'];
const WORTH = 0.9; // what gzip makes no smaller than this is served as it is
const TEXTS = /\.(html|css|js|json|svg|map|ts)$/;

function fail(text) {
  console.error(`web/build.mjs: ${text}`);
  process.exit(1);
}

async function load(name) {
  try {
    return await import(name);
  } catch (error) {
    return fail(`${error.message}; run scripts/setup build`);
  }
}

function readOptions(words) {
  const options = { out: null, table: null, watch: false };
  for (let i = 0; i < words.length; i++) {
    if (words[i] === '--watch') options.watch = true;
    else if (words[i] === '--out') options.out = words[++i];
    else if (words[i] === '--table') options.table = words[++i];
    else fail(`unknown option ${words[i]}`);
  }
  if (!options.out) fail('--out FOLDER is missing');
  return options;
}

// What esbuild is told to make of the pages' scripts and styles.
function bundles(out, plugins) {
  const entries = Object.values(PAGES).flatMap((folder) =>
    [`${folder}/${folder}.js`, `${folder}/${folder}.css`]);
  return {
    absWorkingDir: WEB,
    entryPoints: entries,
    outdir: out,
    entryNames: 'assets/[name]-[hash]',
    chunkNames: 'assets/[name]-[hash]',
    assetNames: 'assets/[name]-[hash]',
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'browser',
    target: ['es2022'],
    minify: true,
    metafile: true,
    legalComments: 'none',
    loader: { '.svg': 'file', '.woff2': 'file' },
    logLevel: 'warning',
    plugins,
  };
}

// A page names its script and its style as they are called beside it ("viewer.js"); each becomes the
// name of what was made of it. A page that is served below a folder says so with "../".
function writePages(out, metafile) {
  const made = {};
  for (const [output, { entryPoint }] of Object.entries(metafile.outputs)) {
    if (entryPoint) made[entryPoint] = path.relative(out, path.resolve(WEB, output));
  }
  for (const [page, folder] of Object.entries(PAGES)) {
    const text = fs.readFileSync(path.join(WEB, folder, `${folder}.html`), 'utf8');
    const linked = text.replace(/(src|href)="((?:\.\.\/)?)([a-z_]+\.(?:js|css))"/g,
      (whole, attribute, up, file) => {
        const name = made[`${folder}/${file}`];
        return name ? `${attribute}="${up}${name}"` : whole;
      });
    fs.writeFileSync(path.join(out, page), linked);
  }
}

function copy(from, out, to) {
  fs.mkdirSync(path.dirname(path.join(out, to)), { recursive: true });
  fs.copyFileSync(from, path.join(out, to));
}

// The client library under its own names, without what only Node.js needs.
async function writeClient(esbuild, out) {
  const client = path.join(WEB, 'client');
  await esbuild.build({
    entryPoints: [path.join(client, 'moonreel.js')],
    outfile: path.join(out, 'client', 'moonreel.js'),
    bundle: true,
    format: 'esm',
    platform: 'browser',
    target: ['es2022'],
    logLevel: 'warning',
  });
  copy(path.join(client, 'moonreel.d.ts'), out, 'client/moonreel.d.ts');
}

// Where Socket.IO's own server has it, for pages that ask there. Under the plain name, too, it is the
// small form: a third of the bytes.
function copySocketIo(out) {
  const dist = path.join(WEB, 'node_modules', 'socket.io-client', 'dist');
  for (const name of SOCKETIO) copy(path.join(dist, name), out, `socket.io/${name}`);
  copy(path.join(dist, 'socket.io.min.js'), out, 'socket.io/socket.io.js');
}

function listFiles(folder, below = '') {
  return fs.readdirSync(path.join(folder, below), { withFileTypes: true }).flatMap((entry) => {
    const name = path.posix.join(below, entry.name);
    return entry.isDirectory() ? listFiles(folder, name) : [name];
  }).sort();
}

// The C file: each file's bytes, included by the assembler, and the table of assets_files.h.
function writeTable(out, packed, table) {
  const lines = ['/* Made by web/build.mjs. */', '#include "http/pages/assets_files.h"', '',
    '#define INCLUDE(number, path) \\',
    '    extern const uint8_t asset_##number[], asset_##number##_end[]; \\',
    '    __asm__(".section .rodata\\n" \\',
    '            "asset_" #number ": .incbin \\"" path "\\"\\n" \\',
    '            "asset_" #number "_end: .byte 0\\n" \\',
    '            ".previous\\n");', ''];
  const rows = [];
  const include = (file) => {
    const number = lines.filter((line) => line.startsWith('INCLUDE(')).length;
    lines.push(`INCLUDE(${number}, ${JSON.stringify(file)})`);
    return `asset_${number}, asset_${number}_end`;
  };
  fs.rmSync(packed, { recursive: true, force: true });
  for (const name of listFiles(out)) {
    const bytes = fs.readFileSync(path.join(out, name));
    const plain = include(path.resolve(out, name));
    let small = '0, 0';
    if (TEXTS.test(name)) {
      const gzip = gzipSync(bytes, { level: 9 });
      if (gzip.length < bytes.length * WORTH) {
        const file = path.resolve(packed, `${name}.gz`);
        fs.mkdirSync(path.dirname(file), { recursive: true });
        fs.writeFileSync(file, gzip);
        small = include(file);
      }
    }
    rows.push(`    { ${JSON.stringify(name)}, ${plain}, ${small} },`);
  }
  lines.push('', 'const struct mr_asset_file mr_asset_files[] = {', ...rows,
    '    { 0, 0, 0, 0, 0 },', '};', '',
    `const unsigned mr_asset_files_count = ${rows.length};`, '');
  fs.writeFileSync(table, lines.join('\n'));
}

async function main() {
  const options = readOptions(process.argv.slice(2));
  const out = path.resolve(options.out);
  const esbuild = await load('esbuild');
  const { plugins } = await import('./studio/plugins.mjs');
  fs.rmSync(out, { recursive: true, force: true });
  fs.mkdirSync(out, { recursive: true });

  const finish = {
    name: 'pages',
    setup: (build) => build.onEnd(({ metafile, errors }) => {
      if (errors.length === 0) writePages(out, metafile);
    }),
  };
  const context = await esbuild.context(bundles(out, [...plugins, finish]));
  try {
    await context.rebuild();
    await writeClient(esbuild, out);
  } catch {
    process.exit(1); // esbuild has said what is wrong
  }
  copySocketIo(out);
  copy(path.join(WEB, 'shared', 'favicon.svg'), out, 'favicon.svg');
  if (options.table) writeTable(out, `${out}.gz`, options.table);
  if (options.watch) await context.watch();
  else await context.dispose();
}

await main();
