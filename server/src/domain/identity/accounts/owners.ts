import { Prisma } from '@sightline/db/client';
import type { Locale } from '@sightline/db/client';

export type NewOwner = {
  email: string;
  name: string;
  organizationName: string;
  /** Null: signs in some other way. */
  passwordHash: string | null;
  emailVerifiedAt?: Date;
  locale: Locale;
  timeZone: string;
};

/** A new user and an organization they own. Throws what `isTaken` recognizes when somebody has the address. */
export async function createOwner(
  tx: Prisma.TransactionClient,
  { organizationName, ...person }: NewOwner,
  passwordChangedAt: Date,
) {
  const user = await tx.user.create({ data: { ...person, passwordChangedAt } });
  const organization = await tx.organization.create({
    data: {
      name: organizationName,
      feed: { create: {} },
      memberships: { create: { userId: user.id, role: 'OWNER' } },
    },
  });
  return { user, organization };
}

/** Whether this is how the database says that there is such an address already. */
export function isTaken(error: unknown): boolean {
  return error instanceof Prisma.PrismaClientKnownRequestError && error.code === 'P2002';
}
