import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { query } from '../../harness/database.ts';
import { createFakeInference, frame, opened } from '../../harness/fake-inference.ts';
import { graphql } from '../../harness/graphql.ts';
import { movableClock } from '../../harness/movable-clock.ts';
import { password, uuidOf } from '../../harness/people.ts';
import { advanceClock, askToAdvance, createSandbox } from '../../harness/sandbox.ts';
import type { Sandbox } from '../../harness/sandbox.ts';
import { startTestServer } from '../../harness/server.ts';
import type { TestServer } from '../../harness/server.ts';
import { createSource, startSession, waitForSession } from '../../harness/sources.ts';
import { ask, standing, subscribe } from '../billing/billing.ts';
import { createKey } from '../keys/keys.ts';
import { stepUp } from '../second-factor/calls.ts';

const clock = movableClock(new Date('2027-01-31T10:00:00.000Z'));
const fake = createFakeInference();
let server: TestServer;
before(async () => {
  server = await startTestServer({ clock, inference: fake.inference });
});
after(() => server[Symbol.asyncDispose]());

async function changesOf({ organizationId }: Sandbox): Promise<string[]> {
  const rows = await query(
    server.databaseUrl,
    `select "event", "toState"::text, "at" from "SubscriptionChange" where "organizationId" = '${uuidOf(organizationId)}' order by "at", "revision"`,
  );
  return rows.map(({ event, toState, at }) => `${String(event)} ${String(toState)} ${(at as Date).toISOString()}`);
}

test('one long move ends the trial and every period at its own moment, and the next is paid from then on', async () => {
  const sandbox = await createSandbox(server);
  await subscribe(server, sandbox, { planCode: 'pro' });
  await advanceClock(server, sandbox, 'P100D');
  assert.deepEqual(await changesOf(sandbox), [
    'subscribed TRIALING 2027-01-31T10:00:00.000Z',
    'trialEnded ACTIVE 2027-02-14T10:00:00.000Z',
    'periodEnded ACTIVE 2027-03-14T10:00:00.000Z',
    'periodEnded ACTIVE 2027-04-14T10:00:00.000Z',
  ]);
  const { subscription } = await standing(server, sandbox);
  assert.deepEqual(
    [subscription.periodStartsAt, subscription.periodEndsAt],
    ['2027-04-14T10:00:00.000Z', '2027-05-14T10:00:00.000Z'],
  );
});

test('what ends with the period is over when a move has gone past it, and not a second before', async () => {
  const sandbox = await createSandbox(server);
  await subscribe(server, sandbox, { planCode: 'pro', trial: false });
  await ask(server, sandbox, 'cancelSubscription', { atPeriodEnd: true });
  await advanceClock(server, sandbox, 'P27D');
  await advanceClock(server, sandbox, 'PT23H59M59S');
  assert.equal((await standing(server, sandbox)).plan.code, 'pro');
  await advanceClock(server, sandbox, 'PT1S');
  const { plan, subscription } = await standing(server, sandbox);
  assert.deepEqual([plan.code, subscription?.state ?? 'CANCELED'], ['free', 'CANCELED']);
});

test('many who move the same clock at once bring about each thing once', async () => {
  const sandbox = await createSandbox(server);
  await subscribe(server, sandbox, { planCode: 'pro', trial: false });
  const { secret: token } = await makeKey(sandbox);
  await Promise.all(Array.from({ length: 6 }, () => askToAdvance(server, 'P31D', { token })));
  const changes = await changesOf(sandbox);
  assert.deepEqual(
    changes.map((change) => change.slice(-24, -14)),
    ['2027-01-31', '2027-02-28', '2027-03-31', '2027-04-30', '2027-05-31', '2027-06-30', '2027-07-31'],
  );
});

test('pictures, events and the log go when the sandbox says that they are old, and not because its clock was moved', async () => {
  const sandbox = await createSandbox(server);
  // Years ahead: what is written from now on must not look old.
  await advanceClock(server, sandbox, 'P365D');
  await advanceClock(server, sandbox, 'P365D');
  const sourceId = await createSource(server, sandbox);
  const sessionId = await startSession(server, sandbox, sourceId);
  const run = await fake.nextRun();
  run.send(opened, frame(0, [{ trackNumber: 1 }]), { type: 'ended' });
  await waitForSession(server, sandbox, sessionId, ({ state }) => state === 'COMPLETED');

  const organizationId = uuidOf(sandbox.organizationId);
  const kept = async () => {
    const counts = await query(
      server.databaseUrl,
      `select (select count(*)::int from "Artifact" where "organizationId" = '${organizationId}') as pictures,
        (select count(*)::int from "Event" where "organizationId" = '${organizationId}') as events,
        (select count(*)::int from "AuditEntry" where "organizationId" = '${organizationId}' and "action" = 'startSession') as entries`,
    );
    return counts[0];
  };
  await advanceClock(server, sandbox, 'P6D');
  assert.deepEqual(await kept(), { pictures: 1, events: 4, entries: 1 });
  await advanceClock(server, sandbox, 'P2D');
  assert.deepEqual(await kept(), { pictures: 0, events: 4, entries: 1 });
  await advanceClock(server, sandbox, 'P83D');
  assert.deepEqual(await kept(), { pictures: 0, events: 0, entries: 1 });
  await advanceClock(server, sandbox, 'P275D');
  assert.deepEqual(await kept(), { pictures: 0, events: 0, entries: 0 });
});

async function makeKey(sandbox: Sandbox): Promise<{ secret: string }> {
  await stepUp(server, sandbox.token, { password });
  return (await createKey(server, sandbox, { scopes: ['READ', 'WRITE'] })).expectData().createApiKey;
}

test('what a session told of was at the time of its sandbox', async () => {
  const sandbox = await createSandbox(server);
  const now = await advanceClock(server, sandbox, 'P1Y');
  const sessionId = await startSession(server, sandbox, await createSource(server, sandbox));
  const run = await fake.nextRun();
  run.send(opened, frame(0, [{ trackNumber: 1 }]), { type: 'ended' });
  await waitForSession(server, sandbox, sessionId, ({ state }) => state === 'COMPLETED');
  const text = '{ events(first: 1) { edges { node { type occurredAt } } } }';
  const [{ node }] = (await graphql(server, text, {}, sandbox)).expectData().events.edges;
  assert.deepEqual(node, { type: 'SESSION_STARTED', occurredAt: now.toISOString() });
});

test('a sandbox tries out any plan, and gets no more machines than `free` unless an operator says so', async () => {
  const sandbox = await createSandbox(server);
  const free = (await standing(server, sandbox)).limits;
  await subscribe(server, sandbox, { planCode: 'business', trial: false });
  const { limits } = await standing(server, sandbox);
  assert.deepEqual([limits.maxSources, limits.maxSeats], [1_000, 200]);
  const bounded = ['maxStoredBytes', 'maxConcurrentSessions', 'maxLiveConnections', 'requestsPerMinute'];
  for (const name of [...bounded, 'inferenceWeight', 'inferencePerMinute', 'inferencePerMinuteKey']) {
    assert.equal(limits[name], free[name], name);
  }
  await query(
    server.databaseUrl,
    `insert into "OrganizationLimit" ("organizationId", "name", "value", "reason")
      values ('${uuidOf(sandbox.organizationId)}', 'maxConcurrentSessions', 7, 'a partner')`,
  );
  // Nobody told of it: it is known within a second.
  while ((await standing(server, sandbox)).limits.maxConcurrentSessions !== 7);
});
