import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openDatabase } from '@sightline/db/database';
import type { Database } from '@sightline/db/database';
import { createAttempts } from '@sightline/server/domain/identity/accounts/attempts';
import { createTestDatabase } from '../../harness/database.ts';
import type { TestDatabase } from '../../harness/database.ts';
import { movableClock } from '../../harness/movable-clock.ts';

let database: TestDatabase;
let open: Database;
before(async () => {
  database = await createTestDatabase();
  open = openDatabase(database.url);
});
after(async () => {
  await open[Symbol.asyncDispose]();
  await database[Symbol.asyncDispose]();
});

const limit = { max: 5, windowSeconds: 60 };
/** The beginning of a part of the window, so that a test knows where in it it is. */
const start = new Date(1_800_000_000_000);

test('of many tries at once exactly as many are allowed as there may be', async () => {
  const { take } = createAttempts({ pool: open.pool, clock: movableClock(start) });
  const tries = await Promise.all(Array.from({ length: 60 }, () => take('at-once', 'somebody', limit)));
  assert.equal(tries.filter(({ allowed }) => allowed).length, 5);
});

test('no stretch of the window’s length has more tries than allowed, wherever it begins', async () => {
  const clock = movableClock(start);
  const { take } = createAttempts({ pool: open.pool, clock });
  const allowedAt: number[] = [];
  for (let second = 0; second < 300; second += 1) {
    for (let each = 0; each < 2; each += 1) {
      if ((await take('stretch', 'somebody', limit)).allowed) allowedAt.push(second);
    }
    clock.advance({ ms: 1000 });
  }
  assert.ok(allowedAt.length >= 20, `a limit that forgets lets ${allowedAt.length} in`);
  for (const from of allowedAt) {
    const within = allowedAt.filter((at) => at >= from && at < from + limit.windowSeconds);
    assert.ok(within.length <= limit.max, `${within.length} from second ${from}`);
  }
});

test('whoever is refused is told when to come back, and is let in then', async () => {
  const clock = movableClock(start);
  const { take } = createAttempts({ pool: open.pool, clock });
  for (let tries = 0; tries < limit.max; tries += 1) await take('later', 'somebody', limit);
  clock.advance({ ms: 3000 });
  const { allowed, retryAfterMs } = await take('later', 'somebody', limit);
  assert.equal(allowed, false);
  clock.advance({ ms: retryAfterMs - 1 });
  assert.equal((await take('later', 'somebody', limit)).allowed, false);
  clock.advance({ ms: 1 });
  assert.equal((await take('later', 'somebody', limit)).allowed, true);
});

test('others and other kinds are counted by themselves, and what is given back was never taken', async () => {
  const { take } = createAttempts({ pool: open.pool, clock: movableClock(start) });
  const tries = Array.from({ length: limit.max }, () => take('apart', 'one', limit));
  const [first] = await Promise.all(tries);
  assert.equal((await take('apart', 'one', limit)).allowed, false);
  assert.equal((await take('apart', 'other', limit)).allowed, true);
  assert.equal((await take('another', 'one', limit)).allowed, true);
  await first?.giveBack();
  assert.equal((await take('apart', 'one', limit)).allowed, true);
  assert.equal((await take('apart', 'one', limit)).allowed, false);
});

test('whom it is counted for cannot be read from the table', async () => {
  const { take } = createAttempts({ pool: open.pool, clock: movableClock(start) });
  await take('secret', 'ana@example.com', limit);
  const { rows } = await open.pool.query('select a::text as row from "AttemptWindow" a');
  assert.doesNotMatch(JSON.stringify(rows), /ana|616e61/);
});
