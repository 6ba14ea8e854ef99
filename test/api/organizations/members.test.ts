import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Answer } from '../../harness/answer.ts';
import { graphql } from '../../harness/graphql.ts';
import { joinAs, signUp } from '../../harness/people.ts';
import type { Person, Role } from '../../harness/people.ts';
import { startTestServer } from '../../harness/server.ts';
import type { TestServer } from '../../harness/server.ts';
import { codeOf, done, membershipOf, mutate, organizationOf, refusalOf } from './operations.ts';

let server: TestServer;
let owner: Person;

before(async () => {
  server = await startTestServer();
  owner = await signUp(server, 'owner');
});
after(() => server[Symbol.asyncDispose]());

const changeRole = async (by: Person, membershipId: string, role: Role) =>
  codeOf(mutate(server, by, 'changeMemberRole', { membershipId, role }, 'membership { role }'));
const remove = async (by: Person, membershipId: string) =>
  codeOf(mutate(server, by, 'removeMember', { membershipId }, 'removedId'));
const leave = (by: Person) => codeOf(mutate(server, by, 'leaveOrganization', null, 'left'));

test('who sees whom: members see each other, billing included; a guest sees only themselves', async () => {
  const place = await signUp(server, 'place');
  const guest = await joinAs(server, place, 'GUEST');
  const billing = await joinAs(server, place, 'BILLING');
  const seen = async (person: Person) => {
    const { organization } = await organizationOf(server, person);
    return organization.members.edges.map(({ node }: Answer) => node.user.email);
  };
  assert.deepEqual(await seen(billing), [place.email, guest.email, billing.email]);
  assert.deepEqual(await seen(guest), [guest.email]);
  const query = 'query ($id: ID!) { node(id: $id) { id } }';
  assert.equal((await graphql(server, query, { id: place.userId }, guest)).expectData().node, null);
  assert.equal((await graphql(server, query, { id: place.userId }, billing)).expectData().node.id, place.userId);
});

describe('roles', () => {
  const roles = ['OWNER', 'ADMIN', 'OPERATOR', 'VIEWER', 'BILLING', 'GUEST'] as const;
  /** Whom one may appoint and dismiss: those who may do nothing that one may not do oneself. */
  const within: Partial<Record<Role, readonly Role[]>> = {
    OWNER: roles,
    ADMIN: ['ADMIN', 'OPERATOR', 'VIEWER', 'GUEST'],
  };

  for (const role of roles) {
    test(`${role} gives and takes exactly the roles within their own`, async () => {
      const place = await signUp(server, 'place');
      const actor = role === 'OWNER' ? place : await joinAs(server, place, role);
      for (const given of roles) {
        const expected = within[role]?.includes(given) ? null : 'FORBIDDEN';
        const subject = await membershipOf(server, place, await joinAs(server, place, 'GUEST'));
        assert.equal(await changeRole(actor, subject, given), expected, `to ${given}`);
        await changeRole(place, subject, given);
        assert.equal(await changeRole(actor, subject, 'GUEST'), expected, `from ${given}`);
        await changeRole(place, subject, given);
        assert.equal(await remove(actor, subject), expected, `out of ${given}`);
      }
    });
  }

  test('what is changed holds from the next call on', async () => {
    const member = await joinAs(server, owner, 'VIEWER');
    const create = () => codeOf(mutate(server, member, 'createTeam', { name: `team ${Math.random()}` }, 'team { id }'));
    assert.equal(await create(), 'FORBIDDEN');
    const id = await membershipOf(server, owner, member);
    await changeRole(owner, id, 'ADMIN');
    assert.equal(await create(), null);
    await changeRole(owner, id, 'OPERATOR');
    assert.equal(await create(), 'FORBIDDEN');
  });
});

