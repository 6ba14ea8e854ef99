import { z } from 'zod';
import { toGraphqlError } from '../../errors/to-graphql.ts';
import { InputInvalidError } from '../../errors/request-errors.ts';
import { builder } from '../../graphql/builder.ts';
import type { Context } from '../../graphql/context.ts';
import { encodeGlobalId } from '../../graphql/global-id.ts';
import { MeterEnum } from '../billing/plan.graphql.ts';
import type { Viewer } from '../identity/viewer.ts';
import { StartSessionInput } from '../sessions/session-mutations.graphql.ts';
import type { Estimate, EstimatedCharge, Left, PredictedRefusal } from './estimate.ts';
import type { Bounds } from './estimator.service.ts';

const ChargeType = builder.objectRef<EstimatedCharge>('EstimatedCharge').implement({
  description: 'What it would add to the bill at most.',
  fields: (t) => ({
    meter: t.expose('meter', {
      type: MeterEnum,
      nullable: true,
      description: 'Null for what the plan costs by itself, such as the rest of a period after a change.',
    }),
    units: t.expose('units', { type: 'BigInt', nullable: true, description: 'At most; null where nobody can know.' }),
    amountMinor: t.expose('amountMinor', {
      type: 'BigInt',
      nullable: true,
      description:
        'In the smallest unit of the currency; what is charged is never more. Null where `units` is unknown.',
    }),
    currency: t.exposeString('currency', { description: 'ISO 4217.' }),
  }),
});

const LeftType = builder.objectRef<Left>('LimitLeft').implement({
  description: 'What would be left of a limit.',
  fields: (t) => ({
    name: t.exposeString('name', {
      description: 'A field of `Limits`, or `cost` for what operations of a minute may cost.',
    }),
    limit: t.expose('limit', { type: 'BigInt' }),
    left: t.expose('left', { type: 'BigInt' }),
    resetsAt: t.expose('resetsAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When all of it is there again; null where only giving something up brings it back.',
    }),
  }),
});

const RefusalType = builder.objectRef<PredictedRefusal>('PredictedRefusal').implement({
  description: 'What the refusal itself would say.',
  fields: (t) => ({
    code: t.exposeString('code'),
    message: t.exposeString('message'),
    retryAfterMs: t.exposeInt('retryAfterMs', { nullable: true }),
  }),
});

const EstimateType = builder.objectRef<Estimate>('Estimate').implement({
  description: 'What would come of an operation if it were sent now.',
  fields: (t) => ({
    queryCost: t.exposeInt('queryCost', {
      nullable: true,
      description: 'As in `extensions.cost`. Null for a text that is no operation.',
    }),
    charges: t.expose('charges', { type: [ChargeType] }),
    left: t.expose('left', { type: [LeftType], description: 'After it.' }),
    refusals: t.expose('refusals', { type: [RefusalType], description: 'Empty: it would be done.' }),
    isRehearsed: t.exposeBoolean('isRehearsed', {
      description:
        'Whether it was tried out to its end and taken back. Else it would do something that cannot be taken back: then who asks, what they may do and what they give was looked at, and nothing more.',
    }),
  }),
});

const boundArgs = {
  sessionSeconds: { seconds: z.int32().min(1).max(31_622_400), frames: z.int32().min(0) },
};
/** Trying something out costs what it says itself, and what it tries. */
const complexity = { field: 20, multiplier: 1 };

builder.queryField('estimate', (t) =>
  t.withAuth({ can: 'read' }).field({
    type: EstimateType,
    complexity,
    description:
      'What an operation would cost, what would be left, and why it would be refused. It is tried out and taken back, which takes as much of the budget as doing it.',
    args: {
      operation: t.arg.string({ required: true, validate: z.string().max(65_536) }),
      variables: t.arg.string({ description: 'JSON.', validate: z.string().max(262_144) }),
      operationName: t.arg.string({ validate: z.string().max(200) }),
      sessionSeconds: t.arg.int({
        required: true,
        defaultValue: 3_600,
        validate: boundArgs.sessionSeconds.seconds,
        description: 'So long each session it starts is taken to run at most.',
      }),
      sessionFrames: t.arg.int({
        validate: boundArgs.sessionSeconds.frames,
        description: 'So many frames each of them is taken to record at most. By default as many as its source has.',
      }),
    },
    resolve: (_root, { operation, operationName, ...args }, context) =>
      estimate(
        context,
        { query: operation, operationName: operationName ?? undefined, variables: parseVariables(args.variables) },
        { sessionSeconds: args.sessionSeconds, sessionFrames: args.sessionFrames ?? null },
      ),
  }),
);

const startSession = `mutation ($input: StartSessionInput!) {
  startSession(input: $input) { __typename ... on StartSessionPayload { session { id } } }
}`;

builder.queryField('estimateSession', (t) =>
  t.withAuth({ can: 'read' }).field({
    type: EstimateType,
    complexity,
    description: 'The same for `startSession` with this input.',
    args: {
      input: t.arg({ type: StartSessionInput, required: true }),
      seconds: t.arg.int({
        required: true,
        validate: boundArgs.sessionSeconds.seconds,
        description: 'So long it is taken to run at most.',
      }),
      frames: t.arg.int({
        validate: boundArgs.sessionSeconds.frames,
        description: 'So many frames it is taken to record at most. By default as many as the source has.',
      }),
    },
    resolve: (_root, { input, seconds, frames }, context) => {
      const sourceId = encodeGlobalId('Source', input.sourceId.id);
      const script = { query: startSession, operationName: undefined, variables: { input: { ...input, sourceId } } };
      return estimate(context, script, { sessionSeconds: seconds, sessionFrames: frames ?? null });
    },
  }),
);

function estimate(
  context: Context & { viewer: Viewer },
  script: { query: string; operationName: string | undefined; variables: Record<string, unknown> },
  bounds: Bounds,
): Promise<Estimate> {
  const { services, viewer, address, locale } = context;
  const { estimator, rehearsals } = services;
  const requestId = `estimate:${crypto.randomUUID()}`;
  const read = rehearsals.read(script);
  const asking = { viewer, address, requestId, describe };
  const alike = { ...context, requestId };
  return estimator.ofOperation(asking, read, bounds, (look) => {
    if ('errors' in read) throw new Error('What cannot be read cannot be tried out.');
    return read.run(alike, look);
  });

  function describe(error: unknown): PredictedRefusal {
    const { message, extensions } = toGraphqlError(error, context.requestId, locale);
    const { code, retryAfterMs = null } = extensions as { code: string; retryAfterMs?: number };
    return { code, message, retryAfterMs };
  }
}

function parseVariables(text: string | null | undefined): Record<string, unknown> {
  if (!text) return {};
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  } catch {
    // Said below, as of any other value that is no object.
  }
  throw new InputInvalidError('variables', 'Variables are a JSON object.');
}
