import type { Sql } from '../../transaction.ts';
import { subscribedPeriodSql } from './billing.queries.ts';

/** From a full hour to a full hour, the end not included, in UTC. */
export type Period = { startsAt: Date; endsAt: Date };

/** The period in which usage at `now` counts: the subscription's, else the calendar month. */
export async function billingPeriodOf(sql: Sql, organizationId: string, now: Date): Promise<Period> {
  const { rows } = await sql.query<Period>({ ...subscribedPeriodSql, values: [organizationId, now] });
  return rows[0] ?? calendarMonthOf(now);
}

export function calendarMonthOf(now: Date): Period {
  const month = (offset: number) => new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + offset));
  return { startsAt: month(0), endsAt: month(1) };
}
