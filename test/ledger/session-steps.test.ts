import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openDatabase } from '@sightline/db/database';
import type { Database } from '@sightline/db/database';
import { createEventWriter } from '@sightline/server/domain/events/event-writer';
import { createOutbox } from '@sightline/server/domain/outbox/outbox';
import { createSessionRecord } from '@sightline/server/domain/sessions/session-record';
import type { FrameMessage } from '@sightline/server/domain/sessions/run-events';
import type { Pool, PoolClient } from 'pg';
import { createTestDatabase, query } from '../harness/database.ts';
import { frame } from '../harness/fake-inference.ts';
import { movableClock } from '../harness/movable-clock.ts';
import { rollupDifferences } from './ledger-sums.ts';
import { report } from './report.ts';

/*
 * What a running session writes, cut off before and after each of its statements: the server's end of the connection is
 * ended, which is what the database sees of a killed server. The next try goes on from what was committed.
 */
let database: Database;
let url: string;
const held = new AsyncDisposableStack();
before(async () => {
  ({ url } = held.use(await createTestDatabase()));
  database = held.use(openDatabase(url, { maxConnections: 4 }));
});
after(() => held.disposeAsync());

/** A pool whose next transaction loses its connection at step `cutAt`: two for each statement, 0 for never. */
function cuttingPool(pool: Pool) {
  let cutAt = 0;
  let crashes = 0;
  const connect = async (): Promise<PoolClient> => {
    const client = await pool.connect();
    const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as "pid"');
    let step = 0;
    async function reach(): Promise<void> {
      step += 1;
      if (step !== cutAt) return;
      [crashes, cutAt] = [crashes + 1, 0];
      client.on('error', () => {});
      await pool.query('select pg_terminate_backend($1, 10000)', [rows[0]?.pid]);
    }
    return new Proxy(client, {
      get(target, name) {
        if (name !== 'query') {
          const value: unknown = Reflect.get(target, name);
          return typeof value === 'function' ? value.bind(target) : value;
        }
        return async (...args: Parameters<typeof client.query>) => {
          await reach();
          const result = await target.query(...args);
          await reach();
          return result;
        };
      },
    });
  };
  return {
    pool: { connect, query: pool.query.bind(pool) } as unknown as Pool,
    cut: (at: number) => void (cutAt = at),
    crashes: () => crashes,
  };
}

test('a session cut off at each step of each transaction is paid for by its frames and seconds, each once', async (t) => {
  const [row] = await query(
    url,
    `with o as (insert into "Organization" ("id", "name") values (gen_random_uuid(), 'o') returning "id"),
      f as (insert into "OrganizationFeed" ("organizationId") select "id" from o),
      s as (insert into "Source" ("id", "organizationId", "name", "kind") select gen_random_uuid(), "id", 's', 'IMAGES' from o
        returning "id", "organizationId")
     insert into "Session" ("id", "organizationId", "sourceId", "pipelines", "profile", "state", "requestId", "leaseOwner", "leaseExpiresAt", "attemptCount")
     select gen_random_uuid(), "organizationId", "id", '{detect}', 'FAST', 'STARTING', 'r', gen_random_uuid(), now() + interval '1 day', 1 from s
     returning "id", "organizationId", "leaseOwner"`,
  );
  const { id: sessionId, leaseOwner: owner } = row as Record<'id' | 'leaseOwner', string>;
  const clock = movableClock();
  const cutting = cuttingPool(database.pool);
  const record = createSessionRecord({
    pool: cutting.pool,
    clock,
    storage: { put: async () => {} } as never,
    events: createEventWriter({ clock }),
    outbox: createOutbox({ relay: { kick() {} } }),
    room: { take: async () => () => {} },
  });
  const lease = { sessionId, owner };
  /** Until it is committed: again after each time it was cut off, at one step further. */
  async function eachStep(work: () => Promise<unknown>): Promise<void> {
    for (let at = 1; ; at += 1) {
      cutting.cut(at);
      const before = cutting.crashes();
      await work().catch((error: unknown) => assert.ok(cutting.crashes() > before, String(error)));
      if (cutting.crashes() === before) return;
    }
  }
  let [frameCount, duplicatesOffered] = [0, 0];
  await record.open(lease, { framesTotal: 100, model: 'fake@1' });
  for (let first = 0; first < 6; first += 2) {
    const frames = [frame(first, [{ trackNumber: first + 1 }]), frame(first + 1)] as FrameMessage[];
    clock.advance({ ms: 1_400 });
    await eachStep(() => record.frames(lease, frames));
    // The sidecar tells them again, beside one that is new.
    await record.frames(lease, frames);
    [frameCount, duplicatesOffered] = [frameCount + 2, duplicatesOffered + 2];
  }
  cutting.cut(0);
  await record.end(lease, { step: 'complete', reason: 'SOURCE_ENDED', detail: null });
  // 4.2 seconds are five begun ones.
  const sums = await query(
    url,
    `select "meter"::text, sum("count")::int as "units", count(*)::int as "rows" from "UsageRecord" group by 1 order by 1`,
  );
  const units = Object.fromEntries(sums.map((sum) => [sum['meter'], Number(sum['units'])]));
  const rows = sums.reduce((sum, each) => sum + Number(each['rows']), 0);
  // Three times frames; one second, one, two, and the last one that had begun.
  const acts = 7;
  const difference =
    Math.abs(rows - acts) +
    Math.abs((units['FRAMES'] ?? 0) - frameCount) +
    Math.abs((units['SESSION_SECONDS'] ?? 0) - 5) +
    (await rollupDifferences(url));
  const counts = { acts, rows, duplicatesOffered, crashesInjected: cutting.crashes(), difference };
  report('sessions cut off at each step', counts);
  t.diagnostic(JSON.stringify({ ...counts, units }));
  assert.equal(difference, 0, JSON.stringify(units));
  assert.ok(cutting.crashes() > 20, `only ${cutting.crashes()} were cut off`);
});
