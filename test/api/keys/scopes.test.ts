import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { graphql } from '../../harness/graphql.ts';
import { joinAs, signUp } from '../../harness/people.ts';
import type { Person } from '../../harness/people.ts';
import { startTestServer } from '../../harness/server.ts';
import type { TestServer } from '../../harness/server.ts';
import { newKey, rerollKey, updateKey, useKey } from './keys.ts';

let server: TestServer;
let owner: Person;
before(async () => {
  server = await startTestServer();
  owner = await signUp(server);
});
after(() => server[Symbol.asyncDispose]());

const upload =
  'mutation { createUpload(input: { fileName: "a", contentType: "image/png", byteSize: 1 }) { __typename } }';
const makeKey = 'mutation { createApiKey(input: { name: "b", scopes: [READ] }) { secret } }';

test('a key that lacks a scope is told which, and one whose maker lacks the permission is not', async () => {
  const { secret } = await newKey(server, owner, { scopes: ['READ'] });
  const refused = await graphql(server, upload, {}, { token: secret });
  refused.expectCode('SCOPE_MISSING');
  assert.match(refused.errors[0]?.message ?? '', /\bWRITE\b/);
  const never = await graphql(server, makeKey, {}, { token: secret });
  never.expectCode('SCOPE_MISSING');
  assert.match(never.errors[0]?.message ?? '', /No scope lets a key do this/);
  const viewer = await joinAs(server, owner, 'VIEWER');
  (await graphql(server, upload, {}, viewer)).expectCode('FORBIDDEN');
});

test('a key does what its scopes and its maker’s role both allow', async () => {
  const permissionsOf = async (token: string) => {
    const { viewer } = (await graphql(server, '{ viewer { permissions } }', {}, { token })).expectData();
    return viewer.permissions;
  };
  const expected = {
    READ: ['READ'],
    WRITE: ['SOURCES_WRITE', 'SESSIONS_WRITE', 'CLOCK_WRITE'],
    INFER: ['INFERENCE_USE'],
    AUDIT: ['MEMBERS_READ', 'AUDIT_READ'],
  };
  for (const [scope, permissions] of Object.entries(expected)) {
    assert.deepEqual(await permissionsOf((await newKey(server, owner, { scopes: [scope] })).secret), permissions);
  }
});

test('fewer scopes hold at once', async () => {
  const { secret, id } = await newKey(server, owner, { scopes: ['READ', 'WRITE'] });
  (await useKey(server, { token: secret })).expectData();
  (await updateKey(server, owner, { id, scopes: ['WRITE'] })).expectData();
  (await useKey(server, { token: secret })).expectCode('SCOPE_MISSING');
});

test('an admin manages the keys of others as far as their own permissions reach', async () => {
  const admin = await joinAs(server, owner, 'ADMIN');
  const { id } = await newKey(server, owner, { scopes: ['READ', 'AUDIT'] });
  (await rerollKey(server, admin, { id })).expectData();
  (await updateKey(server, admin, { id, name: 'taken care of' })).expectData();
  const operator = await joinAs(server, owner, 'OPERATOR');
  (await rerollKey(server, operator, { id })).expectCode('FORBIDDEN');
});
