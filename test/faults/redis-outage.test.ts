import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createFakeInference } from '../harness/fake-inference.ts';
import { graphql } from '../harness/graphql.ts';
import { createKey, signUp } from '../harness/people.ts';
import { startTestServer } from '../harness/server.ts';
import { upTo } from '../realtime/feed-world.ts';
import { follow, seqsOf, startDrivenSession } from '../realtime/live.ts';
import { redisMissing, startOwnRedis } from '../realtime/own-redis.ts';

test(
  'Redis dies and comes back: subscribers of another server lose nothing, only time',
  { skip: redisMissing },
  async () => {
    await using redis = await startOwnRedis();
    const env = { REDIS_URL: redis.url };
    const fake = createFakeInference();
    await using recording = await startTestServer({ env, inference: fake.inference });
    const person = await signUp(recording);
    const session = await startDrivenSession(recording, person, fake);
    // Started second, so that the session runs in the first.
    await using serving = await startTestServer({ env, databaseUrl: recording.databaseUrl });
    await using reading = follow(serving, { ...person, transport: 'ws', after: '0' });
    session.tell(9);
    assert.deepEqual(seqsOf(await reading.take(10)), upTo(10));

    await redis.kill();
    for (let n = 0; n < 4; n += 1) session.tell(5);
    assert.deepEqual(seqsOf(await reading.take(20)), upTo(30, 11));

    await redis.start();
    session.tell(10);
    assert.deepEqual(seqsOf(await reading.take(10)), upTo(40, 31));

    for (const { logs } of [recording, serving]) {
      assert.equal(logs.filter((line) => line.includes('redis is unreachable')).length, 1, 'one line an outage');
    }
  },
);

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
