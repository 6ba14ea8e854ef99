import { SidecarError } from '../errors.ts';
import type { Caller } from '../http/callers.ts';
import type { Level, Limit, TokenBuckets } from './token-bucket.ts';

/** Requests a minute; null is no limit. */
export type Limits = { organization: number | null; key: number | null };

/** Headers that tell a caller where it stands. Empty without a limit. */
export type LimitHeaders = Record<string, string>;

export type Limiter = ReturnType<typeof createLimiter>;

type Named = Limit & { name: 'organization' | 'key' | 'local' };

/** Holds callers to what their plan allows. The server itself is never held back. */
export function createLimiter({ buckets, local }: { buckets: TokenBuckets; local: number | null }) {
  function limitsOf(caller: Caller): Named[] {
    if (caller.kind === 'service') return [];
    if (caller.kind === 'local') return local === null ? [] : [{ name: 'local', bucket: 'local', perMinute: local }];
    const { organizationId, credential, limits } = caller;
    return [
      ...(limits.organization === null
        ? []
        : [
            { name: 'organization' as const, bucket: `organization ${organizationId}`, perMinute: limits.organization },
          ]),
      ...(limits.key === null || credential === null
        ? []
        : [{ name: 'key' as const, bucket: `key ${credential}`, perMinute: limits.key }]),
    ];
  }

  return {
    /** Counts one request of this caller. `refusal` says RATE_LIMITED, and when to come again, where it is one too many. */
    charge(caller: Caller): { headers: LimitHeaders; refusal: SidecarError | null } {
      const limits = limitsOf(caller);
      if (limits.length === 0) return { headers: {}, refusal: null };
      const { isAllowed, levels } = buckets.take(limits);
      const headers = headersOf(limits, levels);
      if (isAllowed) return { headers, refusal: null };
      const longest = levels.reduce((worst, level) => (level.waitMs > worst.waitMs ? level : worst));
      const name = limits[levels.indexOf(longest)]?.name;
      const whose = { organization: 'Your organization', key: 'This key', local: 'The local token' }[name ?? 'key'];
      const refusal = new SidecarError('RATE_LIMITED', `${whose} may send ${longest.perMinute} requests a minute.`, {
        retryAfterMs: longest.waitMs,
      });
      return { headers, refusal };
    },
  };
}

/**
 * `RateLimit-Policy` and `RateLimit` of draft-ietf-httpapi-ratelimit-headers: `q` requests in `w` seconds; `r` are left,
 * and all of them are again in `t` seconds.
 */
function headersOf(limits: readonly Named[], levels: readonly Level[]): LimitHeaders {
  const seconds = (ms: number) => Math.ceil(ms / 1_000);
  return {
    'ratelimit-policy': limits.map(({ name, perMinute }) => `"${name}";q=${perMinute};w=60`).join(', '),
    ratelimit: limits
      .map(({ name }, index) => `"${name}";r=${levels[index]?.remaining ?? 0};t=${seconds(levels[index]?.fullMs ?? 0)}`)
      .join(', '),
  };
}
