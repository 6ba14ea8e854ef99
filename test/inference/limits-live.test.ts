import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { createTestDatabase, query } from '../harness/database.ts';
import { createKey, signUp, uuidOf } from '../harness/people.ts';
import { serviceToken, startTestServer } from '../harness/server.ts';
import { until } from '../harness/until.ts';
import { twoBlobs } from './pictures.ts';
import { bearer, refusal, startSidecar } from './sidecar.ts';

test('another plan, and other terms of it, hold in the sidecar as soon as a server hears of them', async (t) => {
  await using database = await createTestDatabase();
  await using server = await startTestServer({ databaseUrl: database.url });
  const person = await signUp(server);
  const { secret } = await createKey(server, person, ['INFER']);
  // Time stands still there: what it remembers for seconds it would keep for ever, unless it is told.
  // Nor do its buckets fill again, so both rates are more than a minute of asking can use up.
  await using sidecar = await startSidecar({ serverUrl: server.url, serviceToken }, { now: () => 1_800_000_000_000 });
  const picture = await twoBlobs();
  const ask = () =>
    fetch(`${sidecar.url}/predict`, {
      method: 'POST',
      body: Buffer.concat([picture, Buffer.from(randomUUID())]),
      headers: { ...bearer(secret), 'content-type': 'image/png' },
    });
  const policy = async () => (await ask()).headers.get('ratelimit-policy') ?? '';
  assert.equal(await policy(), '"organization";q=6000;w=60, "key";q=3000;w=60');

  /** In one transaction, as whoever edits plans does it. */
  const change = async (statement: string, topic: string, organizationId: string) =>
    query(
      database.url,
      `begin; ${statement}; insert into "OutboxMessage" ("id", "topic", "payload")
         values ('${randomUUID()}', '${topic}', '{"organizationId": "${organizationId}"}'); commit`,
    );
  const nobody = '00000000-0000-0000-0000-000000000000';
  const startedAt = performance.now();
  await change('update "PlanVersion" set "inferencePerMinute" = 60000', 'plans.changed', nobody);
  await until(async () => (await policy()).startsWith('"organization";q=60000;'));
  t.diagnostic(`the sidecar knew after ${Math.round(performance.now() - startedAt)} ms`);

  const organizationId = uuidOf(person.organizationId);
  const own = (name: string, value: number) =>
    `insert into "OrganizationLimit" ("organizationId", "name", "value", "reason")
       values ('${organizationId}', '${name}', ${value}, 'a test')`;
  await change(own('inferencePerMinute', 90000), 'access.changed', organizationId);
  await until(async () => (await policy()).startsWith('"organization";q=90000;'));

  // A quota that ends now, and one that is larger again.
  await change(own('predictionsPerPeriod', 0), 'access.changed', organizationId);
  await until(async () => (await ask()).status === 429);
  const refused = await ask();
  const { error } = (await refused.clone().json()) as { error: { details: object; retryAfterMs: number } };
  const { resetsAt, ...details } = error.details as Record<string, unknown>;
  assert.deepEqual(details, { meter: 'PREDICTIONS', limit: 0, remaining: 0 });
  assert.ok(Date.parse(String(resetsAt)) > Date.now() && error.retryAfterMs > 0);
  assert.equal(await refusal(refused), '429 QUOTA_EXCEEDED');
  // What is not paid for goes on.
  assert.equal((await fetch(`${sidecar.url}/models`, { headers: bearer(secret) })).status, 200);
  const more = `update "OrganizationLimit" set "value" = 1000 where "name" = 'predictionsPerPeriod'`;
  await change(more, 'access.changed', organizationId);
  await until(async () => (await ask()).status === 200);
});
