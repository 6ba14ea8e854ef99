import type { Clock } from '../../ports.ts';
import type { Sql } from '../../transaction.ts';
import { dueOrganizationsSql, nextStepSql } from './jobs.queries.ts';
import type { DueMoment } from './jobs.ts';

/** When subscriptions have something to do: trials, periods and graces end. `clock`: ours. */
export function createSubscriptionMoments({ pool, clock }: { pool: Sql; clock: Clock }) {
  const next: DueMoment = async (organizationId, after) => {
    const { rows } = await pool.query<{ at: Date | null }>({ ...nextStepSql, values: [organizationId, after] });
    return rows[0]?.at ?? null;
  };
  return {
    next,
    async organizations(): Promise<string[]> {
      const { rows } = await pool.query<{ id: string }>({ ...dueOrganizationsSql, values: [clock.now()] });
      return rows.map(({ id }) => id);
    },
  };
}
