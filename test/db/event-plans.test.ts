import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventPageSql } from '@sightline/server/domain/events/event-page.queries';
import type { EventFilter } from '@sightline/server/domain/events/event-filter';
import { createEventWriter } from '@sightline/server/domain/events/event-writer';
import { createMonths } from '@sightline/server/domain/events/months/months';
import { inTransaction } from '@sightline/server/transaction';
import { createTenant, eventsOf, openFeedWorld, quiet } from '../realtime/feed-world.ts';

/** Names of partitions that a statement looked into. */
function opened(plan: string): string[] {
  const nodes = [...plan.matchAll(/on (?:public\.)?"(Event_\d{4}_\d{2})"[^\n]*\n?[^\n]*/g)];
  const seen = nodes.filter(([text]) => !text.includes('never executed')).map(([, name = '']) => name);
  return [...new Set(seen)].toSorted();
}

test('months are made ahead, pages open only those that hold what they ask for, and empty ones are dropped', async () => {
  await using world = await openFeedWorld();
  const { pool } = world;
  const tenant = await createTenant(world);
  const months = createMonths({ pool, log: quiet });
  const at = (month: number) => new Date(Date.UTC(2031, month, 15));
  // As the job does each day, four times a year here.
  const made: number[] = [];
  for (const month of [0, 3, 6, 9]) made.push(await months.ensure(at(month)));
  assert.deepEqual(made, [4, 3, 3, 3]);
  for (let month = 0; month < 12; month += 1) {
    const writer = createEventWriter({ clock: { now: () => at(month) } });
    const events = eventsOf(tenant, 20, { occurredAt: at(month), label: month === 5 ? 'zebra' : 'cat' });
    await inTransaction(pool, (sql) => writer.append(sql, tenant.organizationId, events));
  }
  const { rows: strays } = await pool.query('select from "Event_other"');
  assert.equal(strays.length, 0, 'each month was there before its first event');

  async function monthsOpened(after: bigint, before: bigint, filter: EventFilter = {}) {
    const page = eventPageSql({
      ...{ organizationId: tenant.organizationId, after, before, filter },
      ...{ backwards: false, limit: 50, include: [], blocks: 16 },
    });
    const { rows } = await pool.query<string[]>({
      ...page,
      text: `explain (analyze, costs off) ${page.text}`,
      name: 'e' + after,
    });
    return opened(rows.map(([line]) => line).join('\n'));
  }
  assert.deepEqual(await monthsOpened(0n, 21n), ['Event_2031_01']);
  assert.deepEqual(await monthsOpened(110n, 131n), ['Event_2031_06', 'Event_2031_07']);

  await pool.query('delete from "Event" where "seq" <= 40');
  assert.ok((await months.dropEmpty(at(11))) >= 2);
  const { rows } = await pool.query(
    `select to_regclass('"Event_2031_01"') as "gone", to_regclass('"Event_2031_03"') as "kept"`,
  );
  assert.deepEqual([rows[0].gone, rows[0].kept !== null], [null, true]);
});
