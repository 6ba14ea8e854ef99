import type { PlanVersion, Prisma } from '@sightline/db/client';
import { PlanLimitReachedError } from '../../errors/plan-limit-error.ts';
import { builder } from '../../graphql/builder.ts';
import { UserError } from '../../graphql/user-error.ts';
import { PaymentRequiredError, SubscriptionChangeRefusedError } from './billing.errors.ts';
import type { Limits } from './limits.ts';

export const BillingIntervalEnum = builder.enumType('BillingInterval', { values: ['MONTH', 'YEAR'] as const });

export const MeterEnum = builder.enumType('Meter', {
  description: 'What is counted.',
  values: {
    PREDICTIONS: { description: 'Pictures, texts or rows that a model of the sidecar looked at for a caller.' },
    FRAMES: { description: 'Frames that a session recorded.' },
    SESSION_SECONDS: { description: 'Seconds that a session ran, begun ones included.' },
  },
});

/** The newest version: what a plan says to whoever has not subscribed. */
const newest = {
  versions: { orderBy: { number: 'desc' }, take: 1, include: { prices: { orderBy: { meter: 'asc' } } } },
} as const satisfies Prisma.PlanInclude;

function newestOf<Version>({ code, versions: [version] }: { code: string; versions: Version[] }): Version {
  if (version === undefined) throw new Error(`The plan ${code} has no version.`);
  return version;
}

const PlanPriceType = builder.prismaObject('PlanPrice', {
  description: 'What a meter costs beyond what the plan includes.',
  fields: (t) => ({
    meter: t.expose('meter', { type: MeterEnum }),
    included: t.expose('included', {
      type: 'BigInt',
      description: 'Units of each billing period that cost nothing more.',
    }),
    unitAmountMinor: t.exposeInt('unitAmountMinor', {
      description: 'So much, in the smallest unit of the plan’s currency, for `perUnits` units.',
    }),
    perUnits: t.exposeInt('perUnits'),
  }),
});

type LimitName =
  | 'maxSources'
  | 'maxConcurrentSessions'
  | 'maxSeats'
  | 'maxRetentionDays'
  | 'maxLiveConnections'
  | 'maxQueryCost'
  | 'inferenceWeight';
type OpenLimitName = 'requestsPerMinute' | 'inferencePerMinute' | 'inferencePerMinuteKey';

/** Limits that are always there, with what they count. */
const limitFields: Readonly<Record<LimitName, string>> = {
  maxSources: 'Sources at a time.',
  maxConcurrentSessions: 'Sessions that run at the same time.',
  maxSeats: 'Members and open invitations together.',
  maxRetentionDays: 'The longest that anything may be kept.',
  maxLiveConnections: 'WebSockets and event streams that are open at the same time.',
  maxQueryCost: 'Cost of one operation, as in `extensions.cost`.',
  inferenceWeight: 'Share of a busy sidecar against organizations of other plans, 1 to 100.',
};
const openLimitFields: Readonly<Record<OpenLimitName, string>> = {
  requestsPerMinute: 'Operations and REST calls in a minute; null: no limit.',
  inferencePerMinute: 'Requests to the sidecar in a minute; null: no limit.',
  inferencePerMinuteKey: 'The same for each key and sign-in; null: no limit.',
};

