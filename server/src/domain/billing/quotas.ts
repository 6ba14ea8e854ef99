import type { Meter } from '@sightline/db/client';
import type { Sql } from '../../transaction.ts';
import { giveQuotaBackSql, takeQuotaSql } from './billing.queries.ts';

export type QuotaUse = {
  organizationId: string;
  meter: Meter;
  /** Of the billing period, see `billing-periods.ts`. */
  periodStartsAt: Date;
  units: number;
};

export type Taken = {
  isAllowed: boolean;
  /** Of the period, this use included if it was allowed. */
  taken: number;
};

/** Counts against quotas, exactly and over all processes: the row is the lock. */
export const quotas = {
  /**
   * Takes all units or none. In a transaction (`sql`) they come back with its rollback, and others wait for its end: take
   * late, and before usage is recorded. `most` is the hard limit; null counts and refuses nothing.
   */
  async take(
    sql: Sql,
    { organizationId, meter, periodStartsAt, units }: QuotaUse,
    most: number | null,
  ): Promise<Taken> {
    const values = [organizationId, meter, periodStartsAt, units, most];
    const { rows } = await sql.query<{ isAllowed: boolean; taken: string | bigint }>({ ...takeQuotaSql, values });
    const { isAllowed = false, taken = 0 } = rows[0] ?? {};
    return { isAllowed, taken: Number(taken) };
  },

  /** For what was taken and then not done. */
  async giveBack(sql: Sql, { organizationId, meter, periodStartsAt, units }: QuotaUse): Promise<void> {
    await sql.query({ ...giveQuotaBackSql, values: [organizationId, meter, periodStartsAt, units] });
  },
};
