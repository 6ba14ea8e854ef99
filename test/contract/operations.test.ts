import assert from 'node:assert/strict';
import { glob, readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { Kind, parse, visit } from 'graphql';
import * as sdk from '@sightline/core';
import { loadSchema } from '../clients/fake-server.ts';

/** What no operation of the SDK asks for, and why. */
const leftOut: Readonly<Record<string, string>> = {};

/** Documents that no method of a client sends. */
const unsent: Readonly<Record<string, string>> = {};

type Manifest = { documents: Record<string, { name: string; kind: string; text: string }> };

const manifest = JSON.parse(
  await readFile(new URL('../../clients/core/persisted-documents.json', import.meta.url), 'utf8'),
) as Manifest;
const operations = Object.values(manifest.documents);

function rootFieldsOf(text: string): string[] {
  const fields: string[] = [];
  visit(parse(text), {
    OperationDefinition({ operation, selectionSet }) {
      for (const node of selectionSet.selections)
        if (node.kind === Kind.FIELD) fields.push(`${operation}.${node.name.value}`);
      return false;
    },
  });
  return fields;
}

test('every root field of the graph is asked for by an operation of the SDK', async () => {
  const schema = await loadSchema();
  const asked = new Set(operations.flatMap(({ text }) => rootFieldsOf(text)));
  const roots = {
    query: schema.getQueryType(),
    mutation: schema.getMutationType(),
    subscription: schema.getSubscriptionType(),
  };
  const all = Object.entries(roots).flatMap(([kind, type]) =>
    Object.keys(type?.getFields() ?? {}).map((name) => `${kind}.${name}`),
  );
  assert.ok(all.length > 100, `only ${all.length} root fields were found`);
  assert.deepEqual(
    all.filter((field) => !asked.has(field) && !(field in leftOut)),
    [],
    'Add an operation below clients/operations and a method in clients/core/src/resources.',
  );
  for (const [field, why] of Object.entries(leftOut))
    assert.ok(all.includes(field) && !asked.has(field), `${field}: ${why}`);
  assert.ok(Object.keys(leftOut).length <= 5);
});

test('every operation is sent by a method, so that nobody has to know the documents', async () => {
  const root = new URL('../../clients/core/src/', import.meta.url);
  const sources = await Promise.all([...(await filesIn(root))].map((name) => readFile(new URL(name, root), 'utf8')));
  const text = sources.join('\n');
  const forgotten = operations
    .map(({ name }) => name)
    .filter(
      (name) =>
        !new RegExp(`(?:graphql|forTokens)\\(\\s*${name}Document|(?:document: |subscribe\\()${name}Document`).test(
          text,
        ),
    );
  assert.deepEqual(
    forgotten.filter((name) => !(name in unsent)),
    [],
  );
  assert.ok(Object.keys(unsent).every((name) => forgotten.includes(name)));
});

async function filesIn(root: URL): Promise<string[]> {
  const names: string[] = [];
  for await (const name of glob('{resources,transport}/**/*.ts', { cwd: root })) names.push(name);
  return names;
}

test('what the manifest says of a text is what it is, and the text is what the SDK exports', () => {
  const exported = new Set(
    Object.entries(sdk)
      .filter(([name]) => name.endsWith('Document'))
      .map(([, text]) => text),
  );
  for (const { name, text } of operations) assert.ok(exported.has(text), name);
  assert.equal(exported.size, operations.length);
});
