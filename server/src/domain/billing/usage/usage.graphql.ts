import { z } from 'zod';
import { builder } from '../../../graphql/builder.ts';
import { encodeGlobalId } from '../../../graphql/global-id.ts';
import { maxPageSize } from '../../../graphql/page.ts';
import { MeterEnum } from '../plan.graphql.ts';
import type { NamedSum, UsageReport } from './usage-reports.service.ts';
import type { UsageSum } from './sums.ts';

const UsageGroupEnum = builder.enumType('UsageGroup', {
  description: 'What usage is told apart by.',
  values: {
    DAY: { description: 'Days in UTC.' },
    MODEL: {},
    KEY: { description: 'API keys; people and signed tokens have none.' },
    SOURCE: { description: 'Sources that sessions watched.' },
    NONE: { description: 'Nothing: the totals alone.' },
  } as const,
});

const ConsumerEnum = builder.enumType('UsageConsumer', { values: ['KEY', 'MODEL', 'SOURCE'] as const });

export const UsageTotalType = builder.objectRef<UsageSum>('UsageTotal').implement({
  fields: (t) => ({
    meter: t.expose('meter', { type: MeterEnum }),
    quantity: t.expose('quantity', { type: 'BigInt', description: 'Units of the meter.' }),
    actCount: t.expose('recordCount', { type: 'BigInt', description: 'Billable acts, such as calls.' }),
  }),
});

const UsageSumType = builder.objectRef<NamedSum>('UsageSum').implement({
  description: 'What was used of one meter by one of what it is told apart by.',
  fields: (t) => ({
    meter: t.expose('meter', { type: MeterEnum }),
    quantity: t.expose('quantity', { type: 'BigInt', description: 'Units of the meter.' }),
    actCount: t.expose('recordCount', { type: 'BigInt', description: 'Billable acts, such as calls.' }),
    day: t.string({
      nullable: true,
      description: 'A day in UTC, such as `2028-02-29`.',
      resolve: ({ groupBy, group }) => (groupBy === 'DAY' ? group : null),
    }),
    model: t.string({
      nullable: true,
      description: '`name@version`, or as the sidecar called it.',
      resolve: ({ groupBy, group }) => (groupBy === 'MODEL' && group !== '' ? group : null),
    }),
    apiKeyId: t.id({
      nullable: true,
      description: 'Null for those that have none.',
      resolve: ({ groupBy, group }) => (groupBy === 'KEY' && group !== '' ? encodeGlobalId('ApiKey', group) : null),
    }),
    sourceId: t.id({
      nullable: true,
      description: 'Null for those that have none.',
      resolve: ({ groupBy, group }) => (groupBy === 'SOURCE' && group !== '' ? encodeGlobalId('Source', group) : null),
    }),
    name: t.exposeString('name', {
      nullable: true,
      description: 'What people call the key or the source; null where it is gone, or not for the viewer to see.',
    }),
  }),
});

const UsageReportType = builder.objectRef<UsageReport>('UsageReport').implement({
  fields: (t) => ({
    from: t.expose('from', { type: 'DateTime', description: 'A full hour.' }),
    to: t.expose('to', { type: 'DateTime', description: 'A full hour, not included.' }),
    totals: t.expose('totals', { type: [UsageTotalType] }),
    groups: t.field({
      type: [UsageSumType],
      complexity: { field: 1, multiplier: 20 },
      description: 'Days in their order; keys, models and sources with the largest first.',
      resolve: ({ groups }) => groups,
    }),
    isCut: t.exposeBoolean('isCut', { description: 'Whether there are more groups than are told: ask for less time.' }),
  }),
});

const UsageFilterInput = builder.inputType('UsageFilter', {
  fields: (t) => ({
    from: t.field({
      type: 'DateTime',
      description: 'Widened to a full hour. Left out: the begin of the current billing period.',
    }),
    to: t.field({
      type: 'DateTime',
      description: 'Widened to a full hour, not included. Left out: the end of the current billing period.',
    }),
    meter: t.field({ type: MeterEnum, description: 'Left out: all of them.' }),
    groupBy: t.field({ type: UsageGroupEnum, defaultValue: 'DAY', required: true }),
  }),
});

/** It reads sums, but of a year of many keys that is more than a field. */
const complexity = { field: 20, multiplier: 1 };

builder.queryField('usage', (t) =>
  t.withAuth({ can: 'billing:read' }).field({
    type: UsageReportType,
    complexity,
    description: 'What was used, exactly, from sums that are as quick for ten million acts as for ten.',
    args: { filter: t.arg({ type: UsageFilterInput, required: true }) },
    resolve: (_root, { filter }, { services, viewer }) => services.usageReports.usage(viewer, filter),
  }),
);

builder.queryField('topConsumers', (t) =>
  t.withAuth({ can: 'billing:read' }).field({
    type: [UsageSumType],
    complexity: ({ first }) => ({ field: 20, multiplier: Math.min(maxPageSize, Math.max(1, first)) }),
    description: 'Who or what used the most of a meter, the largest first; in the current billing period unless told.',
    args: {
      by: t.arg({ type: ConsumerEnum, required: true }),
      meter: t.arg({ type: MeterEnum, required: true, defaultValue: 'PREDICTIONS' }),
      first: t.arg.int({ required: true, defaultValue: 10, validate: z.number().int().min(1).max(maxPageSize) }),
      from: t.arg({ type: 'DateTime' }),
      to: t.arg({ type: 'DateTime' }),
    },
    resolve: (_root, { by, ...rest }, { services, viewer }) =>
      services.usageReports.top(viewer, { ...rest, groupBy: by }),
  }),
);
