import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Client, ConflictError, InvalidRequestError, PermissionDeniedError, SightlineError } from '@sightline/core';
import { tokenOf } from '../harness/accounts.ts';
import { createMailbox } from '../harness/mailbox.ts';
import { movableClock } from '../harness/movable-clock.ts';
import { joinAs, password, signUp } from '../harness/people.ts';
import { startTestServer } from '../harness/server.ts';
import type { TestServer } from '../harness/server.ts';
import { createSource } from '../harness/sources.ts';

const clock = movableClock();
const mailbox = createMailbox();
let server: TestServer;
before(async () => {
  server = await startTestServer({ clock, ports: { mailer: mailbox.mailer } });
});
after(() => server[Symbol.asyncDispose]());

const clientOf = ({ token }: { token: string }) => new Client({ baseUrl: server.url, token });
const failure = (call: Promise<unknown>): Promise<SightlineError> =>
  call.then(
    () => assert.fail('it should have failed'),
    (error: unknown) => (error instanceof SightlineError ? error : Promise.reject(error)),
  );
async function all<T>(list: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = [];
  for await (const item of list) items.push(item);
  return items;
}

test('people are invited, join, change roles, are listed page by page, and go', async () => {
  const owner = await signUp(server, 'inviting');
  const client = clientOf(owner);
  const guest = await signUp(server, 'guest');
  const offer = await client.invitations.send({ email: guest.email, role: 'VIEWER' });
  assert.deepEqual(
    (await all(client.invitations.list())).map(({ id }) => id),
    [offer.id],
  );
  const mail = await mailbox.next(guest.email);
  const joining = clientOf(guest);
  assert.ok((await failure(joining.invitations.accept('slo_none'))) instanceof InvalidRequestError);
  const { viewer } = await joining.invitations.accept(tokenOf(mail));
  assert.equal(viewer.organization.name, 'inviting organization');
  assert.equal((await joining.auth.viewer())?.role, 'VIEWER');
  assert.ok((await failure(client.invitations.send({ email: guest.email, role: 'VIEWER' }))) instanceof ConflictError);
  const second = await client.invitations.send({ email: 'later@example.com', role: 'OPERATOR' });
  assert.ok((await client.invitations.revoke(second.id)).revokedAt);

  await joinAs(server, owner, 'OPERATOR', 'third');
  const members = await all(client.members.list({ pageSize: 1 }));
  assert.deepEqual(
    members.map(({ role }) => role),
    ['OWNER', 'VIEWER', 'OPERATOR'],
  );
  const [self, joined] = members;
  assert.equal((await client.members.changeRole(joined?.id ?? '', 'OPERATOR')).role, 'OPERATOR');
  const last = await failure(client.members.changeRole(self?.id ?? '', 'VIEWER'));
  assert.deepEqual([last instanceof ConflictError, last.code], [true, 'LAST_OWNER']);
  assert.ok((await failure(joining.members.remove(self?.id ?? ''))) instanceof PermissionDeniedError);

  clock.advance({ ms: 6 * 60_000 });
  assert.equal((await failure(client.members.changeRole(joined?.id ?? '', 'ADMIN'))).code, 'STEP_UP_REQUIRED');
  assert.equal(
    (await failure(client.invitations.send({ email: 'a@example.com', role: 'ADMIN' }))).code,
    'STEP_UP_REQUIRED',
  );
  await client.secondFactor.stepUp({ password });
  assert.equal((await client.members.changeRole(joined?.id ?? '', 'ADMIN')).role, 'ADMIN');
  await client.members.remove(joined?.id ?? '');
  assert.equal((await failure(joining.organizations.list())).code, 'UNAUTHENTICATED');
});

