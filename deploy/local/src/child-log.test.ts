import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import { createChildLog } from './child-log.ts';
import { openLogFile } from './log-file.ts';

async function ownFolder() {
  const path = await mkdtemp(join(tmpdir(), 'sightline-log-'));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

/** What reaches the file and the terminal when a process writes these lines. */
async function follow(lines: string[], { isError = false, isStopping = false } = {}) {
  const [written, shown]: [string[], string[]] = [[], []];
  const file = { write: (line: string) => void written.push(line), [Symbol.dispose]: () => {} };
  const log = createChildLog({
    ...{ name: 'server', file, show: (line) => shown.push(line), now: () => 7 },
    isStopping: () => isStopping,
  });
  const stream = new PassThrough();
  log.follow(stream, isError);
  for (const line of lines) stream.write(`${line}\n`);
  stream.end();
  await new Promise((resolve) => setImmediate(resolve));
  return { written, shown, lastWords: log.lastWords() };
}

test('every line is in the file; warnings, in either spelling of the level, also reach the person', async () => {
  const lines = [
    '{"level":30,"msg":"fine"}',
    '{"level":40,"msg":"careful","err":{"message":"it broke"}}',
    '{"level":"error","msg":"bad"}',
  ];
  const { written, shown } = await follow(lines);
  assert.deepEqual(written, lines);
  assert.deepEqual(shown, ['  server: warn: careful: it broke', '  server: error: bad']);
});

test('what is no JSON becomes JSON, and counts as an error when it came that way', async () => {
  const { written, shown, lastWords } = await follow(['SyntaxError: oh'], { isError: true });
  assert.deepEqual(
    written.map((line) => JSON.parse(line) as unknown),
    [{ level: 50, time: 7, name: 'server', msg: 'SyntaxError: oh' }],
  );
  assert.deepEqual(shown, ['  server: SyntaxError: oh']);
  assert.equal(lastWords, 'SyntaxError: oh');
});

test('while everything stops, warnings are in the file alone, and errors reach the person', async () => {
  const lines = ['{"level":"warn","msg":"the server does not answer"}', '{"level":"error","msg":"lost"}'];
  const { written, shown } = await follow(lines, { isStopping: true });
  assert.deepEqual(written, lines);
  assert.deepEqual(shown, ['  server: error: lost']);
});

test('a flood of warnings is in the file and does not drown the terminal', async () => {
  const { written, shown } = await follow(Array.from({ length: 500 }, () => '{"level":40,"msg":"again"}'));
  assert.equal(written.length, 500);
  assert.equal(shown.length, 13);
  assert.match(shown.at(-1) ?? '', /more of these/);
});

test('a log never takes more than twice its limit, and keeps the newest', async () => {
  await using folder = await ownFolder();
  const path = join(folder.path, 'logs', 'server.log');
  using file = openLogFile(path, 1_000);
  for (let line = 0; line < 200; line += 1) file.write(`line ${line}`);
  assert.ok((await stat(path)).size <= 1_000);
  assert.ok((await stat(`${path}.1`)).size <= 1_000);
  assert.match(await readFile(path, 'utf8'), /line 199\n$/);
});
