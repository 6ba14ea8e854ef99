import { randomBytes } from 'node:crypto';
import { hashSecret } from '@sightline/server/domain/identity/tokens';
import type { Database } from '@sightline/db/database';

export const pageSize = 50;

/** What a dashboard shows of the feed: events with their source, session and picture. */
export const pageQuery = `query Page {
  events(first: ${pageSize}) {
    edges {
      cursor
      node {
        id seq type occurredAt recordedAt frameIndex trackNumber label confidence
        box { x y width height }
        source { id name kind }
        session { id state profile framesRead }
        snapshot { id contentType byteSize url }
      }
    }
    pageInfo { hasNextPage endCursor }
  }
}`;

const sourceCount = 5;
const eventCount = 500;

/** An organization with sources, sessions, pictures and a feed ten pages long. Returns the token of its owner. */
export async function seedPages({ prisma }: Database): Promise<string> {
  const token = `sls_${randomBytes(32).toString('base64url')}`;
  const { id: organizationId, memberships } = await prisma.organization.create({
    data: {
      name: 'Bench',
      feed: { create: { lastSeq: eventCount } },
      memberships: {
        create: { role: 'OWNER', user: { create: { email: 'bench@example.com', name: 'Bench', passwordHash: '-' } } },
      },
    },
    include: { memberships: true },
  });
  await prisma.signIn.create({
    data: {
      organizationId,
      userId: memberships[0]!.userId,
      tokenHash: hashSecret(token),
      expiresAt: new Date(Date.now() + 3_600_000),
    },
  });
  for (let source = 0; source < sourceCount; source += 1) {
    const { id: sourceId } = await prisma.source.create({
      data: { organizationId, name: `Camera ${source}`, kind: 'IMAGES', path: `/pictures/${source}` },
    });
    const session = await prisma.session.create({
      data: {
        organizationId,
        sourceId,
        pipelines: ['detect'],
        profile: 'FAST',
        state: 'COMPLETED',
        endReason: 'SOURCE_ENDED',
        endedAt: new Date(),
        requestId: 'bench',
      },
    });
    for (let index = source; index < eventCount; index += sourceCount) {
      const storageKey = `snapshots/${organizationId}/${index}`;
      const snapshot = await prisma.artifact.create({
        data: {
          organizationId,
          kind: 'SNAPSHOT',
          contentType: 'image/jpeg',
          byteSize: 40_000 + index,
          storageKey,
          storedAt: new Date(),
        },
      });
      await prisma.event.create({
        data: {
          organizationId,
          sourceId,
          sessionId: session.id,
          snapshotId: snapshot.id,
          seq: index + 1,
          type: 'OBJECT_ENTERED',
          frameIndex: index,
          trackNumber: index + 1,
          label: 'person',
          confidence: 0.5 + (index % 50) / 100,
          boxX: 0.1,
          boxY: 0.2,
          boxWidth: 0.25,
          boxHeight: 0.5,
          occurredAt: new Date(1_750_000_000_000 + index * 1000),
          requestId: 'bench',
        },
      });
    }
  }
  return token;
}
