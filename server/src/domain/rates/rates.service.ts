import type { DomainError } from '../../errors/domain-error.ts';
import { RequestRefusedError } from '../../errors/request-errors.ts';
import type { Clock } from '../../ports.ts';
import type { Bucket, Level, RateLimiter } from '../../ports/rate-limiter.ts';
import type { Entitlements } from '../billing/entitlements.ts';
import type { RateOverrides } from './rate-overrides.ts';
import { bucketsOf, costBucket, strangerBucket } from './rate-rules.ts';
import type { Calls, RateCaller } from './rate-rules.ts';
import { RateLimitedError } from './rates.errors.ts';

export type RatesService = ReturnType<typeof createRatesService>;

/** What came of counting calls. */
export type Charged = {
  /** `RateLimit-Policy` and `RateLimit`; empty without a limit. */
  headers: Record<string, string>;
  /** Why they may not be made; null where they may. Then they are counted. */
  refusal: DomainError | null;
  /** What operations may still cost; null where nothing limits that. */
  budget: Budget | null;
};

/** What operations of an organization may cost together: full again at `resetsInMs` from now, and evenly on the way. */
export type Budget = { limit: number; remaining: number; resetsInMs: number };

/** An operation's cost, where there is one. */
type Cost = number | null;

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
  async function look(
    how: 'take' | 'peek',
    caller: RateCaller | null,
    calls: Calls,
    address: string | null,
    cost: Cost,
  ): Promise<Charged> {
    if (caller === null) return ask(how, [strangerBucket(address, calls, perAddress)], null);
    const [limits, agreed] = await Promise.all([
      entitlements.of(caller.organizationId),
      overrides.of(caller.organizationId),
    ]);
    if (cost !== null && limits && cost > limits.maxQueryCost) {
      return { headers: {}, refusal: tooCostly(cost, limits.maxQueryCost), budget: null };
    }
    const now = clock.now();
    const costs = cost === null || !limits ? null : costBucket(caller, cost, limits, agreed, now);
    return ask(how, bucketsOf(caller, calls, limits ?? { requestsPerMinute: null }, agreed, now), costs);
  }

  /** All of them at once. What costs are limited to is told in the answer, not in its headers. */
  async function ask(how: 'take' | 'peek', counted: readonly Bucket[], costs: Bucket | null): Promise<Charged> {
    const buckets = costs ? [...counted, costs] : counted;
    const { isAllowed, levels } = await limiter[how](buckets);
    const level = costs ? (levels.at(-1) ?? null) : null;
    return {
      headers: rateHeaders(counted, levels),
      refusal: isAllowed ? null : refusalOf(buckets, levels),
      budget: level && costs && { limit: costs.max, remaining: level.remaining, resetsInMs: level.fullMs },
    };
  }

  return {
    /** Counts calls of somebody, all or none of them; `address` counts for those who are nobody in particular. */
    charge: (caller: RateCaller | null, calls: Calls, address: string | null, cost: Cost = null): Promise<Charged> =>
      look('take', caller, calls, address, cost),
    /** What `charge` would say now. Counts nothing. */
    peek: (caller: RateCaller | null, calls: Calls, address: string | null, cost: Cost = null): Promise<Charged> =>
      look('peek', caller, calls, address, cost),
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

function tooCostly(cost: number, most: number) {
  return new RequestRefusedError(
    'QUERY_TOO_COMPLEX',
    `This would resolve about ${cost} fields. Your plan allows ${most} in one operation: ask for smaller pages.`,
  );
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
