import assert from 'node:assert/strict';
import { createHash, randomUUID } from 'node:crypto';
import { describe, test } from 'node:test';
import { gunzipSync } from 'node:zlib';
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
  const files = new Map<string, Uint8Array>();
  const storage = {
    put: async (key: string, bytes: Uint8Array) => void files.set(key, bytes),
    delete: async (key: string) => {
      if (!key.startsWith('archives/')) removed.push(key);
      files.delete(key);
    },
  };
  const retention = createRetention({ pool, storage, clock: { nowOf: () => clock.now(), ours: clock } });
  const apply = () => retention.applyToAll();
  const held = opening.move();
  return {
    prisma,
    pool,
    organizationId,
    clock,
    removed,
    files,
    storage,
    apply,
    [Symbol.asyncDispose]: () => held.disposeAsync(),
  };
}

/** The lines of each file, by its name; throws where a digest or a size is not that of its row. */
async function archived({ prisma, files }: Awaited<ReturnType<typeof world>>) {
  const rows = await prisma.eventArchive.findMany({ orderBy: { firstSeq: 'asc' } });
  assert.deepEqual(rows.map(({ storageKey }) => storageKey).toSorted(), [...files.keys()].toSorted());
  return rows.map((row) => {
    const bytes = files.get(row.storageKey) ?? Buffer.alloc(0);
    assert.equal(row.byteSize, bytes.byteLength);
    assert.deepEqual(Buffer.from(row.sha256), createHash('sha256').update(bytes).digest());
    const lines = gunzipSync(bytes).toString().trimEnd().split('\n');
    const events = lines.map((line) => JSON.parse(line) as { seq: number; recordedAt: string; type: string });
    assert.equal(row.eventCount, events.length);
    assert.deepEqual(
      [row.startsAt, row.endsAt],
      [events.at(0), events.at(-1)].map((e) => new Date(e!.recordedAt)),
    );
    return { range: [row.firstSeq, row.lastSeq].map(Number), seqs: events.map(({ seq }) => seq) };
  });
}

const feedOf = async ({ prisma, organizationId }: Awaited<ReturnType<typeof world>>) => {
  const { firstSeq, lastSeq } = await prisma.organizationFeed.findUniqueOrThrow({ where: { organizationId } });
  return [Number(firstSeq), Number(lastSeq)];
};
const numbers = (first: number, last: number) => Array.from({ length: last - first + 1 }, (_, at) => first + at);

describe('the archive', () => {
  test('has every event that left the feed, once, in files whose digests hold; what is left is a gap', async () => {
    await using it = await world(40);
    await it.prisma.retentionSettings.create({ data: { organizationId: it.organizationId, eventDays: 30 } });
    await it.apply();
    assert.deepEqual(await archived(it), [{ range: [1, 10], seqs: numbers(1, 10) }]);
    it.clock.advance({ days: 3 });
    await Promise.all([it.apply(), it.apply()]);
    await it.apply();
    assert.deepEqual(await archived(it), [
      { range: [1, 10], seqs: numbers(1, 10) },
      { range: [11, 13], seqs: [11, 12, 13] },
    ]);
    assert.deepEqual(await feedOf(it), [14, 40]);
    assert.equal(await it.prisma.event.count(), 27);
    const { rows } = await it.pool.query(
      `select sum("eventCount")::int as "all" from "EventRollup" where "grain" = 'DAY'`,
    );
    assert.deepEqual(rows, [{ all: 40 }], 'what was counted stays counted');
  });

  test('a crash after a file was stored repeats it under the same name and loses nothing', async () => {
    await using it = await world(40);
    await it.prisma.retentionSettings.create({ data: { organizationId: it.organizationId, eventDays: 30 } });
    const { put } = it.storage;
    it.storage.put = async (key, bytes) => {
      await put(key, bytes);
      throw new Error('killed');
    };
    await assert.rejects(it.apply(), AggregateError);
    assert.equal(it.files.size, 1);
    assert.deepEqual([await it.prisma.event.count(), await feedOf(it)], [40, [1, 40]]);
    it.storage.put = put;
    it.clock.advance({ days: 2 });
    await it.apply();
    assert.deepEqual(await archived(it), [{ range: [1, 12], seqs: numbers(1, 12) }]);
  });

  test('goes after its days, with the plan’s, and at once where none is wanted', async () => {
    await using it = await world(40);
    const { prisma, organizationId } = it;
    await prisma.retentionSettings.create({ data: { organizationId, eventDays: 30, archiveDays: 5 } });
    await it.apply();
    assert.equal(it.files.size, 1);
    it.clock.advance({ days: 4 });
    await it.apply();
    assert.equal(it.files.size, 2);
    it.clock.advance({ days: 2 });
    await it.apply();
    assert.deepEqual(
      (await archived(it)).map(({ range }) => range),
      [
        [11, 14],
        [15, 16],
      ],
    );
    // A plan that keeps nothing for as long as those are old.
    await prisma.organizationLimit.create({
      data: { organizationId, name: 'maxRetentionDays', value: 20n, reason: 'test' },
    });
    await it.apply();
    assert.deepEqual([it.files.size, await prisma.eventArchive.count()], [0, 0]);
    await prisma.organizationLimit.deleteMany();
    await prisma.retentionSettings.update({ where: { organizationId }, data: { eventDays: 2, archiveDays: 0 } });
    await it.apply();
    assert.deepEqual([it.files.size, await prisma.eventArchive.count()], [0, 0]);
    assert.ok((await prisma.event.count()) < 3);
  });

  test('of one organization that fails keeps no other’s', async () => {
    await using it = await world(10);
    const other = randomUUID();
    const settings = { create: { eventDays: 1, snapshotDays: 1 } };
    await it.prisma.organization.create({
      data: { id: other, name: 'b', feed: { create: { lastSeq: 1 } }, retention: settings },
    });
    const at = new Date(it.clock.now().getTime() - 9 * dayMs);
    await it.prisma.event.create({
      data: {
        ...{
          organizationId: other,
          seq: 1,
          type: 'SESSION_STARTED',
          sourceId: other,
          sessionId: other,
          requestId: 'q',
        },
        ...{ occurredAt: at, recordedAt: at },
      },
    });
    await it.prisma.retentionSettings.create({ data: { organizationId: it.organizationId, eventDays: 1 } });
    const { put } = it.storage;
    it.storage.put = (key, bytes) => (key.includes(other) ? Promise.reject(new Error('no room')) : put(key, bytes));
    await assert.rejects(it.apply(), AggregateError);
    assert.deepEqual(await feedOf(it), [10, 10]);
    assert.equal(await it.prisma.event.count({ where: { organizationId: other } }), 1);
  });
});

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
