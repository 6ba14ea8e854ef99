import type { Plan, Prisma } from '@sightline/db/client';
import { PlanLimitReachedError } from './billing.errors.ts';

/**
 * Reads the organization's plan and holds its row until the transaction ends, so that two requests
 * that both see one place left cannot both take it. `no key`: an audit entry, whose foreign key looks at this row, waits
 * for it with the end of the chain in hand otherwise, and whoever holds the row wants that next.
 */
export async function lockPlan(tx: Prisma.TransactionClient, organizationId: string): Promise<Plan> {
  await tx.$queryRaw`select 1 from "Organization" where "id" = ${organizationId}::uuid for no key update`;
  const { plan } = await tx.organization.findUniqueOrThrow({ where: { id: organizationId }, select: { plan: true } });
  return plan;
}

/** Throws PLAN_LIMIT_REACHED when one more source would be too many. */
export function requireSourceCapacity(plan: Plan, used: number): void {
  const allowed = plan.maxSources;
  if (used >= allowed) throw new PlanLimitReachedError('maxSources', allowed, `${allowed} sources`);
}

/** Throws PLAN_LIMIT_REACHED when one more session at a time would be too many. */
export function requireSessionCapacity(plan: Plan, used: number): void {
  const allowed = plan.maxConcurrentSessions;
  if (used >= allowed) {
    throw new PlanLimitReachedError('maxConcurrentSessions', allowed, `${allowed} sessions at the same time`);
  }
}

/** Throws PLAN_LIMIT_REACHED when `more` bytes would not fit. */
export function requireStorageCapacity(plan: Plan, usedBytes: bigint, more: number): void {
  const allowed = plan.maxStoredBytes;
  if (usedBytes + BigInt(more) > allowed) {
    throw new PlanLimitReachedError('maxStoredBytes', Number(allowed), `${Number(allowed) / 2 ** 20} MiB of files`);
  }
}
