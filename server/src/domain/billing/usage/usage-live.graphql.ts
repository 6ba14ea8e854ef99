import { builder } from '../../../graphql/builder.ts';
import { liveStream, liveValue } from '../../../graphql/live-stream.ts';
import { MeterEnum } from '../plan.graphql.ts';
import type { UsageLevel } from './usage-live.ts';

const UsageLevelType = builder.objectRef<UsageLevel>('UsageLevel').implement({
  description: 'What was used of a meter in the current billing period.',
  fields: (t) => ({
    meter: t.expose('meter', { type: MeterEnum }),
    used: t.expose('used', { type: 'BigInt' }),
    limit: t.expose('limit', { type: 'BigInt', nullable: true, description: 'Null for none.' }),
    left: t.expose('left', { type: 'BigInt', nullable: true, description: 'Never below 0; null without a limit.' }),
    resetsAt: t.expose('resetsAt', { type: 'DateTime' }),
    at: t.expose('at', { type: 'DateTime', description: 'When this was so.' }),
  }),
});

builder.subscriptionField('usageLive', (t) =>
  t.withAuth({ can: 'billing:read' }).field({
    type: UsageLevelType,
    description: 'What is used and left now, then whenever it changes, newest wins. A call is in it within 100 ms.',
    args: { meter: t.arg({ type: MeterEnum, required: true, defaultValue: 'PREDICTIONS' }) },
    subscribe: (_root, { meter }, { services, viewer }) =>
      liveStream({
        viewer,
        watch: services.viewerWatch,
        open: async (signal) => services.usageLive.follow(viewer, meter, signal),
      }),
    resolve: (level) => liveValue(level),
  }),
);
