import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createMemoryRateLimiter } from '@sightline/server/infra/memory-rate-limiter';
import { createRedisBus } from '@sightline/server/infra/redis-bus';
import { createRedisRateLimiter } from '@sightline/server/infra/redis-rate-limiter';
import { movableClock } from '../harness/movable-clock.ts';
import { graphql } from '../harness/graphql.ts';
import { signUp } from '../harness/people.ts';
import { startTestServer } from '../harness/server.ts';
import { until } from '../harness/until.ts';
import { quiet } from '../realtime/feed-world.ts';
import { redisMissing, startOwnRedis } from '../realtime/own-redis.ts';
import { startRedisProxy } from './redis-outage-proxy.ts';

const callers = 50;
const callsOfEach = 40;
const callersOfServer = 5;
const look = '{ viewer { organization { name } } }';
const bucket = { name: 'test', key: 'one', max: 1_000_000, windowSeconds: 60, cost: 1 };

async function startWorld() {
  await using opening = new AsyncDisposableStack();
  const redis = opening.use(await startOwnRedis());
  const proxy = opening.use(await startRedisProxy(redis.url));
  const open = opening.move();
  return { proxy, [Symbol.asyncDispose]: () => open.disposeAsync() };
}

/** Whether somebody who called this had to wait for anything outside of the process. */
async function waits(work: Promise<unknown>): Promise<boolean> {
  let isDone = false;
  void work.then(() => (isDone = true));
  await new Promise((resolve) => setImmediate(resolve));
  const hadToWait = !isDone;
  await work;
  return hadToWait;
}

/** Callers who call again as soon as they are answered. How many calls waited. */
async function callOften(call: () => Promise<unknown>): Promise<number> {
  let waited = 0;
  const caller = async () => {
    for (let n = 0; n < callsOfEach; n += 1) if (await waits(call())) waited += 1;
  };
  await Promise.all(Array.from({ length: callers }, caller));
  return waited;
}

type Proxy = Awaited<ReturnType<typeof startRedisProxy>>;
type Way = { take(proxy: Proxy): unknown; giveBack(proxy: Proxy): unknown };
const ways: Record<string, Way> = {
  'falls silent': { take: (proxy) => proxy.fallSilent(), giveBack: (proxy) => proxy.speak() },
  'is gone': { take: (proxy) => proxy.close(), giveBack: (proxy) => proxy.open() },
  'is gone, and what comes in its place is silent': {
    async take(proxy) {
      await proxy.close();
      proxy.fallSilent();
      await proxy.open();
    },
    giveBack: (proxy) => proxy.speak(),
  },
};

describe('Redis is away', { skip: redisMissing }, () => {
  for (const [way, { take, giveBack }] of Object.entries(ways)) {
    test(`it ${way}: nobody waits for it but who had asked by then`, { timeout: 60_000 }, async () => {
      await using world = await startWorld();
      const { proxy } = world;
      await using limiter = createRedisRateLimiter({
        ...{ url: proxy.url, log: quiet, clock: movableClock() },
        local: createMemoryRateLimiter({ clock: movableClock() }),
      });
      await using bus = createRedisBus({ url: proxy.url, log: quiet });
      await bus.check();
      assert.equal((await limiter.take([bucket])).levels[0]?.remaining, bucket.max - 1);

      await take(proxy);
      const [calls, messages] = await Promise.all([
        callOften(() => limiter.take([bucket])),
        callOften(() => bus.publish('a', 'lost')),
        bus.subscribe('b', () => {}),
      ]);
      assert.ok(calls <= callers, `${calls} calls waited`);
      assert.ok(messages <= callers, `${messages} messages waited`);
      assert.equal(await waits(bus.subscribe('c', () => {})), false);
      const sent = proxy.asked('evalsha') + proxy.asked('publish') + proxy.asked('subscribe');
      assert.ok(sent <= callers * 2 + 1, `${sent} were sent to a Redis that is away`);

      await giveBack(proxy);
      await until(async () => (await limiter.peek([bucket])).levels[0]!.remaining >= bucket.max - 1);
      await until(() =>
        bus.check().then(
          () => true,
          () => false,
        ),
      );
    });
  }

  test('a server that starts meanwhile waits once, and its callers with it', { timeout: 60_000 }, async () => {
    await using world = await startWorld();
    world.proxy.fallSilent();
    await using limiter = createRedisRateLimiter({
      ...{ url: world.proxy.url, log: quiet, clock: movableClock() },
      local: createMemoryRateLimiter({ clock: movableClock() }),
    });
    assert.ok((await callOften(() => limiter.take([bucket]))) <= callers);
  });

  test('requests of a whole server: each caller meets it once', { timeout: 60_000 }, async () => {
    await using world = await startWorld();
    const { proxy } = world;
    await using server = await startTestServer({ env: { REDIS_URL: proxy.url } });
    const person = await signUp(server);
    proxy.fallSilent();
    const caller = async () => {
      for (let n = 0; n < 10; n += 1) (await graphql(server, look, {}, person)).expectData();
    };
    await Promise.all(Array.from({ length: callersOfServer }, caller));
    assert.ok(proxy.asked('evalsha') <= callersOfServer, `${proxy.asked('evalsha')} requests waited`);
  });
});
