import { z } from 'zod';
import { builder } from '../../../graphql/builder.ts';
import { findVisible, whereVisible } from '../../../graphql/visible.ts';
import { PaymentRequiredError, SubscriptionChangeRefusedError } from '../billing.errors.ts';
import { LimitsType } from '../plan.graphql.ts';
import type { PlanChange } from './subscriptions.service.ts';
import { subscriptionsVisibleTo } from './subscriptions.policy.ts';

const SubscriptionStateEnum = builder.enumType('PlanSubscriptionState', {
  values: {
    TRIALING: { description: 'Nothing is to pay until the trial ends.' },
    ACTIVE: {},
    PAST_DUE: { description: 'A payment failed, and is tried again. Everything works.' },
    GRACE: { description: 'It failed for good. Everything works until the end of the grace.' },
    CANCELED: {},
  },
});

builder.prismaObject('SubscriptionChange', {
  name: 'PlanSubscriptionChange',
  description: 'One step of a subscription.',
  fields: (t) => ({
    at: t.expose('at', { type: 'DateTime' }),
    event: t.exposeString('event', { description: 'What happened, such as `paymentFailed` or `changePlan`.' }),
    fromState: t.expose('fromState', { type: SubscriptionStateEnum, nullable: true }),
    toState: t.expose('toState', { type: SubscriptionStateEnum }),
  }),
});

