import { Redis } from 'ioredis';
import type { RedisOptions } from 'ioredis';
import type { FlagOverrides } from '../ports/flag-overrides.ts';

const key = 'sightline:flags';

// As for the bus: a command reaches Redis now or fails now. Whoever asked asks again soon.
const options = {
  enableOfflineQueue: false,
  autoResendUnfulfilledCommands: false,
  maxRetriesPerRequest: 0,
  connectTimeout: 2_000,
  commandTimeout: 1_000,
  connectionName: 'sightline-flags',
  retryStrategy: (attempt: number) => Math.min(attempt * 100, 2_000),
} satisfies RedisOptions;

/** A hash in Redis, `redis://[user:password@]host:port[/db]`: one field for each flag. */
export function createRedisFlagOverrides(url: string): FlagOverrides {
  const redis = new Redis(url, options);
  // Each command says by itself that it failed.
  redis.on('error', () => {});
  const ready = new Promise<void>((resolve) => {
    redis.once('ready', resolve);
    redis.once('error', () => resolve());
  });
  return {
    async read() {
      await ready;
      return redis.hgetall(key);
    },
    async set(name, value) {
      await ready;
      await (value === null ? redis.hdel(key, name) : redis.hset(key, name, value));
    },
    async [Symbol.asyncDispose]() {
      redis.disconnect();
    },
  };
}

/** Without Redis there are none. */
export const noFlagOverrides: FlagOverrides = {
  read: async () => ({}),
  set: () => Promise.reject(new Error('Overrides live in Redis: set REDIS_URL.')),
  [Symbol.asyncDispose]: async () => {},
};
