import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { schema } from '@sightline/server/graphql/schema';
import { graphql } from '../harness/graphql.ts';
import { createKey, joinAs, signUp, uuidOf } from '../harness/people.ts';
import type { Person } from '../harness/people.ts';
import { allFields, collectFields } from '../harness/selection.ts';
import type { TestServer } from '../harness/server.ts';
import type { Answer } from '../harness/answer.ts';
import type { AccessCase, Victim } from './access-case.ts';
import { accessCases } from './access-cases.ts';
import { attemptsOf, call, codesOf, nodeTypes, patientMs, roots, withoutRequestId } from './matrix/attempts.ts';
import { createWorld, ghostOf, mark } from './matrix/world.ts';
import type { World } from './matrix/world.ts';

// An error's fields repeat what its own caller sent; a Gap is two numbers of the viewer's own feed.
const elsewhere = new Set(Object.values(accessCases).flatMap((each) => each.elsewhere ?? []));
const reachedElsewhere = (field: string) => {
  const [type = ''] = field.split('.');
  return type.endsWith('Error') || type === 'Gap' || elsewhere.has(type) || elsewhere.has(field);
};

let world: World;
let server: TestServer;
let owner: Person;
let victim: Victim;
let stranger: Person;
let ownOfStranger: Victim;
let observerToken: string;
let deadKey: string;

before(async () => {
  world = await createWorld();
  ({ server, owner, victim, stranger, ownOfStranger } = world);
  observerToken = (await joinAs(server, owner, 'VIEWER', 'observer')).token;
  const key = await createKey(server, owner, ['READ', 'WRITE']);
  deadKey = key.secret;
  const revoke = 'mutation ($id: ID!) { revokeApiKey(input: { id: $id }) { apiKey { id } } }';
  (await graphql(server, revoke, { id: key.id }, owner)).expectData();
});
after(() => world[Symbol.asyncDispose]());

/** Whether anything of the victim's is in there. */
function isAimed(variables: Record<string, unknown>): boolean {
  const text = JSON.stringify(variables);
  return [victim.invitationToken, ...Object.values(victim.ids)].some((secret) => text.includes(secret));
}

/** Who tries it from the other organization: somebody new where trying ends what it was tried with. */
const attackerFor = ({ consumes }: AccessCase) => (consumes ? signUp(server, 'leaver') : stranger);

function assertNoCanary(answer: unknown, story: string): void {
  const text = JSON.stringify(answer);
  assert.ok(!text.includes(mark), `a name leaked: ${story}\n${text}`);
  for (const [type, id] of Object.entries(victim.ids)) {
    assert.ok(!text.includes(id) && !text.includes(uuidOf(id)), `an id of ${type} leaked: ${story}\n${text}`);
  }
}

test('every root field has a case, and every case a root field', () => {
  const fields = roots.flatMap((root) => Object.keys(root.getFields()).map((name) => `${root.name}.${name}`));
  assert.deepEqual(Object.keys(accessCases).sort(), fields.sort());
  assert.deepEqual(
    nodeTypes.filter((type) => !victim.ids[type]),
    [],
    'Node types of which the victim owns nothing',
  );
});

