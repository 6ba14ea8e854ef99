import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Redis } from 'ioredis';
import { createFakeInference } from '../harness/fake-inference.ts';
import { graphql } from '../harness/graphql.ts';
import { createKey, signUp } from '../harness/people.ts';
import { startTestServer } from '../harness/server.ts';
import { until } from '../harness/until.ts';
import { upTo } from '../realtime/feed-world.ts';
import { follow, seqsOf, startDrivenSession } from '../realtime/live.ts';
import { redisMissing, startOwnRedis } from '../realtime/own-redis.ts';
import { check, createHistory } from './history.ts';
import { liftRates, startLoad, storedTeams } from './load.ts';
import { startBareReader } from './readers.ts';
import { isLong, report } from './report.ts';

/** How long Redis is away in the long form, and there before that, and how many listen meanwhile. */
const [awayMs, readerCount] = isLong ? [30_000, 500] : [0, 4];
/** What answers may take while it is away, by what they took before: the long form alone has enough of them to say. */
const slowerMost = 2;
const patient = { timeout: 900_000, skip: redisMissing };

test(
  'Redis dies and comes back: who listens to another server loses nothing, and no request fails',
  patient,
  async () => {
    const startedAt = performance.now();
    await using redis = await startOwnRedis();
    const env = { REDIS_URL: redis.url };
    const fake = createFakeInference();
    await using recording = await startTestServer({ env, inference: fake.inference });
    await liftRates(recording.databaseUrl);
    const person = await signUp(recording);
    const session = await startDrivenSession(recording, person, fake);
    // Started second, so that the session runs in the first.
    await using serving = await startTestServer({ env, databaseUrl: recording.databaseUrl });
    await using closing = new AsyncDisposableStack();
    const kinds = ['ws', 'sse'] as const;
    const readers = Array.from({ length: readerCount }, (_, index) =>
      closing.use(startBareReader({ ...serving, ...person }, kinds[index % 2]!)),
    );
    let eventCount = 1;
    const tell = (count: number) => {
      session.tell(count);
      eventCount += count;
    };
    const all = () => Promise.all(readers.map((reader) => reader.until(eventCount)));
    tell(9);
    await all();

    const history = createHistory();
    const load = startLoad({ ...serving, token: person.token, history, callers: 2, writes: 'once' });
    await until(() => load.answered() > 50);
    /** As much to tell and to answer with Redis as without it. Gives the 99th percentile of what was answered. */
    const p99Of = async () => {
      const from = [load.msOf.read.length, load.msOf.write.length] as const;
      const since = performance.now();
      do {
        tell(5);
        const before = load.answered();
        await until(() => load.answered() > before + 10);
      } while (performance.now() - since < awayMs);
      await all();
      const ms = [...load.msOf.read.slice(from[0]), ...load.msOf.write.slice(from[1])].sort((a, b) => a - b);
      return ms[Math.floor(ms.length * 0.99)]!;
    };
    const p99Ms = await p99Of();
    await redis.kill();
    const p99AwayMs = await p99Of();
    await redis.start();
    const before = load.answered();
    await until(() => load.answered() > before + 50);
    await load.stop();
    tell(10);
    await all();

    const feed = createHistory();
    for (const [index, { name, seqs }] of readers.entries())
      for (const seq of seqs) feed.seen(`${name} ${index}`, String(seq));
    const ofFeed = check(feed, upTo(eventCount).map(String));
    const ofTeams = check(history, await storedTeams(serving.databaseUrl));
    report(
      'redis down',
      {
        tried: eventCount * readers.length + load.answered(),
        injected: 1,
        lost: ofFeed.lost + ofTeams.lost,
        duplicated: ofFeed.duplicated + ofTeams.duplicated,
        reordered: ofFeed.reordered,
        failed: load.failures.length,
      },
      {
        seconds: (performance.now() - startedAt) / 1_000,
        ...{ slowestMs: Math.max(...load.msOf.read, ...load.msOf.write), p99Ms, p99AwayMs },
        p99Ratio: p99AwayMs / p99Ms,
      },
    );
    assert.deepEqual([...ofFeed.details, ...ofTeams.details, ...load.failures], []);
    if (isLong) {
      const slower = `p99 ${p99AwayMs} ms while Redis is away, ${p99Ms} ms before`;
      assert.ok(p99AwayMs <= slowerMost * p99Ms, slower);
    }
    for (const { logs } of [recording, serving]) {
      assert.equal(logs.filter((line) => line.includes('redis is unreachable')).length, 1, 'one line an outage');
    }
  },
);

