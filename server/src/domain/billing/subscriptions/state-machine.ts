import type { PlanVersion, Subscription, SubscriptionState } from '@sightline/db/client';
import { SubscriptionChangeRefusedError } from '../billing.errors.ts';
import { floorToHour, hourAfter, periodAfter } from './periods.ts';

/** What happens to a subscription by time or by payments. */
export type SubscriptionEvent = {
  type: 'trialEnded' | 'periodEnded' | 'paymentSucceeded' | 'paymentFailed' | 'retriesExhausted' | 'graceEnded';
};

/** What a version asks for. */
export type Terms = Pick<PlanVersion, 'id' | 'priceMinor' | 'currency' | 'interval' | 'trialDays' | 'graceDays'>;

/** What people ask for. */
export type SubscriptionWish =
  | { type: 'cancel'; atPeriodEnd: boolean }
  | { type: 'resume' }
  | { type: 'changePlan'; version: Terms; when: 'NOW' | 'PERIOD_END' };

/** A subscription with the terms it is on, and those it will be on after the period. */
export type Standing = Pick<
  Subscription,
  | 'state'
  | 'anchorAt'
  | 'periodStartsAt'
  | 'periodEndsAt'
  | 'trialEndsAt'
  | 'cancelAtPeriodEnd'
  | 'pastDueSince'
  | 'graceEndsAt'
  | 'canceledAt'
> & { readonly version: Terms; readonly pendingVersion: Terms | null };

type Step = (standing: Standing, now: Date) => Partial<Standing>;

/** Told twice, or told of something that makes no difference here: nothing changes. */
const stay: Step = () => ({});
const paid: Step = () => ({ state: 'ACTIVE', pastDueSince: null, graceEndsAt: null });

/**
 * What is owed stays owed (`pastDueSince`): ending a subscription is no way around paying. The last period ends with the hour
 * that has begun, so that its usage is a sum of hours, too, and none of it was for nothing.
 */
const end: Step = ({ periodStartsAt, periodEndsAt }, now) => {
  const lastHour = Math.max(hourAfter(now, 0).getTime(), hourAfter(periodStartsAt, 0, 1).getTime());
  return {
    ...{ state: 'CANCELED', canceledAt: now, cancelAtPeriodEnd: false, pendingVersion: null, graceEndsAt: null },
    periodEndsAt: new Date(Math.min(periodEndsAt.getTime(), lastHour)),
  };
};

const beginGrace: Step = ({ version, pastDueSince }, now) => ({
  ...{ state: 'GRACE', pastDueSince: pastDueSince ?? now, graceEndsAt: hourAfter(now, version.graceDays) },
});

/** The next period, on the plan that was chosen for it. Another interval is counted from here on. */
const renew: Step = (standing) => {
  const { cancelAtPeriodEnd, periodEndsAt, version, pendingVersion } = standing;
  if (cancelAtPeriodEnd) return end(standing, periodEndsAt);
  const next = pendingVersion ?? version;
  const anchorAt = next.interval === version.interval ? standing.anchorAt : periodEndsAt;
  const { startsAt, endsAt } = periodAfter(anchorAt, next.interval, periodEndsAt);
  return { version: next, pendingVersion: null, anchorAt, periodStartsAt: startsAt, periodEndsAt: endsAt };
};

const endTrial: Step = (standing, now) => {
  if (standing.cancelAtPeriodEnd) return end(standing, standing.periodEndsAt);
  // Its end is the first day that is paid for, whatever day the trial began.
  return { state: 'ACTIVE', ...renew({ ...standing, anchorAt: standing.periodEndsAt }, now) };
};

/** Every state with every event; what is missing is refused. */
const steps: Record<SubscriptionState, Partial<Record<SubscriptionEvent['type'], Step>>> = {
  TRIALING: {
    trialEnded: endTrial,
    paymentSucceeded: stay,
    paymentFailed: stay,
    retriesExhausted: stay,
  },
  ACTIVE: {
    periodEnded: renew,
    paymentSucceeded: stay,
    paymentFailed: (_standing, now) => ({ state: 'PAST_DUE', pastDueSince: now }),
    retriesExhausted: beginGrace,
  },
  PAST_DUE: {
    periodEnded: renew,
    paymentSucceeded: paid,
    paymentFailed: stay,
    retriesExhausted: beginGrace,
  },
  GRACE: {
    periodEnded: renew,
    paymentSucceeded: paid,
    paymentFailed: stay,
    retriesExhausted: stay,
    graceEnded: end,
  },
  CANCELED: {
    // The last bill comes after the end.
    paymentSucceeded: () => ({ pastDueSince: null }),
    paymentFailed: stay,
    retriesExhausted: ({ pastDueSince }, now) => ({ pastDueSince: pastDueSince ?? now }),
  },
};