describe('the last owner', () => {
  test('stays: they cannot be demoted or removed, nor leave, until there is another', async () => {
    const place = await signUp(server, 'place');
    const id = await membershipOf(server, place, place);
    assert.equal(await changeRole(place, id, 'ADMIN'), 'LAST_OWNER');
    assert.equal(await remove(place, id), 'LAST_OWNER');
    assert.equal(await leave(place), 'LAST_OWNER');
    await joinAs(server, place, 'OWNER');
    assert.equal(await leave(place), null);
  });

  test('is left, however many owners go at once', async () => {
    const place = await signUp(server, 'place');
    const owners = [place, ...(await Promise.all([1, 2, 3].map(() => joinAs(server, place, 'OWNER'))))];
    const witness = await joinAs(server, place, 'ADMIN');
    const codes = await Promise.all(owners.map(leave));
    assert.equal(codes.filter((code) => code === 'LAST_OWNER').length, 1, String(codes));
    const { organization } = await organizationOf(server, witness);
    assert.equal(organization.members.edges.filter(({ node }: Answer) => node.role === 'OWNER').length, 1);
  });

  test('two owners who demote each other at once leave one of them', async () => {
    const place = await signUp(server, 'place');
    const other = await joinAs(server, place, 'OWNER');
    const [mine, theirs] = [await membershipOf(server, place, place), await membershipOf(server, place, other)];
    const codes = await Promise.all([changeRole(place, theirs, 'VIEWER'), changeRole(other, mine, 'VIEWER')]);
    assert.equal(codes.filter((code) => code === null).length, 1, String(codes));
  });
});

describe('organizations', () => {
  test('a person has several, sees each with their role, and acts in one at a time', async () => {
    const person = await signUp(server, 'several');
    const created = await done(
      mutate(
        server,
        person,
        'createOrganization',
        { name: 'Second' },
        'organization { organizationId name role isCurrent }',
      ),
    );
    const { organizationId } = created.organization;
    const query = '{ viewer { organization { id name } organizations { organizationId name role isCurrent } } }';
    const before = (await graphql(server, query, {}, person)).expectData().viewer;
    assert.deepEqual(
      before.organizations.map(({ name, isCurrent }: Answer) => [name, isCurrent]),
      [
        ['several organization', true],
        ['Second', false],
      ],
    );
    const there = await done(
      mutate(
        server,
        person,
        'switchOrganization',
        { organizationId },
        'token refreshToken viewer { organization { id name } }',
      ),
    );
    assert.equal(there.viewer.organization.id, organizationId);
    const after = (await graphql(server, query, {}, there)).expectData().viewer;
    assert.equal(after.organization.name, 'Second');
    assert.equal((await graphql(server, query, {}, person)).expectData().viewer.organization.id, person.organizationId);
  });

  test('nobody switches into what they are no member of', async () => {
    const person = await signUp(server);
    const input = { organizationId: owner.organizationId };
    assert.equal(await codeOf(mutate(server, person, 'switchOrganization', input, 'token')), 'NOT_FOUND');
  });

  test('a switch is no fresher a proof than the sign-in it came from', async () => {
    const person = await signUp(server);
    const created = await done(
      mutate(server, person, 'createOrganization', { name: 'B' }, 'organization { organizationId }'),
    );
    const client = await connect();
    const longAgo = new Date(Date.now() - 3_600_000);
    await client.query('update "SignIn" set "provedAt" = $1', [longAgo]);
    const { organizationId } = created.organization;
    const there = await done(mutate(server, person, 'switchOrganization', { organizationId }, 'token'));
    const { rows } = await client.query('select max("provedAt") as "provedAt" from "SignIn"');
    await client.end();
    assert.deepEqual(rows[0].provedAt, longAgo);
    assert.equal(
      await codeOf(mutate(server, there, 'deleteOrganization', { name: 'B' }, 'deletedId')),
      'STEP_UP_REQUIRED',
    );
  });

  test('deleting one takes its name, ends everybody’s sign-ins there, and leaves nobody without a place', async () => {
    const place = await signUp(server, 'doomed');
    const member = await joinAs(server, place, 'OPERATOR');
    const destroy = (name: string) => codeOf(mutate(server, place, 'deleteOrganization', { name }, 'deletedId'));
    assert.equal(await destroy('another'), 'INPUT_INVALID');
    assert.equal(await refusalOf(server, member.token), null);
    assert.equal(await destroy('doomed organization'), null);
    assert.equal(await refusalOf(server, member.token), 'UNAUTHENTICATED');
    assert.equal(await refusalOf(server, place.token), 'UNAUTHENTICATED');
    const client = await connect();
    const { rows } = await client.query(
      'select u."email", m."role" from "User" u left join "Membership" m on m."userId" = u."id" where u."email" = any($1)',
      [[place.email, member.email]],
    );
    const { rows: left } = await client.query(`select 1 from "Organization" where "name" = 'doomed organization'`);
    await client.end();
    assert.deepEqual(
      rows.map(({ role }) => role),
      ['OWNER', 'OWNER'],
    );
    assert.equal(left.length, 0);
  });
});

async function connect() {
  const { default: pg } = await import('pg');
  const client = new pg.Client(server.databaseUrl);
  await client.connect();
  return client;
}
