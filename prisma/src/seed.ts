import type { Database } from './database.ts';

/** The login that `npm start` shows. Known to everybody, so it is only ever made on a server that answers this machine alone. */
export const demoLogin = { email: 'demo@sightline.local', password: 'sightline-demo' } as const;

export type SeedOptions = {
  /** argon2id in PHC format; the server owns how passwords are hashed. */
  hashPassword: (password: string) => Promise<string>;
};

/** Makes the demo user and organization unless they are there. What people changed about them stays. True when it made them. */
export async function seedDemo({ prisma }: Database, { hashPassword }: SeedOptions): Promise<boolean> {
  const { email, password } = demoLogin;
  if (await prisma.user.findUnique({ where: { email }, select: { id: true } })) return false;
  const user = { email, name: 'Demo', passwordHash: await hashPassword(password) };
  try {
    await prisma.organization.create({
      data: {
        name: 'Demo organization',
        feed: { create: {} },
        memberships: { create: { role: 'OWNER', user: { create: user } } },
      },
    });
    return true;
  } catch (error) {
    // Somebody who seeded at the same moment was first.
    if ((error as { code?: string }).code === 'P2002') return false;
    throw error;
  }
}
