import { inTransaction } from '../../transaction.ts';
import type { SqlPool } from '../../transaction.ts';
import type { Outbox } from '../outbox/outbox.ts';
import type { Entitlements } from './entitlements.ts';
import { ledger } from './ledger.ts';

/** One inference call that is to be paid for. */
export type UsedCall = {
  /** Made by whoever answered the call: recording it again changes nothing. */
  id: string;
  organizationId: string;
  apiKeyId: string | null;
  task: string;
  model: string;
  count: number;
  /** ISO 8601 */
  at: string;
  /** What its caller named it by, where another side may have answered it as well. */
  callId?: string | null;
};

/** What a plan gives callers of the sidecar. Requests a minute; null is no limit. */
export type InferenceAllowance = {
  weight: number;
  perMinute: number | null;
  perMinuteKey: number | null;
  hasHardQuota: boolean;
};

export type UsageService = ReturnType<typeof createUsageService>;

type Deps = { pool: SqlPool; entitlements: Pick<Entitlements, 'of'>; outbox: Outbox };

/** What sidecars say, and what they are told. */
export function createUsageService({ pool, entitlements, outbox }: Deps) {
  return {
    /** Records each call once, all or none of them, and tells whoever watches. Gives how many were new. */
    async record(calls: readonly UsedCall[]): Promise<number> {
      const acts = calls.map((call) => ({ ...call, meter: 'PREDICTIONS' as const, sourceId: null, sessionId: null }));
      const newCount = await inTransaction(pool, async (tx) => {
        const count = await ledger.record(tx, acts, 'machine');
        // What was known already has been told: its signal was committed with it.
        if (count === 0) return 0;
        const organizationIds = new Set(acts.map(({ organizationId }) => organizationId));
        for (const organizationId of organizationIds) await outbox.add(tx, 'usage.recorded', { organizationId });
        return count;
      });
      if (newCount > 0) outbox.kick();
      return newCount;
    },

    /** Null when there is no such organization. */
    async allowanceOf(organizationId: string): Promise<InferenceAllowance | null> {
      const limits = await entitlements.of(organizationId);
      if (!limits) return null;
      const { inferenceWeight, inferencePerMinute, inferencePerMinuteKey, predictionsPerPeriod } = limits;
      return {
        weight: inferenceWeight,
        perMinute: inferencePerMinute,
        perMinuteKey: inferencePerMinuteKey,
        hasHardQuota: predictionsPerPeriod !== null && limits.predictionsAreHard,
      };
    },
  };
}
