import assert from 'node:assert/strict';
import { test } from 'node:test';
import { buildSchema, parse } from 'graphql';
import { breakingChanges } from './schema-changes.ts';

const before = buildSchema(`
  type Query { source(id: ID!): Source, version: String }
  type Mutation { create(input: CreateInput!): Source }
  input CreateInput { name: String, kind: Kind }
  enum Kind { IMAGES VIDEO }
  type Source { id: ID!, name: String, kind: Kind }
`);

const operations = [
  {
    name: 'Names',
    document: parse('query Names($id: ID!) { source(id: $id) { ...F } } fragment F on Source { name }'),
  },
  { name: 'Version', document: parse('{ version }') },
  { name: 'Create', document: parse('mutation Create($input: CreateInput!) { create(input: $input) { id } }') },
];

const changesTo = (text: string) => breakingChanges(before, buildSchema(text), operations);

test('a change that breaks programs names the operations that it hits, through fragments and inputs too', () => {
  const changes = changesTo(`
    type Query { source(id: ID!): Source, version: String }
    type Mutation { create(input: CreateInput!): Source }
    input CreateInput { name: String!, kind: Kind }
    enum Kind { IMAGES }
    type Source { id: ID!, kind: Kind }
  `);
  const hit = Object.fromEntries(changes.map(({ description, operations: names }) => [description, names]));
  assert.deepEqual(hit, {
    'Source.name was removed.': ['Names'],
    'CreateInput.name changed type from String to String!.': ['Create'],
    'VIDEO was removed from enum type Kind.': ['Create'],
  });
});

test('what only adds breaks nobody', () => {
  const changes = changesTo(`
    type Query { source(id: ID!, deep: Boolean): Source, version: String, more: Int }
    type Mutation { create(input: CreateInput!): Source }
    input CreateInput { name: String, kind: Kind, note: String }
    enum Kind { IMAGES VIDEO CAMERA }
    type Source { id: ID!, name: String, kind: Kind, note: String }
  `);
  assert.deepEqual(changes, []);
});
