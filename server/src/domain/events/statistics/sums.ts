import type { EventType } from '@sightline/db/client';
import { InputInvalidError } from '../../../errors/request-errors.ts';
import type { Sql } from '../../../transaction.ts';
import { bucketCount, splitRange } from './buckets.ts';
import type { Grain } from './buckets.ts';
import { eventSumsSql } from './sums.queries.ts';

export type EventGroup = 'NONE' | 'SOURCE' | 'TYPE' | 'LABEL';

export type EventSumsRequest = {
  organizationId: string;
  /** Null: of all sources. */
  sourceIds: readonly string[] | null;
  types?: readonly EventType[] | null | undefined;
  labels?: readonly string[] | null | undefined;
  /** When it happened, by the time of the sources. */
  from: Date;
  /** Not included. */
  to: Date;
  grain: Grain;
  groupBy: EventGroup;
  /** Counts events that are in the feed, and no roll-ups, as minutes do: for answers that stand beside minutes. */
  inFeedOnly?: boolean;
};

export type EventSum = {
  /** Where its bucket begins, in UTC; of the first one that may be before `from`. */
  startsAt: Date;
  /** A source’s id, a type or a label; null for events of no object and where nothing is told apart. */
  key: string | null;
  eventCount: bigint;
  /** 0 to 1; null when no event had one. */
  averageConfidence: number | null;
};

/** Most buckets one answer may have, and most rows. */
export const maxBuckets = 2_000;
const maxRows = 10_000;
const minutesMost = 1_440;

type Row = { startsAt: Date; key: string | null; eventCount: string; averageConfidence: number | null };

/**
 * How many events there were in each bucket from `from` to `to`, by when they happened; buckets without any are left out.
 * Whole hours and days come from roll-ups, which stay when events are archived; minutes, and parts of hours at the ends,
 * from the events that are in the feed. The caller has decided who may see the sources. Throws INPUT_INVALID for no time at
 * all, for minutes of more than a day, and for more buckets or rows than an answer may have.
 */
export async function eventSums(sql: Sql, request: EventSumsRequest): Promise<EventSum[]> {
  const { organizationId, sourceIds, types, labels, from, to, grain, groupBy, inFeedOnly } = request;
  if (!(from < to)) throw new InputInvalidError('to', 'It has to be later than `from`.');
  const buckets = bucketCount(from, to, grain);
  if (grain === 'MINUTE' && buckets > minutesMost + 1) {
    throw new InputInvalidError('grain', 'Minutes are told for a day at most. Ask for hours.');
  }
  if (buckets > maxBuckets) throw new InputInvalidError('grain', `An answer has at most ${maxBuckets} buckets.`);
  const parts = splitRange(from, to, inFeedOnly ? 'MINUTE' : grain);
  const statement = eventSumsSql(groupBy, { sourceIds, types, labels });
  const values = [organizationId, grain.toLowerCase(), maxRows + 1, ...parts.flat(), ...statement.values];
  const { rows } = await sql.query<Row>({ name: statement.name, text: statement.text, values });
  if (rows.length > maxRows) {
    throw new InputInvalidError('groupBy', `An answer has at most ${maxRows} rows. Ask for less time, or for fewer.`);
  }
  return rows.map((row) => ({ ...row, eventCount: BigInt(row.eventCount) }));
}
