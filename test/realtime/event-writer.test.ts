import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Appended } from '@sightline/server/domain/events/event-writer';
import { createEventWriter } from '@sightline/server/domain/events/event-writer';
import { inTransaction } from '@sightline/server/transaction';
import { createTenant, eventsOf, openFeedWorld, upTo } from './feed-world.ts';

const numbersOf = (appended: Appended | null) => appended && [appended.firstSeq, appended.lastSeq];

test('numbers have no gap and no duplicate, whoever writes at the same time', async () => {
  await using world = await openFeedWorld();
  const tenant = await createTenant(world);
  const writers = Array.from({ length: 8 }, async () => {
    for (let batch = 1; batch <= 10; batch += 1) await world.append(tenant, eventsOf(tenant, batch));
  });
  await Promise.all(writers);
  const { rows } = await world.pool.query('select "seq"::int from "Event" where "organizationId" = $1 order by "seq"', [
    tenant.organizationId,
  ]);
  assert.deepEqual(
    rows.map(({ seq }) => seq),
    upTo(8 * 55),
  );
});

test('a batch keeps its order and learns its numbers', async () => {
  await using world = await openFeedWorld();
  const tenant = await createTenant(world);
  await world.append(tenant, eventsOf(tenant, 3));
  const labels = ['cat', 'dog', 'person', 'car'];
  const range = await world.append(
    tenant,
    labels.flatMap((label) => eventsOf(tenant, 1, { label })),
  );
  assert.deepEqual(numbersOf(range), [4n, 7n]);
  const { rows } = await world.pool.query('select "label" from "Event" where "seq" > 3 order by "seq"');
  assert.deepEqual(
    rows.map(({ label }) => label),
    labels,
  );
});

test('a transaction that rolls back leaves no event, no number and no signal', async () => {
  await using world = await openFeedWorld();
  const tenant = await createTenant(world);
  const failing = inTransaction(world.pool, async (sql) => {
    await world.writer.append(sql, tenant.organizationId, eventsOf(tenant, 5));
    throw new Error('changed my mind');
  });
  await assert.rejects(failing, /changed my mind/);
  const outbox = await world.pool.query('select * from "OutboxMessage"');
  assert.equal(outbox.rowCount, 0);
  assert.deepEqual(numbersOf(await world.append(tenant, eventsOf(tenant, 1))), [1n, 1n]);
});

test('feeds of two organizations are numbered apart', async () => {
  await using world = await openFeedWorld();
  const [one, two] = [await createTenant(world), await createTenant(world)];
  await world.append(one, eventsOf(one, 5));
  assert.deepEqual(numbersOf(await world.append(two, eventsOf(two, 2))), [1n, 2n]);
});

test('every column arrives as it was given', async () => {
  await using world = await openFeedWorld();
  const tenant = await createTenant(world);
  const event = {
    type: 'OBJECT_ENTERED' as const,
    occurredAt: new Date('2026-03-04T05:06:07.089Z'),
    frameIndex: 3,
    trackNumber: 7,
    label: 'traffic light, “red”',
    confidence: 0.123456789,
    box: { x: 0, y: 0.1, width: 0.25, height: 1 },
    requestId: 'request-1',
  };
  const recordedAt = new Date('2026-03-04T05:06:08.000Z');
  const writer = createEventWriter({ clock: { now: () => recordedAt } });
  const appended = await inTransaction(world.pool, (sql) =>
    writer.append(sql, tenant.organizationId, eventsOf(tenant, 1, event)),
  );
  const { rows } = await world.pool.query('select * from "Event"');
  const { id, month, ...row } = rows[0];
  assert.equal(month.getMonth(), 2);
  assert.match(id, /^[0-9a-f-]{14}7/);
  const { box, ...columns } = event;
  assert.deepEqual(row, {
    ...columns,
    ...tenant,
    seq: '1',
    boxX: box.x,
    boxY: box.y,
    boxWidth: box.width,
    boxHeight: box.height,
    recordedAt,
    snapshotId: null,
  });
  // What is told at once is what readers find.
  const found = await world.pool.query('select *, "month"::text as "month" from "Event"');
  assert.deepEqual(appended?.hint, JSON.parse(JSON.stringify(found.rows)));
});

test('a hint has whole batches only, and none that are large', async () => {
  await using world = await openFeedWorld();
  const tenant = await createTenant(world);
  const few = await world.append(tenant, eventsOf(tenant, 128));
  assert.deepEqual(
    few?.hint?.map(({ seq }) => seq),
    upTo(128).map(String),
  );
  const many = await world.append(tenant, eventsOf(tenant, 129));
  assert.deepEqual([numbersOf(many), many?.hint], [[129n, 257n], null]);
});

test('an organization without a feed is a bug, not an event without a number', async () => {
  await using world = await openFeedWorld();
  const tenant = await createTenant(world);
  await world.pool.query('delete from "OrganizationFeed"');
  await assert.rejects(world.append(tenant, eventsOf(tenant, 1)), /has no feed/);
});

test('a deadlock is tried again and both transactions get through', async () => {
  await using world = await openFeedWorld();
  const [one, two] = [await createTenant(world), await createTenant(world)];
  const bothHold = Promise.withResolvers<void>();
  let holding = 0;
  let attempts = 0;
  const writeBoth = ([first, second]: [typeof one, typeof one]) =>
    inTransaction(world.pool, async (sql) => {
      attempts += 1;
      await world.writer.append(sql, first.organizationId, eventsOf(first, 1));
      if ((holding += 1) === 2) bothHold.resolve();
      await bothHold.promise;
      await world.writer.append(sql, second.organizationId, eventsOf(second, 1));
    });
  await Promise.all([writeBoth([one, two]), writeBoth([two, one])]);
  assert.ok(attempts >= 3, `${attempts} attempts: the loser must have tried again`);
  const { rows } = await world.pool.query('select "lastSeq"::int from "OrganizationFeed"');
  assert.deepEqual(rows, [{ lastSeq: 2 }, { lastSeq: 2 }]);
});
