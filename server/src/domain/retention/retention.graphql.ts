import { z } from 'zod';
import { PlanLimitReachedError } from '../../errors/plan-limit-error.ts';
import { builder } from '../../graphql/builder.ts';
import type { RetentionDays } from './retention.ts';

const RetentionType = builder.objectRef<RetentionDays>('Retention').implement({
  description: 'How long an organization keeps what, in days.',
  fields: (t) => ({
    snapshotDays: t.exposeInt('snapshotDays'),
    eventDays: t.exposeInt('eventDays', { description: 'How long events stay in the feed.' }),
    archiveDays: t.exposeInt('archiveDays', {
      description:
        'How long they are kept as files after that, at most until they are as old as the plan allows; 0: not at all.',
    }),
    auditDays: t.exposeInt('auditDays'),
  }),
});

builder.prismaObjectFields('Organization', (t) => ({
  retention: t.field({
    type: RetentionType,
    select: { id: true },
    resolve: ({ id }, _args, { services }) => services.retention.of(id),
  }),
}));

const days = (least: number) => z.number().min(least).max(3650, 'At most ten years.');

const SetRetentionInput = builder.inputType('SetRetentionInput', {
  description: 'What is left out stays as it is. What is older goes within minutes, for good.',
  fields: (t) => ({
    snapshotDays: t.int({ validate: days(1) }),
    eventDays: t.int({ validate: days(1) }),
    archiveDays: t.int({
      validate: days(0),
      description: '0 removes events that leave the feed, and files that are there.',
    }),
    auditDays: t.int({
      validate: days(30),
      description: 'At least 30, so that nobody hides today what they did yesterday.',
    }),
  }),
});

const SetRetentionPayload = builder.objectRef<{ organizationId: string }>('SetRetentionPayload').implement({
  fields: (t) => ({
    organization: t.prismaField({
      type: 'Organization',
      resolve: (query, { organizationId }, _args, { db }) =>
        db.organization.findUniqueOrThrow({ ...query, where: { id: organizationId } }),
    }),
  }),
});

builder.mutationField('setRetention', (t) =>
  t.withAuth({ can: 'organization:write' }).field({
    type: SetRetentionPayload,
    args: { input: t.arg({ type: SetRetentionInput, required: true }) },
    errors: { types: [PlanLimitReachedError] },
    resolve: async (_root, { input }, { services, viewer, requestId }) => {
      const given = Object.entries(input).filter(([, value]) => value != null);
      await services.retention.set(viewer, Object.fromEntries(given), requestId);
      return { organizationId: viewer.organizationId };
    },
  }),
);
