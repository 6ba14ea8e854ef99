import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { SidecarError } from '../errors.ts';
import { predictionSchema, problemSchema } from '../contract.ts';
import type { Box, Prediction } from '../contract.ts';
import type { Detector } from '../vision/detector.ts';
import type { Size } from '../vision/letterbox.ts';
import type { BodyBudget } from './body-budget.ts';
import type { Callers } from './callers.ts';
import { hangUpSignal } from './hang-up.ts';
import type { Look, Looked } from './look.ts';
import { readPicture } from './read-picture.ts';

type Deps = {
  callers: Callers;
  budget: BodyBudget;
  detector(): Detector;
  look: Look;
  bodyBytesMax: number;
};

const optionsSchema = z.strictObject({
  threshold: z.coerce
    .number()
    .min(0)
    .max(1)
    .optional()
    .describe("Least confidence of a reported object. Default: the model's own threshold."),
  labels: z
    .string()
    .min(1)
    .max(2_000)
    .transform((text) => text.split(',').map((label) => label.trim()))
    .optional()
    .describe('Report only these labels, separated by commas.'),
  max: z.coerce.number().int().min(1).max(300).default(100).describe('Report at most this many, surest first.'),
});

/** `POST /predict`: one picture in, its objects out. */
export function registerPredict(app: FastifyInstance, deps: Deps): void {
  const { callers, budget, detector, look, bodyBytesMax } = deps;

  app.withTypeProvider<ZodTypeProvider>().route({
    method: 'POST',
    url: '/predict',
    // Base64 takes four bytes for three; a picture at the limit must fit in every form.
    bodyLimit: Math.ceil((bodyBytesMax * 4) / 3) + 1_024,
    onRequest: async (request) => void (await callers.requireInference(request)),
    preParsing: async (request, reply) => budget.admit(request, reply),
    schema: {
      summary: 'Find objects in a picture',
      description:
        'Send a picture as raw bytes, as a form file or as base64 in JSON. EXIF orientation is applied first. The ' +
        'same picture again is answered from memory: `cached`, and `hit` in the header `x-cache`.',
      tags: ['Prediction'],
      security: [{ bearer: [] }],
      querystring: optionsSchema,
      response: { 200: predictionSchema, '4xx': problemSchema, '5xx': problemSchema },
    },
    handler: async (request, reply): Promise<Prediction> => {
      const signal = hangUpSignal(reply);
      const model = detector();
      const bytes = await readPicture(request);
      const { threshold: confidenceMin = model.thresholds.confidence, labels, max } = request.query;
      requireLabels(model, labels);
      const looked = await look({ caller: callers.of(request), model, bytes, confidenceMin, signal });
      void reply.header('x-cache', looked.cached ? 'hit' : 'miss');
      const chosen = looked.detections.filter(({ label }) => labels?.includes(label) ?? true).slice(0, max);
      return {
        detections: chosen.map((detection) => ({
          ...detection,
          normalizedBox: fractionsOf(detection.box, looked.picture),
        })),
        image: looked.picture,
        model: model.identity,
        timings: roundedTimings(looked),
        cached: looked.cached,
        requestId: request.id,
      };
    },
  });
}

/** A label that the model does not know is a typing error, not an empty answer. Throws INPUT_INVALID. */
function requireLabels(model: Detector, labels: readonly string[] = []): void {
  const unknown = labels.filter((label) => !model.labels.includes(label));
  if (unknown.length === 0) return;
  throw new SidecarError(
    'INPUT_INVALID',
    `labels: ${model.identity.name} does not know ${unknown.join(', ')}. GET /models lists what it knows.`,
  );
}

function fractionsOf({ x, y, width, height }: Box, picture: Size): Box {
  return { x: x / picture.width, y: y / picture.height, width: width / picture.width, height: height / picture.height };
}

/** Microseconds are as far as these clocks mean anything. */
function roundedTimings({ timings, totalMs }: Looked): Prediction['timings'] {
  const round = (ms: number) => Math.round(ms * 1_000) / 1_000;
  const { decodeMs, preprocessMs, queueMs, modelMs, postprocessMs } = timings;
  return {
    decodeMs: round(decodeMs),
    preprocessMs: round(preprocessMs),
    queueMs: round(queueMs),
    modelMs: round(modelMs),
    postprocessMs: round(postprocessMs),
    totalMs: round(totalMs),
  };
}
