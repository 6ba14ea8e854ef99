import type { Answer } from '../../harness/answer.ts';
import { query } from '../../harness/database.ts';
import { graphql } from '../../harness/graphql.ts';
import { uuidOf } from '../../harness/people.ts';
import type { Person } from '../../harness/people.ts';
import type { TestServer } from '../../harness/server.ts';

type Asker = { token: string };
type Asked = { from?: string; to?: string; grain?: string };

export const dashboardQuery = `query ($from: DateTime, $to: DateTime, $grain: EventStatisticsGrain! = HOUR) {
  dashboard(from: $from, to: $to, grain: $grain) {
    asOf maxAgeMs from to grain isWhole eventCount eventsPerMinute
    buckets { startsAt eventCount eventsPerMinute averageConfidence }
    byType { type eventCount } byLabel { label eventCount } bySource { sourceId name eventCount eventsPerMinute }
    sourceCount sourcesOnline sessionsActive sessionsQueued usage { meter quantity }
  }
}`;

export async function dashboardOf(server: { url: string }, asker: Asker, asked: Asked = {}): Promise<Answer> {
  return (await graphql(server, dashboardQuery, asked, asker)).expectData().dashboard;
}

export type Made = { at: Date; sourceId: string; type: string; label: string | null; confidence: number | null };

let seq = 0;

/** Writes events as recording does, without a session behind them: what is counted are rows. */
export async function record({ databaseUrl }: TestServer, { organizationId }: Person, made: readonly Made[]) {
  const rows = made.map(({ at, sourceId, ...rest }) => {
    seq += 1;
    return { seq, at: at.toISOString(), sourceId: uuidOf(sourceId), ...rest };
  });
  await query(
    databaseUrl,
    `insert into "Event" ("id", "organizationId", "seq", "type", "sourceId", "sessionId", "label", "confidence", "occurredAt", "requestId")
      select gen_random_uuid(), '${uuidOf(organizationId)}', e."seq", e."type"::"EventType", e."sourceId", gen_random_uuid(),
        e."label", e."confidence", e."at", 'q'
      from json_to_recordset('${JSON.stringify(rows)}')
        as e("seq" bigint, "type" text, "sourceId" uuid, "label" text, "confidence" float8, "at" timestamptz)`,
  );
}

/** How often answers were there already, and how often not. */
export async function answersOf({ app }: TestServer): Promise<{ hits: number; misses: number }> {
  const values = (await app.metrics.getSingleMetric('sightline_answers_cached_total')?.get())?.values ?? [];
  const of = (hit: string) => values.find(({ labels }) => labels['hit'] === hit)?.value ?? 0;
  return { hits: of('true'), misses: of('false') };
}
