import { createHash } from 'node:crypto';
import { isIPv6 } from 'node:net';
import type { Clock } from '../../../ports.ts';
import type { Sql } from '../../../transaction.ts';
import { giveAttemptBackSql, takeAttemptSql } from './accounts.queries.ts';

export type Attempts = ReturnType<typeof createAttempts>;

export type AttemptLimit = { max: number; windowSeconds: number };

export type Attempt = {
  allowed: boolean;
  /** How long until the next one can be allowed, in milliseconds; 0 when this one was. */
  retryAfterMs: number;
  /** Makes it as if this one had not been: for tries that turned out to be no guess. */
  giveBack(): Promise<void>;
};

/** Finer parts forget sooner and cost rows. */
const parts = 6;

const nothing = async () => {};

/** Counts how often something is tried, over all processes. */
export function createAttempts({ pool, clock }: { pool: Sql; clock: Clock }) {
  return {
    /**
     * Takes one try of this kind for this subject (an address, an id): at most `max` in any `windowSeconds`, on the second.
     * What is refused is not counted. Subjects are stored as their SHA-256.
     */
    async take(kind: string, subject: string, { max, windowSeconds }: AttemptLimit): Promise<Attempt> {
      const hash = createHash('sha256').update(subject).digest();
      const now = clock.now().getTime();
      const partMs = Math.ceil((windowSeconds * 1000) / parts);
      const startedAt = Math.floor(now / partMs) * partMs;
      const values = [kind, hash, new Date(startedAt), new Date(startedAt - parts * partMs), max];
      const { rows } = await pool.query<{ allowed: boolean; oldest: Date | null }>({ ...takeAttemptSql, values });
      const { allowed = false, oldest = null } = rows[0] ?? {};
      if (!allowed) {
        const forgottenAt = (oldest?.getTime() ?? startedAt) + (parts + 1) * partMs;
        return { allowed, retryAfterMs: forgottenAt - now, giveBack: nothing };
      }
      return {
        allowed,
        retryAfterMs: 0,
        async giveBack() {
          await pool.query({ ...giveAttemptBackSql, values: values.slice(0, 3) });
        },
      };
    },
  };
}

/**
 * What one household or machine can call from at will, for counting: an address of IPv4, the first half of one of IPv6.
 * `nowhere` when it is not known.
 */
export function networkOf(address: string | null): string {
  if (address === null || !isIPv6(address)) return address ?? 'nowhere';
  const [head = '', tail] = address.split('::');
  const groups = head === '' ? [] : head.split(':');
  const after = tail ? tail.split(':').length : 0;
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - groups.length - after);
  const full = [...groups, ...Array.from({ length: zeros }, () => '0'), ...(tail ? tail.split(':') : [])];
  return full
    .slice(0, 4)
    .map((group) => group.replace(/^0+(?=.)/, '').toLowerCase())
    .join(':');
}
