import { randomBytes } from 'node:crypto';
import type { Database } from './database.ts';

/** The login that `npm start` shows. Known to everybody, so it is only ever made on a server that answers this machine alone. */
export const demoLogin = { email: 'demo@sightline.local', password: 'sightline-demo' } as const;

export type SeedOptions = {
  /** argon2id in PHC format; the server owns how passwords are hashed. */
  hashPassword: (password: string) => Promise<string>;
};

/**
 * Makes the demo user and organization unless they are there, and makes sure that the shown password is theirs. What
 * people did in that organization stays. True when it made them.
 */
export async function seedDemo({ prisma }: Database, { hashPassword }: SeedOptions): Promise<boolean> {
  const { email, password } = demoLogin;
  const passwordHash = await hashPassword(password);
  const { count } = await prisma.user.updateMany({ where: { email }, data: { passwordHash } });
  if (count > 0) return false;
  // Nobody reads mails to this address; where addresses must be proved, it counts as proved.
  const user = { email, emailVerifiedAt: new Date(), name: 'Demo', passwordHash };
  const members = { create: { role: 'OWNER', user: { create: user } } } as const;
  try {
    await prisma.organization.create({
      data: { name: 'Demo organization', feed: { create: {} }, memberships: members },
    });
    return true;
  } catch (error) {
    // Somebody who seeded at the same moment was first.
    if ((error as { code?: string }).code === 'P2002') return false;
    throw error;
  }
}

/** Where others can reach the server, a password that everybody knows must open nothing. Does nothing without a demo user. */
export async function lockDemo({ prisma }: Database, { hashPassword }: SeedOptions): Promise<void> {
  const where = { email: demoLogin.email };
  if ((await prisma.user.count({ where })) === 0) return;
  await prisma.user.updateMany({
    where,
    data: { passwordHash: await hashPassword(randomBytes(32).toString('base64url')) },
  });
}
