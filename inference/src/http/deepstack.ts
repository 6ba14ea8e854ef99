import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { SidecarError } from '../errors.ts';
import { detectorOf } from '../models/registry/borrowing-detector.ts';
import type { Detection } from '../vision/detector.ts';
import type { Admission } from './admission.ts';
import type { BodyBudget } from './body-budget.ts';
import type { Callers } from './callers.ts';
import { hangUpSignal } from './hang-up.ts';
import type { Lend } from './lend.ts';
import type { Look } from './look.ts';
import { modelNameSchema } from './picture-options.ts';
import { asItIs } from './picture-route.ts';
import type { Named } from './picture-route.ts';
import { createErrorHandler } from './problems.ts';
import { readDeepstackForm } from './read-deepstack-form.ts';

type Deps = {
  callers: Callers;
  admission: Admission;
  budget: BodyBudget;
  /** For forms whose sender is not known before they are read: they must not take the room of everybody else. */
  strangerBudget: BodyBudget;
  lend: Lend;
  look: Look;
  timeoutMs: number;
};

/** Clients of this dialect expect no more than this. */
const predictionCountMax = 20;

const answerSchema = z
  .object({
    success: z.literal(true),
    predictions: z
      .array(
        z.object({
          confidence: z.number().min(0).max(1),
          label: z.string(),
          x_min: z.int(),
          y_min: z.int(),
          x_max: z.int(),
          y_max: z.int(),
        }),
      )
      .max(predictionCountMax)
      .describe('Most confident first, in pixels of the upright picture.'),
    duration: z.number().describe('Seconds from the whole picture being there to the answer being ready.'),
  })
  .meta({ id: 'DeepstackAnswer' });

const refusalSchema = z
  .object({
    success: z.literal(false),
    error: z.string(),
    code: z.string().describe('The same code that the other routes give.'),
    requestId: z.string(),
    hint: z.string().describe('What to do about it.'),
    retryable: z.boolean().describe('Whether the very same request can succeed later.'),
    retryAfterMs: z.number().optional(),
    docs: z.string().describe('Where the code is explained.'),
    details: z.record(z.string(), z.unknown()).optional(),
    duration: z.literal(0),
  })
  .meta({ id: 'DeepstackRefusal' });

const addresses = [
  { url: '/v1/vision/detection', params: z.object({}), which: '' },
  { url: '/v1/vision/custom/:model', params: z.object({ model: modelNameSchema }), which: ' with a model of your own' },
];

/** `POST /v1/vision/detection`: what programs written for DeepStack send, and what they expect back. */
export function registerDeepstack(app: FastifyInstance, deps: Deps): void {
  const { callers, admission, budget, strangerBudget, lend, look, timeoutMs } = deps;

  async function find(request: FastifyRequest, reply: FastifyReply, { model: name }: { model?: string }) {
    const signal = hangUpSignal(reply);
    const identify = async (apiKey: string | undefined) => void (await callers.requireInference(request, apiKey));
    // First of all: strangers do not learn which models there are.
    const { bytes, confidenceMin } = await readDeepstackForm(request, mayNameItself(request) ? identify : null);
    using lent = await lend(name ?? null, null, signal);
    const { model } = lent;
    detectorOf(model);
    const place = admission.placeOf(request);
    const question = { caller: callers.of(request), model, bytes, confidenceMin, timeoutMs, signal, place };
    return await look({ ...question, priority: 'interactive' }, ({ answer, cached, elapsedMs }) => {
      if (answer.task !== 'detection') throw new Error('A detector finds objects.');
      void reply.header('x-cache', cached ? 'hit' : 'miss');
      return {
        success: true as const,
        predictions: predictionsOf(answer.detections),
        duration: Math.round(elapsedMs() * 1_000) / 1_000_000,
      };
    });
  }

  for (const { url, params, which } of addresses) {
    app.withTypeProvider<ZodTypeProvider>().route({
      method: 'POST',
      url,
      async onRequest(request, reply) {
        // Only a form can still say who sends it.
        const isKnown = !mayNameItself(request);
        if (isKnown) await callers.requireInference(request);
        if (!isForm(request)) {
          throw new SidecarError('UNSUPPORTED_MEDIA_TYPE', 'Send multipart/form-data with the picture in `image`.');
        }
        if (isKnown) await admission.admit(request, reply, (request.params as Named).model, null);
      },
      preParsing: [
        async (request, reply) => {
          if (mayNameItself(request)) strangerBudget.admit(request, reply, callers.tenantOf(request));
        },
        async (request, reply) => budget.admit(request, reply, callers.tenantOf(request)),
      ],
      errorHandler: createErrorHandler(({ message, ...told }) => ({
        success: false,
        error: message,
        ...told,
        duration: 0,
      })),
      serializerCompiler: asItIs,
      schema: {
        summary: `Find objects in a picture${which}, in DeepStack's words`,
        description:
          'The same engine and limits as `/predict`, for programs written for DeepStack. The key goes into the ' +
          'header as everywhere, or into the form field `api_key`.',
        tags: ['Prediction'],
        security: [{ bearer: [] }, {}],
        params,
        response: { 200: answerSchema, '4xx': refusalSchema, '5xx': refusalSchema },
      },
      handler: (request, reply) => find(request, reply, request.params),
    });
  }
}

/** Whether the sender may be named by a field of the form instead of the header. */
const mayNameItself = (request: FastifyRequest) => request.headers.authorization === undefined && isForm(request);

/** Known from the header: nothing of the body has been read yet. */
const isForm = ({ headers }: FastifyRequest) => /^multipart\/form-data\b/i.test(headers['content-type'] ?? '');

/** Surest first, and no more than clients expect. */
export function predictionsOf(detections: readonly Detection[]) {
  return detections
    .toSorted((a, b) => b.confidence - a.confidence)
    .slice(0, predictionCountMax)
    .map(predictionOf);
}

function predictionOf({ label, confidence, box: { x, y, width, height } }: Detection) {
  return {
    confidence,
    label,
    x_min: Math.round(x),
    y_min: Math.round(y),
    x_max: Math.round(x + width),
    y_max: Math.round(y + height),
  };
}
