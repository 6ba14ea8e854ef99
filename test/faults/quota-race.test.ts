import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { openDatabase } from '@sightline/db/database';
import { startQuotaLeases } from '@sightline/server/domain/billing/quotas/quota-leases.service';
import { createTestDatabase, query } from '../harness/database.ts';
import { createKey, signUp, uuidOf } from '../harness/people.ts';
import type { Person } from '../harness/people.ts';
import { serviceToken, startTestServer } from '../harness/server.ts';
import type { TestServer } from '../harness/server.ts';
import { isLong } from '../ledger/report.ts';
import { twoBlobs } from '../inference/pictures.ts';
import { bearer, startSidecar } from '../inference/sidecar.ts';
import type { TestSidecar } from '../inference/sidecar.ts';
import { until } from '../harness/until.ts';

const [limit, calls] = isLong ? [100, 1_000] : [50, 300];
const patient = { timeout: 240_000 };

/** Two servers on one database, and somebody whose organization has a quota. */
async function startWorld(quota = limit) {
  await using opening = new AsyncDisposableStack();
  const { url: databaseUrl } = opening.use(await createTestDatabase());
  const servers = [
    opening.use(await startTestServer({ databaseUrl })),
    opening.use(await startTestServer({ databaseUrl })),
  ] as const;
  await query(
    databaseUrl,
    `update "PlanVersion" set "predictionsPerPeriod" = ${quota}, "predictionsAreHard" = true,
       "inferencePerMinute" = null, "inferencePerMinuteKey" = null`,
  );
  const person = await signUp(servers[0]);
  const { secret } = await createKey(servers[0], person, ['INFER']);
  const open = opening.move();
  return {
    databaseUrl,
    servers,
    person,
    secret,
    taken: async () => Number((await query(databaseUrl, 'select "taken" from "QuotaCounter"'))[0]?.['taken']),
    used: async () =>
      Number((await query(databaseUrl, 'select coalesce(sum("count"), 0) as n from "UsageRecord"'))[0]?.['n']),
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  };
}

const sidecarFor = (server: TestServer) =>
  startSidecar({ serverUrl: server.url, serviceToken, queueSize: 2 * calls, usageSpoolBytesMax: 1e9 });

async function take(server: TestServer, { organizationId }: Person, more: Record<string, unknown> = {}) {
  const response = await fetch(`${server.url}/internal/quota`, {
    method: 'POST',
    headers: { ...bearer(serviceToken), 'content-type': 'application/json' },
    body: JSON.stringify({
      ...{ organizationId: uuidOf(organizationId), lease: randomUUID(), holder: 'a test', wants: [1] },
      ...more,
    }),
  });
  assert.equal(response.status, 200);
  return (await response.json()) as { granted: number; left: number; limit: number; lease: string };
}

/** What a call came to, in words; one for which there was no time is sent again. */
async function send({ url }: TestSidecar, picture: Uint8Array<ArrayBuffer>, token: string): Promise<string> {
  for (;;) {
    const response = await fetch(`${url}/predict`, {
      method: 'POST',
      // What follows the end of a picture is not looked at, and makes it another one.
      body: Buffer.concat([picture, Buffer.from(randomUUID())]),
      headers: { ...bearer(token), 'content-type': 'image/png' },
    });
    const body = (await response.json()) as { error?: { code: string } };
    const told = body.error ? `${response.status} ${body.error.code}` : String(response.status);
    if (response.status !== 503 && response.status !== 504) return told;
  }
}

function countOf(outcomes: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const each of outcomes) counts[each] = (counts[each] ?? 0) + 1;
  return counts;
}

test(
  `${calls} calls at once over two servers: exactly ${limit} of a quota of ${limit} are granted`,
  patient,
  async () => {
    await using world = await startWorld();
    const answers = await Promise.all(
      Array.from({ length: calls }, (_, n) => take(world.servers[n % 2 ? 0 : 1], world.person)),
    );
    assert.equal(
      answers.reduce((sum, { granted }) => sum + granted, 0),
      limit,
    );
    assert.equal(await world.taken(), limit);
    assert.equal(
      answers.every(({ left }) => left >= 0 && left < limit),
      true,
    );
  },
);

test(
  `${calls} calls at once over two sidecars: exactly ${limit} are answered, the others say why`,
  patient,
  async () => {
    await using world = await startWorld();
    await using one = await sidecarFor(world.servers[0]);
    await using two = await sidecarFor(world.servers[1]);
    const picture = await twoBlobs();
    const outcomes = await Promise.all(
      Array.from({ length: calls }, (_, n) => send(n % 10 < 3 ? one : two, picture, world.secret)),
    );
    assert.deepEqual(countOf(outcomes), { '200': limit, '429 QUOTA_EXCEEDED': calls - limit });
    await until(async () => (await world.used()) === limit);
    assert.equal(await world.taken(), limit);
  },
);

test('calls that fail cost nothing, and calls of many units take all of them or none', patient, async () => {
  await using world = await startWorld(10);
  await using sidecar = await sidecarFor(world.servers[0]);
  const picture = await twoBlobs();
  const broken = Buffer.from('no picture at all') as Buffer<ArrayBuffer>;
  const outcomes = await Promise.all(
    Array.from({ length: 30 }, (_, n) => send(sidecar, n % 2 ? picture : broken, world.secret)),
  );
  const { '200': passed, '429 QUOTA_EXCEEDED': refused = 0, ...failed } = countOf(outcomes);
  assert.equal(passed, 10);
  assert.equal(refused + Object.values(failed).reduce((sum, count) => sum + count, 0), 20);
  await until(async () => (await world.used()) === 10);

  await query(world.databaseUrl, 'update "PlanVersion" set "predictionsPerPeriod" = 14');
  assert.deepEqual((await take(world.servers[1], world.person, { wants: [5, 3, 2, 1] })).granted, 4);
  assert.equal(await world.taken(), 14);
});

test(
  'what a part of a quota was not used for comes back once, and what a killed sidecar had when it is missed',
  patient,
  async () => {
    await using world = await startWorld(5_000);
    const [one, two] = world.servers;
    const { lease, granted } = await take(one, world.person, { wants: [10], ahead: 1_000 });
    assert.equal(granted, 59);
    const giveBack = async (server: TestServer, kept: number) => {
      const response = await fetch(`${server.url}/internal/quota/return`, {
        method: 'POST',
        headers: { ...bearer(serviceToken), 'content-type': 'application/json' },
        body: JSON.stringify({ lease, kept }),
      });
      assert.equal(response.status, 200);
    };
    await Promise.all(Array.from({ length: 20 }, (_, n) => giveBack(n % 2 ? one : two, 10)));
    assert.equal(await world.taken(), 10);
    await giveBack(one, 0);
    assert.equal(await world.taken(), 10, 'a lease is settled once');

    await take(one, world.person, { wants: [500] });
    assert.equal(await world.taken(), 510);
    await query(world.databaseUrl, `update "QuotaLease" set "takenAt" = "takenAt" - interval '1 hour'`);
    await using database = openDatabase(world.databaseUrl);
    const clock = { nowOf: () => new Date() };
    await using leases = startQuotaLeases({ pool: database.pool, clock, log: { warn() {} } });
    await leases.compare();
    assert.equal(await world.taken(), 0, 'nothing of it is in the ledger');
  },
);
