import type { PlanVersion, Prisma } from '@sightline/db/client';
import { sqlOf } from '../../../transaction.ts';
import { SubscriptionChangeRefusedError } from '../billing.errors.ts';
import { seatsTaken } from '../plan-limits.ts';
import { storedBytes } from '../stored-bytes.ts';

type Limited = Pick<PlanVersion, 'maxSources' | 'maxSeats' | 'maxStoredBytes' | 'maxRetentionDays'>;
type Wanted = { organizationId: string; plan: Limited; now: Date };

/**
 * Throws SUBSCRIPTION_CHANGE_REFUSED when the organization has more than the plan allows: what is too much is theirs to choose,
 * and nothing is removed for them. Limits that were agreed with the organization alone go before the plan's.
 */
export async function requireFits(tx: Prisma.TransactionClient, { organizationId, plan, now }: Wanted): Promise<void> {
  const own = await tx.organizationLimit.findMany({ where: { organizationId } });
  const allowed = (name: keyof Limited) => BigInt(own.find((limit) => limit.name === name)?.value ?? plan[name]);
  const where = { organizationId };
  const retention = await tx.retentionSettings.findUnique({ where });
  const { snapshotDays = 0, eventDays = 0, auditDays = 0 } = retention ?? {};
  for (const [name, what, used] of [
    ['maxSources', 'sources', await tx.source.count({ where })],
    ['maxSeats', 'seats', await seatsTaken(tx, organizationId, now)],
    ['maxStoredBytes', 'bytes stored', await storedBytes(sqlOf(tx), organizationId)],
    ['maxRetentionDays', 'days of retention', Math.max(snapshotDays, eventDays, auditDays)],
  ] as const) {
    if (BigInt(used) > allowed(name)) {
      throw new SubscriptionChangeRefusedError(`That plan allows ${allowed(name)} ${what}, and you have ${used}.`);
    }
  }
}
