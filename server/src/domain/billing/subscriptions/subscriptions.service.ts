import type { PlanVersion, Prisma, PrismaClient } from '@sightline/db/client';
import { NotFoundError } from '../../../errors/request-errors.ts';
import type { Clock } from '../../../ports.ts';
import { sqlOf } from '../../../transaction.ts';
import type { AuditLog } from '../../audit/audit-log.ts';
import type { Viewer } from '../../identity/viewer.ts';
import type { Outbox } from '../../outbox/outbox.ts';
import { SubscriptionChangeRefusedError } from '../billing.errors.ts';
import { requireActive } from '../plan-limits.ts';
import { readLimits } from '../limits.ts';
import { proration } from './periods.ts';
import { requireFits } from './require-fits.ts';
import { firstState } from './state-machine.ts';
import type { SubscriptionWish } from './state-machine.ts';
import { columnsOf, currentOf } from './subscription-steps.ts';
import type { SubscriptionSteps } from './subscription-steps.ts';

export type SubscriptionsService = ReturnType<typeof createSubscriptionsService>;
type Deps = { db: PrismaClient; steps: SubscriptionSteps; clock: Clock; outbox: Outbox; audit: AuditLog };
type Tx = Prisma.TransactionClient;

/** What a change at this moment would cost, beside usage. */
export type PlanChange = { creditMinor: bigint; chargeMinor: bigint; currency: string; at: Date };

