import assert from 'node:assert/strict';
import { test } from 'node:test';
import { operationChanges } from './operation-changes.ts';

const source = (fields: string, variables = '$id: ID!') =>
  new Map([['Source', `query Source(${variables}) { source(id: $id) { ...F } } fragment F on Source { ${fields} }`]]);

test('an answer of the SDK that loses something breaks who reads it, however the document is cut', () => {
  const before = source('id name owner { id email }');
  assert.deepEqual(operationChanges(before, source('id owner { id }')), [
    'The operation Source no longer asks for source.name.',
    'The operation Source no longer asks for source.owner.email.',
  ]);
  assert.deepEqual(operationChanges(before, source('id name')), [
    'The operation Source no longer asks for source.owner.',
  ]);
  assert.deepEqual(operationChanges(before, source('id title: name owner { id email }')), [
    'The operation Source no longer asks for source.name.',
  ]);
  const inOne = new Map([
    ['Source', 'query Source($id: ID!) { source(id: $id) { kind ... on Source { id name owner { id email } } } }'],
  ]);
  assert.deepEqual(operationChanges(before, inOne), []);
  assert.deepEqual(operationChanges(before, new Map()), ['The operation Source was removed.']);
});

test('an operation that needs more, or takes less, breaks who calls it', () => {
  const before = source('id', '$id: ID!, $deep: Boolean, $first: Int!');
  assert.deepEqual(operationChanges(before, source('id', '$id: ID!, $deep: Boolean!, $kind: Kind!, $first: Int!')), [
    '$deep of the operation Source changed from Boolean to Boolean!.',
    'The operation Source needs $kind now.',
  ]);
  assert.deepEqual(operationChanges(before, source('id', '$id: ID!, $first: Int!')), [
    'The operation Source no longer takes $deep.',
  ]);
  const loosened = '$id: ID!, $deep: Boolean, $first: Int, $kind: Kind, $max: Int! = 5';
  assert.deepEqual(operationChanges(before, source('id', loosened)), []);
});
