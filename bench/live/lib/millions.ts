import { randomBytes, randomUUID } from 'node:crypto';
import { hashSecret } from '@sightline/server/domain/identity/tokens';
import type { Database } from '@sightline/db/database';

export type Million = {
  token: string;
  organizationId: string;
  sourceIds: string[];
  sessionId: string;
  eventId: string;
};

/** Sources, and labels of which one is rare. */
const sourceCount = 20;
const labels = ['person', 'car', 'dog', 'cat', 'bicycle'];
export const rareLabel = 'zebra';
const batchSize = 20_000;

/** An organization whose feed has `count` events of the last sixty days, and somebody who may read it. */
export async function seedMillion({ prisma, pool }: Database, count: number): Promise<Million> {
  const token = `sls_${randomBytes(32).toString('base64url')}`;
  const { id: organizationId, memberships } = await prisma.organization.create({
    data: {
      name: 'Million',
      feed: { create: {} },
      memberships: {
        create: {
          role: 'OWNER',
          user: { create: { email: 'million@example.com', name: 'Million', passwordHash: '-' } },
        },
      },
    },
    include: { memberships: true },
  });
  await prisma.signIn.create({
    data: {
      ...{ organizationId, userId: memberships[0]!.userId, tokenHash: hashSecret(token) },
      expiresAt: new Date(Date.now() + 3_600_000),
    },
  });
  await prisma.organizationLimit.create({
    data: { organizationId, name: 'requestsPerMinute', value: 2_000_000n, reason: 'bench' },
  });
  const sourceIds = Array.from({ length: sourceCount }, () => randomUUID());
  await prisma.source.createMany({
    data: sourceIds.map((id, index) => ({ id, organizationId, name: `Camera ${index}`, kind: 'IMAGES' as const })),
  });
  const sessions = sourceIds.map((sourceId) => ({ id: randomUUID(), sourceId }));
  await prisma.session.createMany({
    data: sessions.map((session) => ({ ...session, organizationId, profile: 'FAST' as const, requestId: 'bench' })),
  });
  await pool.query(`select "make_event_months"((now() - interval '60 days')::date, now()::date)`);
  for (let first = 1; first <= count; first += batchSize) {
    const last = Math.min(first + batchSize - 1, count);
    await pool.query(fillSql, [
      organizationId,
      first,
      last,
      count,
      sourceIds,
      sessions.map(({ id }) => id),
      labels,
      rareLabel,
    ]);
  }
  await pool.query('update "OrganizationFeed" set "lastSeq" = $2 where "organizationId" = $1', [organizationId, count]);
  // What a bench asks for in a minute is more than anybody may.
  await pool.query('update "PlanVersion" set "maxQueryCost" = 100000000');
  await pool.query('vacuum analyze "Event"');
  await pool.query('analyze "EventRollup"');
  const { rows } = await pool.query<{ id: string }>('select "id" from "Event" where "seq" = $1', [
    Math.floor(count / 3),
  ]);
  return { token, organizationId, sourceIds, sessionId: sessions[7]!.id, eventId: rows[0]!.id };
}

/** Numbers and times grow together; one label in fifty thousand is rare. */
const fillSql = `insert into "Event" ("id", "organizationId", "seq", "month", "type", "sourceId", "sessionId", "frameIndex",
    "trackNumber", "label", "confidence", "boxX", "boxY", "boxWidth", "boxHeight", "occurredAt", "recordedAt", "requestId")
  select gen_random_uuid(), $1, n, date_trunc('month', at at time zone 'UTC')::date,
    case when n % 5000 = 0 then 'SESSION_STARTED' when n % 9 = 0 then 'OBJECT_ENTERED' when n % 9 = 1 then 'OBJECT_LEFT'
      else 'OBJECT_UPDATED' end::"EventType",
    ($5::uuid[])[1 + (n / 700) % cardinality($5)], ($6::uuid[])[1 + (n / 700) % cardinality($5)], n, 1 + n % 1000,
    case when n % 50000 = 17 then $8 else ($7::text[])[1 + n % cardinality($7)] end,
    (n % 1000) / 1000.0, (n % 90) / 100.0, (n % 80) / 100.0, 0.1, 0.2, at, at, 'bench'
  from generate_series($2::bigint, $3::bigint) n,
    lateral (select date_trunc('milliseconds', now() - ($4::bigint - n) * interval '60 days' / $4::bigint) as at) t`;
