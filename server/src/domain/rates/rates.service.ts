import type { Clock } from '../../ports.ts';
import type { Bucket, Level, RateLimiter } from '../../ports/rate-limiter.ts';
import type { Entitlements } from '../billing/entitlements.ts';
import type { RateOverrides } from './rate-overrides.ts';
import { bucketsOf, strangerBucket } from './rate-rules.ts';
import type { Calls, RateCaller } from './rate-rules.ts';
import { RateLimitedError } from './rates.errors.ts';

export type RatesService = ReturnType<typeof createRatesService>;

/** What came of counting calls. */
export type Charged = {
  /** `RateLimit-Policy` and `RateLimit`; empty without a limit. */
  headers: Record<string, string>;
  /** Why they may not be made; null where they may. Then they are counted. */
  refusal: RateLimitedError | null;
};

type Deps = {
  limiter: RateLimiter;
  entitlements: Pick<Entitlements, 'of'>;
  overrides: Pick<RateOverrides, 'of'>;
  clock: Clock;
  /** Calls a minute of one network, of nobody in particular. */
  perAddress: number;
};

/** Holds callers to the rates of their plan and of what was agreed with them. */
export function createRatesService({ limiter, entitlements, overrides, clock, perAddress }: Deps) {
  async function bucketsFor(caller: RateCaller | null, calls: Calls, address: string | null): Promise<Bucket[]> {
    if (caller === null) return [strangerBucket(address, calls, perAddress)];
    const [limits, agreed] = await Promise.all([
      entitlements.of(caller.organizationId),
      overrides.of(caller.organizationId),
    ]);
    return bucketsOf(caller, calls, limits ?? { requestsPerMinute: null }, agreed, clock.now());
  }

  async function look(how: 'take' | 'peek', caller: RateCaller | null, calls: Calls, address: string | null) {
    const buckets = await bucketsFor(caller, calls, address);
    const { isAllowed, levels } = await limiter[how](buckets);
    return { headers: rateHeaders(buckets, levels), refusal: isAllowed ? null : refusalOf(buckets, levels) };
  }

  return {
    /** Counts calls of somebody, all or none of them; `address` counts for those who are nobody in particular. */
    charge: (caller: RateCaller | null, calls: Calls, address: string | null): Promise<Charged> =>
      look('take', caller, calls, address),
    /** What `charge` would say now. Counts nothing. */
    peek: (caller: RateCaller | null, calls: Calls, address: string | null): Promise<Charged> =>
      look('peek', caller, calls, address),
  };
}

/** Of the limits that hold a call back, the one that does for longest. */
function refusalOf(buckets: readonly Bucket[], levels: readonly Level[]): RateLimitedError {
  const [worst] = buckets
    .map((bucket, index) => ({ bucket, level: levels[index]! }))
    .filter(({ bucket, level }) => level.waitMs > 0 || bucket.cost > bucket.max)
    .toSorted((a, b) => longerOf(b) - longerOf(a));
  if (!worst) throw new Error('A call was refused by limits that let it through.');
  return new RateLimitedError(worst.bucket, worst.level);
}

const longerOf = ({ bucket, level }: { bucket: Bucket; level: Level }) =>
  bucket.cost > bucket.max ? Infinity : level.waitMs;

/**
 * `RateLimit-Policy` and `RateLimit` of draft-ietf-httpapi-ratelimit-headers, as the sidecar writes them: `q` calls in `w`
 * seconds; `r` are left, and all of them are again in `t` seconds.
 */
export function rateHeaders(buckets: readonly Bucket[], levels: readonly Level[]): Record<string, string> {
  if (buckets.length === 0) return {};
  return {
    'ratelimit-policy': buckets
      .map(({ name, max, windowSeconds }) => `"${name}";q=${max};w=${windowSeconds}`)
      .join(', '),
    ratelimit: buckets
      .map(({ name }, index) => `"${name}";r=${levels[index]?.remaining ?? 0};t=${seconds(levels[index]?.fullMs ?? 0)}`)
      .join(', '),
  };
}

/** Rounding down would make callers come too early. */
const seconds = (ms: number): number => Math.ceil(ms / 1_000);
