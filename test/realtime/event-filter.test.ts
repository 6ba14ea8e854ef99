import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import type { EventType } from '@sightline/db/client';
import { createEventReader } from '@sightline/server/domain/events/event-reader';
import { matchesFilter } from '@sightline/server/domain/events/event-filter';
import type { EventFilter } from '@sightline/server/domain/events/event-filter';
import { createFeedReader } from '@sightline/server/domain/events/feed-reader';
import fc from 'fast-check';
import { addSession, createTenant, eventsOf, openFeedWorld } from './feed-world.ts';

const types: EventType[] = ['SESSION_STARTED', 'SESSION_ENDED', 'OBJECT_ENTERED', 'OBJECT_UPDATED', 'OBJECT_LEFT'];
const labels = ['person', 'cat', 'Person', "o'clock", 'null', ''];
const confidences = [0, 0.25, 0.5, 0.75, 1];
const minute = (n: number) => new Date(Date.UTC(2026, 4, 31, 23, 58) + n * 60_000);
const sides = [0, 0.1, 0.2, 0.30000000000000004, 1 / 3, 0.7, 1e-7];
const boxes = sides.flatMap((x) =>
  [0, 0.1, 0.5].map((width, index) => ({ x, y: sides[index]!, width, height: width === 0 ? 0.2 : x })),
);

test('PostgreSQL and memory agree on every filter over every event', async () => {
  await using world = await openFeedWorld();
  const tenant = await createTenant(world);
  const second = { ...tenant, sessionId: randomUUID() };
  await addSession(world.pool, second);
  const everyKind = [tenant, second].flatMap((of) =>
    types.flatMap((type) =>
      [null, ...labels].flatMap((label) =>
        [null, ...confidences].flatMap((confidence) => eventsOf(of, 1, { type, label, confidence })),
      ),
    ),
  );
  await world.append(
    tenant,
    everyKind.map((event, index) => ({
      ...event,
      occurredAt: minute((index * 7) % 13),
      box: index % 4 === 0 ? null : (boxes[index % boxes.length] ?? null),
    })),
  );
  const reader = createFeedReader({ pool: world.pool, system: world.pool });
  const { organizationId } = tenant;
  const read = async (filter: EventFilter) =>
    (await reader.page({ organizationId, after: 0n, upTo: null, filter, limit: 10_000 }))?.events ?? [];
  const all = await read({});
  assert.equal(all.length, everyKind.length);

  const ids = [tenant.sourceId, tenant.sessionId, second.sessionId, randomUUID()];
  const some = <T>(values: T[]) => fc.option(fc.subarray(values), { freq: 2 });
  const filters = fc.record<EventFilter>({
    types: some(types),
    labels: some([...labels, 'zebra']),
    sourceIds: some(ids),
    sessionIds: some(ids),
    minConfidence: fc.option(fc.constantFrom(...confidences, 0.3), { freq: 2 }),
    maxConfidence: fc.option(fc.constantFrom(...confidences, 0.3), { freq: 1 }),
    occurredFrom: fc.option(fc.integer({ min: -1, max: 14 }).map(minute), { freq: 1 }),
    occurredUntil: fc.option(fc.integer({ min: -1, max: 14 }).map(minute), { freq: 1 }),
    area: fc.option(
      fc.record({
        x: fc.constantFrom(0, 0.1, 0.3, 1 / 3, 0.9),
        y: fc.constantFrom(0, 0.1, 0.2),
        width: fc.constantFrom(1e-6, 0.1, 0.2, 1),
        height: fc.constantFrom(0.05, 0.5, 1),
        minOverlap: fc.option(fc.constantFrom(0, 0.5, 1)),
      }),
      { freq: 1 },
    ),
  });
  const pages = createEventReader({ pool: world.pool });
  const viewer = { organizationId, permissions: new Set(['read']), sourcePermissions: new Map() } as never;
  let passed = 0;
  await fc.assert(
    fc.asyncProperty(filters, async (filter) => {
      const inMemory = all.filter(matchesFilter(filter));
      passed += inMemory.length === 0 ? 0 : 1;
      assert.deepEqual(await read(filter), inMemory);
      const request = { filter, after: 20n, before: 300n, size: 9, include: [] } as const;
      const between = inMemory.filter(({ seq }) => seq > 20n && seq < 300n);
      const forwards = await pages.page(viewer, { ...request, from: 'start' });
      assert.deepEqual(forwards, { events: between.slice(0, 9), hasMore: between.length > 9, goOnFrom: null });
      const backwards = await pages.page(viewer, { ...request, from: 'end' });
      assert.deepEqual(backwards, { events: between.slice(-9), hasMore: between.length > 9, goOnFrom: null });
    }),
    { numRuns: 150 },
  );
  assert.ok(passed > 30, 'filters that let nothing pass prove little');
});
