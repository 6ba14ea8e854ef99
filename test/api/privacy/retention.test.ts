import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, test } from 'node:test';
import { openDatabase } from '@sightline/db/database';
import { verifyChains } from '@sightline/server/domain/audit/verify-chains';
import { createRetention, startCaretaker } from '@sightline/server/domain/retention/retention';
import { createTestDatabase } from '../../harness/database.ts';
import { movableClock } from '../../harness/movable-clock.ts';

const dayMs = 86_400_000;

/** An organization with an event, a snapshot and an entry of each of the last days. */
async function world(days: number) {
  await using opening = new AsyncDisposableStack();
  const { url } = opening.use(await createTestDatabase());
  const { prisma, pool } = opening.use(openDatabase(url, { maxConnections: 4 }));
  const clock = movableClock();
  const organizationId = randomUUID();
  const ago = (day: number) => new Date(clock.now().getTime() - day * dayMs - 60_000);
  await prisma.organization.create({
    data: { id: organizationId, name: 'o', feed: { create: { lastSeq: days, firstSeq: 1 } } },
  });
  const { id: sourceId } = await prisma.source.create({ data: { organizationId, name: 's', kind: 'IMAGES' } });
  const { id: sessionId } = await prisma.session.create({
    data: { organizationId, sourceId, pipelines: [], profile: 'FAST', requestId: 'q' },
  });
  for (let day = days - 1, seq = 1; day >= 0; day -= 1, seq += 1) {
    const at = ago(day);
    const snapshot = { kind: 'SNAPSHOT', contentType: 'image/jpeg', byteSize: 1, createdAt: at } as const;
    const { id: snapshotId } = await prisma.artifact.create({
      data: { organizationId, sessionId, ...snapshot, storageKey: `snapshots/${seq}` },
    });
    const seen = { type: 'OBJECT_ENTERED', occurredAt: at, recordedAt: at, requestId: 'q' } as const;
    await prisma.event.create({ data: { organizationId, sourceId, sessionId, seq, snapshotId, ...seen } });
    await pool.query(
      `insert into "AuditEntry" ("id", "organizationId", "action", "requestId", "at") values (gen_random_uuid(), $1, 'a', 'q', $2)`,
      [organizationId, at],
    );
  }
  const removed: string[] = [];
  const storage = { delete: async (key: string) => void removed.push(key) };
  const retention = createRetention({ pool, storage, clock: { nowOf: () => clock.now(), ours: clock } });
  const apply = () => retention.applyToAll();
  const held = opening.move();
  return { prisma, pool, organizationId, removed, apply, [Symbol.asyncDispose]: () => held.disposeAsync() };
}

describe('retention', () => {
  test('a smaller plan keeps less than was decided on a larger one, but never less of the audit log than usual', async () => {
    await using it = await world(40);
    const { prisma, organizationId, removed } = it;
    await prisma.retentionSettings.create({
      data: { organizationId, snapshotDays: 20, eventDays: 30, auditDays: 400 },
    });
    await prisma.organizationLimit.create({
      data: { organizationId, name: 'maxRetentionDays', value: 10n, reason: 'test' },
    });
    await it.apply();
    assert.equal(removed.length, 30);
    assert.equal(await prisma.event.count(), 10);
    assert.equal(await prisma.auditEntry.count(), 40);
  });

  test('removes what is older than the organization decided, files included, and leaves the rest whole', async () => {
    await using it = await world(40);
    const { prisma, organizationId, removed } = it;
    await prisma.retentionSettings.create({ data: { organizationId, snapshotDays: 2, eventDays: 5, auditDays: 30 } });
    await it.apply();
    assert.equal(removed.length, 38);
    assert.equal(await prisma.artifact.count(), 2);
    const events = await prisma.event.findMany({ orderBy: { seq: 'asc' } });
    assert.deepEqual(
      events.map(({ seq }) => Number(seq)),
      [36, 37, 38, 39, 40],
    );
    // An event outlives its picture.
    const kept = new Set((await prisma.artifact.findMany({ select: { id: true } })).map(({ id }) => id));
    assert.deepEqual(
      events.map(({ snapshotId }) => kept.has(snapshotId!)),
      [false, false, false, true, true],
    );
    const feed = await prisma.organizationFeed.findUniqueOrThrow({ where: { organizationId } });
    assert.deepEqual([feed.firstSeq, feed.lastSeq], [36n, 40n]);
    assert.deepEqual(await verifyChains(it.pool, organizationId), [
      { chainId: organizationId, count: 30, broken: null },
    ]);

    // Nothing is left to do, and what comes goes on where it was.
    await it.apply();
    assert.equal(removed.length, 38);
    await it.pool.query(
      `insert into "AuditEntry" ("id", "organizationId", "action", "requestId") values (gen_random_uuid(), $1, 'b', 'q')`,
      [organizationId],
    );
    const [report] = await verifyChains(it.pool, organizationId);
    assert.deepEqual([report?.count, report?.broken], [31, null]);
  });

  test('of who did not decide is seven days for pictures, ninety for events and a year for the log', async () => {
    await using it = await world(20);
    await it.apply();
    const { prisma } = it;
    assert.deepEqual(
      [await prisma.artifact.count(), await prisma.event.count(), await prisma.auditEntry.count()],
      [7, 20, 20],
    );
  });

  test('that two do at once removes nothing twice and nothing more', async () => {
    await using it = await world(40);
    const { prisma, organizationId } = it;
    await prisma.retentionSettings.create({ data: { organizationId, snapshotDays: 2, eventDays: 5, auditDays: 30 } });
    await Promise.all([it.apply(), it.apply(), it.apply()]);
    assert.deepEqual(
      [await prisma.artifact.count(), await prisma.event.count(), await prisma.auditEntry.count()],
      [2, 5, 30],
    );
    assert.equal((await verifyChains(it.pool, organizationId))[0]?.broken, null);
  });

  test('goes on with the other chores when one fails', async () => {
    const done: string[] = [];
    const { promise, resolve } = Promise.withResolvers<void>();
    const warnings: unknown[] = [];
    const chores = [
      async () => {
        throw new Error('no storage');
      },
      async () => {
        if (done.push('second') === 2) resolve();
      },
    ];
    await using _caretaker = startCaretaker({
      chores,
      log: { warn: (...said: unknown[]) => void warnings.push(said) },
      everyMs: 5,
    });
    await promise;
    assert.ok(warnings.length >= 1);
  });
});
