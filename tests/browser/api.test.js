// The API of the real server: its answers against its own description, a script that is edited
// through it, and its log.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';

import Ajv from 'ajv/dist/2020.js';

import { makeFolder, Server } from './support.js';

const TOKEN = 'let-me-in';
const RIGHTS = { Authorization: `Bearer ${TOKEN}` };
const SCRIPT = `settings = { label = { "moon", help = "text" }, size = { 3, min = 1, max = 9, step = 1 },
  mode = { "day", choices = { "day", "night" } }, tint = { "#ff8800", type = "color" },
  on = { true }, reset = { type = "button" } }
function process() return { version = 1 } end`;
const file = path.join(makeFolder(), 'process.lua');
let server;
let description;
let ajv;
const seen = new Set();

before(async () => {
  fs.writeFileSync(file, SCRIPT);
  server = await new Server('--token', TOKEN, '--script', file, 'test:').start();
  description = await (await fetch(new URL('api/openapi.json', server.url))).json();
  ajv = new Ajv({ strict: true, strictTypes: false, strictRequired: false, allErrors: true });
  ajv.addVocabulary(Object.keys(description)); // what is around the schemas
  ajv.addSchema(description, 'openapi');
});

after(async () => {
  assert.equal(await server?.stop(), 0);
});

function escape(part) {
  return part.replaceAll('~', '~0').replaceAll('/', '~1');
}

// Checks an answer against what is described for it; returns its body.
async function check(answer, method, route) {
  const operation = description.paths[route][method.toLowerCase()];
  const where = `${method} ${route} ${answer.status}`;
  const response = operation.responses[answer.status];
  assert.ok(response, `${where} is not described`);
  const pointer = response.$ref
    ? `openapi${response.$ref}` : `openapi#/paths/${escape(route)}/${method.toLowerCase()}/responses/${answer.status}`;
  const described = response.$ref
    ? description.components.responses[response.$ref.split('/').pop()] : response;
  const type = answer.headers.get('content-type')?.split(';')[0];
  seen.add(`${method} ${route}`);
  if (!described.content) return answer.text();
  assert.ok(described.content[type], `${where}: ${type} is not described`);
  for (const [header, { required }] of Object.entries(described.headers ?? {}))
    assert.ok(required === false || answer.headers.get(header), `${where} has no ${header}`);
  if (type !== 'application/json') return answer.text();
  const body = await answer.json();
  const validate = ajv.compile({ $ref: `${pointer}/content/${escape(type)}/schema` });
  assert.ok(validate(body), `${where}: ${ajv.errorsText(validate.errors)}: ${JSON.stringify(body)}`);
  return body;
}

async function ask(method, route, status,
  { stream = 'live', name = 'geometry.lua', query = '', headers = {}, body } = {}) {
  const url = new URL(route.replace('{s}', stream).replace('{f}', name).slice(1) + query, server.url);
  const answer = await fetch(url, { method, headers, body });
  assert.equal(answer.status, status, `${method} ${url}: ${await answer.clone().text()}`);
  return { body: await check(answer, method, route), headers: answer.headers };
}

const SCRIPT_ROUTE = '/api/streams/{s}/script';
const LOG_ROUTE = '/api/streams/{s}/log';
const FILES_ROUTE = '/api/streams/{s}/files';
const FILE_ROUTE = `${FILES_ROUTE}/{f}`;
const put = (status, body, headers = {}) => ask('PUT', SCRIPT_ROUTE, status,
  { headers: { ...RIGHTS, ...headers }, body });

