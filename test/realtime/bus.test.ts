import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createMemoryBus } from '@sightline/server/infra/memory-bus';
import { createRedisBus } from '@sightline/server/infra/redis-bus';
import type { Bus } from '@sightline/server/ports';
import { quiet } from './feed-world.ts';
import { redisMissing, startOwnRedis } from './own-redis.ts';

type Kind = { name: string; skip: string | false; open: () => Promise<{ bus: Bus } & AsyncDisposable> };

const kinds: Kind[] = [
  {
    name: 'memory bus',
    skip: false,
    async open() {
      const bus = createMemoryBus({ log: quiet });
      return { bus, [Symbol.asyncDispose]: () => bus[Symbol.asyncDispose]() };
    },
  },
  {
    name: 'redis bus',
    skip: redisMissing,
    async open() {
      await using opening = new AsyncDisposableStack();
      const redis = opening.use(await startOwnRedis());
      const bus = opening.use(createRedisBus({ url: redis.url, log: quiet }));
      await bus.check();
      const open = opening.move();
      return { bus, [Symbol.asyncDispose]: () => open.disposeAsync() };
    },
  },
];

/** Collects messages; `until(n)` waits for the nth. */
function createInbox() {
  const messages: string[] = [];
  let wake = () => {};
  return {
    messages,
    receive(message: string) {
      messages.push(message);
      wake();
    },
    async until(count: number): Promise<string[]> {
      while (messages.length < count) await new Promise<void>((resolve) => (wake = resolve));
      return messages;
    },
  };
}

for (const { name, skip, open } of kinds) {
  describe(name, { skip }, () => {
    test('a message published after subscribing arrives, in order', async () => {
      await using opened = await open();
      const { bus } = opened;
      const inbox = createInbox();
      await bus.subscribe('a', inbox.receive);
      for (let n = 0; n < 100; n += 1) void bus.publish('a', String(n));
      assert.deepEqual(
        await inbox.until(100),
        Array.from({ length: 100 }, (_, n) => String(n)),
      );
    });

    test('every subscriber of a channel hears it, no other does', async () => {
      await using opened = await open();
      const { bus } = opened;
      const [one, two, other] = [createInbox(), createInbox(), createInbox()];
      await Promise.all([
        bus.subscribe('a', one.receive),
        bus.subscribe('a', two.receive),
        bus.subscribe('b', other.receive),
      ]);
      await bus.publish('a', 'for a');
      await bus.publish('b', 'for b');
      assert.deepEqual(await one.until(1), ['for a']);
      assert.deepEqual(await two.until(1), ['for a']);
      assert.deepEqual(await other.until(1), ['for b']);
    });

    test('ending one subscription leaves the others', async () => {
      await using opened = await open();
      const { bus } = opened;
      const [leaving, staying] = [createInbox(), createInbox()];
      const unsubscribe = await bus.subscribe('a', leaving.receive);
      await bus.subscribe('a', staying.receive);
      await unsubscribe();
      await unsubscribe();
      await bus.publish('a', 'hello');
      assert.deepEqual(await staying.until(1), ['hello']);
      assert.deepEqual(leaving.messages, []);
    });

    test('a channel can be subscribed again right after its last reader left', async () => {
      await using opened = await open();
      const { bus } = opened;
      const unsubscribe = await bus.subscribe('a', () => {});
      const left = unsubscribe();
      const inbox = createInbox();
      await bus.subscribe('a', inbox.receive);
      await left;
      await bus.publish('a', 'again');
      assert.deepEqual(await inbox.until(1), ['again']);
    });

    test('a handler that throws harms neither the others nor the next message', async () => {
      await using opened = await open();
      const { bus } = opened;
      const inbox = createInbox();
      await bus.subscribe('a', () => {
        throw new Error('broken handler');
      });
      await bus.subscribe('a', inbox.receive);
      await bus.publish('a', '1');
      await bus.publish('a', '2');
      assert.deepEqual(await inbox.until(2), ['1', '2']);
    });
  });
}

describe('redis bus without redis', { skip: redisMissing }, () => {
  test('publishing neither throws nor waits, is counted, and is logged once per outage', async () => {
    await using redis = await startOwnRedis();
    const warnings: unknown[] = [];
    const recovered = Promise.withResolvers<void>();
    let dropped = 0;
    const log = { ...quiet, warn: (line: unknown) => void warnings.push(line), info: () => recovered.resolve() };
    await using bus = createRedisBus({ url: redis.url, log, onDrop: () => (dropped += 1) });
    await bus.check();
    await redis.kill();
    const startedAt = performance.now();
    for (let n = 0; n < 50; n += 1) await bus.publish('a', 'lost');
    assert.ok(performance.now() - startedAt < 1_500);
    assert.ok(dropped >= 49, `${dropped} dropped`);
    assert.equal(warnings.length, 1);
    await assert.rejects(bus.check());
    await redis.start();
    await recovered.promise;
    await bus.check();
    assert.equal(warnings.length, 1);
  });

  test('subscriptions made before and during an outage are heard after it', async () => {
    await using redis = await startOwnRedis();
    const recovered = Promise.withResolvers<void>();
    await using bus = createRedisBus({ url: redis.url, log: { ...quiet, info: () => recovered.resolve() } });
    await bus.check();
    const [before, during] = [createInbox(), createInbox()];
    await bus.subscribe('a', before.receive);
    await redis.kill();
    await bus.publish('a', 'lost');
    await bus.subscribe('a', during.receive);
    await redis.start();
    await recovered.promise;
    // Resubscribing has no moment one could wait for from outside: knock until somebody answers.
    while (before.messages.length === 0 || during.messages.length === 0) await bus.publish('a', 'found');
    assert.equal(before.messages[0], 'found');
    assert.equal(during.messages[0], 'found');
  });
});
