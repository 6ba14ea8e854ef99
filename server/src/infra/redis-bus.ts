import { Redis } from 'ioredis';
import type { RedisOptions } from 'ioredis';
import type { Logger } from 'pino';
import type { Bus } from '../ports.ts';
import { createHandlerTable } from './handler-table.ts';

type Deps = {
  /** `redis://[user:password@]host:port[/db]`, or `rediss://` for TLS. */
  url: string;
  log: Pick<Logger, 'info' | 'warn' | 'error'>;
  /** Called for each message that could not be handed to Redis. */
  onDrop?: () => void;
};

const commandTimeoutMs = 1_000;
const heartbeatMs = 10_000;

// Nothing waits for a lost Redis: a command either reaches it now or fails now, and readers poll for what they miss.
const options = {
  enableOfflineQueue: false,
  autoResendUnfulfilledCommands: false,
  autoResubscribe: false, // done below, so that it also covers a SUBSCRIBE that was lost on its way
  maxRetriesPerRequest: 0,
  connectTimeout: 2_000,
  commandTimeout: commandTimeoutMs,
  retryStrategy: (attempt: number) => Math.min(attempt * 100, 2_000),
} satisfies RedisOptions;

/** A bus over Redis, for more than one process. A lost connection costs messages, never a crash or a wait. */
export function createRedisBus({ url, log, onDrop }: Deps): Bus {
  const handlers = createHandlerTable(log);
  const publisher = new Redis(url, { ...options, enableAutoPipelining: true, connectionName: 'sightline-publish' });
  const subscriber = new Redis(url, { ...options, connectionName: 'sightline-subscribe' });

  const connections = [publisher, subscriber];
  const outage = createOutageLog(log);
  for (const connection of connections) {
    connection.on('error', (error) => outage.begin(error));
    connection.on('ready', () => {
      if (connections.every(({ status }) => status === 'ready')) outage.end();
    });
  }
  subscriber.on('message', handlers.deliver);
  subscriber.on('ready', () => {
    const channels = handlers.channels();
    if (channels.length > 0) subscriber.subscribe(...channels).catch(() => subscriber.disconnect(true));
  });
  // A connection that died without a word looks alive to a subscriber, which only ever listens.
  const heartbeat = setInterval(() => {
    if (subscriber.status === 'ready') subscriber.ping().catch(() => subscriber.disconnect(true));
  }, heartbeatMs);

  return {
    async publish(channel, message) {
      try {
        await publisher.publish(channel, message);
      } catch (error) {
        outage.begin(error);
        onDrop?.();
      }
    },
    async subscribe(channel, onMessage) {
      const entry = handlers.add(channel, onMessage);
      await settled(subscriber);
      // Without a connection the channel is subscribed as soon as there is one.
      await subscriber.subscribe(channel).catch((error: unknown) => outage.begin(error));
      return async () => {
        if (handlers.remove(entry)) await subscriber.unsubscribe(channel).catch(() => {});
      };
    },
    async check() {
      for (const connection of connections) {
        await settled(connection);
        await connection.ping();
      }
    },
    async [Symbol.asyncDispose]() {
      clearInterval(heartbeat);
      handlers.clear();
      for (const connection of connections) {
        connection.removeAllListeners('error').on('error', () => {});
        connection.disconnect();
      }
    },
  };
}

/** Waits while a connection is being made for the first time, a second at most. */
async function settled(connection: Redis): Promise<void> {
  if (connection.status !== 'connecting' && connection.status !== 'connect') return;
  const { promise, resolve } = Promise.withResolvers<void>();
  const deadline = setTimeout(resolve, commandTimeoutMs);
  connection.once('ready', resolve).once('close', resolve);
  await promise;
  clearTimeout(deadline);
  connection.off('ready', resolve).off('close', resolve);
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
