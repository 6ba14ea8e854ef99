import type { Prisma } from '@sightline/db/client';
import { PlanLimitReachedError } from '../../errors/plan-limit-error.ts';
import { sqlOf } from '../../transaction.ts';
import { PaymentRequiredError } from './billing.errors.ts';
import { readLimits } from './limits.ts';
import type { Limits } from './limits.ts';

/**
 * Reads the organization's limits and holds its row until the transaction ends, so that two requests
 * that both see one place left cannot both take it. `no key`: an audit entry, whose foreign key looks at this row, waits
 * for it with the end of the chain in hand otherwise, and whoever holds the row wants that next.
 */
export async function lockPlan(tx: Prisma.TransactionClient, organizationId: string): Promise<Limits> {
  await tx.$queryRaw`select 1 from "Organization" where "id" = ${organizationId}::uuid for no key update`;
  const limits = await readLimits(sqlOf(tx), organizationId);
  if (!limits)
    throw new Error(`The organization ${organizationId} has no limits: it is gone, or its plan has no version.`);
  return limits;
}

/**
 * Throws PAYMENT_REQUIRED for an organization that still owes a bill after its grace: it reads and pays, and starts nothing
 * new.
 */
export function requireActive({ state }: Pick<Limits, 'state'>): void {
  if (state === 'CANCELED') throw new PaymentRequiredError();
}

/** Members, and the offers that may still become one. */
export async function seatsTaken(tx: Prisma.TransactionClient, organizationId: string, now: Date): Promise<number> {
  const members = await tx.membership.count({ where: { organizationId } });
  const open = { organizationId, acceptedAt: null, revokedAt: null, expiresAt: { gt: now } };
  return members + (await tx.invitation.count({ where: open }));
}

/** Throws PLAN_LIMIT_REACHED when `more` seats than are taken would be too many. Holds the organization as `lockPlan` does. */
export async function requireSeats(
  tx: Prisma.TransactionClient,
  { organizationId, more, now }: { organizationId: string; more: number; now: Date },
): Promise<void> {
  const { maxSeats: allowed } = await lockPlan(tx, organizationId);
  const taken = await seatsTaken(tx, organizationId, now);
  if (taken + more > allowed)
    throw new PlanLimitReachedError('maxSeats', allowed, `${allowed} members and invitations`);
}

/** Throws PLAN_LIMIT_REACHED when something would be kept for longer than the plan allows. */
export function requireRetention(plan: Limits, days: number): void {
  const allowed = plan.maxRetentionDays;
  if (days > allowed) throw new PlanLimitReachedError('maxRetentionDays', allowed, `${allowed} days of retention`);
}

/** Throws PLAN_LIMIT_REACHED when more connections would be open than the plan allows. */
export function requireLiveConnections(plan: Limits, open: number): void {
  const allowed = plan.maxLiveConnections;
  if (open > allowed) {
    throw new PlanLimitReachedError('maxLiveConnections', allowed, `${allowed} live connections at the same time`);
  }
}

/** Throws PLAN_LIMIT_REACHED when one more source would be too many. */
export function requireSourceCapacity(plan: Limits, used: number): void {
  const allowed = plan.maxSources;
  if (used >= allowed) throw new PlanLimitReachedError('maxSources', allowed, `${allowed} sources`);
}

/** Throws PLAN_LIMIT_REACHED when one more session at a time would be too many. */
export function requireSessionCapacity(plan: Limits, used: number): void {
  const allowed = plan.maxConcurrentSessions;
  if (used >= allowed) {
    throw new PlanLimitReachedError('maxConcurrentSessions', allowed, `${allowed} sessions at the same time`);
  }
}

/** Throws PLAN_LIMIT_REACHED when `more` bytes would not fit. */
export function requireStorageCapacity(plan: Limits, usedBytes: bigint, more: number): void {
  const allowed = plan.maxStoredBytes;
  if (usedBytes + BigInt(more) > BigInt(allowed)) {
    throw new PlanLimitReachedError('maxStoredBytes', allowed, `${allowed / 2 ** 20} MiB of files`);
  }
}