/** Not `Subscription`: that is what the graph calls its live fields. */
export const PlanSubscriptionNode = builder.prismaNode('Subscription', {
  name: 'PlanSubscription',
  id: { resolve: ({ id }) => id },
  nullable: true,
  findUnique: findVisible(subscriptionsVisibleTo),
  description: 'What an organization has bought.',
  fields: (t) => ({
    state: t.expose('state', { type: SubscriptionStateEnum }),
    plan: t.prismaField({
      type: 'Plan',
      select: { version: { select: { planCode: true } } },
      resolve: (query, { version }, _args, { db }) =>
        db.plan.findUniqueOrThrow({ ...query, where: { code: version.planCode } }),
    }),
    planVersionNumber: t.int({
      description: 'The version of the plan whose terms are kept; `plan` tells the newest.',
      select: { version: { select: { number: true } } },
      resolve: ({ version }) => version.number,
    }),
    priceMinor: t.int({
      description: 'For each period, on the terms that are kept, in the smallest unit of the currency.',
      select: { version: { select: { priceMinor: true } } },
      resolve: ({ version }) => version.priceMinor,
    }),
    currency: t.string({
      select: { version: { select: { currency: true } } },
      resolve: ({ version }) => version.currency,
    }),
    pendingPlanCode: t.string({
      nullable: true,
      description: 'The plan it will be on after this period; null: the same.',
      select: { pendingVersion: { select: { planCode: true } } },
      resolve: ({ pendingVersion }) => pendingVersion?.planCode ?? null,
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime' }),
    periodStartsAt: t.expose('periodStartsAt', { type: 'DateTime' }),
    periodEndsAt: t.expose('periodEndsAt', { type: 'DateTime' }),
    trialEndsAt: t.expose('trialEndsAt', { type: 'DateTime', nullable: true }),
    cancelAtPeriodEnd: t.exposeBoolean('cancelAtPeriodEnd'),
    pastDueSince: t.expose('pastDueSince', { type: 'DateTime', nullable: true }),
    graceEndsAt: t.expose('graceEndsAt', { type: 'DateTime', nullable: true }),
    canceledAt: t.expose('canceledAt', { type: 'DateTime', nullable: true }),
    changes: t.relation('changes', {
      description: 'Its last 20 steps, the newest first.',
      complexity: { field: 1, multiplier: 20 },
      query: () => ({ orderBy: { revision: 'desc' } as const, take: 20 }),
    }),
  }),
});

builder.prismaObjectFields('Organization', (t) => ({
  limits: t.field({
    type: LimitsType,
    select: { id: true },
    description: 'What it may do at this moment.',
    resolve: ({ id }, _args, { services }) => services.plans.limitsOf(id),
  }),
  subscription: t.prismaField({
    type: PlanSubscriptionNode,
    nullable: true,
    select: { id: true },
    description: 'What it has bought; null on the free plan, and for whoever may not see bills.',
    resolve: (query, { id: organizationId }, _args, { db, viewer }) =>
      db.subscription.findFirst({
        ...query,
        where: { AND: [{ organizationId, state: { not: 'CANCELED' } }, whereVisible(subscriptionsVisibleTo, viewer)] },
      }),
  }),
}));

const PlanChangeType = builder.objectRef<PlanChange>('PlanChange').implement({
  description: 'The rest of the period, settled by the second, in the smallest unit of the currency.',
  fields: (t) => ({
    creditMinor: t.expose('creditMinor', { type: 'BigInt', description: 'Comes back of the plan there is.' }),
    chargeMinor: t.expose('chargeMinor', { type: 'BigInt', description: 'For the plan there would be.' }),
    currency: t.exposeString('currency'),
    at: t.expose('at', { type: 'DateTime', description: 'The moment for which it was computed.' }),
  }),
});

const planCode = z.string().min(1).max(60);

builder.queryField('previewPlanChange', (t) =>
  t.withAuth({ can: 'billing:read' }).field({
    type: PlanChangeType,
    nullable: true,
    description: 'What changing to this plan now would cost beside usage. Null: nothing before the next period.',
    args: { planCode: t.arg.string({ required: true, validate: planCode }) },
    errors: { types: [SubscriptionChangeRefusedError] },
    resolve: (_root, args, { services, viewer }) => services.subscriptions.previewChange(viewer, args.planCode),
  }),
);

const PlanSubscriptionPayload = builder.objectRef<{ id: string }>('PlanSubscriptionPayload').implement({
  fields: (t) => ({
    subscription: t.prismaField({
      type: PlanSubscriptionNode,
      resolve: (query, { id }, _args, { db }) => db.subscription.findUniqueOrThrow({ ...query, where: { id } }),
    }),
  }),
});

const SubscribeInput = builder.inputType('SubscribeInput', {
  fields: (t) => ({
    planCode: t.string({ required: true, validate: planCode }),
    trial: t.boolean({
      description: 'True: only with a trial. False: without one. Left out: with a trial, if there is one to have.',
    }),
  }),
});

const errors = { types: [SubscriptionChangeRefusedError] };

builder.mutationField('subscribe', (t) =>
  t.withAuth({ can: 'billing:write' }).field({
    type: PlanSubscriptionPayload,
    description: 'Begins a subscription, with a trial if it is the first. Needs a fresh proof of who asks.',
    args: { input: t.arg({ type: SubscribeInput, required: true }) },
    errors: { types: [SubscriptionChangeRefusedError, PaymentRequiredError] },
    resolve: (_root, { input }, { services, viewer, requestId }) =>
      services.subscriptions.subscribe(viewer, { ...input, trial: input.trial ?? undefined }, requestId),
  }),
);

const PlanChangeTimeEnum = builder.enumType('PlanChangeTime', {
  values: {
    NOW: { description: 'The rest of the period is settled by the second.' },
    PERIOD_END: { description: 'Nothing changes before the next period.' },
  },
});

const ChangePlanInput = builder.inputType('ChangePlanInput', {
  fields: (t) => ({
    planCode: t.string({ required: true, validate: planCode }),
    when: t.field({ type: PlanChangeTimeEnum, required: true }),
  }),
});

builder.mutationField('changePlan', (t) =>
  t.withAuth({ can: 'billing:write' }).field({
    type: PlanSubscriptionPayload,
    description: 'Moves to the newest version of another plan. Needs a fresh proof of who asks.',
    args: { input: t.arg({ type: ChangePlanInput, required: true }) },
    errors,
    resolve: (_root, { input }, { services, viewer, requestId }) =>
      services.subscriptions.changePlan(viewer, input, requestId),
  }),
);

const CancelSubscriptionInput = builder.inputType('CancelSubscriptionInput', {
  fields: (t) => ({
    atPeriodEnd: t.boolean({
      required: true,
      defaultValue: true,
      description: 'False: at once. What is paid for is not paid back.',
    }),
  }),
});

builder.mutationField('cancelSubscription', (t) =>
  t.withAuth({ can: 'billing:write' }).field({
    type: PlanSubscriptionPayload,
    description: 'Ends the subscription; the organization goes on with the free plan. Needs a fresh proof of who asks.',
    args: { input: t.arg({ type: CancelSubscriptionInput, required: true }) },
    errors,
    resolve: (_root, { input }, { services, viewer, requestId }) =>
      services.subscriptions.cancel(viewer, input, requestId),
  }),
);

builder.mutationField('resumeSubscription', (t) =>
  t.withAuth({ can: 'billing:write' }).field({
    type: PlanSubscriptionPayload,
    description:
      'Takes back a cancellation, or a change of plan, for the end of the period. Needs a fresh proof of who asks.',
    errors,
    resolve: (_root, _args, { services, viewer, requestId }) => services.subscriptions.resume(viewer, requestId),
  }),
);