builder.prismaObject('Plan', {
  include: newest,
  description: 'What can be bought: the terms of its newest version, which are for whoever subscribes now.',
  fields: (t) => ({
    code: t.exposeString('code'),
    name: t.exposeString('name'),
    rank: t.exposeInt('rank', {
      description: 'From the smallest to the largest: a change to a higher one is an upgrade.',
    }),
    versionNumber: t.int({ resolve: (plan) => newestOf(plan).number }),
    currency: t.string({ description: 'ISO 4217.', resolve: (plan) => newestOf(plan).currency }),
    interval: t.field({ type: BillingIntervalEnum, resolve: (plan) => newestOf(plan).interval }),
    priceMinor: t.int({
      description: 'For each interval, in the smallest unit of the currency, such as cents.',
      resolve: (plan) => newestOf(plan).priceMinor,
    }),
    trialDays: t.int({ resolve: (plan) => newestOf(plan).trialDays }),
    graceDays: t.int({
      description: 'Days after the last try to collect a bill in which everything still works.',
      resolve: (plan) => newestOf(plan).graceDays,
    }),
    prices: t.field({ type: [PlanPriceType], resolve: (plan) => newestOf(plan).prices }),
    predictionsPerPeriod: t.field({
      type: 'BigInt',
      nullable: true,
      description: 'Null: no limit.',
      resolve: (plan) => newestOf(plan).predictionsPerPeriod,
    }),
    predictionsAreHard: t.boolean({
      description: 'Whether predictions beyond that are refused; if not, they are billed.',
      resolve: (plan) => newestOf(plan).predictionsAreHard,
    }),
    maxStoredBytes: t.field({
      type: 'BigInt',
      description: 'Bytes of uploads and snapshots together.',
      resolve: (plan) => newestOf(plan).maxStoredBytes,
    }),
    ...each(limitFields, (name, description) =>
      t.int({ description, resolve: (plan) => (newestOf(plan) as PlanVersion)[name] }),
    ),
    ...each(openLimitFields, (name, description) =>
      t.int({ nullable: true, description, resolve: (plan) => (newestOf(plan) as PlanVersion)[name] }),
    ),
  }),
});

export const LimitsType = builder.objectRef<Limits>('Limits').implement({
  description: 'What an organization may do now: what it subscribed to, and what was agreed with it alone.',
  fields: (t) => ({
    predictionsPerPeriod: t.field({
      type: 'BigInt',
      nullable: true,
      description: 'Null: no limit.',
      resolve: ({ predictionsPerPeriod }) => (predictionsPerPeriod === null ? null : BigInt(predictionsPerPeriod)),
    }),
    predictionsAreHard: t.exposeBoolean('predictionsAreHard', {
      description:
        'Whether predictions beyond that are refused, as they always are in a trial; if not, they are billed.',
    }),
    maxStoredBytes: t.field({
      type: 'BigInt',
      description: 'Bytes of uploads and snapshots together.',
      resolve: ({ maxStoredBytes }) => BigInt(maxStoredBytes),
    }),
    ...each(limitFields, (name, description) => t.int({ description, resolve: (limits) => limits[name] })),
    ...each(openLimitFields, (name, description) =>
      t.int({ nullable: true, description, resolve: (limits) => limits[name] }),
    ),
  }),
});

function each<Name extends string, Field>(
  descriptions: Readonly<Record<Name, string>>,
  field: (name: Name, description: string) => Field,
): Record<Name, Field> {
  const names = Object.keys(descriptions) as Name[];
  return Object.fromEntries(names.map((name) => [name, field(name, descriptions[name])])) as Record<Name, Field>;
}

builder.queryField('plans', (t) =>
  t.prismaField({
    type: ['Plan'],
    complexity: { field: 1, multiplier: 5 },
    description: 'The plans that organizations may choose, the smallest first. Anybody may read what is sold.',
    resolve: (query, _root, _args, { db }) =>
      db.plan.findMany({ ...query, where: { isPublic: true }, orderBy: [{ rank: 'asc' }, { code: 'asc' }] }),
  }),
);

builder.objectType(PlanLimitReachedError, {
  name: 'PlanLimitReachedError',
  interfaces: [UserError],
  fields: (t) => ({
    limit: t.exposeString('limit', { description: 'The field of `Plan` that is reached.' }),
    allowed: t.field({ type: 'BigInt', resolve: ({ allowed }) => BigInt(allowed) }),
  }),
});

builder.objectType(SubscriptionChangeRefusedError, {
  name: 'SubscriptionChangeRefusedError',
  interfaces: [UserError],
});
builder.objectType(PaymentRequiredError, { name: 'PaymentRequiredError', interfaces: [UserError] });
