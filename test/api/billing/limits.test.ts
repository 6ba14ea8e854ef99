import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { query } from '../../harness/database.ts';
import { createFakeInference, frame, jpeg, opened } from '../../harness/fake-inference.ts';
import { graphql } from '../../harness/graphql.ts';
import { joinAs, signUp, uuidOf } from '../../harness/people.ts';
import type { Person } from '../../harness/people.ts';
import { startTestServer } from '../../harness/server.ts';
import type { TestServer } from '../../harness/server.ts';
import { createSource, startSession, waitForSession } from '../../harness/sources.ts';
import { until } from '../../harness/until.ts';
import { ask, subscribe } from './billing.ts';

let server: TestServer;
before(async () => {
  server = await startTestServer();
});
after(() => server[Symbol.asyncDispose]());

/** What was agreed with one organization alone. What counts in a transaction knows it at once. */
const agree = (person: Person, name: string, value: number) =>
  query(
    server.databaseUrl,
    `insert into "OrganizationLimit" ("organizationId", "name", "value", "reason")
      values ('${uuidOf(person.organizationId)}', '${name}', ${value}, 'test')
      on conflict ("organizationId", "name") do update set "value" = excluded."value"`,
  );

/** `code`, `limit` and `allowed` of what refused a mutation; all null when it was done. */
async function outcome(person: Pick<Person, 'token'>, field: string, type: string, input: object) {
  const text = `mutation ($input: ${type}!) { ${field}(input: $input) {
    ... on UserError { code } ... on PlanLimitReachedError { limit allowed } } }`;
  const {
    code = null,
    limit = null,
    allowed = null,
  } = (await graphql(server, text, { input }, person)).expectData()[field];
  return { code, limit, allowed };
}
const done = { code: null, limit: null, allowed: null };
const reached = (limit: string, allowed: number) => ({ code: 'PLAN_LIMIT_REACHED', limit, allowed });

let count = 0;
const invite = (person: Person) =>
  outcome(person, 'inviteMember', 'InviteMemberInput', { email: `seat-${(count += 1)}@example.com`, role: 'VIEWER' });

test('seats are members and open invitations together, also for ten who invite at once', async () => {
  const owner = await signUp(server);
  await agree(owner, 'maxSeats', 4);
  await joinAs(server, owner, 'VIEWER');
  const invited = await Promise.all(Array.from({ length: 10 }, () => invite(owner)));
  assert.equal(invited.filter(({ code }) => code === null).length, 2);
  assert.deepEqual(
    invited.find(({ code }) => code),
    reached('maxSeats', 4),
  );
  // An offer for the same address takes the place of the one before, and needs no seat of its own.
  const again = { email: `seat-${count}@example.com`, role: 'VIEWER' };
  const texts = await query(
    server.databaseUrl,
    `select "email" from "Invitation" where "organizationId" = '${uuidOf(owner.organizationId)}' and "revokedAt" is null`,
  );
  assert.deepEqual(
    await outcome(owner, 'inviteMember', 'InviteMemberInput', { ...again, email: texts[0]?.['email'] }),
    done,
  );
  // One that is over takes none.
  await query(
    server.databaseUrl,
    `update "Invitation" set "expiresAt" = now() - interval '1 second' where "email" = '${String(texts[1]?.['email'])}'`,
  );
  assert.deepEqual(await invite(owner), done);
});

test('sources, sessions and bytes are refused where the plan ends, and a changed limit is known to the next statement', async () => {
  const owner = await signUp(server);
  const sourceId = await createSource(server, owner);
  await agree(owner, 'maxSources', 1);
  const path = join(server.sourceDirectory, 'second');
  await mkdir(path);
  await writeFile(join(path, '1.jpg'), jpeg);
  const input = { name: 'second', kind: 'IMAGES', path };
  assert.deepEqual(await outcome(owner, 'createSource', 'CreateSourceInput', input), reached('maxSources', 1));
  await agree(owner, 'maxConcurrentSessions', 0);
  const start = { sourceId };
  assert.deepEqual(
    await outcome(owner, 'startSession', 'StartSessionInput', start),
    reached('maxConcurrentSessions', 0),
  );
  await agree(owner, 'maxConcurrentSessions', 1);
  assert.deepEqual(await outcome(owner, 'startSession', 'StartSessionInput', start), done);
  await agree(owner, 'maxStoredBytes', 10);
  const upload = { fileName: 'a.jpg', contentType: 'image/jpeg', byteSize: 11 };
  assert.deepEqual(await outcome(owner, 'createUpload', 'CreateUploadInput', upload), reached('maxStoredBytes', 10));
  assert.deepEqual(await outcome(owner, 'createUpload', 'CreateUploadInput', { ...upload, byteSize: 10 }), done);
});

