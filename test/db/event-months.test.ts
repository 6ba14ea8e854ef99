import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { defaultAppRole } from '@sightline/db/app-role';
import { migrateDatabase } from '@sightline/db/migrate';
import { migrationsDir, readMigrations } from '@sightline/db/migration-files';
import { createEventWriter } from '@sightline/server/domain/events/event-writer';
import type { NewEvent } from '@sightline/server/domain/events/event-writer';
import { inTransaction } from '@sightline/server/transaction';
import { createBlankDatabase, createTestDatabase, openTestPool } from '../harness/database.ts';

type Pool = ReturnType<typeof openTestPool>;

async function addOrganization(pool: Pool) {
  const id = randomUUID();
  await pool.query(`insert into "Organization" ("id", "name") values ($1, 'o')`, [id]);
  await pool.query(`insert into "OrganizationFeed" ("organizationId") values ($1)`, [id]);
  return id;
}

const session = { sourceId: randomUUID(), sessionId: randomUUID(), requestId: 'r' };
const entered = (label: string, occurredAt: Date, confidence: number | null = null) =>
  ({ ...session, type: 'OBJECT_ENTERED', label, occurredAt, confidence }) as const;

/** Appends events at a time of the server. */
function append(pool: Pool, organizationId: string, now: string, events: NewEvent[]) {
  const writer = createEventWriter({ clock: { now: () => new Date(now) } });
  return inTransaction(pool, (sql) => writer.append(sql, organizationId, events));
}

const placesSql = `select "seq"::int, to_char("month", 'YYYY-MM') as "month", tableoid::regclass::text as "in"
  from "Event" where "organizationId" = $1 order by "seq"`;
const places = async (pool: Pool, id: string) => (await pool.query(placesSql, [id])).rows;
const monthsOf = async (pool: Pool, id: string) =>
  (
    await pool.query(
      `select to_char("month", 'YYYY-MM') as "month", "firstSeq"::int, "lastSeq"::int from "EventMonth"
        where "organizationId" = $1 order by "month"`,
      [id],
    )
  ).rows;

/** Each partition of an hour or a day that differs from the events themselves. */
const differencesSql = `with raw as (
    select e."organizationId", g."grain", date_trunc(g."grain", e."occurredAt", 'UTC') as "at", e."sourceId",
      e."type", coalesce(e."label", '') as "label", count(*) as "events", count(e."confidence") as "confident",
      round(coalesce(sum(e."confidence"), 0)::numeric, 6) as "sum"
    from "Event" e cross join (values ('HOUR'), ('DAY')) as g("grain") group by 1, 2, 3, 4, 5, 6
  ), rolled as (
    select "organizationId", "grain", "startsAt", "sourceId", "type", "label", "eventCount", "confidentCount",
      round("confidenceSum"::numeric, 6) from "EventRollup"
  )
  select (select count(*)::int from raw) as "groups",
    (select count(*)::int from ((table raw except table rolled) union all (table rolled except table raw)) d) as "differences"`;

/** Blocks of which something else is known than what their events say. */
const zonesSql = `with raw as (
    select "organizationId", "seq" >> 12 as "block", min("occurredAt"), max("occurredAt"),
      bit_or(1 << (array_position(enum_range(null::"EventType"), "type") - 1)), min("confidence"), max("confidence"), min("boxX"),
      min("boxY"), max("boxX" + "boxWidth"), max("boxY" + "boxHeight"), min("boxWidth"), min("boxHeight")
    from "Event" group by 1, 2
  ), known as (
    select "organizationId", "block", "minOccurredAt", "maxOccurredAt", "typeBits", "minConfidence", "maxConfidence", "minLeft",
      "minTop", "maxRight", "maxBottom", "minWidth", "minHeight" from "EventSpan"
  )
  select (select count(*)::int from raw) as "blocks",
    (select count(*)::int from ((table raw except table known) union all (table known except table raw)) d) as "differences"`;

