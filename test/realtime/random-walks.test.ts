import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { createEventReader } from '@sightline/server/domain/events/event-reader';
import { matchesFilter } from '@sightline/server/domain/events/event-filter';
import type { EventFilter } from '@sightline/server/domain/events/event-filter';
import { createMonths } from '@sightline/server/domain/events/months/months';
import { createEventWriter } from '@sightline/server/domain/events/event-writer';
import { inTransaction } from '@sightline/server/transaction';
import fc from 'fast-check';
import { isLong, report } from '../faults/report.ts';
import { runSeed } from '../faults/seed.ts';
import { addSession, createTenant, eventsOf, openFeedWorld, quiet } from './feed-world.ts';
import type { Tenant } from './feed-world.ts';

/** A tenth of them in a run of everything. */
const walks = isLong ? 2_000 : 200;

const labels = ['person', 'cat', 'dog', 'bird'];
const types = ['OBJECT_ENTERED', 'OBJECT_UPDATED', 'OBJECT_LEFT', 'SESSION_STARTED'] as const;
const startsAt = Date.UTC(2031, 0, 31, 23);

/** Numbers that are left out after each batch: few events lie in many blocks of numbers. */
const jump = 1_000;

/** Events of two sessions over the end of three months, by the clock of the server. */
async function fill(world: Awaited<ReturnType<typeof openFeedWorld>>, tenants: readonly Tenant[]) {
  await createMonths({ pool: world.pool, log: quiet }).ensure(new Date(startsAt));
  let number = 0;
  for (const month of [0, 1, 2]) {
    const now = new Date(Date.UTC(2031, month, 28));
    const writer = createEventWriter({ clock: { now: () => now } });
    for (let batch = 0; batch < 10; batch += 1) {
      const events = Array.from({ length: 40 }, () => {
        number += 1;
        const tenant = tenants[number % tenants.length] ?? tenants[0]!;
        return eventsOf(tenant, 1, {
          type: types[(number * 7) % 4] ?? 'OBJECT_LEFT',
          label: number % 11 === 0 ? null : (labels[(number * 5) % 4] ?? null),
          confidence: (number % 10) / 10,
          occurredAt: new Date(startsAt + number * 60_000),
        });
      }).flat();
      const { organizationId } = tenants[0]!;
      await inTransaction(world.pool, (sql) => writer.append(sql, organizationId, events));
      await world.pool.query('update "OrganizationFeed" set "lastSeq" = "lastSeq" + $2 where "organizationId" = $1', [
        organizationId,
        jump,
      ]);
    }
  }
}

test(`${walks} random walks over pages find what was there, each once and in order, while more comes`, async () => {
  await using world = await openFeedWorld();
  const tenant = await createTenant(world);
  const second = { ...tenant, sessionId: randomUUID() };
  await addSession(world.pool, second);
  await fill(world, [tenant, second]);
  const { organizationId } = tenant;
  // Gives up a search at once, so that walks go on from where pages ended before they were full.
  const reader = createEventReader({ pool: world.pool, searchMs: 0, blocksAtFirst: 2 });
  const viewer = { organizationId, permissions: new Set(['read']), sourcePermissions: new Map() } as never;
  const all = { filter: {}, after: null, before: null, from: 'start', size: 1_200, include: [] } as const;
  const oracle = (await reader.page(viewer, all)).events;
  assert.equal(oracle.length, 1_200);
  const end = (oracle.at(-1)?.seq ?? 0n) + 1n;

  // A thousand more while the walks go on.
  const stop = new AbortController();
  let added = 0;
  const writing = (async () => {
    while (!stop.signal.aborted && added < 1_000) {
      await world.append(second, eventsOf(second, 5, { label: 'cat', confidence: 0.9 }));
      added += 5;
    }
  })();

  const some = <T>(values: readonly T[]) => fc.option(fc.subarray([...values]), { freq: 2 });
  const walk = fc.record({
    filter: fc.record<EventFilter>({
      types: some(types),
      labels: some([...labels, 'zebra']),
      sessionIds: some([tenant.sessionId, second.sessionId]),
      minConfidence: fc.option(fc.constantFrom(0, 0.5, 0.95), { freq: 1 }),
      occurredFrom: fc.option(
        fc.integer({ min: 0, max: 1_300 }).map((minute) => new Date(startsAt + minute * 60_000)),
        { freq: 1 },
      ),
    }),
    after: fc.option(fc.bigInt(0n, end)),
    before: fc.option(fc.bigInt(1n, end)),
    sizes: fc.array(fc.integer({ min: 1, max: 100 }), { minLength: 1, maxLength: 5 }),
    from: fc.constantFrom('start' as const, 'end' as const),
  });
  let [visited, goneOn] = [0, 0];
  const wrong = { lost: 0, duplicated: 0, reordered: 0 };
  try {
    await fc.assert(
      fc.asyncProperty(walk, async ({ filter, after, before, sizes, from }) => {
        const seen: bigint[] = [];
        let [low, high] = [after, before];
        for (let at = 0; ; at += 1) {
          const size = sizes[at % sizes.length] ?? 1;
          const page = await reader.page(viewer, { filter, after: low, before: high, from, size, include: [] });
          const seqs = page.events.map(({ seq }) => seq);
          if (from === 'start') seen.push(...seqs);
          else seen.unshift(...seqs);
          assert.ok(
            seqs.length === size || !page.hasMore || page.goOnFrom !== null,
            'a page that is not full is the last',
          );
          if (!page.hasMore || seen.length > 2_500) break;
          if (page.goOnFrom !== null) goneOn += 1;
          if (from === 'start') low = page.goOnFrom ?? seqs.at(-1) ?? null;
          else high = page.goOnFrom ?? seqs.at(0) ?? null;
        }
        const known = oracle
          .filter(({ seq }) => seq > (after ?? 0n) && seq < (before ?? end))
          .filter(matchesFilter(filter))
          .map(({ seq }) => seq);
        visited += known.length;
        const distinct = new Set(seen);
        wrong.lost += known.filter((seq) => !distinct.has(seq)).length;
        wrong.duplicated += seen.length - distinct.size;
        wrong.reordered += seen.filter((seq, index) => seq < (seen[index - 1] ?? 0n)).length;
        assert.deepEqual(
          seen.filter((seq) => seq < end),
          known,
        );
        // What came meanwhile is there once and in order, too.
        assert.ok(seen.every((seq, index) => index === 0 || seq > (seen[index - 1] ?? 0n)));
      }),
      { numRuns: walks, seed: runSeed },
    );
  } finally {
    stop.abort();
    await writing;
    report('random walks over pages', { tried: visited, injected: added, ...wrong }, { walks, cutShort: goneOn });
  }
  assert.ok(visited > walks * 10, `${visited} events are too few to prove much`);
  assert.ok(goneOn > walks / 20, `${goneOn} pages were given before they were full`);
  assert.ok(added > 0, 'nothing came meanwhile');
});
