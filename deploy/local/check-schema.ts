import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildSchema, parse } from 'graphql';
import type { GraphQLSchema } from 'graphql';
import { operationTexts } from '../../clients/core/codegen/operation-texts.ts';
import { judge, readChangesets } from './changesets.ts';
import { breakingChanges } from './schema-changes.ts';
import type { Operation } from './schema-changes.ts';

// Says what of schema.graphql would break programs made for the last release, and which operations of the SDK are among them.

// By a folder as argument, of another checkout.

const root = process.argv[2] ?? fileURLToPath(new URL('../..', import.meta.url));
const changes = breakingChanges(
  await readSchema('clients/released/schema.graphql'),
  await readSchema('schema.graphql'),
  await readOperations(),
);
const problems = changes.map(({ description, operations }) => {
  const used = operations.length > 0 ? `used by ${operations.join(', ')}` : 'used by no operation of the SDK';
  return `${description} (${used})`;
});
const { lines, passes } = judge(problems, await readChangesets(join(root, '.changeset')));
for (const line of lines) process.stdout.write(`${line}\n`);
process.exitCode = passes ? 0 : 1;

async function readSchema(name: string): Promise<GraphQLSchema> {
  return buildSchema(await readFile(join(root, name), 'utf8'));
}

async function readOperations(): Promise<Operation[]> {
  const folder = join(root, 'clients/operations');
  const files = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith('.graphql'));
  const documents = files.map(async (name) => ({ document: parse(await readFile(join(folder, name), 'utf8')) }));
  return operationTexts(await Promise.all(documents)).map(({ name, text }) => ({ name, document: parse(text) }));
}
