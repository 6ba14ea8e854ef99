import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startRelay } from '@sightline/server/domain/outbox/relay';
import { createMemoryBus } from '@sightline/server/infra/memory-bus';
import { inTransaction } from '@sightline/server/transaction';
import { createTenant, eventsOf, openFeedWorld, quiet, startReading } from '../realtime/feed-world.ts';
import { check, createHistory } from './history.ts';
import { isLong, report } from './report.ts';
import { chanceOf } from './seed.ts';

const transactions = isLong ? 5_000 : 200;
const writers = 4;
/** What is written when everything else has been. */
const last = 'last';
const patient = { timeout: 900_000 };

test(
  `${transactions} transactions, a fifth rolled back, the relay taken away again and again: who listens gets what was committed`,
  patient,
  async () => {
    const startedAt = performance.now();
    const chance = chanceOf('outbox');
    await using world = await openFeedWorld();
    const tenant = await createTenant(world);
    await using reading = await startReading(world.feed, { organizationId: tenant.organizationId, after: 0n });
    const history = createHistory();
    const [sentAt, waitsMs]: [Map<string, number>, number[]] = [new Map(), []];

    let begun = 0;
    let injected = 0;
    async function write(): Promise<void> {
      while (begun < transactions) {
        const id = `t${(begun += 1)}`;
        const isRolledBack = chance.next() < 0.2;
        history.sent(id);
        await inTransaction(world.pool, async (sql) => {
          await world.writer.append(sql, tenant.organizationId, eventsOf(tenant, 1, { label: id }));
          if (isRolledBack) throw new Error('rolled back');
        }).then(
          () => {
            sentAt.set(id, performance.now());
            history.acked(id);
            world.relay.kick();
          },
          () => {},
        );
      }
    }
    /** Others relay the same rows, and are gone in the middle of it. */
    async function compete(): Promise<void> {
      while (begun < transactions) {
        await using bus = createMemoryBus({ log: quiet });
        await using relay = startRelay({ pool: world.pool, bus, log: quiet });
        relay.kick();
        await new Promise((resolve) => setTimeout(resolve, chance.between(1, 20)));
        injected += 1;
      }
    }
    async function read(): Promise<void> {
      for (;;) {
        const [item] = await reading.take(1);
        if (item?.kind !== 'event') throw new Error('There is no gap in this feed.');
        const id = String(item.event.label);
        if (id === last) return;
        history.seen('subscriber', id);
        const at = sentAt.get(id);
        if (at !== undefined) waitsMs.push(performance.now() - at);
      }
    }
    const subscriber = read();
    await Promise.all([...Array.from({ length: writers }, write), compete()]);
    await world.append(tenant, eventsOf(tenant, 1, { label: last }));
    await subscriber;
    const { rows } = await world.pool.query<{ label: string }>(
      'select "label" from "Event" where "label" <> $1 order by "seq"',
      [last],
    );
    const { details, ...counts } = check(
      history,
      rows.map(({ label }) => label),
    );
    waitsMs.sort((a, b) => a - b);
    report(
      'outbox',
      { tried: transactions, injected, ...counts },
      { seconds: (performance.now() - startedAt) / 1_000, p99Ms: waitsMs[Math.floor(waitsMs.length * 0.99)] ?? 0 },
    );
    assert.deepEqual(details, []);
    assert.ok(rows.length < transactions && rows.length > transactions / 2);
  },
);
