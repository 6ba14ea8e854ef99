import type { Prisma, PrismaClient } from '@sightline/db/client';
import type { Clock } from '../../../ports.ts';
import type { AuditLog } from '../../audit/audit-log.ts';
import type { Outbox } from '../../outbox/outbox.ts';
import { createSubscriptionSteps, currentOf } from './subscription-steps.ts';
import { createSubscriptionsService } from './subscriptions.service.ts';

type Deps = {
  /** The system's. */
  db: PrismaClient;
  clock: Clock;
  outbox: Outbox;
  audit: AuditLog;
} & Pick<Parameters<typeof createSubscriptionSteps>[0], 'onPeriodEnded' | 'onItems'>;

/** What organizations have bought: what they ask for, what payments do to it, and what time does. */
export function createSubscriptions({ onPeriodEnded, onItems, ...deps }: Deps) {
  const { db, outbox } = deps;
  const steps = createSubscriptionSteps({ outbox, onPeriodEnded, onItems });
  return {
    ...createSubscriptionsService({ ...deps, steps }),
    apply: steps.apply,

    /** Does all that was due for an organization by `now`, in order, each at the moment it was due. */
    async work(organizationId: string, now: Date): Promise<void> {
      let done: Date | null;
      do done = await db.$transaction((tx) => steps.applyNextDue(tx, organizationId, now));
      while (done);
      outbox.kick();
    },

    /**
     * For an organization that goes, in the transaction that removes it or before: ends what it has bought, with its last
     * bill, which stays. What was used is owed by whoever goes, too.
     */
    async settleUp(tx: Prisma.TransactionClient, organizationId: string, now: Date): Promise<void> {
      await steps.applyDue(tx, organizationId, now);
      const row = await currentOf(tx, organizationId);
      if (row) await steps.take(tx, row, { type: 'cancel', atPeriodEnd: false }, now);
    },
  };
}
