import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import pg from 'pg';
import { query } from '../../harness/database.ts';
import { graphql } from '../../harness/graphql.ts';
import { joinAs, signUp, uuidOf } from '../../harness/people.ts';
import type { Person } from '../../harness/people.ts';
import { startTestServer } from '../../harness/server.ts';
import type { TestServer } from '../../harness/server.ts';
import { until } from '../../harness/until.ts';

let server: TestServer;
before(async () => {
  server = await startTestServer();
});
after(() => server[Symbol.asyncDispose]());

const createTeam = `mutation ($name: String!) {
  createTeam(input: { name: $name }) { ... on CreateTeamPayload { team { id } } ... on UserError { code } }
}`;
const create = ({ token }: Person, name: string, key: string = randomUUID()) =>
  graphql(server, createTeam, { name }, { token, headers: { 'idempotency-key': key } });

test('an organization that stands still, with more requests than there are connections, holds up no other', async () => {
  const [ann, bob] = [await signUp(server, 'ann'), await signUp(server, 'bob')];
  const client = new pg.Client(server.databaseUrl);
  await client.connect();
  const names = Array.from({ length: 16 }, (_, index) => `held ${index}`);
  try {
    await client.query('begin');
    await client.query('select 1 from "AuditChain" where "id" = $1 for update', [uuidOf(ann.organizationId)]);
    const held = names.map((name) => create(ann, name));
    await until(async () => {
      const [row] = await query(
        server.databaseUrl,
        `select count(*)::int as "count" from pg_stat_activity where "wait_event_type" = 'Lock' and "datname" = current_database()`,
      );
      return Number(row?.['count']) >= 4;
    });
    for (const name of ['one', 'two', 'three']) (await create(bob, name)).expectData();
    await client.query('rollback');
    for (const answer of await Promise.all(held)) {
      // Who waited for longer than a busy machine is given is told to come back.
      if (answer.errors.length > 0) answer.expectCode('SERVICE_UNAVAILABLE');
    }
  } finally {
    await client.end();
  }
});

test('a hundred that fail, in every way, leave all connections and keys as they were', async () => {
  const owner = await signUp(server, 'carl');
  const viewer = await joinAs(server, owner, 'VIEWER');
  (await create(owner, 'taken')).expectData();
  const used = randomUUID();
  (await create(owner, 'used', used)).expectData();
  const ways = [
    async () => assert.equal((await create(owner, 'taken')).expectData().createTeam.code, 'TEAM_NAME_TAKEN'),
    async () => (await create(viewer, 'no')).expectCode('FORBIDDEN'),
    async () => (await create(owner, 'other', used)).expectCode('IDEMPOTENCY_KEY_REUSED'),
    async () => (await create(owner, '')).expectCode('INPUT_INVALID'),
    async () => (await create(owner, 'bad', 'two words')).expectCode('BAD_REQUEST'),
  ];
  for (let turn = 0; turn < 20; turn++) await Promise.all(ways.map((way) => way()));
  const open = await query(
    server.databaseUrl,
    `select "query" from pg_stat_activity where "datname" = current_database() and "state" like 'idle in transaction%'`,
  );
  assert.deepEqual(open, []);
  const [locks] = await query(
    server.databaseUrl,
    `select count(*)::int as "count" from pg_locks l join pg_database d on d."oid" = l."database" and d."datname" = current_database()
     where "locktype" = 'advisory' and l."mode" = 'ExclusiveLock' and l."pid" in (
       select "pid" from pg_stat_activity where "query" = 'rollback' or "query" = 'commit')`,
  );
  assert.equal(locks?.['count'], 0);
  const answers = await Promise.all(Array.from({ length: 16 }, (_, index) => create(owner, `abreast ${index}`)));
  for (const answer of answers) answer.expectData();
});
