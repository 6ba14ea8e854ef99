import type { PrismaClient } from '@sightline/db/client';
import type { Viewer } from '../identity/viewer.ts';

type Deps = { db: Pick<PrismaClient, 'user'>; /** In lower case. */ emails: readonly string[] };

/** Who runs the installation: people whom its environment names, once they proved that the address is theirs. Never keys. */
export function createOperators({ db, emails }: Deps) {
  const named = new Set(emails);
  return {
    async isOperator(viewer: Viewer | null): Promise<boolean> {
      if (named.size === 0 || !viewer || viewer.apiKeyId !== null || viewer.signInId === null) return false;
      const user = await db.user.findUnique({
        where: { id: viewer.userId },
        select: { email: true, emailVerifiedAt: true, erasedAt: true },
      });
      return user !== null && user.emailVerifiedAt !== null && user.erasedAt === null && named.has(user.email);
    },
  };
}