for (const [key, accessCase] of Object.entries(accessCases)) {
  describe(key, () => {
    for (const attempt of attemptsOf(key, accessCase)) {
      const { root, aim, label } = attempt;
      const { access, variables } = accessCase;

      test(`${label}: another organization learns nothing, not even that it exists`, async () => {
        const attacker = await attackerFor(accessCase);
        const answer = await call(server, attempt, variables(aim(victim)), attacker.token);
        assertNoCanary(answer, label);
        if (access === 'public' && !accessCase.each) return;
        // What is somebody else's must look exactly like what is not there.
        const ghosts = variables(aim(ghostOf(victim)));
        if (isAimed(variables(aim(victim)))) {
          const ghost = await call(server, attempt, ghosts, attacker.token);
          assert.equal(withoutRequestId(answer), withoutRequestId(ghost), label);
        }
      });

      if (root.name === 'Query') {
        test(`${label}: what hangs below one’s own shows nothing of another organization, to a key neither`, async () => {
          const { secret } = await createKey(server, stranger, ['READ', 'WRITE', 'INFER']);
          for (const token of [stranger.token, secret]) {
            const answer = await call(server, attempt, variables(aim(ownOfStranger)), token);
            assertNoCanary(answer, label);
            assert.ok(!codesOf(answer).includes('INTERNAL_SERVER_ERROR'), JSON.stringify(answer));
          }
        });
      }

      test(`${label}: nobody and a revoked key get nothing`, async () => {
        const anonymous = await call(server, attempt, variables(aim(victim)), null, patientMs);
        assertNoCanary(anonymous, label);
        if (access !== 'public') assert.deepEqual(codesOf(anonymous), ['UNAUTHENTICATED'], label);
        const revoked = await call(server, attempt, variables(aim(victim)), deadKey, patientMs);
        assert.deepEqual(codesOf(revoked), ['UNAUTHENTICATED'], label);
        assertNoCanary(revoked, label);
      });

      if (access === 'write') {
        test(`${label}: a member who may only read is refused`, async () => {
          const answer = await call(server, attempt, variables(aim(victim)), observerToken);
          assert.deepEqual(codesOf(answer), ['FORBIDDEN'], JSON.stringify(answer));
        });
      }
    }
  });
}

test('the attempts above changed nothing of the victim’s', async () => {
  const query = `query ($id: ID!, $key: ID!, $member: ID!, $invitation: ID!) {
    session(id: $id) { state } key: node(id: $key) { ... on ApiKey { revokedAt } }
    member: node(id: $member) { ... on Membership { role } }
    invitation: node(id: $invitation) { ... on Invitation { acceptedAt revokedAt } }
    sources { edges { node { name } } } sessions { edges { node { id } } }
    viewer { apiKeys { edges { node { name } } } organization { name
      teams { edges { node { name members { edges { node { id } } } } } }
      customRoles { edges { node { permissions assignments { edges { node { id } } } } } }
    } }
  }`;
  const { Session: id, ApiKey: key, Membership: member, Invitation: invitation } = victim.ids;
  const data = (await graphql(server, query, { id, key, member, invitation }, owner)).expectData();
  assert.equal(data.session.state, 'RUNNING');
  assert.equal(data.key.revokedAt, null);
  assert.equal(data.member.role, 'VIEWER');
  assert.deepEqual(data.invitation, { acceptedAt: null, revokedAt: null });
  assert.equal(data.sources.edges.length, 1);
  assert.equal(data.sessions.edges.length, 1);
  const { apiKeys, organization } = data.viewer;
  assert.deepEqual(
    apiKeys.edges.map(({ node }: Answer) => node.name),
    [`${mark} key`, 'key'],
  );
  assert.equal(organization.name, `${mark} organization`);
  const [{ node: team }, ...otherTeams] = organization.teams.edges;
  assert.deepEqual([team.name, team.members.edges.length, otherTeams.length], [`${mark} team`, 1, 0]);
  const [{ node: role }, ...otherRoles] = organization.customRoles.edges;
  assert.deepEqual([role.permissions, role.assignments.edges.length, otherRoles.length], [['READ'], 2, 0]);
});

test('the cases reach every field of every type, so none is left untried', async () => {
  const reached = new Set<string>();
  for (const [key, accessCase] of Object.entries(accessCases)) {
    const { consumes, invitedOnly, ownVariables, variables } = accessCase;
    const leaver = consumes ? await signUp(server, 'leaver') : null;
    // The second owner: the first would be the last.
    const own = leaver && (await joinAs(server, leaver, 'OWNER', 'second'));
    const caller = invitedOnly ? world.invited : (own ?? owner);
    const callers = key === 'Query.viewer' ? [caller, world.member] : [caller];
    if (accessCase.elsewhere) reached.add(key);
    for (const attempt of attemptsOf(key, accessCase)) {
      const at = attempt.aim(leaver ? { ...victim, mark: 'leaver', email: caller.email } : victim);
      for (const { token } of callers) {
        const answer = await call(server, attempt, (ownVariables ?? variables)(at), token);
        collectFields(answer.data, reached);
        for (const name of Object.keys(answer.data ?? {})) reached.add(`${attempt.root.name}.${name}`);
      }
    }
  }
  const missed = allFields(schema).filter((field) => !reached.has(field) && !reachedElsewhere(field));
  assert.deepEqual(missed, []);
});
