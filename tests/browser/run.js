// Runs test files with one Chromium for all of them, several files at a time:
//
//   node tests/browser/run.js               all of them
//   node tests/browser/run.js viewer api    viewer.test.js and api.test.js
//
// A file can be run without this: `node --test tests/browser/viewer.test.js` starts its own browser.

import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';
import { fileURLToPath } from 'node:url';

import { chromium } from 'playwright-core';

import { BROWSER } from './support.js';

const HERE = fileURLToPath(new URL('.', import.meta.url));
const ENDING = '.test.js';
const JOBS = Number(process.env.TEST_JOBS) || os.availableParallelism() + 1; // one of them only waits

const all = fs.readdirSync(HERE).filter((name) => name.endsWith(ENDING))
  .map((name) => name.slice(0, -ENDING.length));
const names = process.argv.length > 2 ? process.argv.slice(2) : all;
const unknown = names.filter((name) => !all.includes(name));
if (unknown.length) {
  console.error(`tests/browser has no ${unknown.map((name) => name + ENDING).join(', ')}`);
  process.exit(2);
}

const browser = await chromium.launchServer(BROWSER);
process.env.BROWSER_ENDPOINT = browser.wsEndpoint();
const tests = run({
  files: names.map((name) => path.join(HERE, name + ENDING)),
  concurrency: JOBS,
});
tests.on('test:fail', () => {
  process.exitCode = 1;
});
tests.compose(new spec()).pipe(process.stdout);
tests.on('end', () => browser.close());