test('nothing is kept for longer than the plan allows', async () => {
  const owner = await signUp(server);
  await agree(owner, 'maxRetentionDays', 30);
  const keep = (input: object) => outcome(owner, 'setRetention', 'SetRetentionInput', input);
  assert.deepEqual(await keep({ eventDays: 31 }), reached('maxRetentionDays', 30));
  assert.deepEqual(await keep({ eventDays: 30, snapshotDays: 7 }), done);
});

test('who owes a bill after its grace reads, pays and starts nothing; paid, all is as before', async () => {
  const owner = await signUp(server);
  const sourceId = await createSource(server, owner);
  await subscribe(server, owner, { planCode: 'pro', trial: false });
  await ask(server, owner, 'cancelSubscription', { atPeriodEnd: false });
  const owing = (since: string) =>
    query(
      server.databaseUrl,
      `update "Subscription" set "pastDueSince" = ${since} where "organizationId" = '${uuidOf(owner.organizationId)}'`,
    );
  await owing('now()');
  const required = { ...done, code: 'PAYMENT_REQUIRED' };
  const start = { sourceId };
  const upload = { fileName: 'a.jpg', contentType: 'image/jpeg', byteSize: 11 };
  assert.deepEqual(await outcome(owner, 'startSession', 'StartSessionInput', start), required);
  assert.deepEqual(await outcome(owner, 'createUpload', 'CreateUploadInput', upload), required);
  // Nor is another subscription a way around it.
  assert.equal((await ask(server, owner, 'subscribe', { planCode: 'business' })).code, 'PAYMENT_REQUIRED');
  const { viewer } = (await graphql(server, '{ viewer { organization { plan { code } } } }', {}, owner)).expectData();
  assert.equal(viewer.organization.plan.code, 'free');
  await owing('null');
  assert.deepEqual(await outcome(owner, 'startSession', 'StartSessionInput', start), done);
});

test('sessions go on where there is no room, and keep no more pictures', async () => {
  const fake = createFakeInference();
  await using own = await startTestServer({ inference: fake.inference });
  const owner = await signUp(own);
  const sourceId = await createSource(own, owner);
  // Room for one picture, and not for two; the other limit shows when they are known.
  await query(
    own.databaseUrl,
    `insert into "OrganizationLimit" ("organizationId", "name", "value", "reason")
      select '${uuidOf(owner.organizationId)}', "name", "value", 'test'
        from (values ('maxStoredBytes', ${jpeg.byteLength * 2 - 1}), ('maxQueryCost', 1000)) as agreed ("name", "value")`,
  );
  const budget = async () =>
    JSON.parse((await graphql(own, '{ viewer { user { id } } }', {}, owner)).text).extensions.budget.limit;
  await until(async () => (await budget()) === 60 * 1_000);
  const id = await startSession(own, owner, sourceId);
  const run = await fake.nextRun();
  run.send(opened, frame(0, [{ trackNumber: 1 }]), frame(1, [{ trackNumber: 2 }]), frame(2), { type: 'ended' });
  await waitForSession(own, owner, id, ({ state }) => state === 'COMPLETED');
  const text = '{ events(first: 10) { edges { node { type snapshot { id } } } } }';
  const { events } = (await graphql(own, text, {}, owner)).expectData();
  const entered = events.edges.filter(({ node }: { node: { type: string } }) => node.type === 'OBJECT_ENTERED');
  assert.deepEqual(
    entered.map(({ node }: { node: { snapshot: unknown } }) => node.snapshot !== null),
    [true, false],
  );
  const [stored] = await query(own.databaseUrl, 'select sum("byteSize")::int as bytes from "Artifact"');
  assert.equal(stored?.['bytes'], jpeg.byteLength);
});
