import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Client } from '@sightline/core';
import { demoLogin } from '@sightline/db/seed';
import { compile } from '../packages/compile.ts';
import { packPackages } from '../packages/pack.ts';
import type { PackedPackages } from '../packages/pack.ts';
import { startWholeStack, writeWalk } from '../whole-stack.ts';
import type { WholeStack } from '../whole-stack.ts';
import { patternOf, readSnippets } from './snippets.ts';

const run = promisify(execFile);
const typeRoots = [fileURLToPath(new URL('../../../node_modules/@types', import.meta.url))];
let stack: WholeStack;
let packed: PackedPackages;
before(async () => {
  stack = await startWholeStack();
  packed = await packPackages(['clients/core']);
  await using client = new Client({ baseUrl: stack.url });
  await client.auth.signUp({ ...demoLogin, name: 'Demo', organizationName: 'Demo' });
});
after(async () => {
  await packed[Symbol.asyncDispose]();
  await stack[Symbol.asyncDispose]();
});

const addresses = () => ({ 'http://127.0.0.1:4000': stack.url, 'http://127.0.0.1:4001': stack.inferenceUrl });

test('every snippet of the quick start for servers compiles, runs, and prints what the page says', async () => {
  const project = await packed.project({ ours: ['@sightline/core'] });
  const snippets = await readSnippets('quick-start-server.md', addresses());
  const files = Object.fromEntries(snippets.map(({ name, code }) => [name, code]));
  await compile(project, files, { types: ['node'], typeRoots });
  await mkdir(join(project, 'pictures'));
  await writeWalk(join(project, 'pictures'), 3);
  for (const { name, prints } of snippets) {
    const script = `out/${name.replace(/ts$/, 'js')}`;
    const { stdout } = await run(process.execPath, ['--env-file-if-exists=.env', script], {
      cwd: project,
      timeout: 240_000,
    });
    if (prints !== null) assert.match(stdout, patternOf(prints), `${name} printed:\n${stdout}`);
  }
  assert.match(await readFile(join(project, '.env'), 'utf8'), /^SIGHTLINE_API_KEY=slk_\S+\n$/);
});
