import type { Prisma } from '@sightline/db/client';
import type { Period } from '../billing-periods.ts';
import type { Outbox } from '../../outbox/outbox.ts';
import { itemsOf } from './billable-items.ts';
import { nextDue, nextState } from './state-machine.ts';
import type { Standing, SubscriptionEvent, SubscriptionWish } from './state-machine.ts';

export type SubscriptionSteps = ReturnType<typeof createSubscriptionSteps>;

/** A period that is over, whether the next one follows or not. */
export type EndedPeriod = {
  organizationId: string;
  subscriptionId: string;
  period: Period;
  /** Nobody pays for a trial, nor for what was used in it. */
  isTrial: boolean;
};

type Tx = Prisma.TransactionClient;
type Deps = {
  outbox: Outbox;
  /** Called in the transaction that ends a period, after the items of the next one. */
  onPeriodEnded?: ((tx: Tx, ended: EndedPeriod, now: Date) => Promise<void>) | undefined;
  /** Called in the transaction of any other step that costs something, or gives something back. */
  onItems?: ((tx: Tx, organizationId: string, now: Date) => Promise<unknown>) | undefined;
};

export const withVersions = { version: true, pendingVersion: true } as const satisfies Prisma.SubscriptionInclude;
type Row = Prisma.SubscriptionGetPayload<{ include: typeof withVersions }>;

/** Every write of a subscription: its row, its history, what it costs, and what the organization may do then. */
export function createSubscriptionSteps({ outbox, onPeriodEnded, onItems }: Deps) {
  /** Behind the lock of the organization. Null when nothing changes. */
  async function take(
    tx: Tx,
    row: Row,
    event: SubscriptionEvent | SubscriptionWish,
    now: Date,
  ): Promise<Standing | null> {
    const after = nextState(row, event, now);
    if (!after) return null;
    const revision = row.revision + 1;
    const { count } = await tx.subscription.updateMany({
      where: { id: row.id, revision: row.revision },
      data: { ...columnsOf(after), revision },
    });
    if (count !== 1) throw new Error(`The subscription ${row.id} was changed without its organization's lock.`);
    await tell(tx, { row: { ...row, revision }, before: row, after, event: event.type, at: now });
    return after;
  }

  type Told = {
    row: { id: string; organizationId: string; revision: number };
    before: Standing | null;
    after: Standing;
    event: string;
    at: Date;
  };

  /** What follows from a step that is written. */
  async function tell(tx: Tx, { row, before, after, event, at }: Told): Promise<void> {
    const { id: subscriptionId, organizationId, revision } = row;
    await tx.subscriptionChange.create({
      data: {
        ...{ organizationId, subscriptionId, revision, at, event, toState: after.state, toVersionId: after.version.id },
        ...(before && { fromState: before.state, fromVersionId: before.version.id }),
      },
    });
    const items = itemsOf({ subscriptionId, revision, before, after, at });
    if (items.length > 0) {
      await tx.billableItem.createMany({
        data: items.map((item) => ({ ...item, organizationId, subscriptionId, createdAt: at })),
        skipDuplicates: true,
      });
    }
    if (before?.version.id !== after.version.id || before.state !== after.state) {
      await tx.organization.update({ where: { id: organizationId }, data: await planOf(tx, after) });
      await outbox.addPrisma(tx, 'access.changed', { organizationId });
    }
    if (before && hasEnded(before, after)) {
      const endsAt = after.state === 'CANCELED' ? after.periodEndsAt : before.periodEndsAt;
      const period = { startsAt: before.periodStartsAt, endsAt };
      await onPeriodEnded?.(tx, { organizationId, subscriptionId, period, isTrial: before.state === 'TRIALING' }, at);
    } else if (items.length > 0) {
      await onItems?.(tx, organizationId, at);
    }
  }

  /** Does the next thing that was due by `now`, at the moment it was due; null when there is none. */
  async function applyNextDue(tx: Tx, organizationId: string, now: Date): Promise<Date | null> {
    await lockOrganization(tx, organizationId);
    const row = await currentOf(tx, organizationId);
    const due = row && nextDue(row);
    if (!due || due.at > now) return null;
    await take(tx, row, due.event, due.at);
    return due.at;
  }

  return {
    take,
    tell,

    /**
     * What time or a payment did to a subscription, at `now`. Nothing happens where it makes no difference, or where the
     * organization is gone. Throws SUBSCRIPTION_CHANGE_REFUSED. Call `outbox.kick()` after the commit.
     */
    async apply(tx: Tx, subscriptionId: string, event: SubscriptionEvent, now: Date): Promise<void> {
      const found = await tx.subscription.findUnique({
        where: { id: subscriptionId },
        select: { organizationId: true },
      });
      if (!found) return;
      await lockOrganization(tx, found.organizationId);
      const row = await tx.subscription.findUniqueOrThrow({ where: { id: subscriptionId }, include: withVersions });
      await take(tx, row, event, now);
    },

    applyNextDue,

    /** Does all that was due by `now`: what people ask for comes after it, whether or not somebody has looked since. */
    async applyDue(tx: Tx, organizationId: string, now: Date): Promise<void> {
      let done: Date | null;
      do done = await applyNextDue(tx, organizationId, now);
      while (done);
    },
  };
}

/** Holds everybody else who changes what the organization has, or counts against it. */
export async function lockOrganization(tx: Tx, organizationId: string): Promise<void> {
  await tx.$queryRaw`select 1 from "Organization" where "id" = ${organizationId}::uuid for no key update`;
}

/** The one subscription that has not ended; null: the organization is on `free`. */
export function currentOf(tx: Tx, organizationId: string): Promise<Row | null> {
  return tx.subscription.findFirst({
    where: { organizationId, state: { not: 'CANCELED' } },
    include: withVersions,
  });
}

export function columnsOf({ version, pendingVersion, ...columns }: Standing) {
  const { state, anchorAt, periodStartsAt, periodEndsAt, trialEndsAt } = columns;
  const { cancelAtPeriodEnd, pastDueSince, graceEndsAt, canceledAt } = columns;
  return {
    ...{ planVersionId: version.id, pendingVersionId: pendingVersion?.id ?? null, state, anchorAt, periodStartsAt },
    ...{ periodEndsAt, trialEndsAt, cancelAtPeriodEnd, pastDueSince, graceEndsAt, canceledAt },
  };
}

async function planOf(
  tx: Tx,
  { state, version }: Standing,
): Promise<{ planCode: string; planVersionId: string | null }> {
  if (state === 'CANCELED') return { planCode: 'free', planVersionId: null };
  const { planCode } = await tx.planVersion.findUniqueOrThrow({ where: { id: version.id } });
  return { planCode, planVersionId: version.id };
}

function hasEnded(before: Standing, after: Standing): boolean {
  if (before.state === 'CANCELED') return false;
  return after.state === 'CANCELED' || before.periodStartsAt.getTime() !== after.periodStartsAt.getTime();
}
