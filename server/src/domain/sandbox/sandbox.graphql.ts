import { z } from 'zod';
import { builder } from '../../graphql/builder.ts';
import { continueIn } from '../../tenancy.ts';
import { parseDuration } from './duration.ts';
import type { Moved } from './sandbox.service.ts';

builder.prismaObjectFields('Organization', (t) => ({
  isSandbox: t.exposeBoolean('isSandbox', {
    description: 'Whether it is for trying out: it has a clock of its own, and its bills are no bills. Never changes.',
  }),
  now: t.field({
    type: 'DateTime',
    description: 'What time it is there: ours, and in a sandbox as far ahead as `advanceClock` moved it.',
    select: { clockOffsetMs: true },
    resolve: ({ clockOffsetMs }, _args, { services }) =>
      new Date(services.clock.ours.now().getTime() + Number(clockOffsetMs)),
  }),
}));

const duration = z
  .string()
  .max(40)
  .refine((text) => parseDuration(text) !== null, 'Not a duration of ISO 8601, such as P30D, P1M or PT12H.');

const AdvanceClockInput = builder.inputType('AdvanceClockInput', {
  fields: (t) => ({
    by: t.string({
      required: true,
      validate: duration,
      description: 'A duration of ISO 8601, such as `P30D`, `P1M` or `PT12H`; 400 days at most. Days have 24 hours.',
    }),
  }),
});

const AdvanceClockPayload = builder.objectRef<Moved>('AdvanceClockPayload').implement({
  fields: (t) => ({
    now: t.expose('now', { type: 'DateTime', description: 'What time it is there now.' }),
    organization: t.prismaField({
      type: 'Organization',
      resolve: (query, { organizationId }, _args, { db }) =>
        db.organization.findUniqueOrThrow({ ...query, where: { id: organizationId } }),
    }),
  }),
});

builder.mutationField('advanceClock', (t) =>
  t.withAuth({ can: 'clock:write' }).field({
    type: AdvanceClockPayload,
    description:
      'Moves the clock of a sandbox on. What becomes due on the way (trials, periods, invoices, what is kept no longer) is done at its moment, in order, before this answers. Access tokens that are over by then end, the one that asks included. Organizations that are no sandbox are refused with `SANDBOX_ONLY`.',
    args: { input: t.arg({ type: AdvanceClockInput, required: true }) },
    resolve: async (_root, { input }, { services, viewer, requestId }) => {
      const by = parseDuration(input.by);
      if (!by) throw new Error('The input was checked.');
      const moved = await services.sandbox.advance(viewer, by, requestId);
      // What is asked below is asked at the new time.
      continueIn(moved.organizationId, moved.clockOffsetMs);
      return moved;
    },
  }),
);
