import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { createTestDatabase } from '../../harness/database.ts';
import { graphql } from '../../harness/graphql.ts';
import { signUp, uuidOf } from '../../harness/people.ts';
import { startTestServer } from '../../harness/server.ts';
import { until } from '../../harness/until.ts';
import { isLong, report } from '../../ledger/report.ts';

type Refusal = { code: string; retryable: boolean; retryAfterMs?: number };

const twinCount = 5;
/** The writes of one organization wait for each other; those of several do not. */
const forms = [
  { keyCount: isLong ? 1_000 : 100, organizationCount: 10, workerCount: 5 },
  { keyCount: isLong ? 1_000 : 50, organizationCount: 1, workerCount: 5 },
];
const patient = { timeout: 480_000 };

const createTeam =
  'mutation ($name: String!) { createTeam(input: { name: $name }) { ... on CreateTeamPayload { team { id name } } } }';

for (const { keyCount, organizationCount, workerCount } of forms) {
  const title = `${keyCount} keys in ${organizationCount} organizations, each with ${twinCount} twins at once over two servers`;

  test(`${title}: ${keyCount} effects`, patient, async (t) => {
    await using database = await createTestDatabase();
    await using first = await startTestServer({ databaseUrl: database.url });
    await using second = await startTestServer({ databaseUrl: database.url });
    const servers = [first, second];
    const people = await Promise.all(Array.from({ length: organizationCount }, () => signUp(first)));
    const client = new pg.Client(database.url);
    await client.connect();
    await using _closing = { [Symbol.asyncDispose]: () => client.end() };
    // What is counted here is effects, not calls.
    await client.query('update "PlanVersion" set "requestsPerMinute" = null');
    await delay(1_100);
    const told = { first: 0, replayed: 0, inFlight: 0 };
    let waiting = Array.from({ length: keyCount }, (_, index) => index);

    /** Sends until there is an answer, as a client does: a busy machine may say that it has no time. */
    async function send(token: string, name: string, key: string, twin: number): Promise<string> {
      const body = JSON.stringify({ query: createTeam, variables: { name } });
      const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}`, 'idempotency-key': key };
      for (let turn = twin; ; turn++) {
        const { url } = servers[turn % servers.length] ?? first;
        const response = await fetch(`${url}/graphql`, { method: 'POST', headers, body });
        const text = await response.text();
        const { errors } = JSON.parse(text) as { errors?: { extensions: Refusal }[] };
        if (!errors) {
          told[response.headers.get('idempotent-replayed') === 'true' ? 'replayed' : 'first'] += 1;
          return text;
        }
        const { code, retryable, retryAfterMs = 100 } = errors[0]?.extensions ?? assert.fail(text);
        assert.ok(retryable, text);
        if (code === 'IDEMPOTENCY_IN_FLIGHT') {
          assert.equal(response.status, 409);
          told.inFlight += 1;
        }
        // Later each time: whoever asks in a hurry keeps what they wait for from running.
        await delay(retryAfterMs * Math.min(10, turn - twin + 1));
      }
    }

    async function work(): Promise<void> {
      for (let index = waiting.shift(); index !== undefined; index = waiting.shift()) {
        const key = randomUUID();
        const { token } = people[index % people.length] ?? assert.fail();
        const twins = Array.from({ length: twinCount }, (_, twin) => send(token, `team ${index}`, key, twin));
        const texts = new Set(await Promise.all(twins));
        assert.equal(texts.size, 1, [...texts].join('\n'));
      }
    }
    try {
      await Promise.all(Array.from({ length: workerCount }, work));
    } finally {
      waiting = [];
    }
    const { rows } = await client.query<{ teams: string; names: string; entries: string; answers: string }>(
      `select count(*) as "teams", count(distinct "name") as "names",
      (select count(*) from "AuditEntry" where "action" = 'createTeam' and "organizationId" = any($1)) as "entries",
      (select count(*) from "IdempotencyKey" where "scope" = any($1)) as "answers"
    from "Team" where "organizationId" = any($1)`,
      [people.map(({ organizationId }) => uuidOf(organizationId))],
    );
    const all = String(keyCount);
    assert.deepEqual(rows, [{ teams: all, names: all, entries: all, answers: all }]);
    assert.equal(told.first, keyCount);
    assert.equal(told.replayed, keyCount * (twinCount - 1));
    t.diagnostic(`${told.inFlight} times a twin was still running`);
    report('idempotency keys', {
      acts: keyCount,
      rows: Number(rows[0]?.teams),
      duplicatesOffered: keyCount * (twinCount - 1) + told.inFlight,
      difference: keyCount - Number(rows[0]?.teams),
    });
  });
}

test(
  'while one runs, its twins are told so, on its own server and on another; then they get its answer',
  patient,
  async () => {
    await using database = await createTestDatabase();
    await using first = await startTestServer({ databaseUrl: database.url });
    await using second = await startTestServer({ databaseUrl: database.url });
    const { token, organizationId } = await signUp(first);
    const client = new pg.Client(database.url);
    await client.connect();
    try {
      // Held up in the middle: its entry in the log waits for the end of the chain.
      await client.query('begin');
      await client.query('select 1 from "AuditChain" where "id" = $1 for update', [uuidOf(organizationId)]);
      const key = randomUUID();
      const send = (server: { url: string }, name = 'slow') =>
        graphql(server, createTeam, { name }, { token, headers: { 'idempotency-key': key } });
      const running = send(first);
      const other = new pg.Client(database.url);
      await other.connect();
      await until(async () => {
        const { rows } = await other.query(
          `select 1 from pg_stat_activity where "wait_event_type" = 'Lock' and "datname" = current_database()`,
        );
        return rows.length > 0;
      });
      await other.end();
      for (const server of [first, second]) {
        const twin = await send(server);
        twin.expectCode('IDEMPOTENCY_IN_FLIGHT');
        assert.equal(twin.status, 409);
        assert.equal(twin.errors[0]?.extensions['retryable'], true);
      }
      await client.query('rollback');
      const answer = await running;
      answer.expectData();
      for (const server of [first, second]) assert.equal((await send(server)).text, answer.text);
    } finally {
      await client.end();
    }
  },
);
