import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createTestDatabase, query } from '../harness/database.ts';
import { graphql } from '../harness/graphql.ts';
import { signUp, uuidOf } from '../harness/people.ts';
import type { Person } from '../harness/people.ts';
import { startTestServer } from '../harness/server.ts';
import type { TestServer } from '../harness/server.ts';
import { until } from '../harness/until.ts';
import { redisMissing, startOwnRedis } from '../realtime/own-redis.ts';

const limit = 100;
/** So long that nothing worth mentioning comes back while a test runs. */
const windowSeconds = 86_400;

/** Two servers on one database and one Redis, and somebody who may make `limit` calls. */
async function startWorld(redisUrl: string) {
  await using opening = new AsyncDisposableStack();
  const { url: databaseUrl } = opening.use(await createTestDatabase());
  const start = () => startTestServer({ databaseUrl, env: { REDIS_URL: redisUrl } });
  const servers = [opening.use(await start()), opening.use(await start())] as const;
  const person = await signUp(servers[0]);
  await query(
    databaseUrl,
    `insert into "RateLimitOverride" ("id", "organizationId", "subject", "subjectId", "endpoint", "max", "windowSeconds", "reason")
     values (gen_random_uuid(), '${uuidOf(person.organizationId)}', 'USER', '${uuidOf(person.userId)}', '*', ${limit}, ${windowSeconds}, 'a test')`,
  );
  const open = opening.move();
  return { servers, person, [Symbol.asyncDispose]: () => open.disposeAsync() };
}

/** How many of so many operations pass, sent at once by turns to all of these servers. */
async function passed(servers: readonly TestServer[], { token }: Person, count: number): Promise<number> {
  const answers = await Promise.all(
    Array.from({ length: count }, (_, n) =>
      graphql(servers[n % servers.length]!, '{ viewer { organization { id } } }', {}, { token }),
    ),
  );
  for (const { status, errors } of answers) {
    if (status !== 200) assert.deepEqual([status, errors[0]?.extensions['code']], [429, 'RATE_LIMITED']);
  }
  return answers.filter(({ status }) => status === 200).length;
}

/** Calls that a server counted by itself because Redis was away. */
async function countedAlone({ url }: TestServer): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  return Number(/^sightline_rates_local_total (\d+)$/m.exec(text)?.[1]);
}

test(
  'two servers on one Redis let exactly as much through as one limit; without Redis each goes on with a limit of its own',
  { skip: redisMissing, timeout: 240_000 },
  async () => {
    await using redis = await startOwnRedis();
    await using world = await startWorld(redis.url);
    const { servers, person } = world;
    assert.equal(await passed(servers, person, 400), limit);
    assert.deepEqual(await Promise.all(servers.map(countedAlone)), [0, 0]);

    await redis.kill();
    // As documented: each process has a full bucket of its own, so that nobody is refused because Redis is away.
    assert.equal(await passed(servers, person, 500), limit * servers.length);
    for (const server of servers) {
      assert.ok((await countedAlone(server)) >= 250);
      assert.equal(server.logs.filter((line) => line.includes('counted by each process alone')).length, 1);
    }

    // A Redis that comes back empty is a full bucket once more, shared again.
    await redis.start();
    await until(async () => {
      const before = await countedAlone(servers[0]);
      await passed([servers[0]], person, 1);
      return (await countedAlone(servers[0])) === before;
    });
    await until(async () => {
      const before = await countedAlone(servers[1]);
      await passed([servers[1]], person, 1);
      return (await countedAlone(servers[1])) === before;
    });
    const rest = await passed(servers, person, 400);
    assert.ok(rest <= limit && rest > limit / 2, `${rest} of ${limit}, less those that found out`);
    assert.equal(await passed(servers, person, 50), 0);
  },
);
