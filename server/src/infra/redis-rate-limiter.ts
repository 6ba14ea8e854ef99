import { Redis } from 'ioredis';
import type { RedisOptions } from 'ioredis';
import type { Logger } from 'pino';
import type { Clock } from '../ports.ts';
import type { Bucket, Level, RateLimiter } from '../ports/rate-limiter.ts';
import { levelOf } from './bucket-math.ts';
import { takeTokensLua } from './take-tokens-lua.ts';

type Deps = {
  /** `redis://[user:password@]host:port[/db]`, or `rediss://` for TLS. */
  url: string;
  /** Of the organization at work; only how far it is ahead of `machineNow` counts. */
  clock: Clock;
  /** Counts while Redis is away. */
  local: RateLimiter;
  /** Called for each call that was counted by this process alone. */
  onLocal?: () => void;
  log: Pick<Logger, 'info' | 'warn'>;
  machineNow?: () => number;
};

const answerTimeoutMs = 1_000;
/** After a command that nobody answered, for so long nobody else waits for one. */
const pauseMs = 1_000;

// As for the bus: a command reaches Redis now or fails now, and then this process counts by itself.
const options = {
  enableOfflineQueue: false,
  autoResendUnfulfilledCommands: false,
  maxRetriesPerRequest: 0,
  connectTimeout: 2_000,
  enableAutoPipelining: true,
  connectionName: 'sightline-rates',
  retryStrategy: (attempt: number) => Math.min(attempt * 100, 2_000),
} satisfies RedisOptions;

type TakeTokens = (keyCount: number, ...keysAndValues: (string | number)[]) => Promise<(string | number)[]>;

/**
 * Token buckets that all processes share. While Redis is away each goes on by itself, with full buckets and the full rate:
 * so many times too much may pass as there are processes, and nobody is refused for it.
 */
export function createRedisRateLimiter({ url, clock, local, onLocal, log, machineNow = Date.now }: Deps): RateLimiter {
  const redis = new Redis(url, options);
  // Every request of a busy moment may be waiting for the connection: many listeners are no leak.
  redis.setMaxListeners(0);
  redis.defineCommand('takeTokens', { lua: takeTokensLua });
  const takeTokens = (redis as unknown as { takeTokens: TakeTokens }).takeTokens.bind(redis);
  let isOut = false;
  let pausedUntil = 0;

  redis.on('error', begin);
  redis.on('ready', () => {
    pausedUntil = 0;
    if (isOut) log.info('limits are counted over all processes again');
    isOut = false;
  });

  function begin(error: unknown): void {
    if (!isOut) log.warn({ err: error }, 'limits are counted by each process alone until Redis is back');
    isOut = true;
  }

  async function ask(buckets: readonly Bucket[], isTaking: boolean) {
    const keys = buckets.map(({ name, key }) => `sightline:rate:${name} ${key}`);
    const values = buckets.flatMap(({ max, windowSeconds, cost }) => [max, windowSeconds * 1_000, cost]);
    const aheadMs = Math.round(clock.now().getTime() - machineNow());
    const [allowed, ...held] = await inTime(takeTokens(keys.length, ...keys, isTaking ? 1 : 0, aheadMs, ...values));
    const isAllowed = Number(allowed) === 1;
    const levels = buckets.map((bucket, index): Level => levelOf(bucket, Number(held[index]), isAllowed));
    return { isAllowed, levels };
  }

  async function look(buckets: readonly Bucket[], isTaking: boolean) {
    if (buckets.length === 0) return { isAllowed: true, levels: [] };
    // While the first connection is being made nobody is let in twice for it: that is waited for.
    if (redis.status === 'connecting' || redis.status === 'connect') await firstConnection(redis);
    if (redis.status === 'ready' && pausedUntil <= performance.now()) {
      try {
        const answer = await ask(buckets, isTaking);
        if (isOut) log.info('limits are counted over all processes again');
        isOut = false;
        return answer;
      } catch (error) {
        pausedUntil = performance.now() + pauseMs;
        begin(error);
      }
    }
    onLocal?.();
    return isTaking ? local.take(buckets) : local.peek(buckets);
  }

  return {
    take: (buckets) => look(buckets, true),
    peek: (buckets) => look(buckets, false),
    async [Symbol.asyncDispose]() {
      redis.removeAllListeners('error').on('error', () => {});
      redis.disconnect();
      await local[Symbol.asyncDispose]();
    },
  };
}

/** Waits while a connection is being made, a command's time at most. */
async function firstConnection(redis: Redis): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const deadline = setTimeout(resolve, answerTimeoutMs);
  redis.once('ready', resolve).once('close', resolve);
  await promise;
  clearTimeout(deadline);
  redis.off('ready', resolve).off('close', resolve);
}

/**
 * Rejects when Redis does not answer. A process that was busy for so long itself looks first whether the answer has come
 * meanwhile: taking that for an outage would let calls through that Redis has refused.
 */
function inTime<Value>(answer: Promise<Value>): Promise<Value> {
  return new Promise((resolve, reject) => {
    const giveUp = () => setImmediate(() => setImmediate(() => reject(new Error('Redis did not answer.'))));
    const timer = setTimeout(giveUp, answerTimeoutMs);
    answer.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
