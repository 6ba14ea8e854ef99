import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { problemSchema } from '../contract.ts';
import { labelsOf } from '../models/model-config.ts';
import type { InstalledModel } from '../models/model-files.ts';
import type { Callers } from './callers.ts';

type Deps = { callers: Callers; model(): InstalledModel | null };

const modelSchema = z
  .object({
    name: z.string(),
    version: z.string(),
    digest: z.string(),
    task: z.string(),
    licence: z.string(),
    source: z.string(),
    labels: z.array(z.string()),
    input: z.object({ width: z.int(), height: z.int() }).optional(),
    thresholds: z.object({ confidence: z.number(), candidate: z.number(), overlap: z.number() }).optional(),
  })
  .meta({ id: 'Model' });

/** `GET /models`: what is loaded and how it is set. */
export function registerModels(app: FastifyInstance, { callers, model }: Deps): void {
  app.withTypeProvider<ZodTypeProvider>().route({
    method: 'GET',
    url: '/models',
    onRequest: async (request) => void (await callers.requireInference(request)),
    schema: {
      summary: 'The models that are ready',
      tags: ['Models'],
      security: [{ bearer: [] }],
      response: { 200: z.object({ models: z.array(modelSchema) }), '4xx': problemSchema, '5xx': problemSchema },
    },
    handler: async () => {
      const ready = model();
      return { models: ready ? [describe(ready)] : [] };
    },
  });
}

function describe({ name, version, digest, config }: InstalledModel): z.output<typeof modelSchema> {
  const { task, licence, source } = config;
  return {
    name,
    version,
    digest,
    task,
    licence,
    source,
    labels: [...labelsOf(config)],
    ...('input' in config && { input: { width: config.input.width, height: config.input.height } }),
    ...('thresholds' in config && { thresholds: config.thresholds }),
  };
}
