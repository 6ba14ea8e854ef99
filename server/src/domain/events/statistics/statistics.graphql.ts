import { z } from 'zod';
import { builder } from '../../../graphql/builder.ts';
import { encodeGlobalId } from '../../../graphql/global-id.ts';
import { SourceNode } from '../../sources/source.graphql.ts';
import { EventTypeEnum } from '../event.graphql.ts';
import { maxBuckets } from './sums.ts';
import type { EventGroup, EventSum } from './sums.ts';

export const EventGrainEnum = builder.enumType('EventStatisticsGrain', {
  description: 'How long a bucket is. All begin in UTC.',
  values: {
    MINUTE: { description: 'For a day at most. An hour of which events have left the feed is counted as a whole.' },
    HOUR: {},
    DAY: {},
    MONTH: {},
  } as const,
});

const EventGroupEnum = builder.enumType('EventGroup', {
  description: 'What events are told apart by.',
  values: { NONE: {}, SOURCE: {}, TYPE: {}, LABEL: {} } as const,
});

const list = z.array(z.unknown()).max(100, 'Give at most 100 values.');

const StatisticsFilterInput = builder.inputType('EventStatisticsFilter', {
  description: 'Events must pass every condition that is given. An empty list lets nothing pass.',
  fields: (t) => ({
    types: t.field({ type: [EventTypeEnum], validate: list }),
    sourceIds: t.globalIDList({ for: SourceNode, validate: list }),
    labels: t.stringList({ validate: list }),
  }),
});

type NamedSum = EventSum & { groupBy: EventGroup };

const EventBucketType = builder.objectRef<NamedSum>('EventBucket').implement({
  description: 'What happened in one stretch of time, of one of what events are told apart by.',
  fields: (t) => ({
    startsAt: t.expose('startsAt', {
      type: 'DateTime',
      description: 'Where it begins, in UTC. The first and the last count what lies between `from` and `to` only.',
    }),
    countedFrom: t.expose('countedFrom', {
      type: 'DateTime',
      description:
        'Where what is counted begins. Before `from` where events of a part of an hour have left the feed: that hour counts as ' +
        'a whole then, in the bucket in which it begins.',
    }),
    countedTo: t.expose('countedTo', { type: 'DateTime', description: 'Where it ends, not included.' }),
    eventCount: t.expose('eventCount', { type: 'BigInt' }),
    averageConfidence: t.exposeFloat('averageConfidence', {
      nullable: true,
      description: '0 to 1; null when no event had one.',
    }),
    sourceId: t.id({
      nullable: true,
      resolve: ({ groupBy, key }) => (groupBy === 'SOURCE' && key !== null ? encodeGlobalId('Source', key) : null),
    }),
    type: t.field({
      type: EventTypeEnum,
      nullable: true,
      resolve: ({ groupBy, key }) => (groupBy === 'TYPE' ? (key as typeof EventTypeEnum.$inferType) : null),
    }),
    label: t.string({
      nullable: true,
      description: 'Null for events of no object, too.',
      resolve: ({ groupBy, key }) => (groupBy === 'LABEL' ? key : null),
    }),
  }),
});

builder.queryField('eventStatistics', (t) =>
  t.withAuth({ canSomewhere: 'read' }).field({
    type: [EventBucketType],
    // Sums over hours and days, of as many rows as a large page.
    complexity: { field: 20, multiplier: 1 },
    description:
      'How many events there were, by when they happened; buckets without any are left out. Whole hours and days count events ' +
      `that were archived, too; what is counted is never less than there was. An answer has at most ${maxBuckets} buckets.`,
    args: {
      filter: t.arg({ type: StatisticsFilterInput }),
      from: t.arg({ type: 'DateTime', required: true, description: 'Time of the sources, included.' }),
      to: t.arg({ type: 'DateTime', required: true, description: 'Not included.' }),
      grain: t.arg({ type: EventGrainEnum, required: true }),
      groupBy: t.arg({ type: EventGroupEnum, required: true, defaultValue: 'NONE' }),
    },
    resolve: async (_root, { filter, groupBy, ...asked }, { services, viewer }) => {
      const { types, sourceIds, labels } = filter ?? {};
      const ids = sourceIds?.map(({ id }) => id);
      const sums = await services.events.statistics(viewer, { ...asked, types, labels, sourceIds: ids, groupBy });
      return sums.map((sum) => ({ ...sum, groupBy }));
    },
  }),
);