test('teams and roles of one’s own are made, given for a source, and taken away', async () => {
  const owner = await signUp(server, 'teams');
  const client = clientOf(owner);
  const sourceId = await createSource(server, owner);
  await joinAs(server, owner, 'GUEST', 'watcher');
  const [, member] = await all(client.members.list());
  const membershipId = member?.id ?? '';
  const team = await client.teams.create('night shift');
  assert.equal((await failure(client.teams.create('night shift'))).code, 'TEAM_NAME_TAKEN');
  assert.equal((await client.teams.rename(team.id, 'day shift')).name, 'day shift');
  await client.teams.add(team.id, membershipId);
  assert.deepEqual(
    (await all(client.teams.members(team.id))).map(({ id }) => id),
    [membershipId],
  );

  const role = await client.roles.create({ name: 'watching', permissions: ['READ'] });
  const wider = await client.roles.update({ id: role.id, permissions: ['READ', 'SESSIONS_WRITE'] });
  assert.deepEqual(wider.permissions, ['READ', 'SESSIONS_WRITE']);
  const given = await client.roles.assign({ customRoleId: role.id, sourceId, teamId: team.id });
  await client.roles.assign({ customRoleId: role.id, sourceId, membershipId });
  const assignments = await all(client.roles.assignments(role.id, { pageSize: 1 }));
  assert.deepEqual(
    assignments.map(({ team: of, membership }) => [of?.name, membership?.id]),
    [
      ['day shift', undefined],
      [undefined, membershipId],
    ],
  );
  await client.roles.unassign(given.id);
  await client.teams.remove(team.id, membershipId);
  assert.deepEqual(await all(client.teams.members(team.id)), []);
  await client.teams.delete(team.id);
  await client.roles.delete(role.id);
  assert.deepEqual([await all(client.teams.list()), await all(client.roles.list())], [[], []]);
});

test('an organization is made, switched to, renamed, kept for so long, left and deleted', async () => {
  const person = await signUp(server, 'several');
  const client = clientOf(person);
  const made = await client.organizations.create('second one');
  assert.deepEqual(
    (await client.organizations.list()).map(({ name, isCurrent }) => [name, isCurrent]),
    [
      ['several organization', true],
      ['second one', false],
    ],
  );
  const there = clientOf(await client.organizations.switchTo(made.organizationId));
  assert.equal((await client.organizations.current())?.name, 'second one');
  assert.equal((await there.organizations.rename('another name')).name, 'another name');
  const kept = await client.privacy.retention({ snapshotDays: 3, auditDays: 40 });
  assert.deepEqual([kept.retention.snapshotDays, kept.retention.auditDays], [3, 40]);
  assert.equal((await failure(client.organizations.leave())).code, 'LAST_OWNER');
  await client.organizations.delete('another name');
  assert.equal(await client.organizations.current().catch(() => null), null);
  assert.deepEqual(
    (await clientOf(person).organizations.list()).map(({ name }) => name),
    ['several organization'],
  );
});

test('a sandbox is made, and a month of it lived by a program with a key', async () => {
  const client = clientOf(await signUp(server, 'trying'));
  assert.equal((await failure(client.sandbox.advanceClock({ by: 'P30D' }))).code, 'SANDBOX_ONLY');
  const { organizationId, isSandbox } = await client.sandbox.create({ name: 'to try' });
  assert.equal(isSandbox, true);
  await client.organizations.switchTo(organizationId);
  const { secret } = await client.apiKeys.create({ name: 'suite', scopes: ['READ', 'WRITE'] });
  const suite = new Client({ baseUrl: server.url, apiKey: secret });
  const start = clock.now().getTime();
  for (const days of [10, 20, 30]) {
    assert.equal((await suite.sandbox.advanceClock({ by: 'P10D' })).getTime(), start + days * 86_400_000);
  }
  const seen = await suite.organizations.current();
  assert.deepEqual([seen?.isSandbox, Date.parse(seen?.now ?? '')], [true, start + 30 * 86_400_000]);
});

test('the audit log is read page by page, by filter, and as a file', async () => {
  const owner = await signUp(server, 'logged');
  const client = clientOf(owner);
  for (const name of ['a', 'b', 'c']) await client.teams.create(name);
  const entries = await all(client.auditLog.list({ pageSize: 2 }));
  assert.deepEqual(entries.map(({ action }) => action).slice(0, 3), ['createTeam', 'createTeam', 'createTeam']);
  assert.deepEqual(
    entries.map(({ seq }) => Number(seq)),
    entries.map((_entry, index) => entries.length - index),
  );
  assert.equal(entries[0]?.actor?.id, owner.userId);
  const some = await client.auditLog.list({ filter: { actions: ['signUp'] } }).page();
  assert.deepEqual([some.items.length, some.hasNextPage], [1, false]);
  const parts = await all(client.auditLog.export({ format: 'NDJSON' }));
  const lines = parts.flatMap(({ content }) => content.trimEnd().split('\n'));
  assert.equal(
    lines.length,
    parts.reduce((count, { entryCount }) => count + entryCount, 0),
  );
  assert.deepEqual(
    lines.slice(0, entries.length).map((line) => JSON.parse(line).action),
    entries.map(({ action }) => action).reverse(),
  );
  const viewer = await joinAs(server, owner, 'VIEWER', 'reading');
  assert.ok((await failure(clientOf(viewer).auditLog.list().page())) instanceof PermissionDeniedError);
});
