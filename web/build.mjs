// Builds the files that the binary serves: node build.mjs --out FOLDER [--table FILE.c] [--watch]
//
// FOLDER gets the pages as they are served. With --watch it is kept up to date, for
// `moonreel --web-dir FOLDER` while you work on a page. esbuild bundles scripts and styles under names
// that contain a hash of their content (assets/NAME-HASH.js), so that browsers may keep them for ever.
// Files that other pages load by name (the client library, Socket.IO's client) keep their names.
// --table writes a C file with all files, also compressed if that is smaller
// (http/pages/assets_files.h).

import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const WEB = path.dirname(fileURLToPath(import.meta.url));
const PAGES = { 'index.html': 'viewer', 'embed.html': 'embed', 'studio.html': 'studio' }; // page: folder
const CLIENT = ['moonreel.js', 'moonreel.d.ts'];
const SOCKETIO = ['socket.io.min.js', 'socket.io.min.js.map', 'socket.io.esm.min.js',
  'socket.io.esm.min.js.map'];
const WORTH = 0.9; // a file is served compressed only if gzip makes it smaller than this share
const TEXTS = /\.(html|css|js|json|svg|map|ts|txt)$/;

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

// Returns esbuild's options for the pages' scripts and styles.
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

// A page refers to its script and style by their source names ("viewer.js"). These are replaced by the
// names of the bundles. A page that is served below a folder uses "../".
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

// Builds the client library under its own names, without the part that only Node.js needs.
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

// Copies Socket.IO's client to the addresses that Socket.IO's own server has. The plain name gets the
// minified form as well: a third of the bytes.
function copySocketIo(out) {
  const dist = path.join(WEB, 'node_modules', 'socket.io-client', 'dist');
  for (const name of SOCKETIO) copy(path.join(dist, name), out, `socket.io/${name}`);
  copy(path.join(dist, 'socket.io.min.js'), out, 'socket.io/socket.io.js');
}

// Returns the folder of the npm package that a bundled file belongs to; null for files of this project.
function packageOf(file) {
  const found = file.match(/^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//);
  return found ? path.resolve(WEB, found[1]) : null;
}

// The parts of Socket.IO's client, which comes bundled.
const SOCKETIO_PARTS = ['socket.io-client', 'socket.io-parser', 'engine.io-client', 'engine.io-parser',
  '@socket.io/component-emitter'];

// Writes the licences of what is served: minified scripts hold no notices.
function writeLicenses(out, metafile) {
  const folders = new Set(SOCKETIO_PARTS.map((name) => path.join(WEB, 'node_modules', name)));
  for (const file of Object.keys(metafile.inputs)) {
    if (packageOf(file)) folders.add(packageOf(file));
  }
  const notices = [...folders].map((folder) => {
    const { name, version, license } = JSON.parse(fs.readFileSync(path.join(folder, 'package.json')));
    const file = fs.readdirSync(folder).find((each) => /^licen[cs]e(\.|$)/i.test(each));
    if (!file) fail(`${name} has no licence file`);
    return `${name} ${version} (${license})\n\n${fs.readFileSync(path.join(folder, file), 'utf8').trim()}\n`;
  });
  const line = `\n${'-'.repeat(72)}\n\n`;
  const text = ['moonreel serves scripts that contain parts of the packages below.\n', ...notices.sort()].join(line);
  fs.writeFileSync(path.join(out, 'third-party.txt'), text);
  fs.copyFileSync(path.join(WEB, '..', 'LICENSE'), path.join(out, 'license.txt'));
}

function listFiles(folder, below = '') {
  return fs.readdirSync(path.join(folder, below), { withFileTypes: true }).flatMap((entry) => {
    const name = path.posix.join(below, entry.name);
    return entry.isDirectory() ? listFiles(folder, name) : [name];
  }).sort();
}

// Writes the C file: the bytes of each file, which the assembler includes, and the table of
// assets_files.h.
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
      if (errors.length > 0) return;
      writePages(out, metafile);
      writeLicenses(out, metafile);
    }),
  };
  const context = await esbuild.context(bundles(out, [...plugins, finish]));
  try {
    await context.rebuild();
    await writeClient(esbuild, out);
  } catch {
    process.exit(1); // esbuild has printed the error
  }
  copySocketIo(out);
  copy(path.join(WEB, 'shared', 'favicon.svg'), out, 'favicon.svg');
  if (options.table) writeTable(out, `${out}.gz`, options.table);
  if (options.watch) await context.watch();
  else await context.dispose();
}

await main();
