import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { mutationProofs } from '@sightline/server/domain/identity/mutation-proofs';
import { schema } from '@sightline/server/graphql/schema';
import { graphql } from '../harness/graphql.ts';
import { movableClock } from '../harness/movable-clock.ts';
import { joinAs, signUp } from '../harness/people.ts';
import type { Person } from '../harness/people.ts';
import { report } from '../security/report.ts';
import { accessCases } from './access-cases.ts';
import { attemptsOf } from './matrix/attempts.ts';
import { createWorld } from './matrix/world.ts';
import type { World } from './matrix/world.ts';

const clock = movableClock();
let world: World;
before(async () => {
  world = await createWorld({ clock });
});
after(() => world[Symbol.asyncDispose]());

const mutations = Object.keys(schema.getMutationType()?.getFields() ?? {});
const stale = () => clock.advance({ ms: 5 * 60_000 + 1 });

/** What each case of `sometimes` has to ask for, of the owner of one's own organization. */
const doors: Record<string, (ids: Record<string, string>) => object> = {
  approveDevice: () => ({ userCode: 'BBBB-BBBB' }),
  inviteMember: () => ({ email: 'door@example.com', role: 'ADMIN' }),
  removeMember: (ids) => ({ membershipId: ids['admin'] }),
  updateApiKey: (ids) => ({ id: ids['ApiKey'], scopes: ['WRITE'] }),
};
/** The same mutations, where they open nothing. */
const ordinary: Record<string, (ids: Record<string, string>) => object> = {
  inviteMember: () => ({ email: 'ordinary@example.com', role: 'VIEWER' }),
  removeMember: (ids) => ({ membershipId: ids['Membership'] }),
  updateApiKey: (ids) => ({ id: ids['ApiKey'], name: 'another name' }),
};

/** Somebody signed in for more than five minutes, as one whose token was copied. */
async function codesOf(name: string, variables: Record<string, unknown>, { token }: Pick<Person, 'token'>) {
  const key = `Mutation.${name}`;
  const [attempt] = attemptsOf(key, accessCases[key] as (typeof accessCases)[string]);
  const { errors } = await graphql(world.server, attempt?.operation ?? '', variables, { token });
  return errors.map(({ extensions }) => extensions['code']);
}

test('the table says of every mutation how sure it has to be, and names no other', () => {
  assert.deepEqual(Object.keys(mutationProofs).sort(), mutations.toSorted());
});

test('every sensitive mutation asks for a fresh proof before it does anything', async () => {
  const admin = await joinAs(world.server, world.owner, 'ADMIN', 'managing');
  const { viewer } = (
    await graphql(world.server, '{ viewer { organization { members(last: 1) { edges { node { id } } } } } }', {}, admin)
  ).expectData();
  const ids = { ...world.victim.ids, admin: viewer.organization.members.edges[0].node.id as string };
  stale();
  const wrong: string[] = [];
  let tried = 0;
  for (const [name, proof] of Object.entries(mutationProofs)) {
    const { variables, ownVariables } = accessCases[`Mutation.${name}`] as (typeof accessCases)[string];
    const asked = proof === 'sometimes' ? { input: doors[name]?.(ids) } : (ownVariables ?? variables)(world.victim);
    if (proof !== 'fresh' && proof !== 'sometimes') continue;
    tried += 1;
    const before = await auditCount();
    const codes = await codesOf(name, asked, world.owner);
    if (codes[0] !== 'STEP_UP_REQUIRED' || (await auditCount()) !== before) wrong.push(`${name}: ${codes.join()}`);
  }
  report('sensitive mutations without a fresh proof', { tried, done: wrong.length });
  assert.deepEqual(wrong, []);
  assert.ok(tried >= 18, String(tried));
});

test('and no other does, so that nobody types passwords for nothing', async () => {
  const leavers = new Map<string, Person>();
  for (const name of mutations.filter((each) => accessCases[`Mutation.${each}`]?.consumes)) {
    leavers.set(name, await signUp(world.server, 'leaver'));
  }
  stale();
  const wrong: string[] = [];
  for (const [name, proof] of Object.entries(mutationProofs)) {
    const { variables, ownVariables } = accessCases[`Mutation.${name}`] as (typeof accessCases)[string];
    const door = ordinary[name]?.(world.victim.ids);
    if (proof === 'fresh' || (proof === 'sometimes' && !door)) continue;
    // What is a proof itself is given a wrong one, so that the next is asked without.
    const aimed = (proof === 'none' && ownVariables) || variables;
    const codes = await codesOf(name, door ? { input: door } : aimed(world.victim), leavers.get(name) ?? world.owner);
    if (codes.includes('STEP_UP_REQUIRED') || codes.includes('UNAUTHENTICATED')) wrong.push(`${name}: ${codes.join()}`);
  }
  assert.deepEqual(wrong, []);
});

const auditCount = async () => Number((await world.sql('select count(*) as count from "AuditEntry"'))[0]?.['count']);
