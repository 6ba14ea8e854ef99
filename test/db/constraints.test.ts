import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, test } from 'node:test';
import pg from 'pg';
import { createTestDatabase } from '../harness/database.ts';

type World = { db: pg.Client; organizationId: string; sourceId: string; sessionId: string } & AsyncDisposable;

async function createWorld(): Promise<World> {
  await using opening = new AsyncDisposableStack();
  const database = opening.use(await createTestDatabase());
  const db = new pg.Client({ connectionString: database.url });
  await db.connect();
  opening.defer(() => db.end());
  const [organizationId, sourceId, sessionId] = [randomUUID(), randomUUID(), randomUUID()];
  await db.query(`INSERT INTO "Organization" (id, name) VALUES ($1, 'One')`, [organizationId]);
  await db.query(`INSERT INTO "Source" (id, "organizationId", name, kind) VALUES ($1, $2, 'Door', 'IMAGES')`, [
    sourceId,
    organizationId,
  ]);
  await db.query(
    `INSERT INTO "Session" (id, "organizationId", "sourceId", pipelines, profile, "requestId") VALUES ($1, $2, $3, '{detect}', 'FAST', 'r')`,
    [sessionId, organizationId, sourceId],
  );
  const open = opening.move();
  return { db, organizationId, sourceId, sessionId, [Symbol.asyncDispose]: () => open.disposeAsync() };
}

const refused = (code: string, name: RegExp) => (error: unknown) => {
  assert.equal((error as pg.DatabaseError).code, code);
  assert.match((error as pg.DatabaseError).message, name);
  return true;
};

test('a new database has three plans, the free one with the limits it always had', async () => {
  await using world = await createWorld();
  const { rows } = await world.db.query<Record<string, unknown>>(
    `SELECT v.*, p."name" FROM "PlanVersion" v JOIN "Plan" p ON p."code" = v."planCode" ORDER BY p."rank"`,
  );
  assert.deepEqual(
    rows.map((row) => `${row['planCode']} ${row['number']}`),
    ['free 1', 'pro 1', 'business 1'],
  );
  const { id, createdAt, ...free } = rows[0]!;
  assert.ok(id !== undefined && createdAt instanceof Date);
  assert.deepEqual(free, {
    ...{ planCode: 'free', name: 'Free', number: 1, currency: 'EUR', interval: 'MONTH', priceMinor: 0 },
    ...{ trialDays: 0, graceDays: 7, predictionsPerPeriod: null, predictionsAreHard: true },
    ...{ maxSources: 10, maxConcurrentSessions: 2, maxSeats: 5, maxRetentionDays: 3650, maxLiveConnections: 100 },
    ...{ requestsPerMinute: 6_000, maxQueryCost: 10_000, maxStoredBytes: '1073741824' },
    ...{ inferenceWeight: 1, inferencePerMinute: 6_000, inferencePerMinuteKey: 3_000 },
  });
});

describe('the audit log only grows', () => {
  for (const statement of [
    `UPDATE "AuditEntry" SET action = 'nothing'`,
    `DELETE FROM "AuditEntry"`,
    `TRUNCATE "AuditEntry"`,
  ]) {
    test(`${statement} is refused`, async () => {
      await using world = await createWorld();
      await addAuditEntry(world);
      await assert.rejects(world.db.query(statement), refused('42501', /audit log only grows/));
      assert.equal((await world.db.query('SELECT FROM "AuditEntry"')).rowCount, 1);
    });
  }

  test('it goes with its organization, which takes everything along', async () => {
    await using world = await createWorld();
    await addAuditEntry(world);
    await world.db.query('DELETE FROM "Session"');
    await world.db.query('DELETE FROM "Organization" WHERE id = $1', [world.organizationId]);
    assert.equal((await world.db.query('SELECT FROM "AuditEntry"')).rowCount, 0);
  });
});

describe('values that no code may write', () => {
  const whole = { confidence: 0.5, x: 0, y: 0, width: 1, height: 1 };
  const cases: [string, Record<string, number | null>, boolean][] = [
    ['a whole box', whole, true],
    ['no box', { confidence: null, x: null, y: null, width: null, height: null }, true],
    ['half a box', { ...whole, width: null }, false],
    ['a box beyond the frame', { ...whole, x: 1.01 }, false],
    ['a negative box', { ...whole, height: -0.1 }, false],
    ['a box of no number', { ...whole, y: Number.NaN }, false],
    ['a confidence above 1', { ...whole, confidence: 1.5 }, false],
    ['a confidence of no number', { ...whole, confidence: Number.NaN }, false],
  ];
  for (const [name, values, isFine] of cases) {
    test(`${name} is ${isFine ? 'fine' : 'refused'} in an event`, async () => {
      await using world = await createWorld();
      const insert = addEvent(world, values);
      if (isFine) await insert;
      else await assert.rejects(insert, refused('23514', /Event_(box|confidence)_check/));
    });
  }

  const updates: [string, string][] = [
    [`UPDATE "Session" SET state = 'COMPLETED'`, 'Session_endedAt_check'],
    [`UPDATE "Session" SET "endedAt" = now()`, 'Session_endedAt_check'],
    [`UPDATE "Session" SET "leaseOwner" = id`, 'Session_lease_check'],
    [`UPDATE "Session" SET "framesRead" = -1`, 'Session_counts_check'],
    [`UPDATE "Source" SET "frameIntervalMs" = 0`, 'Source_frameIntervalMs_check'],
    [`UPDATE "PlanVersion" SET "maxSources" = -1`, 'PlanVersion_limits_check'],
    [`UPDATE "PlanVersion" SET "inferenceWeight" = 0`, 'PlanVersion_inference_check'],
    [`UPDATE "PlanVersion" SET "inferencePerMinute" = 0`, 'PlanVersion_inference_check'],
    [
      `INSERT INTO "UsageRecord" (id, "organizationId", task, model, count, at)
       SELECT gen_random_uuid(), id, 'detection', 'm', 0, now() FROM "Organization"`,
      'UsageRecord_count_check',
    ],
    [
      `INSERT INTO "User" (id, email, name, "passwordHash") VALUES (gen_random_uuid(), 'A@b.c', '', '')`,
      'User_email_check',
    ],
    [
      `INSERT INTO "OrganizationFeed" ("organizationId", "firstSeq") SELECT id, 3 FROM "Organization"`,
      'OrganizationFeed_seq_check',
    ],
  ];
  for (const [statement, constraint] of updates) {
    test(`${statement} is refused`, async () => {
      await using world = await createWorld();
      await assert.rejects(world.db.query(statement), refused('23514', new RegExp(constraint)));
    });
  }
});

const addAuditEntry = ({ db, organizationId }: World) =>
  db.query(
    `INSERT INTO "AuditEntry" (id, "organizationId", action, "requestId") VALUES ($1, $2, 'createSource', 'r')`,
    [randomUUID(), organizationId],
  );

const addEvent = ({ db, organizationId, sourceId, sessionId }: World, values: Record<string, number | null>) =>
  db.query(
    `INSERT INTO "Event" (id, "organizationId", seq, type, "sourceId", "sessionId", confidence, "boxX", "boxY", "boxWidth", "boxHeight", "occurredAt", "requestId")
     VALUES ($1, $2, 1, 'OBJECT_ENTERED', $3, $4, $5, $6, $7, $8, $9, now(), 'r')`,
    [
      randomUUID(),
      organizationId,
      sourceId,
      sessionId,
      values['confidence'],
      values['x'],
      values['y'],
      values['width'],
      values['height'],
    ],
  );
