import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { joinAs, signUp } from '../../harness/people.ts';
import type { Person } from '../../harness/people.ts';
import { startTestServer } from '../../harness/server.ts';
import type { TestServer } from '../../harness/server.ts';
import { createSource } from '../../harness/sources.ts';
import { codeOf, done, membershipOf, mutate, organizationOf } from './operations.ts';

let server: TestServer;
let owner: Person;
let sourceId: string;

before(async () => {
  server = await startTestServer();
  owner = await signUp(server, 'owner');
  sourceId = await createSource(server, owner);
});
after(() => server[Symbol.asyncDispose]());

let count = 0;
const create = async (permissions: string[], by = owner) => {
  const input = { name: `role ${(count += 1)}`, permissions };
  return (await done(mutate(server, by, 'createCustomRole', input, 'customRole { id permissions }'))).customRole;
};
const assign = (input: Record<string, unknown>, by: { token: string } = owner) =>
  mutate(server, by, 'assignRole', { sourceId, ...input }, 'assignment { id }');

test('a role holds what can be given for single sources, each once, and nothing else', async () => {
  const { permissions } = await create(['SESSIONS_WRITE', 'READ', 'READ']);
  assert.deepEqual(permissions, ['READ', 'SESSIONS_WRITE']);
  for (const wrong of [
    'MEMBERS_WRITE',
    'ORGANIZATION_DELETE',
    'KEYS_WRITE',
    'AUDIT_READ',
    'BILLING_WRITE',
    'INFERENCE_USE',
  ]) {
    const input = { name: 'too much', permissions: ['READ', wrong] };
    assert.equal(
      await codeOf(mutate(server, owner, 'createCustomRole', input, 'customRole { id }')),
      'INPUT_INVALID',
      wrong,
    );
  }
  const none = { name: 'nothing', permissions: [] };
  assert.equal(await codeOf(mutate(server, owner, 'createCustomRole', none, 'customRole { id }')), 'INPUT_INVALID');
});

test('it is renamed and changed; its name is taken once in an organization', async () => {
  const { id } = await create(['READ']);
  const selection = 'customRole { name permissions }';
  const renamed = await done(mutate(server, owner, 'updateCustomRole', { id, name: 'Watcher' }, selection));
  assert.deepEqual(renamed.customRole, { name: 'Watcher', permissions: ['READ'] });
  const changed = await done(
    mutate(server, owner, 'updateCustomRole', { id, permissions: ['SOURCES_WRITE'] }, selection),
  );
  assert.deepEqual(changed.customRole, { name: 'Watcher', permissions: ['SOURCES_WRITE'] });
  const { id: other } = await create(['READ']);
  const taken = mutate(server, owner, 'updateCustomRole', { id: other, name: 'Watcher' }, selection);
  assert.equal(await codeOf(taken), 'ROLE_NAME_TAKEN');
});

test('it is given to exactly one of a member and a team, once for each source', async () => {
  const { id: customRoleId } = await create(['READ']);
  const membershipId = await membershipOf(server, owner, await joinAs(server, owner, 'GUEST'));
  const { team } = await done(mutate(server, owner, 'createTeam', { name: 'Given' }, 'team { id }'));
  assert.equal(await codeOf(assign({ customRoleId })), 'INPUT_INVALID');
  assert.equal(await codeOf(assign({ customRoleId, membershipId, teamId: team.id })), 'INPUT_INVALID');
  const first = await done(assign({ customRoleId, membershipId }));
  assert.deepEqual(await done(assign({ customRoleId, membershipId })), first);
  assert.notDeepEqual(await done(assign({ customRoleId, teamId: team.id })), first);
  await done(mutate(server, owner, 'unassignRole', { id: first.assignment.id }, 'unassignedId'));
  assert.equal(
    await codeOf(mutate(server, owner, 'unassignRole', { id: first.assignment.id }, 'unassignedId')),
    'NOT_FOUND',
  );
});

test('role, member, team and source have to be of one organization, whichever of them is not', async () => {
  const stranger = await signUp(server, 'stranger');
  const theirs = {
    customRoleId: (await create(['READ'], stranger)).id,
    sourceId: await createSource(server, stranger),
    membershipId: await membershipOf(server, stranger, stranger),
  };
  const ours = {
    customRoleId: (await create(['READ'])).id,
    sourceId,
    membershipId: await membershipOf(server, owner, owner),
  };
  for (const [name, id] of Object.entries(theirs)) {
    assert.equal(await codeOf(assign({ ...ours, [name]: id })), 'NOT_FOUND', name);
  }
  const { team } = await done(mutate(server, stranger, 'createTeam', { name: 'Theirs' }, 'team { id }'));
  assert.equal(await codeOf(assign({ customRoleId: ours.customRoleId, teamId: team.id })), 'NOT_FOUND');
  assert.equal(await codeOf(assign(ours)), null);
});

test('only who may make roles makes, gives and takes them', async () => {
  const { id: customRoleId } = await create(['READ']);
  const membershipId = await membershipOf(server, owner, owner);
  for (const role of ['OPERATOR', 'VIEWER', 'BILLING', 'GUEST'] as const) {
    const member = await joinAs(server, owner, role);
    assert.equal(await codeOf(assign({ customRoleId, membershipId }, member)), 'FORBIDDEN', role);
  }
  const admin = await joinAs(server, owner, 'ADMIN');
  assert.equal(await codeOf(assign({ customRoleId, membershipId }, admin)), null);
});

test('a deleted role is gone from everybody who had it', async () => {
  const { id: customRoleId } = await create(['READ']);
  const guest = await joinAs(server, owner, 'GUEST');
  await done(assign({ customRoleId, membershipId: await membershipOf(server, owner, guest) }));
  const query = async () => (await organizationOf(server, guest)).organization.customRoles.edges.length;
  assert.equal(await query(), 1);
  await done(mutate(server, owner, 'deleteCustomRole', { id: customRoleId }, 'deletedId'));
  assert.equal(await query(), 0);
});
