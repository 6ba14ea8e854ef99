import { z } from 'zod';
import { builder } from '../../graphql/builder.ts';
import { UserError } from '../../graphql/user-error.ts';
import { PaymentRequiredError } from '../billing/billing.errors.ts';
import { BatchOutOfOrderError } from '../sessions/sessions.errors.ts';
import { sessionsVisibleTo } from '../sessions/sessions.policy.ts';
import { SourceNode } from '../sources/source.graphql.ts';
import type { Recorded } from './captures.service.ts';

builder.objectType(BatchOutOfOrderError, {
  name: 'BatchOutOfOrderError',
  interfaces: [UserError],
  fields: (t) => ({
    expected: t.int({
      nullable: true,
      description: 'The number to go on from.',
      resolve: ({ details }) => details.expected,
    }),
  }),
});

/** Both together stay below what the variables of a request may hold (`limits.variableValues`). */
const eventsMax = 100;
const usesMax = 100;
/** One prediction has this many pictures or texts at most. */
const countMax = 10_000;

const uuid = z.string().regex(/^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i, 'A UUID is wanted here.');
const text = (max: number) => z.string().min(1).max(max);
const share = z.number().min(0).max(1);

const CapturedEventType = builder.enumType('CapturedEventType', {
  values: ['OBJECT_ENTERED', 'OBJECT_UPDATED', 'OBJECT_LEFT'] as const,
});

const BoxInput = builder.inputType('BoxInput', {
  description: 'A part of a frame, in fractions of its width and height, 0 to 1; origin at the top left.',
  fields: (t) => ({
    x: t.float({ required: true, validate: share }),
    y: t.float({ required: true, validate: share }),
    width: t.float({ required: true, validate: share }),
    height: t.float({ required: true, validate: share }),
  }),
});

const CapturedEventInput = builder.inputType('CapturedEventInput', {
  fields: (t) => ({
    type: t.field({ type: CapturedEventType, required: true }),
    occurredAt: t.field({ type: 'DateTime', required: true, description: 'By the clock of the device.' }),
    frameIndex: t.int({
      required: true,
      validate: z
        .number()
        .min(0)
        .max(2 ** 31 - 2),
    }),
    trackNumber: t.int({
      required: true,
      description: 'The object, numbered within the capture from 1.',
      validate: z
        .number()
        .min(1)
        .max(2 ** 31 - 2),
    }),
    label: t.string({ required: true, validate: text(100) }),
    confidence: t.float({ required: true, validate: share }),
    box: t.field({ type: BoxInput, required: true }),
  }),
});

const CapturedUseInput = builder.inputType('CapturedUseInput', {
  description: 'One prediction of the device’s own sidecar.',
  fields: (t) => ({
    id: t.string({
      required: true,
      validate: uuid,
      description: 'A UUID of its own: told again, also in another batch, it counts once.',
    }),
    task: t.string({ required: true, validate: text(50), description: 'Such as `detection`.' }),
    model: t.string({ required: true, validate: text(200), description: '`name@version`.' }),
    count: t.int({
      required: true,
      defaultValue: 1,
      validate: z.number().min(1).max(countMax),
      description: 'Pictures or texts.',
    }),
    at: t.field({ type: 'DateTime', required: true, description: 'By the clock of the device.' }),
    callId: t.string({
      validate: uuid,
      description:
        'The `x-call-id` of the same call, where our sidecar was asked first and its answer did not come: what it counted is not counted again.',
    }),
  }),
});

const RecordCaptureInput = builder.inputType('RecordCaptureInput', {
  fields: (t) => ({
    deviceId: t.string({
      required: true,
      validate: uuid,
      description: 'A random UUID that the device keeps to itself.',
    }),
    seq: t.int({
      required: true,
      validate: z
        .number()
        .min(1)
        .max(2 ** 31 - 1),
      description: 'Number of the batch: 1, and one more each time, whatever it holds.',
    }),
    sentAt: t.field({
      type: 'DateTime',
      description:
        'What the clock of the device says while it sends this. Where that is ahead of ours, or more than five minutes behind, times ' +
        'of the batch are corrected by the difference.',
    }),
    captureId: t.string({
      validate: uuid,
      description: 'A UUID of what was captured without a break; left out for uses alone.',
    }),
    sourceId: t.globalID({ for: SourceNode, description: 'What was captured. With `captureId`, and only then.' }),
    startedAt: t.field({
      type: 'DateTime',
      description: 'When the capture began, by the clock of the device. With `captureId`, and only then.',
    }),
    events: t.field({
      type: [CapturedEventInput],
      required: true,
      defaultValue: [],
      validate: z.array(z.unknown()).max(eventsMax),
      description: 'What was seen since the batch before, in order.',
    }),
    usage: t.field({
      type: [CapturedUseInput],
      required: true,
      defaultValue: [],
      validate: z.array(z.unknown()).max(usesMax),
    }),
    isLast: t.boolean({ required: true, defaultValue: false, description: 'Whether the capture is over.' }),
  }),
});

const RecordCapturePayload = builder.objectRef<Recorded>('RecordCapturePayload').implement({
  fields: (t) => ({
    acceptedSeq: t.exposeInt('acceptedSeq', { description: 'Everything up to this batch is recorded for good.' }),
    isDuplicate: t.exposeBoolean('isDuplicate', {
      description: 'Whether the batch had been recorded before: this time nothing was done.',
    }),
    session: t.prismaField({
      type: 'Session',
      nullable: true,
      description: 'Of the capture; `STOPPING` once somebody asks the device to end it.',
      resolve: (query, { sessionId }, _args, { db, viewer }) =>
        db.session.findFirst({
          ...query,
          // A batch that is confirmed once more names whichever capture it likes.
          where: viewer && sessionId ? { AND: [{ id: sessionId }, sessionsVisibleTo(viewer)] } : { id: { in: [] } },
        }),
    }),
  }),
});

builder.mutationField('recordCapture', (t) =>
  t.withAuth({ canSomewhere: 'sessions:write' }).field({
    type: RecordCapturePayload,
    description:
      'Takes what a device captured and used while it could not say so. Batches of a device are recorded in the order of ' +
      'their numbers, each once: send one again until it is confirmed.',
    args: { input: t.arg({ type: RecordCaptureInput, required: true }) },
    errors: { types: [BatchOutOfOrderError, PaymentRequiredError] },
    resolve: (_root, { input }, { services, viewer, requestId }) => {
      const { captureId = null, sourceId, startedAt = null, sentAt = null, deviceId, ...others } = input;
      const capture = { captureId, sourceId: sourceId?.id ?? null, startedAt, sentAt };
      return services.captures.record(viewer, { ...others, ...capture, deviceId }, requestId);
    },
  }),
);
