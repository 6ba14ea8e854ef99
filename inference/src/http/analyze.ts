import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import type { z } from 'zod';
import { frameAnalysisSchema, problemSchema } from '../contract.ts';
import type { FrameAnalysis } from '../contract.ts';
import { detectorOf } from '../models/registry/borrowing-detector.ts';
import { drawDetections } from '../pictures/draw-detections.ts';
import type { Render, WrittenType } from '../pictures/render.ts';
import { hangUpSignal } from './hang-up.ts';
import { preferredType } from './negotiate.ts';
import { flagSchema, maxSchema, modelNameSchema, pictureOptionsSchema, requireLabels } from './picture-options.ts';
import { namedInQuery, pictureRoute } from './picture-route.ts';
import type { PictureRouteDeps } from './predict.ts';
import { chosenOf, presentDetections } from './present.ts';
import { readPicture } from './read-picture.ts';

const offered = ['application/json', 'image/jpeg', 'image/png'] as const;
const objectsMax = 100;

/** `POST /analyze/frame`: the objects of a picture, and the picture with them drawn in. */
export function registerAnalyze(app: FastifyInstance, deps: PictureRouteDeps & { render: Render }): void {
  const { callers, admission, lend, look, render, timeoutMs: timeoutMsMax } = deps;
  const optionsSchema = pictureOptionsSchema(timeoutMsMax).extend({
    model: modelNameSchema.optional().describe('A detection model. Default: the default model.'),
    max: maxSchema,
    overlay: flagSchema.describe('`true`: the picture with boxes and labels comes along as base64.'),
  });

  async function analyze(
    request: FastifyRequest,
    reply: FastifyReply,
    { model: name, overlay, threshold, labels, max, ...lane }: z.output<typeof optionsSchema>,
  ): Promise<FrameAnalysis | Uint8Array> {
    const signal = hangUpSignal(reply);
    using lent = await lend(name ?? null, null, signal);
    const { model } = lent;
    detectorOf(model);
    const bytes = await readPicture(request);
    requireLabels(model, labels);
    const type = preferredType(request.headers.accept, offered);
    const place = admission.placeOf(request);
    const asked = { caller: callers.of(request), model, bytes, confidenceMin: threshold ?? null, ...lane };
    return await look({ ...asked, signal, place }, async (looked) => {
      const { answer, cached, options } = looked;
      if (answer.task !== 'detection') throw new Error('A detector finds objects.');
      const chosen = chosenOf(answer, labels).slice(0, max ?? objectsMax);
      const draw = (as: WrittenType) => render(bytes, as, options, (canvas) => drawDetections(canvas, chosen));
      void reply.header('vary', 'accept').header('x-cache', cached ? 'hit' : 'miss');
      if (type !== 'application/json') {
        const picture = await draw(type);
        void reply.type(type);
        return picture;
      }
      const drawn = overlay ? Buffer.from(await draw('image/jpeg')).toString('base64') : null;
      return {
        ...presentDetections(chosen, looked, model, request.id),
        ...(drawn !== null && { overlay: drawn }),
      };
    });
  }

  app.withTypeProvider<ZodTypeProvider>().route({
    ...pictureRoute(deps, namedInQuery),
    url: '/analyze/frame',
    schema: {
      summary: 'Find objects in a frame, and draw them in',
      description:
        'As `/predict` with a detection model. With `overlay=true` the answer carries the picture with boxes and ' +
        'labels drawn in; with `accept: image/jpeg` or `image/png` that picture is the answer.',
      tags: ['Prediction'],
      security: [{ bearer: [] }],
      querystring: optionsSchema,
      response: { 200: frameAnalysisSchema, '4xx': problemSchema, '5xx': problemSchema },
    },
    async handler(request, reply) {
      // A picture is sent as it is, whatever the schema says of JSON.
      return reply.send((await analyze(request, reply, request.query)) as FrameAnalysis);
    },
  });
}