/**
 * What the subscription is after `event`; null when that changes nothing. `now` is when it happened: of a period, its end.
 * Throws SUBSCRIPTION_CHANGE_REFUSED when there is no such step.
 */
export function nextState(standing: Standing, event: SubscriptionEvent | SubscriptionWish, now: Date): Standing | null {
  const changes = isWish(event) ? grant(standing, event, now) : stepOf(standing, event, now)(standing, now);
  const next = { ...standing, ...changes };
  return isSame(standing, next) ? null : next;
}

function stepOf(standing: Standing, { type }: SubscriptionEvent, now: Date): Step {
  const step = steps[standing.state][type];
  if (!step) throw new SubscriptionChangeRefusedError(`A subscription that is ${standing.state} has no step ${type}.`);
  // Whoever says it twice would end the next period before it was over.
  const endsAt = type === 'graceEnded' ? standing.graceEndsAt : standing.periodEndsAt;
  if (byTime.has(type) && (endsAt === null || now < endsAt)) {
    throw new SubscriptionChangeRefusedError(`It is too early for ${type}.`);
  }
  return step;
}

const byTime: ReadonlySet<string> = new Set<SubscriptionEvent['type']>(['trialEnded', 'periodEnded', 'graceEnded']);

function isWish(event: SubscriptionEvent | SubscriptionWish): event is SubscriptionWish {
  return event.type === 'cancel' || event.type === 'resume' || event.type === 'changePlan';
}

/** The last wish counts: a plan for the next period takes a cancellation back, and the other way round. */
function grant(standing: Standing, wish: SubscriptionWish, now: Date): Partial<Standing> {
  const { state, version } = standing;
  if (state === 'CANCELED') throw new SubscriptionChangeRefusedError('The subscription has ended. Subscribe again.');
  if (wish.type === 'resume') return { cancelAtPeriodEnd: false, pendingVersion: null };
  if (wish.type === 'cancel') {
    return wish.atPeriodEnd ? { cancelAtPeriodEnd: true, pendingVersion: null } : end(standing, now);
  }
  if (state === 'PAST_DUE' || state === 'GRACE') {
    throw new SubscriptionChangeRefusedError('A bill is open. Pay it first, then change the plan.');
  }
  const next = wish.version;
  if (next.currency !== version.currency) {
    throw new SubscriptionChangeRefusedError(
      `This subscription is paid in ${version.currency}, that plan in ${next.currency}.`,
    );
  }
  if (wish.when === 'PERIOD_END') {
    return { pendingVersion: next.id === version.id ? null : next, cancelAtPeriodEnd: false };
  }
  if (state !== 'TRIALING' && next.interval !== version.interval) {
    throw new SubscriptionChangeRefusedError('Between months and years a plan changes at the end of the period.');
  }
  return { version: next, pendingVersion: null };
}

function isSame(one: Standing, other: Standing): boolean {
  const keys = Object.keys(other) as (keyof Standing)[];
  return keys.every((key) => valueOf(one[key]) === valueOf(other[key]));
}

/** Moments and terms by what makes them the same. */
function valueOf(value: Standing[keyof Standing]): unknown {
  if (value instanceof Date) return value.getTime();
  return typeof value === 'object' && value !== null ? value.id : value;
}

/** What is due next for this subscription, and when; null: nothing ever again. */
export function nextDue(standing: Standing): { event: SubscriptionEvent; at: Date } | null {
  const { state, periodEndsAt, graceEndsAt } = standing;
  if (state === 'CANCELED') return null;
  if (state === 'TRIALING') return { event: { type: 'trialEnded' }, at: periodEndsAt };
  // What ends at the same moment ends unpaid, instead of beginning another period first.
  if (state === 'GRACE' && graceEndsAt !== null && graceEndsAt <= periodEndsAt) {
    return { event: { type: 'graceEnded' }, at: graceEndsAt };
  }
  return { event: { type: 'periodEnded' }, at: periodEndsAt };
}

type Begin = {
  hasTrial: boolean;
  /** The end of the subscription before: no hour belongs to two. */
  notBefore: Date | null;
};

/** How a subscription begins at `now`: with the version's trial, or paid from the first hour. */
export function firstState(version: Terms, now: Date, { hasTrial, notBefore }: Begin): Standing {
  const hour = floorToHour(now);
  const startsAt = notBefore !== null && notBefore > hour ? notBefore : hour;
  const trialEndsAt = hasTrial ? hourAfter(now, version.trialDays) : null;
  const endsAt = trialEndsAt ?? periodAfter(startsAt, version.interval, startsAt).endsAt;
  return {
    ...{ state: hasTrial ? 'TRIALING' : 'ACTIVE', version, pendingVersion: null, trialEndsAt },
    ...{ anchorAt: startsAt, periodStartsAt: startsAt, periodEndsAt: endsAt },
    ...{ cancelAtPeriodEnd: false, pastDueSince: null, graceEndsAt: null, canceledAt: null },
  };
}
