import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildSchema, parse } from 'graphql';
import type { GraphQLSchema } from 'graphql';
import { operationTexts } from '../../clients/core/codegen/operation-texts.ts';
import { judge, readChangesets } from './changesets.ts';
import { operationChanges } from './operation-changes.ts';
import type { OperationTexts } from './operation-changes.ts';
import { breakingChanges } from './schema-changes.ts';

// Says what of schema.graphql, and of the SDK's own operations, would break programs made for the last release, and which operations
// are among them: those that were released, and those of now.

// By a folder as argument, of another checkout.

const root = process.argv[2] ?? fileURLToPath(new URL('../..', import.meta.url));
const released = await readReleased();
const current = await readOperations();
const changes = breakingChanges(
  await readSchema('clients/released/schema.graphql'),
  await readSchema('schema.graphql'),
  [...released, ...current].map(([name, text]) => ({ name, document: parse(text) })),
);
const problems = changes.map(({ description, operations }) => {
  const used = operations.length > 0 ? `used by ${operations.join(', ')}` : 'used by no operation of the SDK';
  return `${description} (${used})`;
});
const { lines, passes } = judge(
  [...problems, ...operationChanges(released, current)],
  await readChangesets(join(root, '.changeset')),
);
for (const line of lines) process.stdout.write(`${line}\n`);
process.exitCode = passes ? 0 : 1;

async function readSchema(name: string): Promise<GraphQLSchema> {
  return buildSchema(await readFile(join(root, name), 'utf8'));
}

async function readOperations(): Promise<OperationTexts> {
  const folder = join(root, 'clients/operations');
  const files = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith('.graphql'));
  const documents = files.map(async (name) => ({ document: parse(await readFile(join(folder, name), 'utf8')) }));
  return new Map(operationTexts(await Promise.all(documents)).map(({ name, text }) => [name, text]));
}

async function readReleased(): Promise<OperationTexts> {
  const text = await readFile(join(root, 'clients/released/persisted-documents.json'), 'utf8');
  const { documents } = JSON.parse(text) as { documents: Record<string, { name: string; text: string }> };
  return new Map(Object.values(documents).map((document) => [document.name, document.text]));
}
