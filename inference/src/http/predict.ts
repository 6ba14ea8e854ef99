import { performance } from 'node:perf_hooks';
import multipart from '@fastify/multipart';
import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { SidecarError } from '../errors.ts';
import { predictionSchema, problemSchema } from '../contract.ts';
import type { Box, Prediction } from '../contract.ts';
import type { Detector, Sighting } from '../vision/detector.ts';
import type { Size } from '../vision/letterbox.ts';
import type { BodyBudget } from './body-budget.ts';
import type { Callers } from './callers.ts';
import { hangUpSignal } from './hang-up.ts';
import { readPicture } from './read-picture.ts';

type Deps = {
  callers: Callers;
  budget: BodyBudget;
  detector(): Detector;
  bodyBytesMax: number;
  timeoutMs: number;
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
export async function registerPredict(app: FastifyInstance, deps: Deps): Promise<void> {
  const { callers, budget, detector, bodyBytesMax, timeoutMs } = deps;
  await app.register(multipart, { limits: { fileSize: bodyBytesMax, files: 1, fields: 8, parts: 9, headerPairs: 32 } });
  app.addContentTypeParser(/^image\//, { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  app.addContentTypeParser('application/octet-stream', { parseAs: 'buffer' }, (_request, body, done) =>
    done(null, body),
  );

  app.withTypeProvider<ZodTypeProvider>().route({
    method: 'POST',
    url: '/predict',
    // Base64 takes four bytes for three; a picture at the limit must fit in every form.
    bodyLimit: Math.ceil((bodyBytesMax * 4) / 3) + 1_024,
    onRequest: async (request) => void (await callers.requireInference(request)),
    preParsing: budget.admit,
    schema: {
      summary: 'Find objects in a picture',
      description:
        'Send a picture as raw bytes, as a form file or as base64 in JSON. EXIF orientation is applied first.',
      tags: ['Prediction'],
      security: [{ bearer: [] }],
      querystring: optionsSchema,
      response: { 200: predictionSchema, '4xx': problemSchema, '5xx': problemSchema },
    },
    handler: async (request, reply): Promise<Prediction> => {
      const signal = hangUpSignal(reply);
      const model = detector();
      const bytes = await readPicture(request);
      requireSize(bytes, bodyBytesMax);
      const startedAt = performance.now();
      const { threshold = model.thresholds.confidence, labels, max } = request.query;
      requireLabels(model, labels);
      const sighting = await model.file(bytes, { confidenceMin: threshold, timeoutMs, signal });
      const chosen = sighting.detections.filter(({ label }) => labels?.includes(label) ?? true).slice(0, max);
      return {
        detections: chosen.map((detection) => ({
          ...detection,
          normalizedBox: fractionsOf(detection.box, sighting.picture),
        })),
        image: sighting.picture,
        model: model.identity,
        timings: roundedTimings({ ...sighting.timings, totalMs: performance.now() - startedAt }),
        requestId: request.id,
      };
    },
  });
}

/** The route's limit leaves room for base64, so raw bytes are held to the real one here. Throws BODY_TOO_LARGE. */
function requireSize({ byteLength }: Uint8Array, bodyBytesMax: number): void {
  if (byteLength <= bodyBytesMax) return;
  throw new SidecarError('BODY_TOO_LARGE', `The picture is larger than ${bodyBytesMax} bytes.`);
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
function roundedTimings(timings: Sighting['timings'] & { totalMs: number }): Prediction['timings'] {
  const round = (ms: number) => Math.round(ms * 1_000) / 1_000;
  const { decodeMs, preprocessMs, queueMs, modelMs, postprocessMs, totalMs } = timings;
  return {
    decodeMs: round(decodeMs),
    preprocessMs: round(preprocessMs),
    queueMs: round(queueMs),
    modelMs: round(modelMs),
    postprocessMs: round(postprocessMs),
    totalMs: round(totalMs),
  };
}
