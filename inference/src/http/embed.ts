import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { problemSchema, textEmbeddingsSchema } from '../contract.ts';
import type { TextEmbeddings } from '../contract.ts';
import type { BodyBudget } from './body-budget.ts';
import type { Callers } from './callers.ts';
import type { EmbedTexts } from './embed-texts.ts';
import { hangUpSignal } from './hang-up.ts';
import type { Lend } from './lend.ts';
import { laneSchema, modelNameSchema } from './picture-options.ts';
import { asItIs } from './picture-route.ts';
import { timingsOf } from './present.ts';

type Deps = {
  callers: Callers;
  budget: BodyBudget;
  lend: Lend;
  embedTexts: EmbedTexts;
  bodyBytesMax: number;
  timeoutMs: number;
};

const modelDefault = 'minilm';
const textsMax = 64;
/** Many times what a model reads of a text. */
const charactersMax = 32_768;

const bodySchema = z
  .strictObject({
    texts: z.array(z.string().min(1).max(charactersMax)).min(1).max(textsMax),
    model: modelNameSchema.default(modelDefault),
  })
  .meta({ id: 'Texts' });

/** `POST /embed`: texts in, vectors out. */
export function registerEmbed(app: FastifyInstance, deps: Deps): void {
  const { callers, budget, lend, embedTexts, bodyBytesMax, timeoutMs: timeoutMsMax } = deps;

  app.withTypeProvider<ZodTypeProvider>().route({
    method: 'POST',
    url: '/embed',
    bodyLimit: Math.min(bodyBytesMax, textsMax * charactersMax),
    onRequest: async (request) => void (await callers.requireInference(request)),
    preParsing: async (request, reply) => budget.admit(request, reply, callers.tenantOf(request)),
    serializerCompiler: asItIs,
    schema: {
      summary: 'Turn texts into vectors',
      description:
        'What means the same has vectors that point the same way: compare them by their cosine. Texts that were ' +
        'sent before are answered from memory; `cached` when all of them were.',
      tags: ['Prediction'],
      security: [{ bearer: [] }],
      querystring: laneSchema(timeoutMsMax),
      body: bodySchema,
      response: { 200: textEmbeddingsSchema, '4xx': problemSchema, '5xx': problemSchema },
    },
    async handler(request, reply): Promise<TextEmbeddings> {
      const signal = hangUpSignal(reply);
      const { texts, model: name } = request.body;
      using lent = await lend(name, null, signal);
      const { model } = lent;
      const { priority, timeoutMs } = request.query;
      const question = { caller: callers.of(request), model, texts, priority, timeoutMs, signal };
      const { answers, timings, cached, totalMs } = await embedTexts(question);
      void reply.header('x-cache', cached ? 'hit' : 'miss');
      return {
        task: 'text-embedding',
        embeddings: answers.map(({ embedding }) => Array.from(embedding)),
        tokenCounts: answers.map(({ tokenCount }) => tokenCount),
        model: { name: model.name, version: model.version, digest: model.digest },
        timings: timingsOf(timings, totalMs),
        cached,
        requestId: request.id,
      };
    },
  });
}
