import type { Redis, RedisOptions } from 'ioredis';

type Deps = {
  redis: Redis;
  /** Redis answers, again or for the first time. */
  onOpen?: () => void;
  /** It does not, until `onOpen`. */
  onShut?: (error: unknown) => void;
};

export type RedisGate = ReturnType<typeof createRedisGate>;

/** How long the oldest command, or a connection that is being made, may go without an answer. */
const answerTimeoutMs = 1_000;

const silent = new Error('Redis did not answer.');

/** What a connection behind a gate is made with: a command reaches Redis now or fails now. */
export const gatedConnection = {
  enableOfflineQueue: false,
  autoResendUnfulfilledCommands: false,
  autoResubscribe: false,
  maxRetriesPerRequest: 0,
  connectTimeout: 2_000,
  // One that is given up says goodbye to nobody.
  disconnectTimeout: 100,
  retryStrategy: (attempt: number) => Math.min(attempt * 100, 2_000),
} satisfies RedisOptions;

/**
 * Lets commands through to a Redis that answers. The first that gets no answer shuts it for all, those under way included;
 * from then on nobody waits, and one new connection at a time finds out whether Redis is back. Only before anything is known
 * about it, which is a second at most, commands wait for that.
 */
export function createRedisGate({ redis, onOpen, onShut }: Deps) {
  let state: 'new' | 'open' | 'shut' = 'new';
  let lastError: unknown;
  let watch: NodeJS.Timeout | undefined;
  /** Commands under way and since when, the oldest first. */
  const underWay = new Map<(error: unknown) => void, number>();
  const { promise: known, resolve: isKnown } = Promise.withResolvers<void>();
  let greeting = setTimeout(() => shut(new Error('Redis could not be reached.')), answerTimeoutMs);

  redis.on('error', shut);
  redis.on('close', () => shut(new Error('The connection to Redis was closed.')));
  redis.on('connect', () => {
    clearTimeout(greeting);
    greeting = setTimeout(() => {
      shut(silent);
      redis.disconnect(true);
    }, answerTimeoutMs);
  });
  redis.on('ready', () => {
    clearTimeout(greeting);
    state = 'open';
    isKnown();
    onOpen?.();
  });

  function shut(error: unknown): void {
    lastError = error;
    if (state === 'shut') return;
    letGo();
    onShut?.(error);
    // A connection that is there may have died without a word: the next one is another.
    if (redis.status === 'ready') redis.disconnect(true);
  }

  function letGo(): void {
    state = 'shut';
    isKnown();
    clearTimeout(watch);
    watch = undefined;
    for (const reject of underWay.keys()) reject(lastError);
    underWay.clear();
  }

  /** One timer for all: when it runs out, the oldest is too old, or there is another oldest by now. */
  function watchOldest(): void {
    const oldest = underWay.entries().next().value;
    if (watch || !oldest) return;
    const [command, since] = oldest;
    const look = () => {
      watch = undefined;
      if (underWay.has(command)) shut(silent);
      else watchOldest();
    };
    // A process that was busy for so long itself looks first whether the answer has come meanwhile: taking that for an
    // outage would let calls through that Redis has refused.
    const leftMs = Math.max(0, since + answerTimeoutMs - performance.now());
    watch = setTimeout(() => setImmediate(() => setImmediate(look)), leftMs);
  }

  return {
    /** Sends a command. Rejects at once when Redis is away. */
    async ask<Answer>(command: () => Promise<Answer>): Promise<Answer> {
      if (state === 'new') await known;
      if (state !== 'open') throw lastError;
      const { promise: isShut, reject } = Promise.withResolvers<never>();
      underWay.set(reject, performance.now());
      watchOldest();
      try {
        return await Promise.race([command(), isShut]);
      } catch (error) {
        // What Redis refuses it has answered.
        if (!(error instanceof Error && error.name === 'ReplyError')) shut(error);
        throw error;
      } finally {
        underWay.delete(reject);
      }
    },

    [Symbol.dispose]() {
      clearTimeout(greeting);
      redis.removeAllListeners().on('error', () => {});
      redis.disconnect();
      lastError = new Error('Redis is not asked any more.');
      letGo();
    },
  };
}
