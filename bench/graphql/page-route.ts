import { createHash } from 'node:crypto';
import Fastify from 'fastify';
import pg from 'pg';
import { findSignInSql } from '@sightline/server/domain/identity/identity.queries';
import { signLink } from '@sightline/server/infra/signed-link';
import { pageSize } from './page-data.ts';

type Options = { databaseUrl: string; signingKey: string; publicUrl: string };

/** One statement for the page and everything in it. */
const pageSql = {
  name: 'page',
  text: `select e.*,
      s."name" as "sourceName", s."kind" as "sourceKind",
      r."state" as "sessionState", r."profile" as "sessionProfile", r."framesRead" as "sessionFramesRead",
      a."contentType" as "snapshotType", a."byteSize" as "snapshotBytes", a."storageKey" as "snapshotKey"
    from "Event" e
    join "Source" s on s."id" = e."sourceId"
    join "Session" r on r."id" = e."sessionId"
    left join "Artifact" a on a."id" = e."snapshotId"
    where e."organizationId" = $1 and e."seq" > $2
    order by e."seq" limit $3`,
};

/** The same page as somebody would write it by hand who needs nothing else: Fastify, pg, and the same look-up of the token. */
export async function startPageRoute({ databaseUrl, signingKey, publicUrl }: Options): Promise<string> {
  const pool = new pg.Pool({ connectionString: databaseUrl, max: 10 });
  const app = Fastify();

  app.get('/', async (request, reply) => {
    const token = request.headers.authorization?.slice('Bearer '.length) ?? '';
    const tokenHash = createHash('sha256').update(token).digest();
    const { rows: signIns } = await pool.query({ ...findSignInSql, values: [tokenHash] });
    const signIn = signIns[0];
    if (!signIn || signIn.revokedAt || signIn.expiresAt <= new Date()) return reply.status(401).send();
    const { rows } = await pool.query({ ...pageSql, values: [signIn.organizationId, 0, pageSize + 1] });
    const expiresAt = new Date(Date.now() + 300_000);
    const edges = rows.slice(0, pageSize).map((row) => ({ cursor: row.seq, node: eventOf(row, expiresAt) }));
    const pageInfo = { hasNextPage: rows.length > pageSize, endCursor: edges.at(-1)?.cursor ?? null };
    return { data: { events: { edges, pageInfo } } };
  });
  return await app.listen({ host: '127.0.0.1', port: 0 });

  function eventOf(row: pg.QueryResultRow, expiresAt: Date) {
    return {
      id: globalId('Event', row.id),
      seq: Number(row.seq),
      type: row.type,
      occurredAt: row.occurredAt.toISOString(),
      recordedAt: row.recordedAt.toISOString(),
      frameIndex: row.frameIndex,
      trackNumber: row.trackNumber,
      label: row.label,
      confidence: row.confidence,
      box: row.boxX === null ? null : { x: row.boxX, y: row.boxY, width: row.boxWidth, height: row.boxHeight },
      source: { id: globalId('Source', row.sourceId), name: row.sourceName, kind: row.sourceKind },
      session: {
        id: globalId('Session', row.sessionId),
        state: row.sessionState,
        profile: row.sessionProfile,
        framesRead: row.sessionFramesRead,
      },
      snapshot: row.snapshotId && {
        id: globalId('Artifact', row.snapshotId),
        contentType: row.snapshotType,
        byteSize: row.snapshotBytes,
        url: urlOf(row, expiresAt),
      },
    };
  }

  function urlOf(
    { snapshotKey: key, snapshotType: contentType, snapshotBytes: byteSize }: pg.QueryResultRow,
    expiresAt: Date,
  ) {
    return `${publicUrl}/files/${key}?${signLink({ method: 'GET', key, expiresAt, contentType, byteSize }, signingKey)}`;
  }
}

function globalId(type: string, id: string): string {
  return Buffer.from(`${type}:${id}`).toString('base64url');
}
