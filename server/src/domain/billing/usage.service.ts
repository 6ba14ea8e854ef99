import type { Sql } from '../../transaction.ts';
import { inferenceAllowanceSql, recordUsageSql } from './billing.queries.ts';

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

/** The only writer of usage records. */
export function createUsageService({ pool }: { pool: Sql }) {
  return {
    /** Records each call once, all or none of them. Gives how many were new. */
    async record(calls: readonly UsedCall[]): Promise<number> {
      const { rowCount } = await pool.query({ ...recordUsageSql, values: [JSON.stringify(calls)] });
      return rowCount ?? 0;
    },

    /** Null when there is no such organization. */
    async allowanceOf(organizationId: string): Promise<InferenceAllowance | null> {
      const { rows } = await pool.query<InferenceAllowance>({ ...inferenceAllowanceSql, values: [organizationId] });
      return rows[0] ?? null;
    },
  };
}