/** What people may ask of what their organization has bought. `db` is the system's: bills are not the tenant's to write. */
export function createSubscriptionsService({ db, steps, clock, outbox, audit }: Deps) {
  /** One step that somebody asked for. Asking for what is so already changes nothing. */
  async function ask(
    viewer: Viewer,
    action: string,
    requestId: string,
    wishOf: (tx: Tx, current: PlanVersion) => Promise<SubscriptionWish>,
  ): Promise<{ id: string }> {
    const { organizationId } = viewer;
    const subscription = await db.$transaction(async (tx) => {
      const now = clock.now();
      await steps.applyDue(tx, organizationId, now);
      const row = await currentOf(tx, organizationId);
      if (!row) throw new SubscriptionChangeRefusedError('This organization has no subscription. Subscribe first.');
      const wish = await wishOf(tx, row.version);
      const after = await steps.take(tx, row, wish, now);
      await audit.record(tx, viewer, {
        ...{ action, targetType: 'PlanSubscription', targetId: row.id, requestId },
        ...{ before: columnsOf(row), after: columnsOf(after ?? row) },
      });
      return row;
    });
    outbox.kick();
    return { id: subscription.id };
  }

  return {
    /**
     * Begins what the plan's newest version asks for: with its trial, if neither the organization nor another one of the person
     * ever had a subscription and they do not refuse it, else paid from now on. Throws NOT_FOUND, SUBSCRIPTION_CHANGE_REFUSED, and PAYMENT_REQUIRED while
     * a bill from before is open.
     */
    async subscribe(
      viewer: Viewer,
      { planCode, trial }: { planCode: string; trial?: boolean | undefined },
      requestId: string,
    ): Promise<{ id: string }> {
      const { organizationId } = viewer;
      const now = clock.now();
      const id = await db.$transaction(async (tx) => {
        await steps.applyDue(tx, organizationId, now);
        const limits = await readLimits(sqlOf(tx), organizationId);
        if (limits) requireActive(limits);
        if (await currentOf(tx, organizationId)) {
          throw new SubscriptionChangeRefusedError('There is a subscription. Change its plan instead.');
        }
        const version = await requirePaidVersion(tx, planCode);
        await requireFits(tx, { organizationId, plan: version, now });
        const last = await tx.subscription.findFirst({ where: { organizationId }, orderBy: { periodEndsAt: 'desc' } });
        const hadTrial = last !== null || (await ownsOther(tx, viewer));
        if (trial && (hadTrial || version.trialDays === 0)) {
          throw new SubscriptionChangeRefusedError('A trial is for the first subscription, where the plan has one.');
        }
        const hasTrial = trial !== false && !hadTrial && version.trialDays > 0;
        const after = firstState(version, now, { hasTrial, notBefore: last?.periodEndsAt ?? null });
        const row = await tx.subscription.create({ data: { organizationId, createdAt: now, ...columnsOf(after) } });
        await steps.tell(tx, { row, before: null, after, event: 'subscribed', at: now });
        const target = { targetType: 'PlanSubscription', targetId: row.id };
        await audit.record(tx, viewer, { action: 'subscribe', ...target, requestId, after: columnsOf(after) });
        return row.id;
      });
      outbox.kick();
      return { id };
    },

    /**
     * Moves to the newest version of a plan, at once with the rest of the period settled by the second, or with the next
     * period. Throws NOT_FOUND, SUBSCRIPTION_CHANGE_REFUSED when more is used than the plan allows or a bill is open.
     */
    changePlan(
      viewer: Viewer,
      { planCode, when }: { planCode: string; when: 'NOW' | 'PERIOD_END' },
      requestId: string,
    ): Promise<{ id: string }> {
      return ask(viewer, 'changePlan', requestId, async (tx, current) => {
        // Whoever names the plan they have takes back a change for later, and keeps the terms they have.
        if (current.planCode === planCode) return { type: 'changePlan', version: current, when };
        const version = await requirePaidVersion(tx, planCode);
        await requireFits(tx, { organizationId: viewer.organizationId, plan: version, now: clock.now() });
        return { type: 'changePlan', version, when };
      });
    },

    /** Ends it with the period, or at once; what is paid for is not paid back. Throws SUBSCRIPTION_CHANGE_REFUSED. */
    cancel(viewer: Viewer, { atPeriodEnd }: { atPeriodEnd: boolean }, requestId: string): Promise<{ id: string }> {
      return ask(viewer, 'cancelSubscription', requestId, async () => ({ type: 'cancel', atPeriodEnd }));
    },

    /** Takes back what was asked for the end of the period. Throws SUBSCRIPTION_CHANGE_REFUSED. */
    resume(viewer: Viewer, requestId: string): Promise<{ id: string }> {
      return ask(viewer, 'resumeSubscription', requestId, async () => ({ type: 'resume' }));
    },

    /** What changing to this plan now would cost, by the sums that `changePlan` uses. Null where it would cost nothing now. */
    async previewChange(viewer: Viewer, planCode: string): Promise<PlanChange | null> {
      const at = clock.now();
      const row = await currentOf(db, viewer.organizationId);
      const version = await requirePaidVersion(db, planCode);
      if (row?.state !== 'ACTIVE' || row.version.planCode === planCode) return null;
      if (row.version.currency !== version.currency || row.version.interval !== version.interval) return null;
      const period = { startsAt: row.periodStartsAt, endsAt: row.periodEndsAt };
      return { ...proration(row.version, version, period, at), currency: version.currency, at };
    },
  };
}

/**
 * Whether the person owns another organization that has, or had, a subscription: organizations are made by the dozen, and trials
 * are not. Sandboxes, which are for trying out, neither have it nor count.
 */
async function ownsOther(tx: Tx, { organizationId, userId }: Viewer): Promise<boolean> {
  const { isSandbox } = await tx.organization.findUniqueOrThrow({ where: { id: organizationId } });
  if (isSandbox) return false;
  const owned = { isSandbox: false, memberships: { some: { userId, role: 'OWNER' as const } } };
  return (await tx.subscription.findFirst({ where: { organization: owned }, select: { id: true } })) !== null;
}

/** The newest version of a plan that is sold. Throws NOT_FOUND, and SUBSCRIPTION_CHANGE_REFUSED for `free`. */
async function requirePaidVersion(tx: Tx, planCode: string): Promise<PlanVersion> {
  if (planCode === 'free') {
    throw new SubscriptionChangeRefusedError('free is what there is without a subscription. Cancel the one there is.');
  }
  const version = await tx.planVersion.findFirst({
    where: { planCode, plan: { isPublic: true } },
    orderBy: { number: 'desc' },
  });
  if (!version) throw new NotFoundError('Plan', planCode);
  return version;
}
