import type { Sql } from '../../transaction.ts';
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
};

/** What a plan gives callers of the sidecar. Requests a minute; null is no limit. */
export type InferenceAllowance = { weight: number; perMinute: number | null; perMinuteKey: number | null };

export type UsageService = ReturnType<typeof createUsageService>;

/** What sidecars say, and what they are told. */
export function createUsageService({ pool, entitlements }: { pool: Sql; entitlements: Entitlements }) {
  return {
    /** Records each call once, all or none of them. Gives how many were new. */
    record: (calls: readonly UsedCall[]): Promise<number> =>
      ledger.record(
        pool,
        calls.map((call) => ({ ...call, meter: 'PREDICTIONS', sourceId: null, sessionId: null })),
      ),

    /** Null when there is no such organization. */
    async allowanceOf(organizationId: string): Promise<InferenceAllowance | null> {
      const limits = await entitlements.of(organizationId);
      if (!limits) return null;
      const { inferenceWeight, inferencePerMinute, inferencePerMinuteKey } = limits;
      return { weight: inferenceWeight, perMinute: inferencePerMinute, perMinuteKey: inferencePerMinuteKey };
    },
  };
}
