import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { problemSchema } from '../contract.ts';
import { detectorOf } from '../models/registry/borrowing-detector.ts';
import { redact, redactionStyles } from '../pictures/redact.ts';
import { writtenTypes } from '../pictures/render.ts';
import type { Render, WrittenType } from '../pictures/render.ts';
import { sniffPicture } from '../vision/sniff.ts';
import { hangUpSignal } from './hang-up.ts';
import { modelNameSchema, pictureOptionsSchema, requireLabels } from './picture-options.ts';
import { namedInQuery, pictureRoute } from './picture-route.ts';
import type { PictureRouteDeps } from './predict.ts';
import { chosenOf } from './present.ts';
import { readPicture } from './read-picture.ts';

const modelDefault = 'faces';

/** `POST /redact`: a picture in, the same out with faces or other objects made unrecognizable. */
export function registerRedact(app: FastifyInstance, deps: PictureRouteDeps & { render: Render }): void {
  const { callers, admission, lend, look, render, timeoutMs: timeoutMsMax } = deps;
  const optionsSchema = pictureOptionsSchema(timeoutMsMax).extend({
    threshold: z.coerce
      .number()
      .min(0)
      .max(1)
      .optional()
      .describe(
        "Least confidence of what is hidden. Default: the model's threshold for weaker sightings, as one hidden too " +
          'many is better than one too few.',
      ),
    model: modelNameSchema.default(modelDefault).describe('The detection model that finds what is to be hidden.'),
    style: z
      .enum(redactionStyles)
      .default('blur')
      .describe('`blur` and `pixelate` leave a handful of colours, `box` nothing.'),
    margin: z.coerce
      .number()
      .min(0)
      .max(1)
      .default(0.15)
      .describe('What is hidden around each box as well, as a share of its width and height on each side.'),
  });

  async function hide(
    request: FastifyRequest,
    reply: FastifyReply,
    { model: name, style, margin, threshold, labels, ...lane }: z.output<typeof optionsSchema>,
  ): Promise<Uint8Array> {
    const signal = hangUpSignal(reply);
    using lent = await lend(name, null, signal);
    const { model } = lent;
    const { thresholds } = detectorOf(model);
    const bytes = await readPicture(request);
    requireLabels(model, labels);
    const confidenceMin = threshold ?? Math.min(thresholds.candidate, thresholds.confidence);
    const place = admission.placeOf(request);
    const question = { caller: callers.of(request), model, bytes, confidenceMin, ...lane, signal, place };
    return await look(question, async ({ answer, cached, options }) => {
      if (answer.task !== 'detection') throw new Error('A detector finds objects.');
      const boxes = chosenOf(answer, labels).map(({ box }) => box);
      const type = writtenAs(bytes);
      const picture = await render(bytes, type, options, (canvas) => redact(canvas, boxes, { style, margin }, signal));
      void reply
        .type(type)
        .header('x-redactions', String(boxes.length))
        .header('x-cache', cached ? 'hit' : 'miss');
      return picture;
    });
  }

  app.withTypeProvider<ZodTypeProvider>().route({
    ...pictureRoute(deps, (request) => ({ model: modelDefault, ...namedInQuery(request) })),
    url: '/redact',
    schema: {
      summary: 'Hide faces, or other objects, in a picture',
      description:
        'The picture comes back upright, with what the model found made unrecognizable, and without its metadata ' +
        '(place, time, camera, previews). JPEG, PNG and WebP stay what they are, everything else becomes JPEG; of an ' +
        'animation the first frame is left, and what was transparent is white. The header `x-redactions` says how ' +
        'much was found. What the model does not find is not hidden.',
      tags: ['Prediction'],
      security: [{ bearer: [] }],
      querystring: optionsSchema,
      // Never looked at: bytes are sent as they are.
      response: { 200: z.any(), '4xx': problemSchema, '5xx': problemSchema },
    },
    handler: async (request, reply) => reply.send(await hide(request, reply, request.query)),
  });
}

/** What can be written stays what it is. */
function writtenAs(bytes: Uint8Array): WrittenType {
  const sent = sniffPicture(bytes);
  return writtenTypes.find((type) => type === sent) ?? 'image/jpeg';
}