test('events that were there before months move into theirs, with their numbers, and count in the roll-ups', async () => {
  await using database = await createBlankDatabase();
  const before = await mkdtemp(join(tmpdir(), 'sightline-months-'));
  try {
    const names = (await readMigrations(migrationsDir)).map(({ name }) => name);
    const first = names.findIndex((name) => name.endsWith('_live_feed'));
    for (const name of names.slice(0, first))
      await cp(join(migrationsDir, name), join(before, name), { recursive: true });
    await migrateDatabase(database.url, { dir: before });
  } finally {
    await rm(before, { recursive: true });
  }
  await using pool = openTestPool(database.url);
  const id = await addOrganization(pool);
  const sourceId = randomUUID();
  const sessionId = randomUUID();
  await pool.query(`insert into "Source" ("id", "organizationId", "name", "kind") values ($1, $2, 's', 'VIDEO')`, [
    sourceId,
    id,
  ]);
  await pool.query(
    `insert into "Session" ("id", "organizationId", "sourceId", "profile", "requestId") values ($1, $2, $3, 'FAST', 'r')`,
    [sessionId, id, sourceId],
  );
  // A clock was set back between the second and the third.
  const recorded = ['2026-01-31T23:59:59.999Z', '2026-03-01T00:00:00Z', '2026-02-10T00:00:00Z', '2026-03-05T00:00:00Z'];
  for (const [index, recordedAt] of recorded.entries()) {
    await pool.query(
      `insert into "Event" ("id", "organizationId", "seq", "type", "sourceId", "sessionId", "occurredAt", "recordedAt", "requestId",
          "confidence", "boxX", "boxY", "boxWidth", "boxHeight")
        values ($1, $2, $3, 'OBJECT_LEFT', $4, $5, $6, $6, 'r', $7, $7, $7, $7, $7)`,
      [randomUUID(), id, index + 1, sourceId, sessionId, recordedAt, index === 0 ? null : index / 4],
    );
  }
  await pool.query('update "OrganizationFeed" set "lastSeq" = 4');
  await migrateDatabase(database.url);

  assert.deepEqual(
    (await places(pool, id)).map(({ seq, month }) => [seq, month]),
    [
      [1, '2026-01'],
      [2, '2026-03'],
      [3, '2026-03'],
      [4, '2026-03'],
    ],
  );
  assert.deepEqual(await monthsOf(pool, id), [
    { month: '2026-01', firstSeq: 1, lastSeq: 1 },
    { month: '2026-03', firstSeq: 2, lastSeq: 4 },
  ]);
  const { rows } = await pool.query(differencesSql);
  assert.deepEqual(rows, [{ groups: 8, differences: 0 }]);
  await append(pool, id, '2026-02-11T00:00:00Z', [entered('dog', new Date('2026-02-11T00:00:00Z'))]);
  assert.deepEqual((await places(pool, id)).at(-1).month, '2026-03', 'months never go back');
  const zones = async () => (await pool.query(zonesSql)).rows;
  assert.deepEqual(await zones(), [{ blocks: 1, differences: 0 }]);
  const box = { x: 0, y: 0.5, width: 0.125, height: 0.5 };
  const wider = { ...entered('dog', new Date('2026-02-12T00:00:00Z'), 0.99), box };
  await pool.query('update "OrganizationFeed" set "lastSeq" = 4094');
  await append(pool, id, '2026-03-12T00:00:00Z', [wider, { ...wider, type: 'SESSION_ENDED' }, wider]);
  assert.deepEqual(await zones(), [{ blocks: 2, differences: 0 }]);
});

test('a database without events has this month and the next three', async () => {
  await using database = await createTestDatabase();
  await using pool = openTestPool(database.url);
  const { rows } = await pool.query(
    `select inhrelid::regclass::text as "name" from pg_inherits where inhparent = '"Event"'::regclass order by 1`,
  );
  assert.equal(rows.length, 5, JSON.stringify(rows));
});

