import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { query } from '../../harness/database.ts';
import { graphql } from '../../harness/graphql.ts';
import { createKey, joinAs, signIn, signUp, uuidOf } from '../../harness/people.ts';
import type { Person } from '../../harness/people.ts';
import { startTestServer } from '../../harness/server.ts';
import type { TestServer } from '../../harness/server.ts';
import { createSource } from '../../harness/sources.ts';
import { setActivity, watchPresence } from '../../realtime/presence-view.ts';
import { done, membershipOf, mutate } from '../organizations/operations.ts';

let server: TestServer;
let anna: Person;
let source: string;

before(async () => {
  server = await startTestServer();
  anna = await signUp(server, 'anna');
  source = await createSource(server, anna);
});
after(() => server[Symbol.asyncDispose]());

const endingOf = async (person: { token: string }, sourceId: string | null): Promise<string> => {
  await using view = watchPresence(server, person, sourceId);
  return await view.ended();
};

test('a person with many tabs is one, since the first of them', async () => {
  await using first = watchPresence(server, anna, source);
  await first.shows('anna');
  const [{ userId, since }] = first.seen.at(-1)!.present;
  assert.equal(userId, anna.userId);
  const berta = await joinAs(server, anna, 'VIEWER', 'berta');
  await using other = watchPresence(server, berta, source);
  {
    await using second = watchPresence(server, anna, source);
    await second.shows('anna berta');
    assert.equal(second.seen.at(-1)!.present[0].since, since);
  }
  await other.shows('anna berta');
  assert.equal(other.seen.at(-1)!.presentCount, 2);
  await first[Symbol.asyncDispose]();
  await other.shows('berta');
});

test('a source shows who watches it to those who may read it, and to nobody else', async () => {
  const hidden = await createSource(server, anna);
  const guest = await joinAs(server, anna, 'GUEST', 'guest');
  const stranger = await signUp(server, 'stranger');
  assert.equal(await endingOf(guest, source), 'FORBIDDEN');
  const role = { name: `role ${Math.random()}`, permissions: ['READ'] };
  const { customRole } = await done(mutate(server, anna, 'createCustomRole', role, 'customRole { id }'));
  const membershipId = await membershipOf(server, anna, guest);
  const given = { customRoleId: customRole.id, sourceId: source, membershipId };
  const { assignment } = await done(mutate(server, anna, 'assignRole', given, 'assignment { id }'));
  assert.equal(await endingOf(guest, hidden), 'NOT_FOUND');
  assert.equal(await endingOf(guest, null), 'FORBIDDEN');
  assert.equal(await endingOf(stranger, source), 'NOT_FOUND');
  for (const [person, sourceId, code] of [
    [guest, hidden, 'NOT_FOUND'],
    [guest, null, 'FORBIDDEN'],
    [stranger, source, 'NOT_FOUND'],
  ] as const) {
    const input = { sourceId, activity: 'typing' };
    const mutation = 'mutation ($input: SetActivityInput!) { setActivity(input: $input) { isShown } }';
    (await graphql(server, mutation, { input }, person)).expectCode(code);
  }
  await using elsewhere = watchPresence(server, anna, hidden);
  await elsewhere.shows('anna');
  await using here = watchPresence(server, anna, source);
  await here.shows('anna');
  await using theirs = watchPresence(server, guest, source);
  await Promise.all([theirs.shows('anna guest'), here.shows('anna guest')]);
  // What was given is taken back: they are told nothing more, and shown no more.
  await done(mutate(server, anna, 'unassignRole', { id: assignment.id }, 'unassignedId'));
  assert.equal(await theirs.ended(), 'FORBIDDEN');
  await here.shows('anna');
  assert.equal(elsewhere.seen.length, 1);
});

test('who leaves the organization is gone', async () => {
  const leaver = await joinAs(server, anna, 'OPERATOR', 'leaver');
  await using here = watchPresence(server, anna, null);
  await here.shows('anna');
  await using there = watchPresence(server, leaver, null);
  await here.shows('anna leaver');
  const membershipId = await membershipOf(server, anna, leaver);
  await done(mutate(server, anna, 'removeMember', { membershipId }, '__typename'));
  await here.shows('anna');
  assert.equal(await there.ended(), 'UNAUTHENTICATED');
});

test('a key follows unseen, and does nothing', async () => {
  const key = await createKey(server, anna, ['READ']);
  await using here = watchPresence(server, { token: key.secret }, source);
  await here.shows('');
  await using there = watchPresence(server, anna, source);
  await Promise.all([here.shows('anna'), there.shows('anna')]);
  assert.equal(here.seen.at(-1)!.presentCount, 1);
  const mutation = 'mutation ($input: SetActivityInput!) { setActivity(input: $input) { isShown } }';
  const input = { sourceId: source, activity: 'typing' };
  (await graphql(server, mutation, { input }, { token: key.secret })).expectCode('UNAUTHENTICATED');
});

test('what somebody does is shown where they watch, in words that nobody has to escape, and leaves nothing', async () => {
  const carla = await signUp(server, 'carla');
  const hers = await createSource(server, carla);
  assert.equal(await setActivity(server, carla, { sourceId: hers, activity: 'typing' }), false);
  await using here = watchPresence(server, carla, hers);
  await here.shows('carla');
  assert.equal(await setActivity(server, carla, { sourceId: hers, activity: 'typing' }), true);
  for (const activity of ['', 'Typing', '<b>', 'a b', '-', 'ä', 'x'.repeat(33)]) {
    const mutation = 'mutation ($input: SetActivityInput!) { setActivity(input: $input) { isShown } }';
    const answer = await graphql(server, mutation, { input: { sourceId: hers, activity } }, carla);
    answer.expectCode('INPUT_INVALID');
  }
  const entries = await query(
    server.databaseUrl,
    `select "action" from "AuditEntry" where "organizationId" = '${uuidOf(carla.organizationId)}' and "action" = 'setActivity'`,
  );
  assert.deepEqual(entries, []);
  // Signing out ends it.
  const again = await signIn(server, carla.email);
  await using other = watchPresence(server, again, null);
  await other.shows('carla');
  await done(mutate(server, carla, 'signOut', null, '__typename'));
  await here.ended();
  await other.shows('carla');
});
