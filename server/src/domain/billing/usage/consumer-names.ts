import type { Prisma, PrismaClient } from '@sightline/db/client';
import { apiKeysVisibleTo } from '../../identity/identity.policy.ts';
import type { Viewer } from '../../identity/viewer.ts';
import type { UsageGroup } from './usage-sums.queries.ts';

export type NamesOf = (viewer: Viewer, groupBy: UsageGroup, ids: readonly string[]) => Promise<Map<string, string>>;

type Deps = {
  db: PrismaClient;
  /** Sources come later than billing, so their policy is handed in. */
  sourcesVisibleTo(viewer: Viewer): Prisma.SourceWhereInput;
};

/** What people call keys and sources, as far as this viewer sees them. What is gone has no name any more. */
export function createConsumerNames({ db, sourcesVisibleTo }: Deps): NamesOf {
  return async (viewer, groupBy, groups) => {
    const ids = { id: { in: groups.filter((group) => group !== '') } };
    const select = { id: true, name: true };
    const rows =
      groupBy === 'KEY'
        ? await db.apiKey.findMany({ where: { AND: [ids, apiKeysVisibleTo(viewer)] }, select })
        : groupBy === 'SOURCE'
          ? await db.source.findMany({ where: { AND: [ids, sourcesVisibleTo(viewer)] }, select })
          : [];
    return new Map(rows.map(({ id, name }) => [id, name]));
  };
}
