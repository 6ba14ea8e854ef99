import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { judge, readChangesets } from './changesets.ts';
import { restChanges } from './rest-changes.ts';
import type { OpenApi } from './rest-changes.ts';

// Says what of openapi.json would break programs made for the last release. By a folder as argument, of another checkout.

const root = process.argv[2] ?? fileURLToPath(new URL('../..', import.meta.url));
const changes = restChanges(await read('clients/released/openapi.json'), await read('openapi.json'));
const { lines, passes } = judge(changes, await readChangesets(join(root, '.changeset')));
for (const line of lines) process.stdout.write(`${line}\n`);
process.exitCode = passes ? 0 : 1;

async function read(name: string): Promise<OpenApi> {
  return JSON.parse(await readFile(join(root, name), 'utf8')) as OpenApi;
}
