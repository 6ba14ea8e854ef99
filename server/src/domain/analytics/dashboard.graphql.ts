import { builder } from '../../graphql/builder.ts';
import { encodeGlobalId } from '../../graphql/global-id.ts';
import { UsageTotalType } from '../billing/usage/usage.graphql.ts';
import { EventTypeEnum } from '../events/event.graphql.ts';
import { EventGrainEnum } from '../events/statistics/statistics.graphql.ts';
import type { DashboardAnswer, DashboardBucket, DashboardShare, SourceShare } from './dashboards.service.ts';

const rate = { description: 'For each minute of that time that has gone by.' };

const BucketType = builder.objectRef<DashboardBucket>('DashboardBucket').implement({
  fields: (t) => ({
    startsAt: t.expose('startsAt', { type: 'DateTime' }),
    eventCount: t.expose('eventCount', { type: 'BigInt' }),
    eventsPerMinute: t.exposeFloat('eventsPerMinute', rate),
    averageConfidence: t.exposeFloat('averageConfidence', {
      nullable: true,
      description: '0 to 1; null when no event had one.',
    }),
  }),
});

const TypeShare = builder.objectRef<DashboardAnswer['byType'][number]>('DashboardType').implement({
  fields: (t) => ({
    type: t.expose('key', { type: EventTypeEnum }),
    eventCount: t.expose('eventCount', { type: 'BigInt' }),
    eventsPerMinute: t.exposeFloat('eventsPerMinute', rate),
  }),
});

const LabelShare = builder.objectRef<DashboardShare<string>>('DashboardLabel').implement({
  fields: (t) => ({
    label: t.exposeString('key'),
    eventCount: t.expose('eventCount', { type: 'BigInt' }),
    eventsPerMinute: t.exposeFloat('eventsPerMinute', rate),
  }),
});

const SourceShareType = builder.objectRef<SourceShare>('DashboardSource').implement({
  fields: (t) => ({
    sourceId: t.id({ resolve: ({ key }) => encodeGlobalId('Source', key) }),
    name: t.exposeString('name', { nullable: true, description: 'Null where the source is gone.' }),
    eventCount: t.expose('eventCount', { type: 'BigInt' }),
    eventsPerMinute: t.exposeFloat('eventsPerMinute', rate),
  }),
});

/** Lists that are read together, whatever is selected: many rows cost as much as one. */
const listed = { field: 1, multiplier: 20 };

const DashboardType = builder.objectRef<DashboardAnswer>('Dashboard').implement({
  description:
    'Events of some time and what is watched now, of the sources that the viewer may read, all of one moment.',
  fields: (t) => ({
    asOf: t.expose('asOf', { type: 'DateTime', description: 'When it was read: it says nothing of what came later.' }),
    maxAgeMs: t.exposeInt('maxAgeMs', {
      description: 'An answer that is older than so many milliseconds is read again before it is given.',
    }),
    from: t.expose('from', { type: 'DateTime' }),
    to: t.expose('to', { type: 'DateTime', description: 'Not included.' }),
    grain: t.expose('grain', { type: EventGrainEnum }),
    isWhole: t.exposeBoolean('isWhole', {
      description:
        'False where events of an hour of these minutes have left the feed: minutes do not count those. Ask for hours then.',
    }),
    eventCount: t.expose('eventCount', { type: 'BigInt' }),
    eventsPerMinute: t.exposeFloat('eventsPerMinute', rate),
    buckets: t.field({
      type: [BucketType],
      complexity: listed,
      description: 'All of them in their order, those without events, too.',
      resolve: ({ buckets }) => buckets,
    }),
    byType: t.expose('byType', { type: [TypeShare], description: 'The most frequent first.' }),
    byLabel: t.field({
      type: [LabelShare],
      complexity: listed,
      description: 'The 100 most frequent, the most frequent first. Events of no object are in none.',
      resolve: ({ byLabel }) => byLabel,
    }),
    bySource: t.field({
      type: [SourceShareType],
      complexity: listed,
      description: 'The 100 with the most events, the one with the most first.',
      resolve: ({ bySource }) => bySource,
    }),
    sourceCount: t.exposeInt('sourceCount'),
    sourcesOnline: t.exposeInt('sourcesOnline', {
      description:
        'Sources over which a session runs that were opened, or whose frames were recorded, within the last 20 s.',
    }),
    sessionsActive: t.exposeInt('sessionsActive', { description: 'Sessions that start, run or stop.' }),
    sessionsQueued: t.exposeInt('sessionsQueued'),
    usage: t.expose('usage', {
      type: [UsageTotalType],
      nullable: true,
      description: 'What was used, in whole hours. Null without `billing:read`.',
    }),
  }),
});

builder.queryField('dashboard', (t) =>
  t.withAuth({ canSomewhere: 'read' }).field({
    type: DashboardType,
    // Sums and counts of roll-ups, kept for a while.
    complexity: { field: 20, multiplier: 1 },
    description: 'What happened and is happening, of which no part is older than it says. Counts are exact.',
    args: {
      from: t.arg({
        type: 'DateTime',
        description:
          'Widened to a whole bucket. Left out: 60 minutes, 24 hours, 30 days or 12 months before `to`, by the grain.',
      }),
      to: t.arg({ type: 'DateTime', description: 'Not included; widened to a whole bucket. Left out: now.' }),
      grain: t.arg({ type: EventGrainEnum, required: true, defaultValue: 'HOUR' }),
    },
    resolve: (_root, asked, { services, viewer }) => services.dashboards.dashboard(viewer, asked),
  }),
);
