import { randomUUID } from 'node:crypto';
import type { Database } from '@sightline/db/database';

export type Tenant = { organizationId: string; sourceIds: string[] };

/** An organization with an empty feed and so many sources. */
export async function addTenant({ prisma }: Database, sourceCount: number): Promise<Tenant> {
  const { id: organizationId } = await prisma.organization.create({ data: { name: 'Bench', feed: { create: {} } } });
  const sourceIds = Array.from({ length: sourceCount }, () => randomUUID());
  await prisma.source.createMany({
    data: sourceIds.map((id, index) => ({ id, organizationId, name: `Camera ${index}`, kind: 'IMAGES' as const })),
  });
  return { organizationId, sourceIds };
}
