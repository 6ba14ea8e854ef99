import type { OneTimePurpose, OneTimeToken, Prisma } from '@sightline/db/client';
import type { Clock } from '../../../ports.ts';
import { TokenInvalidError } from '../identity.errors.ts';
import { hashSecret, newSecret } from '../tokens.ts';

export type OneTimeTokens = ReturnType<typeof createOneTimeTokens>;

type NewToken = {
  userId: string;
  purpose: OneTimePurpose;
  /** The address the token is sent to, and so proves. */
  email: string;
  payload?: Prisma.InputJsonObject;
  minutes: number;
};

/** Links that work once. */
export function createOneTimeTokens({ clock }: { clock: Clock }) {
  const living = (token: string, purpose: OneTimePurpose) => ({
    tokenHash: hashSecret(token),
    purpose,
    usedAt: null,
    expiresAt: { gt: clock.now() },
    user: { erasedAt: null },
  });

  return {
    /** A new token, told here and never again. */
    async issue(tx: Prisma.TransactionClient, { minutes, payload, ...about }: NewToken): Promise<string> {
      const token = newSecret('oneTime');
      const createdAt = clock.now();
      const expiresAt = new Date(createdAt.getTime() + minutes * 60_000);
      const data = { ...about, tokenHash: hashSecret(token), createdAt, expiresAt, ...(payload && { payload }) };
      // Of one person never more are kept than were asked for in the life of one.
      const { userId, purpose } = about;
      await tx.oneTimeToken.deleteMany({ where: { userId, purpose, expiresAt: { lt: createdAt } } });
      await tx.oneTimeToken.create({ data });
      return token;
    },

    /** What a token is good for, leaving it as it is. Throws TOKEN_INVALID. */
    async find(tx: Prisma.TransactionClient, token: string, purpose: OneTimePurpose): Promise<OneTimeToken> {
      const row = await tx.oneTimeToken.findFirst({ where: living(token, purpose) });
      if (!row) throw new TokenInvalidError();
      return row;
    },

    /** Uses a token: of many who try at once, one succeeds. Throws TOKEN_INVALID. */
    async use(tx: Prisma.TransactionClient, token: string, purpose: OneTimePurpose): Promise<OneTimeToken> {
      const where = living(token, purpose);
      // The person first, as whoever ends all of theirs does: two with a token each would wait for each other for ever.
      // Only a ticket comes after its code.
      if (purpose !== 'SECOND_FACTOR') {
        await tx.$queryRaw`select 1 from "User"
          where "id" = (select "userId" from "OneTimeToken" where "tokenHash" = ${where.tokenHash}) for no key update`;
      }
      const { count } = await tx.oneTimeToken.updateMany({ where, data: { usedAt: clock.now() } });
      if (count !== 1) throw new TokenInvalidError();
      return tx.oneTimeToken.findUniqueOrThrow({ where: { tokenHash: where.tokenHash } });
    },

    /** Ends all that a person still has, of one purpose or of any. */
    async end(tx: Prisma.TransactionClient, userId: string, purpose?: OneTimePurpose): Promise<void> {
      const where = { userId, usedAt: null, ...(purpose && { purpose }) };
      await tx.oneTimeToken.updateMany({ where, data: { usedAt: clock.now() } });
    },
  };
}
