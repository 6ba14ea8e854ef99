import type { Meter } from '@sightline/db/client';
import type { Sql } from '../../../transaction.ts';
import { piecesOf } from './grains.ts';
import { piecesMax, usageSumsSql } from './usage-sums.queries.ts';
import type { UsageGroup } from './usage-sums.queries.ts';

export type UsageOf = {
  organizationId: string;
  /** Null or left out for all of them. */
  meter?: Meter | null;
  /** A full hour. */
  from: Date;
  /** A full hour, not included. */
  to: Date;
  groupBy: UsageGroup;
};

export type UsageSum = {
  meter: Meter;
  /** The day (`2027-02-28`, in UTC), the model, or the id of the key or source; empty for none of them. */
  group: string;
  quantity: bigint;
  recordCount: bigint;
};

type Row = Omit<UsageSum, 'quantity' | 'recordCount'> & Record<'quantity' | 'recordCount', string | bigint>;

/**
 * What was used, exactly, from roll-ups alone: as quick for ten million records as for ten. In the order of meters and groups;
 * nothing for what was not used. RangeError when an end is no full hour.
 */
export async function usageSums(sql: Sql, { organizationId, meter, from, to, groupBy }: UsageOf): Promise<UsageSum[]> {
  const pieces = piecesOf(from, to, groupBy === 'DAY' ? 'DAY' : 'MONTH');
  if (pieces.length === 0) return [];
  if (pieces.length > piecesMax) throw new RangeError(`${pieces.length} pieces are more than are summed.`);
  const values = [organizationId, JSON.stringify(pieces), meter ?? null];
  const { rows } = await sql.query<Row>({ ...usageSumsSql[groupBy], values });
  return rows.map((row) => ({ ...row, quantity: BigInt(row.quantity), recordCount: BigInt(row.recordCount) }));
}
