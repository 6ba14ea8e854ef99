import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import type { EventType } from '@sightline/db/client';
import { matchesFilter } from '@sightline/server/domain/events/event-filter';
import type { EventFilter } from '@sightline/server/domain/events/event-filter';
import { createFeedReader } from '@sightline/server/domain/events/feed-reader';
import fc from 'fast-check';
import { addSession, createTenant, eventsOf, openFeedWorld } from './feed-world.ts';

const types: EventType[] = ['SESSION_STARTED', 'SESSION_ENDED', 'OBJECT_ENTERED', 'OBJECT_UPDATED', 'OBJECT_LEFT'];
const labels = ['person', 'cat', 'Person', "o'clock", 'null', ''];
const confidences = [0, 0.25, 0.5, 0.75, 1];

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
  await world.append(tenant, everyKind);
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
  });
  await fc.assert(
    fc.asyncProperty(filters, async (filter) => {
      const inMemory = all.filter(matchesFilter(filter));
      assert.deepEqual(await read(filter), inMemory);
    }),
    { numRuns: 150 },
  );
});
