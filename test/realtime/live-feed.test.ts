import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createFakeInference } from '../harness/fake-inference.ts';
import { graphql } from '../harness/graphql.ts';
import { createKey, signUp } from '../harness/people.ts';
import { buses } from '../harness/redis.ts';
import type { TestServer } from '../harness/server.ts';
import { startTestServer } from '../harness/server.ts';
import { until } from '../harness/until.ts';
import { upTo } from './feed-world.ts';
import { follow, seqsOf, startDrivenSession, transports } from './live.ts';
import { openEvents } from './protocol/events.ts';

for (const { bus, skip } of buses()) {
  for (const transport of transports) {
    describe(`event feed over ${transport} and the ${bus} bus`, { skip }, () => {
      test('replays after the cursor, then goes on live, each event once', async () => {
        const fake = createFakeInference();
        await using server = await startTestServer({ bus, inference: fake.inference });
        const person = await signUp(server);
        const session = await startDrivenSession(server, person, fake);
        session.tell(5);
        await using reading = follow(server, { ...person, transport, after: '0' });
        assert.deepEqual(seqsOf(await reading.take(6)), upTo(6));
        session.tell(4);
        assert.deepEqual(seqsOf(await reading.take(4)), upTo(10, 7));
        await using later = follow(server, { ...person, transport, after: '8' });
        assert.deepEqual(seqsOf(await later.take(2)), [9, 10]);
      });

      test('the filter holds for replay and live', async () => {
        const fake = createFakeInference();
        await using server = await startTestServer({ bus, inference: fake.inference });
        const person = await signUp(server);
        const session = await startDrivenSession(server, person, fake);
        session.tell(2, 'cat');
        session.tell(2, 'dog');
        await using reading = follow(server, { ...person, transport, after: '0', filter: { labels: ['dog'] } });
        assert.deepEqual(seqsOf(await reading.take(2)), [4, 5]);
        session.tell(3, 'cat');
        session.tell(1, 'dog');
        assert.deepEqual(seqsOf(await reading.take(1)), [9]);
      });

      test('a revoked key ends its subscription with a code, and no other', async () => {
        await using server = await startTestServer({ bus });
        const person = await signUp(server);
        const [leaving, staying] = [
          await createKey(server, person, ['READ']),
          await createKey(server, person, ['READ']),
        ];
        await using ended = follow(server, { token: leaving.secret, transport });
        await using open = follow(server, { token: staying.secret, transport, after: '0' });
        const [endingCode, stillWaiting] = [ended.endingCode(), open.next()];
        // A key that goes before its socket was let in ends that with a close code, and no subscription.
        await shows(server, 'graphql_subscriptions', 2);
        await revoke(server, person, leaving.id);
        assert.equal(await endingCode, 'UNAUTHENTICATED');
        const nothing = await Promise.race([
          stillWaiting,
          new Promise((resolve) => setImmediate(resolve, 'still open')),
        ]);
        assert.equal(nothing, 'still open');
        await revoke(server, person, staying.id);
        assert.deepEqual((await stillWaiting)?.errors?.[0]?.extensions?.['code'], 'UNAUTHENTICATED');
      });

      test('the last reader to leave frees the tail', async () => {
        await using server = await startTestServer({ bus });
        const person = await signUp(server);
        {
          await using one = follow(server, { ...person, transport });
          await using two = follow(server, { ...person, transport });
          void one.next().catch(() => {});
          void two.next().catch(() => {});
          await shows(server, 'sightline_feeds_followed', 1);
        }
        await shows(server, 'sightline_feeds_followed', 0);
      });
    });
  }

  describe(`two servers and the ${bus} bus`, { skip }, () => {
    test('an event recorded by one reaches a subscriber of the other, and a reader may move between them', async () => {
      const fake = createFakeInference();
      await using one = await startTestServer({ bus, inference: fake.inference });
      const person = await signUp(one);
      const session = await startDrivenSession(one, person, fake);
      await using two = await startTestServer({ bus, databaseUrl: one.databaseUrl });
      await using reading = follow(two, { ...person, transport: 'ws', after: '0' });
      for (let n = 0; n < 5; n += 1) session.tell(10);
      assert.deepEqual(seqsOf(await reading.take(51)), upTo(51));
      await using moved = follow(one, { ...person, transport: 'sse', after: '45' });
      session.tell(4);
      assert.deepEqual(seqsOf(await moved.take(10)), upTo(55, 46));
      assert.deepEqual(seqsOf(await reading.take(4)), upTo(55, 52));
    });
  });
}

test('a cursor that is none of this feed is refused with a code', async () => {
  await using server = await startTestServer();
  const person = await signUp(server);
  for (const after of ['1', '-1', '1.5', '01', 'abc', '', '9'.repeat(30)]) {
    for (const transport of transports) {
      await using reading = follow(server, { ...person, transport, after });
      assert.equal(await reading.endingCode(), 'CURSOR_INVALID', `${transport} ${after}`);
    }
  }
});

test('an event stream on which nothing matches moves on all the same, and resumes from there', async () => {
  const fake = createFakeInference();
  await using server = await startTestServer({ inference: fake.inference });
  const person = await signUp(server);
  const session = await startDrivenSession(server, person, fake);
  for (let frames = 0; frames < 6; frames += 1) session.tell(200, 'cat');
  await using all = follow(server, { ...person, transport: 'ws', after: '0' });
  await all.take(1_201);
  const query = 'subscription { eventFeed(after: "0", filter: { labels: ["zebra"] }) { ... on Event { seq } } }';
  const ask = (lastEventId = '') =>
    openEvents(`${server.url}/graphql?query=${encodeURIComponent(query)}`, {
      headers: {
        accept: 'text/event-stream',
        authorization: `Bearer ${person.token}`,
        ...(lastEventId && { 'last-event-id': lastEventId }),
      },
    });
  await using events = await ask();
  const { event, id, data } = (await events.next())!;
  assert.deepEqual([event, id, data], [null, '1201', null]);
  await using resumed = await ask(id!);
  session.tell(1, 'zebra');
  for (const stream of [events, resumed]) assert.equal((await stream.next())?.id, '1202');
});

test('nobody, and a key that may not read, get no feed', async () => {
  await using server = await startTestServer();
  const person = await signUp(server);
  const key = await createKey(server, person, ['WRITE']);
  await using reading = follow(server, { token: key.secret, transport: 'sse' });
  assert.equal(await reading.endingCode(), 'SCOPE_MISSING');
});

async function revoke(server: TestServer, { token }: { token: string }, id: string): Promise<void> {
  const mutation = 'mutation ($id: ID!) { revokeApiKey(input: { id: $id }) { apiKey { revokedAt } } }';
  (await graphql(server, mutation, { id }, { token })).expectData();
}

/** Waits until a gauge of the server is at `count`: clients learn nothing when a subscription has started. */
function shows(server: TestServer, gauge: string, count: number): Promise<void> {
  return until(async () => {
    const { values } = await server.app.metrics.getSingleMetric(gauge)!.get();
    return values[0]?.value === count;
  });
}