test('Redis is emptied: who was shut out stays out, who is in stays in, and the feed goes on', patient, async () => {
  const startedAt = performance.now();
  const rounds = isLong ? 50 : 3;
  await using redis = await startOwnRedis();
  const env = { REDIS_URL: redis.url };
  const fake = createFakeInference();
  await using recording = await startTestServer({ env, inference: fake.inference });
  await liftRates(recording.databaseUrl);
  const person = await signUp(recording);
  const session = await startDrivenSession(recording, person, fake);
  await using serving = await startTestServer({ env, databaseUrl: recording.databaseUrl });
  await using reader = startBareReader({ ...serving, ...person }, 'ws');
  await using client = await connectRedis(redis.url);
  const look = '{ viewer { organization { name } } }';
  const revoke = 'mutation ($id: ID!) { revokeApiKey(input: { id: $id }) { apiKey { id } } }';
  const failures: string[] = [];
  let eventCount = 1;
  for (let round = 0; round < rounds; round += 1) {
    const key = await createKey(recording, person, ['READ']);
    (await graphql(recording, revoke, { id: key.id }, person)).expectData();
    await client.flushall();
    session.tell(3);
    eventCount += 3;
    for (const server of [recording, serving]) {
      const shutOut = await graphql(server, look, {}, { token: key.secret });
      if (shutOut.errors.length === 0) failures.push('a revoked key was let in');
      const inside = await graphql(server, look, {}, person);
      if (inside.errors.length > 0) failures.push(`a sign-in was lost: ${JSON.stringify(inside.errors)}`);
    }
  }
  await reader.until(eventCount);
  const feed = createHistory();
  for (const seq of reader.seqs) feed.seen(reader.name, String(seq));
  const { details, ...counts } = check(feed, upTo(eventCount).map(String));
  report(
    'redis emptied',
    { tried: eventCount + rounds * 4, injected: rounds, ...counts, failed: failures.length },
    { seconds: (performance.now() - startedAt) / 1_000 },
  );
  assert.deepEqual([...details, ...failures], []);
});

async function connectRedis(url: string) {
  const redis = new Redis(url);
  await redis.ping();
  return Object.assign(redis, { [Symbol.asyncDispose]: async () => redis.disconnect() });
}

test(
  'without Redis everything but speed still works, and readiness says what is missing',
  { skip: redisMissing },
  async () => {
    await using redis = await startOwnRedis();
    const fake = createFakeInference();
    await using server = await startTestServer({ env: { REDIS_URL: redis.url }, inference: fake.inference });
    const person = await signUp(server);
    await redis.kill();
    const session = await startDrivenSession(server, person, fake);
    const key = await createKey(server, person, ['READ']);
    await using reading = follow(server, { token: key.secret, transport: 'sse', after: '0' });
    session.tell(4);
    assert.deepEqual(seqsOf(await reading.take(5)), upTo(5));

    const readiness = await fetch(`${server.url}/health/ready`);
    assert.equal(readiness.status, 503);
    assert.match(await readiness.text(), /bus/);

    const revoke = 'mutation ($id: ID!) { revokeApiKey(input: { id: $id }) { apiKey { id } } }';
    (await graphql(server, revoke, { id: key.id }, person)).expectData();
    assert.equal(await reading.endingCode(), 'UNAUTHENTICATED');
  },
);
