import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { createTestDatabase } from '../harness/database.ts';
import { signUp, uuidOf } from '../harness/people.ts';
import { until } from '../harness/until.ts';
import { isLong, report } from '../ledger/report.ts';
import { createServerProcess } from './server-process.ts';

const cycles = isLong ? 20 : 2;
const clientCount = 4;
const patient = { timeout: 600_000 };

const createTeam =
  'mutation ($name: String!) { createTeam(input: { name: $name }) { ... on CreateTeamPayload { team { id name } } } }';

type Told = { status: number; text: string; isReplay: boolean };

test(
  `a server killed ${cycles} times: each request with a key is done once, and every answer is the same`,
  patient,
  async (t) => {
    await using database = await createTestDatabase();
    await using server = await createServerProcess({ DATABASE_URL: database.url });
    await server.start();
    const { token, organizationId } = await signUp(server);
    const client = new pg.Client(database.url);
    await client.connect();
    await using _closing = { [Symbol.asyncDispose]: () => client.end() };
    await client.query('update "PlanVersion" set "requestsPerMinute" = null');
    t.after(() => t.diagnostic(server.log().slice(-2_000)));

    let lost = 0;
    let replayed = 0;
    const answers = new Map<string, string>();

    /** Null: no answer came, and nobody knows whether it was done. */
    async function ask(name: string, key: string): Promise<Told | null> {
      try {
        const response = await fetch(`${server.url}/graphql`, {
          method: 'POST',
          headers: {
            'content-type': 'application/json',
            authorization: `Bearer ${token}`,
            'idempotency-key': key,
          },
          body: JSON.stringify({ query: createTeam, variables: { name } }),
        });
        const isReplay = response.headers.get('idempotent-replayed') === 'true';
        return { status: response.status, text: await response.text(), isReplay };
      } catch {
        return null;
      }
    }

    /** Sends until it is told, and once more. */
    async function once(name: string): Promise<void> {
      const key = randomUUID();
      for (;;) {
        const told = await ask(name, key);
        if (told?.status === 200 && !told.text.includes('"errors"')) {
          if (told.isReplay) replayed += 1;
          answers.set(key, told.text);
          const again = await ask(name, key);
          if (again?.isReplay) assert.equal(again.text, told.text);
          return;
        }
        if (told) assert.match(told.text, /IDEMPOTENCY_IN_FLIGHT|SERVICE_UNAVAILABLE|DEADLINE_EXCEEDED|RATE_LIMITED/);
        else lost += 1;
        await delay(20);
      }
    }

    const over = new AbortController();
    let count = 0;
    async function work(): Promise<void> {
      while (!over.signal.aborted) await once(`team ${(count += 1)}`);
    }
    const working = Array.from({ length: clientCount }, work);
    try {
      for (let cycle = 0; cycle < cycles; cycle++) {
        // Some are done first, however long that takes here; then at any moment.
        const before = answers.size;
        await until(() => answers.size >= before + 5);
        await delay(Math.random() * 100);
        await server.kill();
        await server.start();
      }
    } finally {
      over.abort();
      await Promise.all(working);
    }
    const { rows } = await client.query<{ teams: number; names: number; entries: number; answers: number }>(
      `select count(*)::int as "teams", count(distinct "name")::int as "names",
      (select count(*)::int from "AuditEntry" where "action" = 'createTeam' and "organizationId" = $1) as "entries",
      (select count(*)::int from "IdempotencyKey" where "scope" = $1) as "answers"
    from "Team" where "organizationId" = $1`,
      [uuidOf(organizationId)],
    );
    const [found] = rows;
    t.diagnostic(`${count} requests, ${lost} answers lost, ${replayed} of them told by a replay`);
    report('idempotency keys', {
      acts: count,
      rows: found?.teams ?? 0,
      duplicatesOffered: lost,
      crashesInjected: cycles,
      difference: Math.abs(count - (found?.teams ?? 0)),
    });
    assert.deepEqual(found, { teams: count, names: count, entries: count, answers: count });
    assert.equal(answers.size, count);
  },
);

test(
  'killed between the effect and the answer: the answer is there, and is told to who asks again',
  patient,
  async () => {
    await using database = await createTestDatabase();
    await using server = await createServerProcess({ DATABASE_URL: database.url });
    await server.start();
    const { token, organizationId } = await signUp(server);
    const client = new pg.Client(database.url);
    await client.connect();
    await using _closing = { [Symbol.asyncDispose]: () => client.end() };
    // The commit that stores an answer tells us, and the server dies before it can tell anybody.
    await client.query(`create function tell_stored() returns trigger language plpgsql as
    $$ begin perform pg_notify('stored', new."key"); return null; end $$`);
    await client.query(
      'create trigger tell_stored after insert on "IdempotencyKey" for each row execute function tell_stored()',
    );
    await client.query('listen stored');
    const isDead = new Promise<void>((resolve, reject) =>
      client.once('notification', () => void server.kill().then(resolve, reject)),
    );
    const key = randomUUID();
    const send = () =>
      fetch(`${server.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${token}`, 'idempotency-key': key },
        body: JSON.stringify({ query: createTeam, variables: { name: 'once' } }),
      });
    await Promise.all([
      send()
        .then((response) => response.text())
        .catch(() => null),
      isDead,
    ]);
    await server.start();
    const [first, second] = [await send(), await send()];
    for (const answer of [first, second]) assert.equal(answer.headers.get('idempotent-replayed'), 'true');
    const text = await first.text();
    assert.equal(await second.text(), text);
    assert.match(text, /"name":"once"/);
    const { rows } = await client.query('select "name" from "Team" where "organizationId" = $1', [
      uuidOf(organizationId),
    ]);
    assert.deepEqual(rows, [{ name: 'once' }]);
  },
);