test('what it answers is what it describes', async () => {
  await ask('GET', '/api/streams', 200);
  await ask('GET', '/api/streams/{s}', 200);
  await ask('GET', '/api/streams/{s}', 404, { stream: 'nope' });
  await ask('GET', '/api/openapi.json', 200);
  await ask('GET', '/healthz', 200);
  await ask('GET', '/healthz', 200, { query: '?verbose' });
  await ask('GET', '/metrics', 200);
  await ask('GET', '/ws/{s}', 426);

  const settings = '/api/streams/{s}/settings';
  const { body } = await ask('GET', settings, 200);
  assert.equal(body.settings.length, 6);
  await ask('GET', settings, 404, { stream: 'nope' });
  await ask('PATCH', settings, 401, { body: '{}' });
  await ask('PATCH', settings, 403, { body: '{}', headers: { Authorization: 'Bearer x' } });
  await ask('PATCH', settings, 400, { body: '[]', headers: RIGHTS });
  await ask('PATCH', settings, 422, { body: '{"size":99}', headers: RIGHTS });
  await ask('PATCH', settings, 413, { body: ' '.repeat(65537), headers: RIGHTS });
  await ask('PATCH', settings, 404, { body: '{}', headers: RIGHTS, stream: 'nope' });
  await ask('PATCH', settings, 200, { body: '{"size":4}', headers: RIGHTS });

  for (const route of [SCRIPT_ROUTE, LOG_ROUTE]) {
    await ask('GET', route, 401);
    await ask('GET', route, 403, { headers: { Authorization: 'Bearer x' } });
    await ask('GET', route, 404, { headers: RIGHTS, stream: 'nope' });
    await ask('GET', route, 200, { headers: RIGHTS });
  }
  await ask('GET', LOG_ROUTE, 400, { headers: RIGHTS, query: '?after=x' });
});

test('files beside a script are made and edited', async () => {
  const write = (status, body, headers, more = {}) => ask('PUT', FILE_ROUTE, status,
    { body, headers: { ...RIGHTS, ...headers }, ...more });
  await ask('GET', FILES_ROUTE, 401);
  await ask('GET', FILES_ROUTE, 404, { headers: RIGHTS, stream: 'nope' });
  await ask('GET', FILE_ROUTE, 404, { headers: RIGHTS });
  await write(200, 'return 1', { 'If-None-Match': '*' });
  await write(412, 'return 2', { 'If-None-Match': '*' });
  const { body, headers } = await ask('GET', FILE_ROUTE, 200, { headers: RIGHTS });
  assert.equal(body, 'return 1');
  await write(200, 'return 3', { 'If-Match': headers.get('etag') });
  await write(412, 'return 4', { 'If-Match': headers.get('etag') });
  await write(409, 'x', {}, { name: 'process.lua' });
  await write(404, 'x', {}, { stream: 'nope' });
  await ask('PUT', FILE_ROUTE, 401, { body: 'x' });
  assert.equal(fs.readFileSync(path.join(path.dirname(file), 'geometry.lua'), 'utf8'), 'return 3');
  const { body: { files } } = await ask('GET', FILES_ROUTE, 200, { headers: RIGHTS });
  assert.deepEqual(files.map(({ name, script }) => [name, script]).sort(),
    [['geometry.lua', false], ['process.lua', true]]);
});

test('a script is tried and not saved', async () => {
  const answer = await ask('PUT', SCRIPT_ROUTE, 200,
    { headers: RIGHTS, query: '?save=no', body: 'function process() return { tried = true } end' });
  assert.equal(answer.body.saved, false);
  assert.equal(fs.readFileSync(file, 'utf8'), SCRIPT);
  const { body } = await ask('GET', '/api/streams/{s}', 200);
  assert.ok(body.script.trial);
  await ask('PUT', SCRIPT_ROUTE, 400, { headers: RIGHTS, query: '?save=maybe', body: '' });
});

test('a script is edited', async () => {
  const loaded = await ask('GET', SCRIPT_ROUTE, 200, { headers: RIGHTS });
  assert.equal(loaded.body, SCRIPT);
  const etag = loaded.headers.get('etag');
  await ask('GET', SCRIPT_ROUTE, 304, { headers: { ...RIGHTS, 'If-None-Match': etag } });
  await ask('PUT', SCRIPT_ROUTE, 401, { body: 'x' });

  const bad = await put(422, 'function process()\n  return nil + 1\nend');
  assert.deepEqual([bad.body.line, bad.body.file], [2, 'process.lua']);
  assert.match(bad.body.error, /^process\.lua:2: .*arithmetic/);
  assert.equal(fs.readFileSync(file, 'utf8'), SCRIPT);

  const good = await put(200, 'function process() return { version = 2 } end', { 'If-Match': etag });
  assert.equal(good.body.generation, 3);
  assert.equal(fs.readFileSync(file, 'utf8'), 'function process() return { version = 2 } end');
  await put(412, 'function process() end', { 'If-Match': etag });
  const next = await put(200, 'print("three") function process() error("oh") end '
    + 'function process() end', { 'If-Match': good.headers.get('etag') });
  assert.equal(next.body.generation, 4);
  const { body } = await ask('GET', '/api/streams/{s}', 200);
  assert.equal(body.script.generation, 4);
  assert.equal(body.script.rejected, 1);
});

