import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { joinAs, signUp } from '../../harness/people.ts';
import type { Person } from '../../harness/people.ts';
import { startTestServer } from '../../harness/server.ts';
import type { TestServer } from '../../harness/server.ts';
import { codeOf, done, membershipOf, mutate, organizationOf } from './operations.ts';

let server: TestServer;
let owner: Person;

before(async () => {
  server = await startTestServer();
  owner = await signUp(server, 'owner');
});
after(() => server[Symbol.asyncDispose]());

const create = async (name: string) =>
  (await done(mutate(server, owner, 'createTeam', { name }, 'team { id }'))).team.id;

test('a team is made, renamed, filled, emptied and deleted; its members stay members', async () => {
  const id = await create('Night');
  const person = await joinAs(server, owner, 'OPERATOR');
  const membershipId = await membershipOf(server, owner, person);
  const renamed = await done(mutate(server, owner, 'renameTeam', { id, name: 'Late' }, 'team { name }'));
  assert.equal(renamed.team.name, 'Late');
  const member = { teamId: id, membershipId };
  const members = 'team { members { edges { node { id } } } }';
  for (let twice = 0; twice < 2; twice += 1) {
    const { team } = await done(mutate(server, owner, 'addTeamMember', member, members));
    assert.deepEqual(team.members.edges, [{ node: { id: membershipId } }]);
  }
  const { team } = await done(mutate(server, owner, 'removeTeamMember', member, members));
  assert.deepEqual(team.members.edges, []);
  await done(mutate(server, owner, 'addTeamMember', member, members));
  await done(mutate(server, owner, 'deleteTeam', { id }, 'deletedId'));
  const { organization } = await organizationOf(server, owner);
  assert.equal(organization.teams.edges.length, 0);
  assert.equal(await membershipOf(server, owner, person), membershipId);
});

test('a name is taken once in an organization, also when two ask at the same moment', async () => {
  const codes = await Promise.all(
    [1, 2, 3].map(() => codeOf(mutate(server, owner, 'createTeam', { name: 'Same' }, 'team { id }'))),
  );
  assert.deepEqual(codes.filter((code) => code === null).length, 1);
  assert.deepEqual(codes.filter((code) => code === 'TEAM_NAME_TAKEN').length, 2);
  const other = await create('Other');
  assert.equal(
    await codeOf(mutate(server, owner, 'renameTeam', { id: other, name: 'Same' }, 'team { id }')),
    'TEAM_NAME_TAKEN',
  );
  const elsewhere = await signUp(server);
  assert.equal(await codeOf(mutate(server, elsewhere, 'createTeam', { name: 'Same' }, 'team { id }')), null);
});

test('a member of another organization cannot be put into a team', async () => {
  const teamId = await create('Ours');
  const stranger = await signUp(server);
  const membershipId = await membershipOf(server, stranger, stranger);
  assert.equal(
    await codeOf(mutate(server, owner, 'addTeamMember', { teamId, membershipId }, 'team { id }')),
    'NOT_FOUND',
  );
});

test('a guest sees the teams they are in, and of their members themselves', async () => {
  const [teamId] = [await create('Mine'), await create('Not mine')];
  const guest = await joinAs(server, owner, 'GUEST');
  const other = await joinAs(server, owner, 'GUEST');
  for (const person of [guest, other]) {
    const membershipId = await membershipOf(server, owner, person);
    await done(mutate(server, owner, 'addTeamMember', { teamId, membershipId }, 'team { id }'));
  }
  const { organization } = await organizationOf(server, guest);
  assert.deepEqual(
    organization.teams.edges.map(({ node }: { node: { name: string; members: { edges: unknown[] } } }) => [
      node.name,
      node.members.edges.length,
    ]),
    [['Mine', 1]],
  );
});
