import type { EventType } from '@sightline/db/client';
import { InputInvalidError } from '../../../errors/request-errors.ts';
import type { Sql } from '../../../transaction.ts';
import { bucketCount, bucketEnd, hourEnd, splitRange } from './buckets.ts';
import type { Grain } from './buckets.ts';
import { dashboardSumsSql, eventSumsSql } from './sums.queries.ts';

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
};

export type EventSum = {
  /** Where its bucket begins, in UTC; of the first one that may be before `from`. */
  startsAt: Date;
  /** What of it was counted: what lies in the time that was asked for, or whole hours, where events of a part have left the feed. */
  countedFrom: Date;
  /** Not included. */
  countedTo: Date;
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

type Row = { startsAt: Date; key: string | null; eventCount: string; averageConfidence: number | null; gone: Date[] };

/**
 * How many events there were in each bucket from `from` to `to`, by when they happened; buckets without any are left out.
 * Whole hours and days come from roll-ups, which stay when events are archived; minutes, and parts of hours at the ends,
 * from the events that are in the feed. Where some of those are not any more, the whole hour counts, and the answer says so:
 * it is never less than there was. The caller has decided who may see the sources. Throws INPUT_INVALID for no time at all, for
 * minutes of more than a day, and for more buckets or rows than an answer may have.
 */
export async function eventSums(sql: Sql, request: EventSumsRequest): Promise<EventSum[]> {
  const { from, to, grain, groupBy, ...of } = request;
  if (!(from < to)) throw new InputInvalidError('to', 'It has to be later than `from`.');
  const buckets = bucketCount(from, to, grain);
  if (grain === 'MINUTE' && buckets > minutesMost + 1) {
    throw new InputInvalidError('grain', 'Minutes are told for a day at most. Ask for hours.');
  }
  if (buckets > maxBuckets) throw new InputInvalidError('grain', `An answer has at most ${maxBuckets} buckets.`);
  const rows = await ask<Row>(sql, eventSumsSql(groupBy, of), request);
  return rows.map(({ gone, startsAt, ...row }) => {
    const endsAt = bucketEnd(startsAt, grain);
    const hours = gone.filter((hour) => hour >= startsAt && hour < endsAt);
    return {
      ...row,
      startsAt,
      countedFrom: least([from > startsAt ? from : startsAt, ...hours]),
      countedTo: greatest([to < endsAt ? to : endsAt, ...hours.map(hourEnd)]),
      eventCount: BigInt(row.eventCount),
    };
  });
}

const least = (dates: Date[]) => new Date(Math.min(...dates.map(Number)));
const greatest = (dates: Date[]) => new Date(Math.max(...dates.map(Number)));

export type DashboardSums = {
  buckets: Omit<EventSum, 'key' | 'countedFrom' | 'countedTo'>[];
  /** How many there are of each. Events of no object have no label. */
  by: Record<'TYPE' | 'LABEL' | 'SOURCE', Map<string, bigint>>;
  /** Whether minutes have all events of their time: none has left the feed. */
  isWhole: boolean;
};

type DashboardRow = Row & { by: 'ALL' | 'TIME' | 'SOURCE' | 'TYPE' | 'LABEL' };

/** Events of whole buckets, counted by time, by type, by label and by source, in one statement. Throws INPUT_INVALID for too many rows. */
export async function dashboardSums(sql: Sql, asked: Omit<EventSumsRequest, 'groupBy'>): Promise<DashboardSums> {
  const rows = await ask<DashboardRow>(sql, dashboardSumsSql(asked), asked);
  const by = { TYPE: new Map<string, bigint>(), LABEL: new Map<string, bigint>(), SOURCE: new Map<string, bigint>() };
  const buckets: DashboardSums['buckets'] = [];
  for (const { by: group, startsAt, key, eventCount, averageConfidence } of rows) {
    if (group === 'TIME') buckets.push({ startsAt, eventCount: BigInt(eventCount), averageConfidence });
    else if (group !== 'ALL' && key) by[group].set(key, BigInt(eventCount));
  }
  // There is always the row of all.
  return { buckets, by, isWhole: rows[0]!.gone.length === 0 };
}

type Statement = { name: string; text: string; values: unknown[] };

async function ask<R>(
  sql: Sql,
  statement: Statement,
  { organizationId, from, to, grain }: Omit<EventSumsRequest, 'groupBy'>,
): Promise<R[]> {
  const ranges = splitRange(from, to, grain).flat();
  const values = [organizationId, grain.toLowerCase(), maxRows + 1, ...ranges, ...statement.values];
  const { rows } = await sql.query<R & object>({ ...statement, values });
  if (rows.length > maxRows) {
    throw new InputInvalidError('groupBy', `An answer has at most ${maxRows} rows. Ask for less time, or for fewer.`);
  }
  return rows;
}