test('an event of a month nobody made is kept, read, and moves when its month is made', async () => {
  await using database = await createTestDatabase();
  await using pool = openTestPool(database.url);
  const id = await addOrganization(pool);
  const far = new Date('2031-05-20T10:00:00Z');
  await append(pool, id, far.toISOString(), [entered('cat', far), entered('dog', far)]);
  await append(pool, id, '2031-06-01T00:00:00Z', [entered('cat', far)]);
  assert.deepEqual(
    (await places(pool, id)).map((row) => row.in),
    ['"Event_other"', '"Event_other"', '"Event_other"'],
  );
  const make = () => pool.query(`select "make_event_months"('2031-05-31', '2031-06-01') as "made"`);
  const made = await Promise.all([make(), make(), make()]);
  assert.equal(
    made.reduce((sum, { rows }) => sum + rows[0].made, 0),
    2,
    'each once, however many ask',
  );
  assert.deepEqual(await places(pool, id), [
    { seq: 1, month: '2031-05', in: '"Event_2031_05"' },
    { seq: 2, month: '2031-05', in: '"Event_2031_05"' },
    { seq: 3, month: '2031-06', in: '"Event_2031_06"' },
  ]);

  const drop = async () => (await pool.query(`select "drop_event_months"('2031-06-15') as "dropped"`)).rows[0].dropped;
  await drop();
  assert.equal((await places(pool, id)).length, 3, 'what holds events stays');
  await pool.query('delete from "Event" where "seq" < 3');
  assert.equal(await drop(), 1);
  assert.deepEqual(await places(pool, id), [{ seq: 3, month: '2031-06', in: '"Event_2031_06"' }]);
});

test('roll-ups equal the events, also those that come late and those that two write at once', async () => {
  await using database = await createTestDatabase();
  await using pool = openTestPool(database.url);
  const ids = [await addOrganization(pool), await addOrganization(pool)];
  const batch = (index: number) =>
    Array.from({ length: 40 }, (_, at) =>
      entered(
        ['cat', 'dog', 'person'][at % 3]!,
        new Date(Date.UTC(2026, 10, 30, 23, 50) + ((at * 7 + index) % 30) * 60_000),
        at % 4 === 0 ? null : at / 40,
      ),
    );
  await Promise.all(
    Array.from({ length: 12 }, (_, index) => append(pool, ids[index % 2]!, '2026-12-01T00:00:00Z', batch(index))),
  );
  const { rows } = await pool.query(differencesSql);
  assert.equal(rows[0].differences, 0);
  assert.ok(rows[0].groups > 12);
});

test('partitions, also later ones, show the application nothing but through their table, and go with the organization', async () => {
  await using database = await createTestDatabase();
  await using pool = openTestPool(database.url);
  const [id, other] = [await addOrganization(pool), await addOrganization(pool)];
  await pool.query(`select "make_event_months"('2031-05-01', '2031-05-01')`);
  const at = new Date('2031-05-20T10:00:00Z');
  for (const one of [id, other]) await append(pool, one, at.toISOString(), [entered('cat', at)]);

  const client = await pool.connect();
  try {
    await client.query(`set role ${defaultAppRole}`);
    for (const table of ['Event_2031_05', 'Event_other']) {
      await assert.rejects(client.query(`select from "${table}"`), { code: '42501' });
    }
    await assert.rejects(client.query(`select "make_event_months"('2031-06-01', '2031-06-01')`), { code: '42501' });
    const seen = async () => (await client.query('select "organizationId" from "Event"')).rows;
    assert.deepEqual(await seen(), []);
    await client.query(`select set_config('app.organization_id', $1, false)`, [id]);
    assert.deepEqual(await seen(), [{ organizationId: id }]);
    await client.query('delete from "Organization"');
  } finally {
    client.release(true);
  }
  const { rows } = await pool.query('select distinct "organizationId" from "Event"');
  assert.deepEqual(rows, [{ organizationId: other }]);
});
