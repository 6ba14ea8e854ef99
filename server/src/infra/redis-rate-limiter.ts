import { Redis } from 'ioredis';
import type { Logger } from 'pino';
import type { Clock } from '../ports.ts';
import type { Bucket, Level, RateLimiter } from '../ports/rate-limiter.ts';
import { levelOf } from './bucket-math.ts';
import { createRedisGate, gatedConnection } from './redis-gate.ts';
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

type TakeTokens = (keyCount: number, ...keysAndValues: (string | number)[]) => Promise<(string | number)[]>;

/**
 * Token buckets that all processes share. While Redis is away each goes on by itself, with full buckets and the full rate:
 * so many times too much may pass as there are processes, and nobody is refused for it.
 */
export function createRedisRateLimiter({ url, clock, local, onLocal, log, machineNow = Date.now }: Deps): RateLimiter {
  const redis = new Redis(url, { ...gatedConnection, enableAutoPipelining: true, connectionName: 'sightline-rates' });
  redis.defineCommand('takeTokens', { lua: takeTokensLua });
  const takeTokens = (redis as unknown as { takeTokens: TakeTokens }).takeTokens.bind(redis);
  let isOut = false;
  const gate = createRedisGate({ redis, onOpen: end, onShut: begin });

  function begin(error: unknown): void {
    if (!isOut) log.warn({ err: error }, 'limits are counted by each process alone until Redis is back');
    isOut = true;
  }

  function end(): void {
    if (isOut) log.info('limits are counted over all processes again');
    isOut = false;
  }

  async function ask(buckets: readonly Bucket[], isTaking: boolean) {
    const keys = buckets.map(({ name, key }) => `sightline:rate:${name} ${key}`);
    const values = buckets.flatMap(({ max, windowSeconds, cost }) => [max, windowSeconds * 1_000, cost]);
    const aheadMs = Math.round(clock.now().getTime() - machineNow());
    const [allowed, ...held] = await gate.ask(() =>
      takeTokens(keys.length, ...keys, isTaking ? 1 : 0, aheadMs, ...values),
    );
    const isAllowed = Number(allowed) === 1;
    const levels = buckets.map((bucket, index): Level => levelOf(bucket, Number(held[index]), isAllowed));
    return { isAllowed, levels };
  }

  async function look(buckets: readonly Bucket[], isTaking: boolean) {
    if (buckets.length === 0) return { isAllowed: true, levels: [] };
    try {
      const answer = await ask(buckets, isTaking);
      end();
      return answer;
    } catch (error) {
      begin(error);
    }
    onLocal?.();
    return isTaking ? local.take(buckets) : local.peek(buckets);
  }

  return {
    take: (buckets) => look(buckets, true),
    peek: (buckets) => look(buckets, false),
    async [Symbol.asyncDispose]() {
      gate[Symbol.dispose]();
      await local[Symbol.asyncDispose]();
    },
  };
}
