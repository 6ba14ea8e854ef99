import { Redis } from 'ioredis';
import type { Logger } from 'pino';
import type { Bus } from '../ports.ts';
import { createHandlerTable } from './handler-table.ts';
import { createRedisGate, gatedConnection } from './redis-gate.ts';

type Deps = {
  /** `redis://[user:password@]host:port[/db]`, or `rediss://` for TLS. */
  url: string;
  log: Pick<Logger, 'info' | 'warn' | 'error'>;
  /** Called for each message that could not be handed to Redis. */
  onDrop?: () => void;
};

const heartbeatMs = 10_000;

/** A bus over Redis, for more than one process. A lost connection costs messages, never a crash or a wait. */
export function createRedisBus({ url, log, onDrop }: Deps): Bus {
  const handlers = createHandlerTable(log);
  const publisher = new Redis(url, {
    ...gatedConnection,
    enableAutoPipelining: true,
    connectionName: 'sightline-publish',
  });
  const subscriber = new Redis(url, { ...gatedConnection, connectionName: 'sightline-subscribe' });

  const outage = createOutageLog(log);
  const away = new Set([publisher, subscriber]);
  const gateOf = (redis: Redis, onOpen?: () => void) =>
    createRedisGate({
      redis,
      onOpen() {
        away.delete(redis);
        if (away.size === 0) outage.end();
        onOpen?.();
      },
      onShut(error) {
        away.add(redis);
        outage.begin(error);
      },
    });
  const publishing = gateOf(publisher);
  const subscribing = gateOf(subscriber, () => {
    const channels = handlers.channels();
    // Here and not by ioredis, so that it also covers a SUBSCRIBE that was lost on its way.
    if (channels.length > 0)
      subscribing.ask(() => subscriber.subscribe(...channels)).catch(() => subscriber.disconnect(true));
  });
  subscriber.on('message', handlers.deliver);
  // A connection that died without a word looks alive to a subscriber, which only ever listens.
  const heartbeat = setInterval(() => {
    subscribing.ask(() => subscriber.ping()).catch(() => {});
  }, heartbeatMs);

  return {
    async publish(channel, message) {
      try {
        await publishing.ask(() => publisher.publish(channel, message));
      } catch (error) {
        outage.begin(error);
        onDrop?.();
      }
    },
    async subscribe(channel, onMessage) {
      const entry = handlers.add(channel, onMessage);
      // Without a connection the channel is subscribed as soon as there is one.
      await subscribing.ask(() => subscriber.subscribe(channel)).catch(outage.begin);
      return async () => {
        if (handlers.remove(entry)) await subscribing.ask(() => subscriber.unsubscribe(channel)).catch(() => {});
      };
    },
    async check() {
      await Promise.all([publishing.ask(() => publisher.ping()), subscribing.ask(() => subscriber.ping())]);
    },
    async [Symbol.asyncDispose]() {
      clearInterval(heartbeat);
      handlers.clear();
      publishing[Symbol.dispose]();
      subscribing[Symbol.dispose]();
    },
  };
}

/** One line when Redis goes and one when it is back, however many commands fail in between. */
function createOutageLog(log: Deps['log']) {
  let isOut = false;
  return {
    begin(error: unknown) {
      if (!isOut) log.warn({ err: error }, 'redis is unreachable; live updates fall back to polling');
      isOut = true;
    },
    end() {
      if (isOut) log.info('redis is reachable again');
      isOut = false;
    },
  };
}
