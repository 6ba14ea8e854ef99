import type { RateLimitSubject } from '@sightline/db/client';
import type { Bucket } from '../../ports/rate-limiter.ts';
import type { Limits } from '../billing/limits.ts';
import { networkOf } from '../identity/accounts/attempts.ts';
import { costLimit } from './rates.errors.ts';

/** Who calls, as far as calls are counted by it. */
export type RateCaller = {
  readonly organizationId: string;
  readonly apiKeyId: string | null;
  readonly userId: string;
};

/** What is called, and how often: `graphql` and each root field such as `Mutation.startSession`, or `rest`. */
export type Calls = ReadonlyMap<string, number>;

/** What was agreed for one organization, key or person. */
export type RateOverride = {
  subject: RateLimitSubject;
  subjectId: string;
  /** An endpoint, or `*` for all together. */
  endpoint: string;
  max: number;
  windowSeconds: number;
  expiresAt: Date | null;
};

/** Whose calls are counted together. */
type Subject = {
  subject: RateLimitSubject;
  id: string;
  /** Towards callers. */
  name: string;
  /** Of all endpoints together, where nothing else was agreed; null: none. */
  all: Rate | null;
  /** The same of single endpoints. */
  usual: Readonly<Record<string, Rate>>;
};

export type Rate = { max: number; windowSeconds: number };

/** All endpoints together. */
export const anything = '*';

const minuteSeconds = 60;

/** Of one organization, unless something else was agreed: what costs us more than it looks. */
export const endpointRates: Readonly<Record<string, Rate>> = {
  'Mutation.startSession': { max: 600, windowSeconds: minuteSeconds },
  'Mutation.createUpload': { max: 600, windowSeconds: minuteSeconds },
  'Mutation.exportAuditLog': { max: 10, windowSeconds: minuteSeconds },
  'Mutation.requestExport': { max: 10, windowSeconds: minuteSeconds },
};

/**
 * The buckets that calls of somebody have to pass. An override goes before everything else that is said of its subject and
 * endpoint; without one, one key or person may make half of the calls of the plan, so that the rest of the organization
 * goes on when one of them runs wild.
 */
export function bucketsOf(
  caller: RateCaller,
  calls: Calls,
  limits: Pick<Limits, 'requestsPerMinute'>,
  overrides: readonly RateOverride[],
  now: Date,
): Bucket[] {
  const { organizationId, apiKeyId, userId } = caller;
  const { requestsPerMinute: most } = limits;
  const perMinute = (max: number | null): Rate | null => (max === null ? null : { max, windowSeconds: minuteSeconds });
  const current = overrides.filter(({ expiresAt }) => expiresAt === null || expiresAt > now);
  const agreed = (subject: RateLimitSubject, subjectId: string, endpoint: string): Rate | null =>
    current.find((each) => each.subject === subject && each.subjectId === subjectId && each.endpoint === endpoint) ??
    null;

  const subjects: Subject[] = [
    { subject: 'ORGANIZATION', id: organizationId, name: 'organization', all: perMinute(most), usual: endpointRates },
    apiKeyId === null
      ? { subject: 'USER', id: userId, name: 'user', all: perMinute(halfOf(most)), usual: {} }
      : { subject: 'API_KEY', id: apiKeyId, name: 'key', all: perMinute(halfOf(most)), usual: {} },
  ];
  const total = Math.max(1, totalOf(calls));
  return subjects.flatMap(({ subject, id, name, all, usual }) => {
    const bucket = (rate: Rate | null | undefined, endpoint: string, cost: number): Bucket[] => {
      if (!rate) return [];
      const { max, windowSeconds } = rate;
      const shown = endpoint === anything ? name : subject === 'ORGANIZATION' ? endpoint : `${name} ${endpoint}`;
      // The organization stands in all of them: a person has a rate in each of theirs.
      return [{ name: shown, key: `{${organizationId}} ${id}`, max, windowSeconds, cost }];
    };
    const each = [...calls].flatMap(([endpoint, count]) =>
      count > 0 ? bucket(agreed(subject, id, endpoint) ?? usual[endpoint], endpoint, count) : [],
    );
    return [...bucket(agreed(subject, id, anything) ?? all, anything, total), ...each];
  });
}

/** So many of the dearest operations of a plan, each minute. */
const dearestPerMinute = 60;

/** The bucket that an operation of this cost has to pass; null: none, as without a limit of calls. */
export function costBucket(
  { organizationId }: RateCaller,
  cost: number,
  limits: Pick<Limits, 'requestsPerMinute' | 'maxQueryCost'>,
  overrides: readonly RateOverride[],
  now: Date,
): Bucket | null {
  const agreed = overrides.find(
    ({ subject, subjectId, endpoint, expiresAt }) =>
      subject === 'ORGANIZATION' &&
      subjectId === organizationId &&
      endpoint === costLimit &&
      (expiresAt === null || expiresAt > now),
  );
  if (!agreed && limits.requestsPerMinute === null) return null;
  const max = agreed?.max ?? limits.maxQueryCost * dearestPerMinute;
  const windowSeconds = agreed?.windowSeconds ?? minuteSeconds;
  return { name: costLimit, key: `{${organizationId}}`, max, windowSeconds, cost: Math.max(1, cost) };
}

/** The bucket for calls of nobody in particular: of one network, an address of IPv4 or the first half of one of IPv6. */
export function strangerBucket(address: string | null, calls: Calls, max: number): Bucket {
  const cost = Math.max(1, totalOf(calls));
  return { name: 'address', key: networkOf(address), max, windowSeconds: minuteSeconds, cost };
}

const halfOf = (max: number | null): number | null => (max === null ? null : Math.max(1, Math.ceil(max / 2)));

/** Calls of all endpoints; `graphql` is no endpoint beside its fields, but their sum. */
function totalOf(calls: Calls): number {
  let total = 0;
  for (const [endpoint, count] of calls) if (endpoint !== 'graphql') total += count;
  return Math.max(total, calls.get('graphql') ?? 0);
}
