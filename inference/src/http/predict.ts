import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { predictionSchema, problemSchema } from '../contract.ts';
import type { Prediction } from '../contract.ts';
import type { Admission } from './admission.ts';
import type { BodyBudget } from './body-budget.ts';
import { callIdOf } from './call-id.ts';
import type { Callers } from './callers.ts';
import { hangUpSignal } from './hang-up.ts';
import type { Lend } from './lend.ts';
import type { Look } from './look.ts';
import { flagSchema, maxSchema, modelNameSchema, pictureOptionsSchema, requireLabels } from './picture-options.ts';
import { pictureRoute } from './picture-route.ts';
import type { Named } from './picture-route.ts';
import { presentPrediction, requireEmbedding } from './present.ts';
import { readPicture } from './read-picture.ts';

export type PictureRouteDeps = {
  callers: Callers;
  admission: Admission;
  budget: BodyBudget;
  lend: Lend;
  look: Look;
  bodyBytesMax: number;
  /** The longest that a request may take. */
  timeoutMs: number;
};

const version = z.string().min(1).max(50);

/** What was asked for, by address; `params` says which model that is. */
const addresses = [
  { url: '/predict', params: z.object({}), which: 'the default model' },
  { url: '/predict/:model', params: z.object({ model: modelNameSchema }), which: 'a model' },
  {
    url: '/predict/:model/versions/:version',
    params: z.object({ model: modelNameSchema, version }),
    which: 'one version of a model',
  },
];

/** `POST /predict`: one picture in, what a model says of it out. */
export function registerPredict(app: FastifyInstance, deps: PictureRouteDeps): void {
  const { callers, admission, lend, look, timeoutMs: timeoutMsMax } = deps;
  const optionsSchema = pictureOptionsSchema(timeoutMsMax).extend({
    max: maxSchema,
    embedding: flagSchema.describe('Of a classifier: the vector that the classes were told from, too.'),
  });

  async function predict(
    request: FastifyRequest,
    reply: FastifyReply,
    { model: name, version: wanted }: { model?: string; version?: string },
    { embedding: withEmbedding, priority, timeoutMs, ...choice }: z.output<typeof optionsSchema>,
  ): Promise<Prediction> {
    const signal = hangUpSignal(reply);
    using lent = await lend(name ?? null, wanted ?? null, signal);
    const { model } = lent;
    const bytes = await readPicture(request);
    const { threshold: confidenceMin = null, labels } = choice;
    requireLabels(model, labels);
    if (withEmbedding) requireEmbedding(model);
    const place = admission.placeOf(request);
    const callId = callIdOf(request);
    const asked = { caller: callers.of(request), model, bytes, confidenceMin, priority, timeoutMs, callId };
    return await look({ ...asked, signal, place }, (looked) => {
      void reply.header('x-cache', looked.cached ? 'hit' : 'miss');
      return presentPrediction(looked, model, request.id, { ...choice, withEmbedding });
    });
  }

  for (const { url, params, which } of addresses) {
    app.withTypeProvider<ZodTypeProvider>().route({
      ...pictureRoute(deps, (request) => request.params as Named),
      url,
      schema: {
        summary: `Ask ${which} what is in a picture`,
        description:
          'Send a picture as raw bytes, as a form file or as base64 in JSON. EXIF orientation is applied first. The ' +
          "answer is that of the model's `task`: objects, classes or a vector. The same picture again is answered " +
          'from memory: `cached`, and `hit` in the header `x-cache`.',
        tags: ['Prediction'],
        security: [{ bearer: [] }],
        params,
        querystring: optionsSchema,
        response: { 200: predictionSchema, '4xx': problemSchema, '5xx': problemSchema },
      },
      handler: (request, reply) => predict(request, reply, request.params, request.query),
    });
  }
}