test('the log tells what happened', async () => {
  const { body } = await ask('GET', LOG_ROUTE, 200, { headers: RIGHTS });
  const find = (pattern) => body.lines.find(({ text }) => pattern.test(text));
  assert.equal(find(/process\.lua:2: .*arithmetic.*goes on/).level, 'warn');
  assert.equal(find(/an unsaved text runs \(version 2\)/).level, 'info');
  assert.equal(find(/^three$/).level, 'info');
  assert.match(find(/loaded \(version 3\)/).text, /process\.lua/);
  const last = body.lines.at(-1).id;
  const rest = await ask('GET', LOG_ROUTE, 200, { headers: RIGHTS, query: `?after=${last - 1}` });
  assert.equal(rest.body.lines[0].id, last);
  assert.equal(rest.body.dropped, 0);
});

// Reads events until one matches; returns all of them.
async function readEvents(headers, query, matches) {
  const abort = new AbortController();
  const url = new URL(`api/streams/live/log${query}`, server.url);
  const answer = await fetch(url, { signal: abort.signal,
    headers: { ...RIGHTS, Accept: 'text/event-stream', ...headers } });
  assert.equal(answer.status, 200);
  assert.equal(answer.headers.get('content-type'), 'text/event-stream');
  const events = [];
  let text = '';
  for await (const part of answer.body.pipeThrough(new TextDecoderStream())) {
    const blocks = (text + part).split('\n\n');
    text = blocks.pop();
    for (const block of blocks) {
      const id = /^id: (\d+)$/m.exec(block);
      const data = /^data: (.*)$/m.exec(block);
      if (data) events.push({ id: id && Number(id[1]), ...JSON.parse(data[1]) });
    }
    if (events.some(matches)) break;
  }
  abort.abort();
  return events;
}

test('the log comes as events, too, and goes on where it was cut off', async () => {
  const all = await readEvents({}, '', ({ text }) => text === 'three');
  assert.deepEqual(all.map(({ id }) => id), all.map((_, i) => i + 1));
  const three = all.find(({ text }) => text === 'three').id;

  const later = readEvents({ 'Last-Event-ID': String(three) }, '', ({ text }) => text === 'four');
  const found = readEvents({}, `?after=${three}`, ({ text }) => text === 'four');
  await put(200, 'print("four") function process() end');
  assert.equal((await later)[0].id, three + 1);
  assert.equal((await found)[0].id, three + 1);
});

test('a ticket stands for the token, once', async () => {
  const path = '/api/streams/live/log';
  await ask('POST', '/api/tickets', 401, { body: JSON.stringify({ path }) });
  await ask('POST', '/api/tickets', 400, { headers: RIGHTS, body: '{}' });
  const { body: { ticket } } = await ask('POST', '/api/tickets', 200,
    { headers: RIGHTS, body: JSON.stringify({ path }) });
  await ask('GET', LOG_ROUTE, 200, { query: `?ticket=${ticket}` });
  await ask('GET', LOG_ROUTE, 401, { query: `?ticket=${ticket}` });
});

test('every operation that answers with JSON was asked', () => {
  for (const [route, operations] of Object.entries(description.paths)) {
    for (const [method, operation] of Object.entries(operations)) {
      if (!operation.responses?.['200']?.content?.['application/json']) continue;
      assert.ok(seen.has(`${method.toUpperCase()} ${route}`), `${method} ${route}: add it above`);
    }
  }
});
