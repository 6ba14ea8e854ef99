import { z } from 'zod';
import { PlanLimitReachedError } from '../../errors/plan-limit-error.ts';
import { builder } from '../../graphql/builder.ts';
import { UserError } from '../../graphql/user-error.ts';
import { PaymentRequiredError } from '../billing/billing.errors.ts';
import { SourceNode } from '../sources/source.graphql.ts';
import { SessionNode, SessionProfileEnum } from './session.graphql.ts';
import { PipelineUnknownError } from './sessions.errors.ts';

builder.objectType(PipelineUnknownError, { name: 'PipelineUnknownError', interfaces: [UserError] });

export const StartSessionInput = builder.inputType('StartSessionInput', {
  fields: (t) => ({
    sourceId: t.globalID({ required: true, for: SourceNode }),
    pipelines: t.stringList({
      required: true,
      defaultValue: ['detect'],
      validate: z.array(z.string().max(50)).min(1).max(10),
    }),
    profile: t.field({ type: SessionProfileEnum, required: true, defaultValue: 'FAST' }),
  }),
});

const StartSessionPayload = builder.objectRef<{ id: string }>('StartSessionPayload').implement({
  fields: (t) => ({
    session: t.prismaField({
      type: 'Session',
      resolve: (query, { id }, _args, { db }) => db.session.findUniqueOrThrow({ ...query, where: { id } }),
    }),
  }),
});

builder.mutationField('startSession', (t) =>
  t.withAuth({ canSomewhere: 'sessions:write' }).field({
    type: StartSessionPayload,
    description: 'Runs pipelines over a source. Events arrive in the feed from now on.',
    args: { input: t.arg({ type: StartSessionInput, required: true }) },
    errors: { types: [PipelineUnknownError, PlanLimitReachedError, PaymentRequiredError] },
    resolve: (_root, { input }, { services, viewer, requestId }) =>
      services.sessions.start(viewer, { ...input, sourceId: input.sourceId.id }, requestId),
  }),
);

const StopSessionInput = builder.inputType('StopSessionInput', {
  fields: (t) => ({ id: t.globalID({ required: true, for: SessionNode }) }),
});

const StopSessionPayload = builder.objectRef<{ id: string }>('StopSessionPayload').implement({
  fields: (t) => ({
    session: t.prismaField({
      type: 'Session',
      resolve: (query, { id }, _args, { db }) => db.session.findUniqueOrThrow({ ...query, where: { id } }),
    }),
  }),
});

builder.mutationField('stopSession', (t) =>
  t.withAuth({ canSomewhere: 'sessions:write' }).field({
    type: StopSessionPayload,
    description: 'Ends a session. Works from every state; stopping twice changes nothing.',
    args: { input: t.arg({ type: StopSessionInput, required: true }) },
    resolve: async (_root, { input }, { services, viewer, requestId }) => {
      await services.sessions.stop(viewer, input.id.id, requestId);
      return { id: input.id.id };
    },
  }),
);
